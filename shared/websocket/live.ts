/**
 * Stores the connections of any WebSocket API by caller and by topic, and sends messages to them. Unlike the messages
 * of channels (`channel-log.ts`), these messages have no number and are not stored.
 */
import type { WebSocketEvent } from '../aws/websocket-event.ts';
import { DomainError } from '../errors.ts';
import type { Clock, ConnectionPoster, LiveStore } from '../ports.ts';
import { connectionOf, toConnection } from './connection.ts';
import type { ConnectionName } from './connection.ts';
import { audienceKey, connectionItems, forgetConnection, interestItems } from './listeners.ts';
import type { Audience } from './listeners.ts';
import { forEachConcurrently, postTexts } from './post-texts.ts';

export type LivePorts = {
  readonly store: LiveStore;
  readonly sockets: ConnectionPoster;
  readonly clock: Clock;
};

export type RememberOptions = {
  /**
   * The topics whose messages the connection receives, in addition to the messages to its caller. The handler must have
   * checked that the caller may read these topics.
   */
  readonly topics?: readonly string[];
};

export type Posted = {
  readonly sent: number;
  readonly gone: number;
  readonly expired: number;
  /** Number of connections to which the message could not be posted, or for which API Gateway throttled it. */
  readonly failed: number;
};

const MAX_TOPICS = 20;
/** Maximum size of a message. It is AWS's limit. */
const MAX_MESSAGE_BYTES = 128 * 1024;
const PAGE = 100;
const AT_ONCE = 20;

/**
 * Stores a connection, for `$connect` or for a message that asks for a topic. Earlier entries of the connection stay.
 * @throws DomainError SUBJECT_INVALID for too many topics, or a topic that is empty or too long; STORE_UNAVAILABLE
 *
 * @example
 * ```ts
 * import { parseWebSocketEvent, remember } from 'gatewright/websocket';
 * import type { LivePorts } from 'gatewright/websocket';
 *
 * type Item = { readonly key: { readonly pk: string; readonly sk: string } };
 * const kept = new Map<string, Item>();
 * const ports = {
 *   // In a function: createLambdaLivePorts(tableName).
 *   store: {
 *     put: async (items: readonly Item[]) => {
 *       for (const item of items) kept.set(`${item.key.pk} ${item.key.sk}`, item);
 *     },
 *     remove: async (keys: readonly Item['key'][]) => {
 *       for (const { pk, sk } of keys) kept.delete(`${pk} ${sk}`);
 *     },
 *     page: async ({ pk }: Item['key']) => ({
 *       items: [...kept.values()].filter(({ key }) => key.pk === pk),
 *       hasMore: false,
 *     }),
 *   },
 *   sockets: { post: async () => 'sent' },
 *   clock: { nowEpochMs: () => 1_000 },
 * } as unknown as LivePorts;
 * const connection = parseWebSocketEvent({
 *   requestContext: {
 *     ...{ apiId: 'a1b2c3d4e5', stage: 'dev', connectionId: 'c-1', connectedAt: 1_000 },
 *     authorizer: { principalId: 'ann', sub: 'ann', iss: 'https://issuer.example/' },
 *   },
 * });
 * await remember(ports, connection, { topics: ['orders'] });
 * kept.size > 0 // → true
 * ```
 */
export async function remember(
  { store, clock }: Pick<LivePorts, 'store' | 'clock'>,
  event: WebSocketEvent,
  options: RememberOptions = {},
): Promise<void> {
  const { topics = [] } = options;
  if (topics.length > MAX_TOPICS)
    throw new DomainError(
      'SUBJECT_INVALID',
      `one call may add at most ${MAX_TOPICS} topics, but this call has ${topics.length}`,
    );
  const connection = toConnection(event);
  await store.put([
    ...connectionItems(connection, clock.nowEpochMs()),
    ...topics.flatMap((topic) => interestItems(connection, audienceKey({ topic }))),
  ]);
}

