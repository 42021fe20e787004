import { WithCode } from '../elements/with-code.tsx';
import { useEffect, useState } from 'preact/hooks';
import { isTyping } from '../app-keys.ts';
import { fetchControl, useFetched } from '../connection/control.ts';
import { BodyViewer } from '../elements/body-viewer.tsx';
import { isOfEarlierStart } from '../traffic/row-list.ts';
import { Copy, Fact, Reading, Status } from '../elements/parts.tsx';
import { linkTo } from '../address.ts';
import { go } from '../place.ts';
import { nameCaller } from '../traffic/customer-names.ts';
import { printCurl, printFetch, printPython, printTest } from '../traffic/snippets.ts';
import { bytes, clockTime, dateTime, ms, readableTarget } from '../texts.ts';
import { Compare } from './compare.tsx';
import { ReplayForm } from './replay-form.tsx';
import { Waterfall } from './waterfall.tsx';
import type { CustomerNames } from '../../records/traffic-query.ts';
import type { Pinned } from '../traffic/pinned.ts';
import type { ShownVersion } from '../../records/reload-model.ts';
import type { RecordedMessage, RequestDetail, RequestRow } from '../../records/model.ts';

type Props = {
  readonly id: string;
  readonly compareWith: string | undefined;
  readonly replayOf: string | undefined;
  readonly rows: readonly RequestRow[];
  readonly names: CustomerNames;
  readonly versions: readonly ShownVersion[];
  readonly pinned: Pinned;
};

export function RequestPanel({ id, compareWith, replayOf, rows, names, versions, pinned }: Props) {
  const [showsSecrets, setShowsSecrets] = useState(false);
  const earlier = rows.find((row) => isOfEarlierStart(row) && row.id.startsWith(id));
  const { data, error } = useFetched<RequestDetail>(
    earlier === undefined
      ? `requests/${encodeURIComponent(id)}${showsSecrets ? '?secrets=show' : ''}`
      : undefined,
  );
  const isOld = data !== undefined && !data.id.startsWith(id);
  const refusal = useReplayKey(earlier === undefined ? data : undefined);
  return (
    <aside class="panel" aria-label="One request">
      <div class="panel-bar">
        <a class="button" href={linkTo('traffic')} aria-label="Close">
          ✕
        </a>
        {data === undefined ? null : (
          <>
            {replayOf === undefined || compareWith !== undefined ? null : (
              <a class="button" href={linkTo('traffic', data.id, { with: replayOf, of: replayOf })}>
                Differences from the original
              </a>
            )}
            <Copy label="Copy as curl" text={() => printCurl(data)} />
            <Copy label="fetch" text={() => printFetch(data)} />
            <Copy label="Python" text={() => printPython(data)} />
            <Copy label="test case" text={() => printTest(data)} />
            <button
              type="button"
              aria-pressed={pinned.ids.includes(data.id)}
              onClick={() => pinned.toggle(data.id)}
            >
              Pin
            </button>
            <label class="check">
              <input
                type="checkbox"
                checked={showsSecrets}
                onChange={({ currentTarget }) => setShowsSecrets(currentTarget.checked)}
              />{' '}
              show secrets
            </label>
          </>
        )}
      </div>
      <Reading
        what="the request"
        of={{ data: data ?? earlier, error: refusal ?? (earlier === undefined ? error : undefined) }}
      />
      {earlier === undefined ? null : (
        <p class="note">
          This request was handled in an earlier run of the gateway, and its record was deleted when that run
          ended.
          {isOld || data === undefined
            ? ` ${earlier.method} ${readableTarget(earlier.target)} was answered with ${earlier.status} at ${dateTime(earlier.atEpochMs)}.`
            : ' The part of it that this page had read is below.'}
        </p>
      )}
      {data === undefined || isOld ? (
        error === undefined && earlier === undefined ? (
          <p class="soft">…</p>
        ) : null
      ) : compareWith === undefined ? (
        <FullDetail
          detail={
            earlier === undefined
              ? data
              : { ...data, noReplay: 'its record was deleted when that run of the gateway ended' }
          }
          rows={rows}
          names={names}
          versions={earlier === undefined ? versions : []}
        />
      ) : (
        <Compare detail={data} withId={compareWith} />
      )}
    </aside>
  );
}

function FullDetail({
  detail,
  rows,
  names,
  versions,
}: {
  readonly detail: RequestDetail;
  readonly rows: readonly RequestRow[];
  readonly names: CustomerNames;
  readonly versions: readonly ShownVersion[];
}) {
  const host = detail.request.headers.find(([name]) => name.toLowerCase() === 'host')?.[1];
  const isRefused = detail.failure !== undefined || detail.status >= 400;
  const reply = <Message title="Reply" size={detail.responseBytes} message={detail.reply} />;
  return (
    <>
      <h2 class="request-title" title={detail.target}>
        <Status value={detail.status} /> <span class="method">{detail.method}</span>{' '}
        {readableTarget(detail.target)}
      </h2>
      <p class="soft">
        {dateTime(detail.atEpochMs)} · {ms(detail.tookMs)} · {detail.api}
        {detail.stage === undefined ? '' : ` / ${detail.stage}`} {host === undefined ? '' : `· ${host}`}
      </p>
      {/* The response, or the reason why there is none, comes first. */}
      {isRefused ? null : reply}
      <StoryOf detail={detail} isRefused={isRefused} />
      {isRefused ? reply : null}
      <LogLines detail={detail} />
      {detail.noReplay === undefined ? (
        <ReplayForm detail={detail} />
      ) : (
        <p class="soft">This request cannot be replayed: {detail.noReplay}.</p>
      )}
      <Message title="Request" size={detail.requestBytes} message={detail.request} />
      {detail.phases.length === 0 ? null : (
        <Waterfall phases={detail.phases} tookMs={detail.tookMs} status={detail.status} />
      )}
      <dl class="facts">
        <Fact name="Route">{detail.routeKey ?? 'none'}</Fact>
        <Fact name="Caller">{nameCaller(detail, names).title || 'anonymous'}</Fact>
        <Fact name="Source IP">{detail.sourceIp}</Fact>
        <Version of={detail.version} versions={versions} />
        <Fact name="Request id">
          <code>{detail.id}</code>
        </Fact>
        {detail.connectionId === undefined ? null : (
          <Fact name="Connection">
            <a href={linkTo('sockets', detail.connectionId)}>{detail.connectionId}</a>
          </Fact>
        )}
      </dl>
      <CompareChoice detail={detail} rows={rows} names={names} />
    </>
  );
}

