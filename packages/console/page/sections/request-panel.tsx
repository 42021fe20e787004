import { useEffect, useState } from 'preact/hooks';
import { isTyping } from '../app-keys.ts';
import { fetchControl, useFetched } from '../control.ts';
import { Copy, Fact, Problem, ShownText, Status } from '../parts.tsx';
import { linkTo } from '../address.ts';
import { go } from '../place.ts';
import { printCurl, printFetch, printTest } from '../snippets.ts';
import { bytes, dateTime, ms } from '../texts.ts';
import { Compare } from './compare.tsx';
import { ReplayForm } from './replay-form.tsx';
import { Waterfall } from './waterfall.tsx';
import type { RecordedMessage, RequestDetail, RequestRow } from '../../records/model.ts';

type Props = {
  readonly id: string;
  readonly compareWith: string | undefined;
  readonly replayOf: string | undefined;
  readonly rows: readonly RequestRow[];
};

export function RequestPanel({ id, compareWith, replayOf, rows }: Props) {
  const [showsSecrets, setShowsSecrets] = useState(false);
  const { data, error } = useFetched<RequestDetail>(
    `requests/${encodeURIComponent(id)}${showsSecrets ? '?secrets=show' : ''}`,
  );
  const isOld = data !== undefined && !data.id.startsWith(id);
  const refusal = useReplayKey(data);
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
            <Copy label="test case" text={() => printTest(data)} />
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
      <Problem text={error ?? refusal} />
      {data === undefined || isOld ? (
        error === undefined ? (
          <p class="soft">…</p>
        ) : null
      ) : compareWith === undefined ? (
        <FullDetail detail={data} rows={rows} />
      ) : (
        <Compare detail={data} withId={compareWith} />
      )}
    </aside>
  );
}

function FullDetail({
  detail,
  rows,
}: {
  readonly detail: RequestDetail;
  readonly rows: readonly RequestRow[];
}) {
  const { story } = detail;
  const host = detail.request.headers.find(([name]) => name.toLowerCase() === 'host')?.[1];
  return (
    <>
      <h2 class="request-title">
        <Status value={detail.status} /> <span class="method">{detail.method}</span> {detail.target}
      </h2>
      <p class="soft">
        {dateTime(detail.atEpochMs)} · {ms(detail.tookMs)} · {detail.apiName}
        {detail.stage === undefined ? '' : ` / ${detail.stage}`} {host === undefined ? '' : `· ${host}`}
      </p>
      <section
        class={`story ${detail.failure === undefined && detail.status < 400 ? 'good' : 'bad'}`}
        aria-label="Story"
      >
        <p class="headline">{story.headline}</p>
        {story.sentences.map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
        {story.changes.length === 0 ? null : (
          <>
            <p class="changes-title">To change the outcome</p>
            <ul>
              {story.changes.map((change) => (
                <li key={change}>{change}</li>
              ))}
            </ul>
          </>
        )}
      </section>
      {detail.noReplay === undefined ? (
        <ReplayForm detail={detail} />
      ) : (
        <p class="soft">It cannot be replayed: {detail.noReplay}.</p>
      )}
      {detail.phases.length === 0 ? null : <Waterfall phases={detail.phases} tookMs={detail.tookMs} />}
      <dl class="facts">
        <Fact name="Route">{detail.routeKey ?? 'none'}</Fact>
        <Fact name="Caller">{detail.caller ?? 'anonymous'}</Fact>
        <Fact name="From">{detail.sourceIp}</Fact>
        <Fact name="Request id">
          <code>{detail.id}</code>
        </Fact>
        {detail.connectionId === undefined ? null : (
          <Fact name="Connection">
            <a href={linkTo('sockets', detail.connectionId)}>{detail.connectionId}</a>
          </Fact>
        )}
      </dl>
      <Message title={`Request, ${bytes(detail.requestBytes)}`} message={detail.request} />
      <Message title={`Reply, ${bytes(detail.responseBytes)}`} message={detail.reply} />
      <CompareChoice detail={detail} rows={rows} />
    </>
  );
}

function Message({ title, message }: { readonly title: string; readonly message: RecordedMessage }) {
  const { headers, body } = message;
  return (
    <section class="message" aria-label={title}>
      <h3>{title}</h3>
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
      {body === undefined ? <p class="soft">No body.</p> : <ShownText shown={body} isOpen />}
    </section>
  );
}

function CompareChoice({
  detail,
  rows,
}: {
  readonly detail: RequestDetail;
  readonly rows: readonly RequestRow[];
}) {
  const others = rows.filter(
    ({ id, routeKey, kind }) => id !== detail.id && routeKey === detail.routeKey && kind === detail.kind,
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
            {row.status} {row.caller ?? 'anonymous'} {dateTime(row.atEpochMs).slice(11)} {row.target}
          </option>
        ))}
      </select>
    </section>
  );
}

/** `r`: sends the same request again. @returns why it could not be sent */
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