/**
 * Removes a connection, for `$disconnect`. AWS does not guarantee to call `$disconnect`, so leftover entries are
 * removed by `post`, or after two hours.
 * @throws DomainError STORE_UNAVAILABLE if the table is unavailable
 *
 * @example
 * ```ts
 * import { forget, parseWebSocketEvent, remember } from 'gatewright/websocket';
 * import type { LivePorts } from 'gatewright/websocket';
 *
 * type Item = { readonly key: { readonly pk: string; readonly sk: string } };
 * const kept = new Map<string, Item>();
 * const ports = {
 *   // In a function: createLambdaLivePorts(tableName).
 *   store: {
 *     put: async (items: readonly Item[]) => {
 *       for (const item of items) kept.set(`${item.key.pk} ${item.key.sk}`, item);
 *     },
 *     remove: async (keys: readonly Item['key'][]) => {
 *       for (const { pk, sk } of keys) kept.delete(`${pk} ${sk}`);
 *     },
 *     page: async ({ pk }: Item['key']) => ({
 *       items: [...kept.values()].filter(({ key }) => key.pk === pk),
 *       hasMore: false,
 *     }),
 *   },
 *   sockets: { post: async () => 'sent' },
 *   clock: { nowEpochMs: () => 1_000 },
 * } as unknown as LivePorts;
 * const connection = parseWebSocketEvent({
 *   requestContext: {
 *     ...{ apiId: 'a1b2c3d4e5', stage: 'dev', connectionId: 'c-1', connectedAt: 1_000 },
 *     authorizer: { principalId: 'ann', sub: 'ann', iss: 'https://issuer.example/' },
 *   },
 * });
 * await remember(ports, connection);
 * await forget(ports, connection);
 * kept.size // → 0
 * ```
 */
export async function forget({ store }: Pick<LivePorts, 'store'>, connection: ConnectionName): Promise<void> {
  await forgetConnection(store, connection);
}

/**
 * Sends a message to every connection of the audience. A text is sent unchanged. Any other message is sent as JSON.
 * @throws DomainError SUBJECT_INVALID for a message over 128 KB, or an invalid topic; STORE_UNAVAILABLE
 *
 * @example
 * ```ts
 * import { parseWebSocketEvent, post, remember } from 'gatewright/websocket';
 * import type { LivePorts } from 'gatewright/websocket';
 *
 * type Item = { readonly key: { readonly pk: string; readonly sk: string } };
 * const kept = new Map<string, Item>();
 * const ports = {
 *   // In a function: createLambdaLivePorts(tableName).
 *   store: {
 *     put: async (items: readonly Item[]) => {
 *       for (const item of items) kept.set(`${item.key.pk} ${item.key.sk}`, item);
 *     },
 *     remove: async (keys: readonly Item['key'][]) => {
 *       for (const { pk, sk } of keys) kept.delete(`${pk} ${sk}`);
 *     },
 *     page: async ({ pk }: Item['key']) => ({
 *       items: [...kept.values()].filter(({ key }) => key.pk === pk),
 *       hasMore: false,
 *     }),
 *   },
 *   sockets: { post: async () => 'sent' },
 *   clock: { nowEpochMs: () => 1_000 },
 * } as unknown as LivePorts;
 * const connection = parseWebSocketEvent({
 *   requestContext: {
 *     ...{ apiId: 'a1b2c3d4e5', stage: 'dev', connectionId: 'c-1', connectedAt: 1_000 },
 *     authorizer: { principalId: 'ann', sub: 'ann', iss: 'https://issuer.example/' },
 *   },
 * });
 * await remember(ports, connection, { topics: ['orders'] });
 * (await post(ports, { topic: 'orders' }, { state: 'cooking' })).sent // → 1
 * ```
 */
export async function post(ports: LivePorts, audience: Audience, message: unknown): Promise<Posted> {
  const text = typeof message === 'string' ? message : JSON.stringify(message);
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_MESSAGE_BYTES)
    throw new DomainError(
      'SUBJECT_INVALID',
      `the message has ${bytes} bytes; the maximum is ${MAX_MESSAGE_BYTES}`,
    );
  const { store } = ports;
  const posted = { sent: 0, gone: 0, expired: 0, failed: 0 };
  const pk = audienceKey(audience);
  for (let after: string | undefined, hasMore = true; hasMore;) {
    const page = await store.page({ pk, limit: PAGE, ...(after !== undefined && { after }) });
    await forEachConcurrently(page.items, AT_ONCE, async ({ item }) => {
      const status = await postTexts(ports, item, [text]);
      if (status === 'gone') await forgetConnection(store, connectionOf(item));
      posted[status === 'throttled' ? 'failed' : status] += 1;
    });
    after = page.items.at(-1)?.key.sk;
    ({ hasMore } = page);
  }
  return posted;
}