/** Shows the deployment that handled the request. */
function Version({
  of,
  versions,
}: {
  readonly of: number | undefined;
  readonly versions: readonly ShownVersion[];
}) {
  const newest = versions.at(-1)?.version;
  const own = versions.find(({ version }) => version === of);
  if (of === undefined || newest === undefined) return null;
  return (
    <Fact name="Version">
      {of}
      {own === undefined ? '' : `, since ${clockTime(own.fromEpochMs).slice(0, 8)}`}
      {newest === of ? null : (
        <>
          {' '}
          <a href={linkTo('traffic', 'versions', { from: String(of), to: String(newest) })}>
            What changed since
          </a>
        </>
      )}
    </Fact>
  );
}

function StoryOf({ detail, isRefused }: { readonly detail: RequestDetail; readonly isRefused: boolean }) {
  const { headline, sentences, changes } = detail.story;
  return (
    <section class={`story ${isRefused ? 'bad' : 'good'}`} aria-label="Story">
      <p class="headline">{headline}</p>
      {sentences.map((sentence) => (
        <p key={sentence}>
          <WithCode text={sentence} />
        </p>
      ))}
      {changes.length === 0 ? null : (
        <>
          <p class="changes-title">To change the outcome</p>
          <ul>
            {changes.map((change) => (
              <li key={change}>
                <WithCode text={change} />
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

/** Shows the log lines of the request's authorizer and function. */
function LogLines({ detail }: { readonly detail: RequestDetail }) {
  const { guard, integration } = detail.circumstances;
  const calls = [
    { of: guard?.name, lines: guard?.lines ?? [] },
    { of: integration?.target, lines: integration?.lines ?? [] },
  ].filter(({ lines }) => lines.length > 0);
  const count = calls.reduce((sum, { lines }) => sum + lines.length, 0);
  if (count === 0) return null;
  return (
    <details class="shown" aria-label="Log lines">
      <summary>
        {count} {count === 1 ? 'log line' : 'log lines'}
      </summary>
      {calls.map(({ of = '', lines }) => (
        <section key={of} aria-label={`Log lines of ${of}`}>
          <a href={linkTo('functions', of)}>{of}</a>
          <pre class="log" tabIndex={0}>
            {lines.join('\n')}
          </pre>
        </section>
      ))}
    </details>
  );
}

function Message({
  title,
  size,
  message,
}: {
  readonly title: string;
  readonly size: number;
  readonly message: RecordedMessage;
}) {
  const { headers, body } = message;
  return (
    <section class="message" aria-label={title}>
      <h3>
        {title} <span class="soft">{bytes(size)}</span>
      </h3>
      {headers.length === 0 ? null : (
        <details class="shown">
          <summary>{headers.length} headers</summary>
          <table class="headers">
            <tbody>
              {headers.map(([name, value], index) => (
                <tr key={`${name}${index}`}>
                  <th scope="row">{name}</th>
                  <td>{value}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      )}
      {body === undefined ? <p class="soft">No body.</p> : <BodyViewer body={body} headers={headers} />}
    </section>
  );
}

function CompareChoice({
  detail,
  rows,
  names,
}: {
  readonly detail: RequestDetail;
  readonly rows: readonly RequestRow[];
  readonly names: CustomerNames;
}) {
  const others = rows.filter(
    (row) =>
      row.id !== detail.id &&
      row.routeKey === detail.routeKey &&
      row.kind === detail.kind &&
      !isOfEarlierStart(row),
  );
  if (others.length === 0) return null;
  return (
    <section class="message" aria-label="Compare">
      <h3>Compare</h3>
      <select
        aria-label="Compare with"
        onChange={({ currentTarget }) => {
          if (currentTarget.value !== '') go(linkTo('traffic', detail.id, { with: currentTarget.value }));
        }}
      >
        <option value="">with another of {detail.routeKey ?? 'no route'} …</option>
        {others.slice(0, 50).map((row) => (
          <option key={row.sequence} value={row.id}>
            {row.status} {nameCaller(row, names).shown || 'anonymous'} {dateTime(row.atEpochMs).slice(11)}{' '}
            {row.target}
          </option>
        ))}
      </select>
    </section>
  );
}

/**
 * The key `r` sends the same request again.
 * @returns why it could not be sent
 */
function useReplayKey(detail: RequestDetail | undefined): string | undefined {
  const [refusal, setRefusal] = useState<string>();
  useEffect(() => {
    setRefusal(undefined);
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 'r' || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
      if (detail === undefined || detail.noReplay !== undefined) return;
      fetchControl<{ id: string }>('POST', `requests/${encodeURIComponent(detail.id)}/replay`, {}).then(
        ({ id }) => go(linkTo('traffic', id, { of: detail.id })),
        (problem: unknown) => setRefusal(problem instanceof Error ? problem.message : String(problem)),
      );
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [detail]);
  return refusal;
}
