import { useEffect, useMemo, useState } from 'preact/hooks';
import { isTyping } from '../app-keys.ts';
import { Action, Empty, Problem, SectionHead, Status } from '../parts.tsx';
import { idAfter } from '../list-steps.ts';
import { linkTo } from '../address.ts';
import { go, readPlace } from '../place.ts';
import { clockTime, ms } from '../texts.ts';
import { WindowedList } from '../windowed-list.tsx';
import { RequestPanel } from './request-panel.tsx';
import type { Traffic } from '../traffic-store.ts';
import type { RequestRow } from '../../records/model.ts';

const ROW_HEIGHT = 34;
const STATUSES = ['', '2xx', '3xx', '4xx', '5xx'] as const;

type Props = {
  readonly traffic: Traffic;
  readonly item: string | undefined;
  readonly query: URLSearchParams;
};

export function TrafficSection({ traffic, item, query }: Props) {
  const [search, setSearch] = useFilter(query, 'search');
  const [status, setStatus] = useFilter(query, 'status');
  const [api, setApi] = useFilter(query, 'api');
  const { rows, state } = traffic;
  const apis = useMemo(() => [...new Set(rows.map(({ apiName }) => apiName))].toSorted(), [rows]);
  const shown = useMemo(() => choose(rows, search, status, api), [rows, search, status, api]);
  const selected = shown.findIndex(({ id }) => item !== undefined && id.startsWith(item));
  useListKeys(shown);
  return (
    <div class={`split ${item === undefined ? '' : 'is-open'}`}>
      <section class="split-list" aria-label="Requests">
        <SectionHead title="Traffic" about={describeState(traffic)}>
          <input
            type="search"
            placeholder="Search  /"
            aria-label="Search"
            value={search}
            onInput={({ currentTarget }) => setSearch(currentTarget.value)}
          />
          <select
            aria-label="Status"
            value={status}
            onChange={({ currentTarget }) => setStatus(currentTarget.value)}
          >
            {STATUSES.map((one) => (
              <option key={one} value={one}>
                {one === '' ? 'all' : one}
              </option>
            ))}
          </select>
          {apis.length < 2 && api === '' ? null : (
            <select
              aria-label="API"
              value={api}
              onChange={({ currentTarget }) => setApi(currentTarget.value)}
            >
              <option value="">every API</option>
              {apis.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          )}
          <Action label="Clear" run={traffic.clear} />
        </SectionHead>
        <Problem text={traffic.error} />
        {shown.length === 0 && traffic.error === undefined ? (
          <Empty title={rows.length === 0 ? 'No requests yet.' : 'No matching requests.'}>
            {rows.length === 0 ? (
              <>
                Call an API of this start, or <a href={linkTo('apis')}>build a request</a>.
              </>
            ) : undefined}
          </Empty>
        ) : (
          <WindowedList
            items={shown}
            rowHeight={ROW_HEIGHT}
            label="Requests"
            keyOf={keyOf}
            selected={selected}
            head={<LineHead />}
          >
            {(row) => <Line row={row} isOpen={item !== undefined && row.id.startsWith(item)} />}
          </WindowedList>
        )}
        <p class="hint soft">
          {state === undefined ? '' : `${shown.length} of ${state.kept} kept. `}
          <kbd>j</kbd> <kbd>k</kbd> move through them, <kbd>r</kbd> replays, <kbd>Esc</kbd> closes.
        </p>
      </section>
      {item === undefined ? null : (
        <RequestPanel
          id={item}
          compareWith={query.get('with') ?? undefined}
          replayOf={query.get('of') ?? undefined}
          rows={rows}
        />
      )}
    </div>
  );
}

/** From the address, also when it is edited by hand; then as set by the user. */
function useFilter(query: URLSearchParams, name: string): readonly [string, (value: string) => void] {
  const asked = query.get(name);
  const [value, setValue] = useState(asked ?? '');
  useEffect(() => {
    if (asked !== null) setValue(asked);
  }, [query]);
  return [value, setValue];
}

function keyOf({ sequence }: RequestRow): number {
  return sequence;
}

function describeState({ state, isLive }: Traffic): string {
  if (state === undefined) return 'Requests of this start, each with the reason for its outcome.';
  const { counted, sampled, notKept } = state;
  const full = state.kept === state.limit ? ', the oldest are dropped' : '';
  const some =
    sampled !== undefined
      ? ` · of ordinary successes ${sampled.text}, everything else kept`
      : notKept > 0
        ? ` · ${notKept.toLocaleString('en-US')} ordinary successes counted only`
        : '';
  return `${counted.toLocaleString('en-US')} since the start${full}${some}${isLive ? '' : ' · waiting for the gateway'}`;
}

function choose(
  rows: readonly RequestRow[],
  search: string,
  status: string,
  api: string,
): readonly RequestRow[] {
  const text = search.trim().toLowerCase();
  if (text === '' && status === '' && api === '') return rows;
  return rows.filter((row) => {
    if (api !== '' && row.apiName !== api) return false;
    if (status !== '' && !(row.status < 600 && String(row.status).startsWith(status.charAt(0)))) return false;
    if (text === '') return true;
    return toSearchText(row).includes(text);
  });
}

/** For 10,000 rows, made once and not with each key press. */
const TEXTS = new WeakMap<RequestRow, string>();

function toSearchText(row: RequestRow): string {
  let text = TEXTS.get(row);
  if (text === undefined) {
    const { method, target, routeKey, caller, id, status, code, apiName } = row;
    text = [method, target, routeKey, caller, id, status, code, apiName].join(' ').toLowerCase();
    TEXTS.set(row, text);
  }
  return text;
}

function Line({ row, isOpen }: { readonly row: RequestRow; readonly isOpen: boolean }) {
  return (
    <a
      class={`line ${isOpen ? 'open' : ''}`}
      href={linkTo('traffic', row.id)}
      aria-current={isOpen ? 'true' : undefined}
    >
      <Status value={row.status} />
      <span class="method" title={row.method}>
        {row.method}
      </span>
      <span class="target" title={row.target}>
        {row.target}
      </span>
      <span class="why soft" title={row.failure}>
        {row.notes[0]}
      </span>
      <span class="who soft">{row.caller ?? ''}</span>
      <span class="took">{ms(row.tookMs)}</span>
      <time class="at soft">{clockTime(row.atEpochMs).slice(0, 8)}</time>
    </a>
  );
}

/** Visual only: screen readers read each row as a sentence. */
function LineHead() {
  return (
    <>
      <span>Status</span>
      <span>Method</span>
      <span>Path</span>
      <span class="why">Reason</span>
      <span class="who">Caller</span>
      <span class="took">Took</span>
      <span class="at">UTC</span>
    </>
  );
}

function useListKeys(shown: readonly RequestRow[]): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
      const step = event.key === 'j' ? 1 : event.key === 'k' ? -1 : 0;
      // From the address: a second press may come before the first has been drawn.
      const id = step === 0 ? undefined : idAfter(shown, readPlace().item, step);
      if (id !== undefined) go(linkTo('traffic', id));
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [shown]);
}
