import { useMemo, useState } from 'preact/hooks';
import { fetchControl, useFetched } from '../connection/control.ts';
import { Action, Empty, Reading, SectionHead, Status } from '../elements/parts.tsx';
import { closedConnections, sentTexts } from '../traffic/connection-rows.ts';
import { useKept } from '../kept-state.ts';
import { linkTo } from '../address.ts';
import { clockTime, closeMeaning, ms, span } from '../texts.ts';
import type { ClosedConnection } from '../traffic/connection-rows.ts';
import type { ShownConnection } from '../../endpoints/inspect-model.ts';
import type { RequestDetail, RequestRow } from '../../records/model.ts';
import type { Traffic } from '../traffic/traffic-store.ts';

const EVERY_MS = 2000;
const SHOWN_EVENTS = 200;

type ConnectionList = { readonly connections: readonly ShownConnection[]; readonly nowEpochMs: number };

export function SocketsSection({
  traffic,
  item,
}: {
  readonly traffic: Traffic;
  readonly item: string | undefined;
}) {
  const { data, error, reload } = useFetched<ConnectionList>('console/connections', EVERY_MS);
  const events = useMemo(
    () => traffic.rows.filter(({ connectionId, kind }) => connectionId !== undefined && kind !== 'request'),
    [traffic.rows],
  );
  const open = data?.connections ?? [];
  const closed = useMemo(
    () => (data === undefined ? [] : closedConnections(events, new Set(open.map(({ id }) => id)))),
    [events, data],
  );
  const opened = open.find(({ id }) => id === item);
  return (
    <div class={`split ${item === undefined ? '' : 'is-open'}`}>
      <section class="split-list scrolls" aria-label="Connections">
        <SectionHead title="WebSockets" about="Open and closed connections, and their messages." />
        <Reading what="the connections" of={{ data, error }} />
        {data?.connections.length === 0 ? (
          <Empty title="No connection is open.">
            {events.length === 0
              ? 'Handshakes and messages are listed here once a client connects.'
              : 'Closed connections are below.'}
          </Empty>
        ) : null}
        {open.map((one) => (
          <OpenCard key={one.id} of={one} nowEpochMs={data?.nowEpochMs ?? 0} isChosen={one.id === item} />
        ))}
        {closed.length === 0 ? null : <h2>Closed</h2>}
        {closed.map((one) => (
          <ClosedCard key={one.id} of={one} isChosen={one.id === item} />
        ))}
        {events.length === 0 ? null : <Events rows={events} title="All messages" />}
      </section>
      {item === undefined ? null : (
        <aside class="panel" aria-label="One connection">
          <div class="panel-bar">
            <a class="button" href={linkTo('sockets')} aria-label="Close">
              ✕
            </a>
            <h2>{item}</h2>
          </div>
          {opened === undefined ? (
            <p class="soft">It is closed.</p>
          ) : (
            <Reach key={item} connection={opened} texts={sentTexts(events, opened.apiId)} onDone={reload} />
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

function OpenCard({
  of,
  nowEpochMs,
  isChosen,
}: {
  readonly of: ShownConnection;
  readonly nowEpochMs: number;
  readonly isChosen: boolean;
}) {
  return (
    <a class={`card link ${isChosen ? 'open' : ''}`} href={linkTo('sockets', of.id)}>
      <strong>{of.principal ?? 'anonymous'}</strong>{' '}
      <span class="soft">
        on {of.apiName} / {of.stage}
      </span>
      <br />
      <span class="soft">
        {of.id} · open {span(nowEpochMs - of.connectedAtEpochMs)} · last message{' '}
        {span(nowEpochMs - of.lastActiveAtEpochMs)} ago · {of.sourceIp}
      </span>
    </a>
  );
}

function ClosedCard({ of, isChosen }: { readonly of: ClosedConnection; readonly isChosen: boolean }) {
  return (
    <a class={`card link ${isChosen ? 'open' : ''}`} href={linkTo('sockets', of.id)}>
      {of.code === undefined ? null : <Status value={of.code} />} <strong>{of.caller ?? 'anonymous'}</strong>{' '}
      <span class="soft">on {of.apiName}</span>
      <br />
      <span class="soft">
        {of.id} · closed {clockTime(of.lastEpochMs).slice(0, 8)}
        {of.code === undefined ? '' : `, ${closeMeaning(of.code) ?? 'refused'}`} · {of.messages}{' '}
        {of.messages === 1 ? 'message' : 'messages'}
      </span>
    </a>
  );
}

const MAX_TEMPLATES = 12;

function Reach({
  connection,
  texts,
  onDone,
}: {
  readonly connection: ShownConnection;
  /** The latest distinct messages that clients of the API received. */
  readonly texts: readonly string[];
  readonly onDone: () => void;
}) {
  const [text, setText] = useState('');
  const [kept, setKept] = useKept(sessionStorage, 'messages', '[]');
  const own = JSON.parse(kept) as readonly string[];
  const templates = [...new Set([...own, ...texts])].slice(0, MAX_TEMPLATES);
  const send = async (): Promise<void> => {
    await fetchControl('POST', 'console/connections/send', { connectionId: connection.id, text });
    setKept(JSON.stringify([...new Set([text, ...own])].slice(0, MAX_TEMPLATES)));
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
      {templates.length === 0 ? null : (
        <select
          class="short"
          aria-label="Message as before"
          value=""
          onChange={({ currentTarget }) => setText(currentTarget.value)}
        >
          <option value="">as before …</option>
          {templates.map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      )}
      <Action label="Send" kind="main-action" run={send} />
      <Action label="Close it" kind="danger" run={close} />
    </div>
  );
}

const ARROWS: Readonly<Record<string, string>> = { message: '→', post: '←', handshake: '⇄', disconnect: '×' };

/** Shows one connection from its start, like a dialogue, or all connections with the newest event first. */
function Events({
  rows,
  title,
  isWhole = false,
}: {
  readonly rows: readonly RequestRow[];
  readonly title: string;
  readonly isWhole?: boolean;
}) {
  const newest = rows.slice(0, SHOWN_EVENTS);
  const Heading = isWhole ? 'h3' : 'h2';
  return (
    <section aria-label={title}>
      <Heading>{title}</Heading>
      {rows.length > SHOWN_EVENTS ? (
        <p class="soft">
          The last {SHOWN_EVENTS} of {rows.length} are shown; Traffic lists all of them.
        </p>
      ) : null}
      <ul class={isWhole ? 'events' : 'events card'}>
        {(isWhole ? newest.toReversed() : newest).map((row) => (
          <li key={row.sequence}>
            <a class="event" href={linkTo('traffic', row.id)}>
              <span aria-hidden="true">{ARROWS[row.kind] ?? ''}</span> <span>{row.kind}</span>{' '}
              <Status value={row.status} />{' '}
              <span class="event-target" title={row.text ?? row.target}>
                {row.text ?? row.target}
              </span>{' '}
              <span class="event-facts soft">
                {row.text === undefined ? null : <span>{row.target}</span>}{' '}
                {isWhole || row.caller === undefined ? null : <span>{row.caller}</span>}{' '}
                <time>{clockTime(row.atEpochMs)}</time> <span class="took">{ms(row.tookMs)}</span>
              </span>
            </a>
            {isWhole && isCut(row) ? <Whole id={row.id} /> : null}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Returns whether the row does not show everything: its text is truncated, or there is a response to the message. */
function isCut({ kind, text, responseBytes }: RequestRow): boolean {
  return kind !== 'handshake' && (text?.endsWith('…') === true || (kind === 'message' && responseBytes > 0));
}

function Whole({ id }: { readonly id: string }) {
  const [isOpen, setOpen] = useState(false);
  const { data } = useFetched<RequestDetail>(isOpen ? `requests/${encodeURIComponent(id)}` : undefined);
  return (
    <details class="shown" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>Show all</summary>
      {data?.request.body === undefined ? null : <pre tabIndex={0}>{data.request.body.text}</pre>}
      {data?.reply.body === undefined ? null : (
        <pre class="answer" tabIndex={0}>
          {data.reply.body.text}
        </pre>
      )}
    </details>
  );
}
