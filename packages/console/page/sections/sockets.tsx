import { useState } from 'preact/hooks';
import { fetchControl, useFetched } from '../control.ts';
import { Action, Empty, Problem, SectionHead, Status } from '../parts.tsx';
import { linkTo } from '../address.ts';
import { clockTime, ms, span } from '../texts.ts';
import type { ShownConnection } from '../../endpoints/inspect-model.ts';
import type { RequestDetail, RequestRow } from '../../records/model.ts';
import type { Traffic } from '../traffic-store.ts';

const EVERY_MS = 2000;

type ConnectionList = { readonly connections: readonly ShownConnection[]; readonly nowEpochMs: number };

export function SocketsSection({
  traffic,
  item,
}: {
  readonly traffic: Traffic;
  readonly item: string | undefined;
}) {
  const { data, error, reload } = useFetched<ConnectionList>('console/connections', EVERY_MS);
  const events = traffic.rows.filter(
    ({ connectionId, kind }) => connectionId !== undefined && kind !== 'request',
  );
  const opened = data?.connections.find(({ id }) => id === item);
  return (
    <div class={`split ${item === undefined ? '' : 'is-open'}`}>
      <section class="split-list scrolls" aria-label="Connections">
        <SectionHead title="WebSockets" about="Open connections and their messages." />
        <Problem text={error} />
        {data?.connections.length === 0 ? (
          <Empty title="No connection is open.">
            {events.length === 0
              ? 'Handshakes and messages are listed here once a client connects.'
              : 'Messages of closed connections are below.'}
          </Empty>
        ) : null}
        {(data?.connections ?? []).map((one) => (
          <a
            key={one.id}
            class={`card link ${one.id === item ? 'open' : ''}`}
            href={linkTo('sockets', one.id)}
          >
            <strong>{one.principal ?? 'anonymous'}</strong>{' '}
            <span class="soft">
              on {one.apiName} / {one.stage}
            </span>
            <br />
            <span class="soft">
              {one.id} · open {span((data?.nowEpochMs ?? 0) - one.connectedAtEpochMs)} · last message{' '}
              {span((data?.nowEpochMs ?? 0) - one.lastActiveAtEpochMs)} ago · {one.sourceIp}
            </span>
          </a>
        ))}
        {events.length === 0 ? null : <Events rows={events} title="All messages" />}
      </section>
      {item === undefined ? null : (
        <aside class="panel" aria-label="One connection">
          <div class="panel-bar">
            <a class="button" href={linkTo('sockets')} aria-label="Close">
              ✕
            </a>
            <strong>{item}</strong>
          </div>
          {opened === undefined ? (
            <p class="soft">It is closed.</p>
          ) : (
            <Reach connection={opened} onDone={reload} />
          )}
          <Events
            rows={events.filter(({ connectionId }) => connectionId === item)}
            title="Messages"
            isWhole
          />
        </aside>
      )}
    </div>
  );
}

function Reach({
  connection,
  onDone,
}: {
  readonly connection: ShownConnection;
  readonly onDone: () => void;
}) {
  const [text, setText] = useState('');
  const send = async (): Promise<void> => {
    await fetchControl('POST', 'console/connections/send', { connectionId: connection.id, text });
    setText('');
  };
  const close = async (): Promise<void> => {
    await fetchControl('POST', 'console/connections/close', { connectionId: connection.id });
    onDone();
  };
  return (
    <div class="row">
      <input
        class="grow"
        aria-label="Message to the client"
        placeholder="Message to the client"
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
      <Action label="Send" kind="main-action" run={send} />
      <Action label="Close it" kind="danger" run={close} />
    </div>
  );
}

const ARROWS: Readonly<Record<string, string>> = { message: '→', post: '←', handshake: '⇄', disconnect: '×' };

function Events({
  rows,
  title,
  isWhole = false,
}: {
  readonly rows: readonly RequestRow[];
  readonly title: string;
  readonly isWhole?: boolean;
}) {
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      <ul class="events">
        {rows.slice(0, 100).map((row) => (
          <li key={row.sequence}>
            <a class="event" href={linkTo('traffic', row.id)}>
              <span aria-hidden="true">{ARROWS[row.kind] ?? ''}</span> <span>{row.kind}</span>{' '}
              <Status value={row.status} />{' '}
              <span class="event-target" title={row.target}>
                {row.target}
              </span>{' '}
              <span class="event-facts soft">
                <span>{row.caller ?? ''}</span> <time>{clockTime(row.atEpochMs)}</time>{' '}
                <span class="took">{ms(row.tookMs)}</span>
              </span>
            </a>
            {isWhole ? <Text id={row.id} /> : null}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Text({ id }: { readonly id: string }) {
  const { data } = useFetched<RequestDetail>(`requests/${encodeURIComponent(id)}`);
  if (data === undefined) return null;
  const { request, reply } = data;
  return (
    <>
      {request.body === undefined ? null : <pre tabIndex={0}>{request.body.text}</pre>}
      {reply.body === undefined || data.kind === 'handshake' ? null : (
        <pre class="answer" tabIndex={0}>
          {reply.body.text}
        </pre>
      )}
    </>
  );
}
