/**
 * Who wants to hear what, and telling them: connections of any WebSocket API, remembered by caller and by topic. Each is
 * written twice, by connection (to forget it) and by what it listens to (to post).
 */
import type { WebSocketEvent } from '../aws/websocket-event.ts';
import { DomainError } from '../errors.ts';
import type { Clock, ConnectionPoster, LiveStore } from '../ports.ts';
import { printKeyPart } from '../table/item-write.ts';
import type { Item, ItemKey } from '../table/item-write.ts';
import type { KeptItem } from '../table/listing.ts';
import { toConnection } from './connection.ts';

export type LivePorts = {
  readonly store: LiveStore;
  readonly sockets: ConnectionPoster;
  readonly clock: Clock;
};

/** Whom a message is for. `issuer` is the id in the access document: two issuers may have a user of the same name. */
export type Audience = { readonly topic: string } | { readonly issuer: string; readonly sub: string };

export type Wish = {
  /** What the connection listens to beside its own caller: the handler has decided that it may. */
  readonly topics?: readonly string[];
};

export type Posted = {
  readonly sent: number;
  /** Closed without a word; forgotten by now. */
  readonly gone: number;
  /** The credential by which they were opened has ended. */
  readonly expired: number;
  /** API Gateway did not take it, or was too slow. */
  readonly failed: number;
};

const MAX_TOPICS = 20;
const MAX_NAME_CHARACTERS = 256;
/** AWS's, of a message. */
const MAX_MESSAGE_BYTES = 128 * 1024;
const PAGE = 100;
const AT_ONCE = 20;
/** As authorizers and `access()` forgive. */
const CLOCK_SKEW_SECONDS = 30;

/**
 * In `$connect`, or in a message that asks for a topic. What was remembered of the connection before stays.
 * @throws DomainError SUBJECT_INVALID for a topic that is empty or too long, or too many; STORE_UNAVAILABLE
 */
export async function remember(ports: LivePorts, event: WebSocketEvent, wish: Wish = {}): Promise<void> {
  const { topics = [] } = wish;
  if (topics.length > MAX_TOPICS)
    throw invalid(`a connection is remembered with ${MAX_TOPICS} topics at most`);
  const connection = toConnection(event);
  const audiences = [
    ...topics.map((topic) => keyOf({ topic })),
    // Without an authorizer nobody is known.
    ...(connection.principalId === '' ? [] : [callerKey(connection.principalId)]),
  ];
  const { apiId, stage, connectionId, expiresAtEpochSeconds: expiresAt } = connection;
  const { credentialExpiresAtEpochSeconds: end } = connection;
  const item: Item = {
    apiId,
    stage,
    connectionId,
    expiresAt,
    ...(end !== undefined && { credentialEnd: end }),
  };
  await ports.store.put(
    audiences.flatMap((pk) => [
      { key: { pk, sk: nameOf(item) }, item },
      { key: { pk: ownKey(item), sk: pk }, item: { expiresAt } },
    ]),
  );
}

/** In `$disconnect`, which AWS does not promise to call: what is left behind is forgotten by `post`, or after two hours. @throws DomainError STORE_UNAVAILABLE */
export async function forget(
  ports: Pick<LivePorts, 'store'>,
  event: Pick<WebSocketEvent, 'apiId' | 'stage' | 'connectionId'>,
): Promise<void> {
  const { apiId, stage, connectionId } = event;
  await forgetNamed(ports.store, { apiId, stage, connectionId });
}

/**
 * To every connection that listens. A text is sent as it is, anything else as JSON.
 * @throws DomainError SUBJECT_INVALID for a message over 128 KB; STORE_UNAVAILABLE
 */
export async function post(ports: LivePorts, audience: Audience, message: unknown): Promise<Posted> {
  const text = typeof message === 'string' ? message : JSON.stringify(message);
  if (Buffer.byteLength(text) > MAX_MESSAGE_BYTES) throw invalid('a message has 128 KB at most');
  const posted = { sent: 0, gone: 0, expired: 0, failed: 0 };
  const pk = keyOf(audience);
  for (let after: string | undefined, hasMore = true; hasMore;) {
    const page = await ports.store.page({ pk, limit: PAGE, ...(after !== undefined && { after }) });
    for (let first = 0; first < page.items.length; first += AT_ONCE)
      for (const outcome of await Promise.all(
        page.items.slice(first, first + AT_ONCE).map((kept) => postTo(ports, kept, text)),
      ))
        posted[outcome] += 1;
    after = page.items.at(-1)?.key.sk;
    ({ hasMore } = page);
  }
  return posted;
}

async function postTo(
  { store, sockets, clock }: LivePorts,
  { item }: KeptItem,
  text: string,
): Promise<keyof Posted> {
  const now = clock.nowEpochMs() / 1000;
  const { credentialEnd, expiresAt } = item;
  // Time to live is late by up to two days.
  if (typeof expiresAt === 'number' && expiresAt < now) return 'gone';
  if (typeof credentialEnd === 'number' && credentialEnd + CLOCK_SKEW_SECONDS < now) return 'expired';
  const outcome = await sockets.post(
    {
      apiId: String(item['apiId']),
      stage: String(item['stage']),
      connectionId: String(item['connectionId']),
    },
    text,
  );
  if (outcome === 'gone') await forgetNamed(store, item);
  return outcome;
}

async function forgetNamed(store: LiveStore, connection: Item): Promise<void> {
  const pk = ownKey(connection);
  for (let hasMore = true; hasMore;) {
    const page = await store.page({ pk, limit: PAGE });
    const keys = page.items.flatMap(({ key }): ItemKey[] => [key, { pk: key.sk, sk: nameOf(connection) }]);
    if (keys.length > 0) await store.remove(keys);
    // Those of this page are gone, so that the next page is the first again.
    hasMore = page.hasMore && keys.length > 0;
  }
}

/** @throws DomainError SUBJECT_INVALID */
function keyOf(audience: Audience): string {
  if (!('topic' in audience)) return callerKey(`${audience.issuer}|${audience.sub}`);
  const { topic } = audience;
  if (topic === '' || topic.length > MAX_NAME_CHARACTERS)
    throw invalid(`a topic has 1 to ${MAX_NAME_CHARACTERS} characters`);
  return `live#topic#${printKeyPart(topic)}`;
}

function callerKey(principalId: string): string {
  return `live#caller#${printKeyPart(principalId)}`;
}

function ownKey(connection: Item): string {
  return `live#connection#${nameOf(connection)}`;
}

/** Connection ids are unique per API only. */
function nameOf({ apiId = '', stage = '', connectionId = '' }: Item): string {
  return [apiId, stage, connectionId].map((part) => printKeyPart(String(part))).join('#');
}

function invalid(what: string): DomainError {
  return new DomainError('SUBJECT_INVALID', what);
}
