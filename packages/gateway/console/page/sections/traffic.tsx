import { useEffect, useMemo, useState } from 'preact/hooks';
import { sortNames } from '@gatewright/aws/text/name-order';
import { isTyping, leaveSearch } from '../app-keys.ts';
import { currentStart } from '../connection/connection.ts';
import { Copy, Empty, Problem, SectionHead } from '../elements/parts.tsx';
import { useToolkitChoice, useToolkitFold } from '../elements/toolkit-fold.tsx';
import { isReload, withReloads } from '../traffic/reload-texts.ts';
import { useCustomerNames } from '../traffic/use-customer-names.ts';
import { useKept } from '../kept-state.ts';
import { idAfter, isOfEarlierStart } from '../traffic/row-list.ts';
import { useSorted } from '../elements/sortable-table.tsx';
import { linkTo } from '../address.ts';
import { go, readPlace } from '../place.ts';
import { showTimesIn } from '../texts.ts';
import { columnsFor, gridsOf } from '../traffic-columns.ts';
import { findUnread, matcherOf, parseTrafficQuery, withField } from '../../records/traffic-query.ts';
import { WindowedList } from '../elements/windowed-list.tsx';
import { pinnedFirst, usePinned } from '../traffic/pinned.ts';
import { isReloadItem, ReloadPanel } from './reload-panel.tsx';
import { ReloadRow } from './reload-row.tsx';
import { RequestPanel } from './request-panel.tsx';
import { TrafficHead, TrafficRow } from './traffic-row.tsx';
import { TrafficSearch, TrafficTools } from './traffic-tools.tsx';
import type { CustomerNames, QueryTerm } from '../../records/traffic-query.ts';
import type { Traffic } from '../traffic/traffic-store.ts';
import type { ShownOverview } from '../../endpoints/inspect-model.ts';
import type { RequestRow } from '../../records/model.ts';
import type { ShownReload, ShownReloads } from '../../records/reload-model.ts';

const ROW_HEIGHT = { wide: 28, narrow: 44 };

type Props = {
  readonly traffic: Traffic;
  readonly reloads: ShownReloads;
  readonly start: ShownOverview | undefined;
  readonly item: string | undefined;
  readonly query: URLSearchParams;
};

