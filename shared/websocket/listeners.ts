/**
 * Stores which connections exist and what each of them listens to. There are three kinds of items:
 *
 * | item       | pk                       | sk                  | attributes                                          |
 * | ---------- | ------------------------ | ------------------- | --------------------------------------------------- |
 * | connection | `live#connection#{name}` | `connection`        | `principalId`, `tenant`, `connectedAt`, see below   |
 * | interest   | `live#connection#{name}` | pk of the listeners |                                                     |
 * | listener   | `live#{kind}#{what}`     | `{place}#{name}`    | see below; of a caller also `seenAt`                |
 *
 * `kind` is `caller` (messages for the connection's principal), `topic` (`post`) or `channel` (`publish`). All items
 * have `expiresAt`; connections and listeners have `apiId`, `stage`, `connectionId` and `credentialEnd`.
 */
import { DomainError } from '../errors.ts';
import type { LiveStore } from '../ports.ts';
import { printKeyPart } from '../table/item-write.ts';
import type { Item, ItemKey } from '../table/item-write.ts';
import type { ListedItem } from '../table/listing.ts';
import { isStoredName, MAX_NAME_LENGTH } from '../table/stored-name.ts';
import { addressOfListeners } from './channel-address.ts';
import { connectionOf, listenerKey, nameOf } from './connection.ts';
import type { Connection, ConnectionName } from './connection.ts';

const RECORD = 'connection';
const PAGE = 100;

/**
 * The recipients of a message: the subscribers of a topic, or a user. `issuer` is the issuer's id in the access
 * document, because two issuers may have users with the same name.
 */
export type Audience = { readonly topic: string } | { readonly issuer: string; readonly sub: string };

/**
 * Returns the key of the partition that contains the listeners of a topic, or the listeners of a user.
 * @throws DomainError SUBJECT_INVALID if the topic is empty, too long or malformed
 */
export function audienceKey(audience: Audience): string {
  if (!('topic' in audience)) return callerKey(`${audience.issuer}|${audience.sub}`);
  const { topic } = audience;
  if (!isStoredName(topic))
    throw new DomainError(
      'SUBJECT_INVALID',
      `a topic must have 1 to ${MAX_NAME_LENGTH} characters of well-formed Unicode`,
    );
  return `live#topic#${printKeyPart(topic)}`;
}

export function callerKey(principalId: string): string {
  return `live#caller#${printKeyPart(principalId)}`;
}

function ownKey(connection: ConnectionName): string {
  return `live#connection#${nameOf(connection)}`;
}

/** Returns the items of a connection. If the connection has a caller, it is also listed under the caller's name. */
export function connectionItems(connection: Connection, nowEpochMs: number): readonly ListedItem[] {
  const { principalId, tenant, connectedAtEpochMs: connectedAt } = connection;
  const { expiresAtEpochSeconds: expiresAt } = connection;
  const record: ListedItem = {
    key: { pk: ownKey(connection), sk: RECORD },
    item: {
      ...nameItem(connection),
      principalId,
      connectedAt,
      expiresAt,
      ...(tenant !== undefined && { tenant }),
      ...endOf(connection),
    },
  };
  if (principalId === '') return [record];
  const key = { pk: callerKey(principalId), sk: listenerKey(connection) };
  return [record, { key, item: { ...listenerItem(connection), seenAt: nowEpochMs } }];
}

export function interestItems(connection: Connection, pk: string): readonly ListedItem[] {
  const { expiresAtEpochSeconds: expiresAt } = connection;
  return [
    { key: { pk, sk: listenerKey(connection) }, item: listenerItem(connection) },
    { key: { pk: ownKey(connection), sk: pk }, item: { expiresAt } },
  ];
}

export function interestKeys(connection: ConnectionName, pk: string): readonly ItemKey[] {
  return [
    { pk, sk: listenerKey(connection) },
    { pk: ownKey(connection), sk: pk },
  ];
}

export async function channelsOf(
  store: Pick<LiveStore, 'page'>,
  connection: ConnectionName,
): Promise<readonly string[]> {
  const { items } = await store.page({ pk: ownKey(connection), limit: PAGE });
  return items.flatMap(({ key }) => addressOfListeners(key.sk) ?? []);
}

/**
 * Removes all items of a connection.
 * @returns addresses of the channels that the connection listened to
 */
export async function forgetConnection(
  store: LiveStore,
  connection: ConnectionName,
): Promise<readonly string[]> {
  const pk = ownKey(connection);
  const channels: string[] = [];
  for (let hasMore = true; hasMore;) {
    const page = await store.page({ pk, limit: PAGE });
    const sk = listenerKey(connection);
    const keys = page.items.flatMap(({ key, item }): ItemKey[] => {
      if (key.sk !== RECORD) return [key, { pk: key.sk, sk }];
      const principalId = String(item['principalId'] ?? '');
      return principalId === '' ? [key] : [key, { pk: callerKey(principalId), sk }];
    });
    channels.push(...page.items.flatMap(({ key }) => addressOfListeners(key.sk) ?? []));
    if (keys.length > 0) await store.remove(keys);
    // The items of this page were deleted, so the next page is again the first one.
    hasMore = page.hasMore && keys.length > 0;
  }
  return channels;
}

function listenerItem(connection: Connection): Item {
  return {
    ...nameItem(connection),
    expiresAt: connection.expiresAtEpochSeconds,
    ...endOf(connection),
  };
}

function nameItem(connection: ConnectionName): Item {
  const { apiId, stage, connectionId } = connectionOf(connection);
  return { apiId, stage, connectionId };
}

function endOf({ credentialExpiresAtEpochSeconds: end }: Connection): Item {
  return end === undefined ? {} : { credentialEnd: end };
}