export function TrafficSection({ traffic, reloads, start, item, query }: Props) {
  const [search, setSearch] = useSearch(query);
  const [zone, setZone] = useKept(localStorage, 'times', 'utc');
  showTimesIn(zone === 'local' ? 'local' : 'utc');
  const pinned = usePinned();
  const { rows, choice } = useListChoice(traffic);
  const newestEpochMs = rows[0]?.atEpochMs ?? 0;
  const terms = useMemo(() => parseTrafficQuery(search), [search]);
  const names = useCustomerNames(rows, start?.hasCustomers === true);
  const { matching, found, foldButton, apis, columns } = useFound(rows, { terms, names }, start?.hasOwnApis);
  const { rows: sorted, order, sortBy } = useSorted('traffic', found, columns);
  const shown = useMemo(() => pinnedFirst(sorted, rows, pinned.ids), [sorted, rows, pinned.ids]);
  const items = useMemo(() => {
    // Reloads are shown among requests only in the order of arrival. A search lists only requests.
    if (terms.length > 0 || order !== undefined) return shown;
    const first = rows.filter(({ id }) => pinned.ids.includes(id)).length;
    const since = choice.sinceEpochMs;
    const seen = reloads.reloads.filter(({ atEpochMs }) => atEpochMs >= since);
    return [...shown.slice(0, first), ...withReloads(shown.slice(first), seen)];
  }, [shown, terms, order, rows, pinned.ids, reloads, choice.sinceEpochMs]);
  const isOpen = (one: RequestRow | ShownReload): boolean =>
    item !== undefined && (isReload(one) ? `reload-${one.number}` === item : one.id.startsWith(item));
  const selected = items.findIndex(isOpen);
  useListKeys(shown);
  return (
    <div class={`split ${item === undefined ? '' : 'is-open'}`} style={gridsOf(columns)}>
      <section class="split-list" aria-label="Requests">
        <SectionHead title="Traffic" about={describeState(traffic)}>
          <TrafficSearch text={search} rows={rows} apis={apis} onChange={setSearch} />
        </SectionHead>
        <TrafficTools {...choice} zone={zone} onZone={setZone} clear={traffic.clear}>
          {foldButton}
        </TrafficTools>
        <Problem text={traffic.error} />
        <Unread text={findUnread(terms)} />
        {items.length === 0 && traffic.error === undefined ? (
          <Nothing
            isAll={traffic.rows.length === 0}
            isFolded={matching.length > 0}
            tries={start?.tries ?? []}
          />
        ) : (
          <WindowedList
            items={items}
            rowHeight={ROW_HEIGHT}
            label="Requests"
            keyOf={keyOf}
            selected={selected}
            head={<TrafficHead columns={columns} order={order} onSort={sortBy} />}
          >
            {(one, index) =>
              isReload(one) ? (
                <ReloadRow reload={one} index={index} isOpen={isOpen(one)} newestEpochMs={newestEpochMs} />
              ) : (
                <TrafficRow
                  columns={columns}
                  row={one}
                  names={names}
                  index={index}
                  isOpen={isOpen(one)}
                  isPinned={pinned.ids.includes(one.id)}
                  newestEpochMs={newestEpochMs}
                />
              )
            }
          </WindowedList>
        )}
        <p class="hint soft">
          {traffic.state === undefined
            ? ''
            : `${found.length} of ${traffic.state.kept + countEarlier(traffic.rows)} recorded. `}
          <kbd>/</kbd> searches, <kbd>Enter</kbd> opens the first one found, <kbd>j</kbd> <kbd>k</kbd> move
          through them, <kbd>r</kbd> replays, <kbd>Esc</kbd> closes.
        </p>
      </section>
      {item === undefined ? null : isReloadItem(item) ? (
        <ReloadPanel item={item} query={query} reloads={reloads} />
      ) : (
        <RequestPanel
          id={item}
          compareWith={query.get('with') ?? undefined}
          replayOf={query.get('of') ?? undefined}
          rows={traffic.rows}
          names={names}
          versions={reloads.versions}
          pinned={pinned}
        />
      )}
    </div>
  );
}

/**
 * Returns the rows that match the search, and the APIs to choose from. Rows of the toolkit's own stack are included
 * only if they are shown.
 */
function useFound(
  rows: readonly RequestRow[],
  { terms, names }: { readonly terms: readonly QueryTerm[]; readonly names: CustomerNames },
  hasOwn: boolean | undefined,
) {
  const matching = useMemo(
    () => (terms.length === 0 ? rows : rows.filter(matcherOf(terms, names))),
    [rows, terms, names],
  );
  const choice = useToolkitChoice();
  const { shown: found, button: foldButton } = useToolkitFold(
    matching,
    'requests and events',
    hasOwn,
    choice,
  );
  const { shown: all } = useToolkitFold(rows, 'requests and events', hasOwn, choice);
  const apis = useMemo(() => sortNames(all.map(({ api }) => api)), [all]);
  const columns = useMemo(() => columnsFor(apis.length), [apis.length]);
  return { matching, found, foldButton, apis, columns };
}

/** @param isFolded whether all requests are for the toolkit's own stack, and are hidden */
function Nothing({
  isAll,
  isFolded,
  tries,
}: {
  readonly isAll: boolean;
  readonly isFolded: boolean;
  readonly tries: readonly string[];
}) {
  if (!isAll && !isFolded) return <Empty title="No matching requests." />;
  return (
    <>
      <Empty title={isFolded ? 'No requests to your own APIs yet.' : 'No requests yet.'}>
        {tries.length === 0 ? 'Call an API of this gateway' : 'Run one of the commands below'}, or{' '}
        <a href={linkTo('apis')}>build a request</a>.
      </Empty>
      {tries.length === 0 ? null : (
        <section class="card" aria-label="Commands to try">
          <pre class="commands" tabIndex={0}>
            {tries.join('\n')}
          </pre>
          <Copy label="Copy" text={() => tries.join('\n')} />
        </section>
      )}
    </>
  );
}

function Unread({ text }: { readonly text: string | undefined }) {
  return text === undefined ? null : (
    <p class="note" role="status">
      {text}
    </p>
  );
}

/**
 * Takes the search from the address whenever the address changes and contains a search. Typing does not change the
 * address.
 */
function useSearch(query: URLSearchParams): readonly [string, (value: string) => void] {
  const asked = ['search', 'status', 'api'].some((name) => query.has(name)) ? searchIn(query) : undefined;
  const [value, setValue] = useState(asked ?? '');
  useEffect(() => {
    if (asked !== undefined) setValue(asked);
  }, [query]);
  return [value, setValue];
}

function searchIn(query: URLSearchParams): string {
  const [status, api] = [query.get('status') ?? '', query.get('api') ?? ''];
  const search = query.get('search') ?? '';
  const withStatus = status === '' ? search : withField(search, 'status', status);
  return api === '' ? withStatus : withField(withStatus, 'api', api);
}

/**
 * Returns the rows to choose from: all rows, or the rows as they were at a pause. If there is a mark or a time range,
 * only the rows after the mark, and within the range, are returned.
 */
function useListChoice({ rows: all, nowEpochMs }: Traffic) {
  const [range, setRange] = useKept(sessionStorage, 'range');
  const [mark, setMark] = useKept(sessionStorage, 'mark');
  const [paused, setPaused] = useState<readonly RequestRow[]>();
  const [markedAt = 0, markedSequence = Infinity] = mark.split(' ').map(Number);
  const isOfThisStart = mark.split(' ')[2] === currentStart();
  const given = paused ?? all;
  const sinceEpochMs = range === '' ? 0 : nowEpochMs() - Number(range) * 60_000;
  const rows = useMemo(
    () =>
      range === '' && mark === ''
        ? given
        : given.filter(
            ({ sequence, atEpochMs }) =>
              atEpochMs >= sinceEpochMs &&
              (mark === '' ||
                (isOfThisStart ? sequence > markedSequence : sequence >= 0 || atEpochMs > markedAt)),
          ),
    // `sinceEpochMs` is deliberately not a dependency. The range is recomputed when rows arrive, but not with each
    // keystroke.
    [given, range, mark, isOfThisStart],
  );
  const newest = paused?.[0]?.id;
  return {
    rows,
    choice: {
      sinceEpochMs: Math.max(sinceEpochMs, mark === '' ? 0 : markedAt),
      range,
      onRange: setRange,
      waiting:
        paused &&
        (newest === undefined
          ? all.length
          : Math.max(
              0,
              all.findIndex(({ id }) => id === newest),
            )),
      onPause: () => setPaused(paused === undefined ? all : undefined),
      markedEpochMs: mark === '' ? undefined : markedAt,
      onMark: () => setMark(mark === '' ? `${nowEpochMs()} ${all[0]?.sequence ?? -1} ${currentStart()}` : ''),
    },
  };
}

function countEarlier(rows: readonly RequestRow[]): number {
  const first = rows.findIndex(isOfEarlierStart);
  return first === -1 ? 0 : rows.length - first;
}

function keyOf(item: RequestRow | ShownReload): number | string {
  return isReload(item) ? `reload-${item.number}` : item.sequence;
}

function describeState({ state, isLive }: Traffic): string {
  if (state === undefined) return 'Requests to this gateway, each with the reason for its outcome.';
  const { counted, sampled, notKept } = state;
  const full = state.kept === state.limit ? ', the oldest are dropped' : '';
  const some =
    sampled !== undefined
      ? ` · ${sampled.text} for ordinary successful requests; everything else is recorded`
      : notKept > 0
        ? ` · ${notKept.toLocaleString('en-US')} ordinary successful requests were counted but not recorded`
        : '';
  return `${counted.toLocaleString('en-US')} since startup or the last Clear${full}${some}${isLive ? '' : ' · waiting for the gateway'}`;
}

function useListKeys(shown: readonly RequestRow[]): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      // Enter and Escape end the composition of a character, for example in Japanese.
      if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === 'Enter' && shown.length > 0 && leaveSearch(event)) {
        go(linkTo('traffic', shown[0]?.id));
        return;
      }
      if (isTyping(event)) return;
      const step = event.key === 'j' ? 1 : event.key === 'k' ? -1 : 0;
      // The open request is read from the address, because a second keystroke may come before the first has been drawn.
      const id = step === 0 ? undefined : idAfter(shown, readPlace().item, step);
      if (id !== undefined) go(linkTo('traffic', id));
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [shown]);
}
