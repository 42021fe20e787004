/** Handles `$connect`: admits a caller's connection, unless there are too many. */
import type { ProxyResult } from '../aws/proxy-result.ts';
import type { WebSocketEvent } from '../aws/websocket-event.ts';
import type { ChannelPorts } from './channel-ports.ts';
import { acceptConnection } from './connect-reply.ts';
import { listenerKey, toConnection } from './connection.ts';
import { keepsPlace } from './keeps-place.ts';
import { callerKey, forgetConnection } from './listeners.ts';
import { remember } from './live.ts';

/**
 * Time after which a connection without messages counts as abandoned. API Gateway closes a connection after ten idle
 * minutes.
 */
const ABANDONED_AFTER_MS = 15 * 60_000;
const PAGE = 200;

const TOO_MANY: ProxyResult = { statusCode: 429 };

/**
 * Admits or refuses a connection.
 * @throws DomainError STORE_UNAVAILABLE if the caller's connections cannot be read or the new one cannot be recorded,
 * because every open connection must be recorded
 */
export async function admitConnection(
  ports: Pick<ChannelPorts, 'store' | 'clock' | 'limits'>,
  event: WebSocketEvent,
): Promise<ProxyResult> {
  const connection = toConnection(event);
  const { principalId } = connection;
  const limit = ports.limits.connectionsPerCaller;
  const isNamed = principalId !== '';
  const list = (): Promise<readonly string[]> => openConnections(ports, principalId);
  if (isNamed && (await list()).length >= limit) return TOO_MANY;
  await remember(ports, event);
  if (isNamed && !(await keepsPlace(list, listenerKey(connection), limit))) {
    await forgetConnection(ports.store, connection);
    return TOO_MANY;
  }
  return acceptConnection(event);
}

/**
 * Returns the keys of the caller's open connections in sorted order. Stops after the page in which the limit is
 * exceeded.
 */
async function openConnections(
  { store, clock, limits }: Pick<ChannelPorts, 'store' | 'clock' | 'limits'>,
  principalId: string,
): Promise<readonly string[]> {
  const nowEpochMs = clock.nowEpochMs();
  const open: string[] = [];
  for (
    let after: string | undefined, hasMore = true;
    hasMore && open.length <= limits.connectionsPerCaller;
  ) {
    const page = await store.page({
      pk: callerKey(principalId),
      limit: PAGE,
      ...(after !== undefined && { after }),
    });
    for (const { key, item } of page.items)
      if (
        Number(item['expiresAt']) * 1000 > nowEpochMs &&
        Number(item['seenAt'] ?? 0) + ABANDONED_AFTER_MS > nowEpochMs
      )
        open.push(key.sk);
    after = page.items.at(-1)?.key.sk;
    hasMore = page.hasMore && after !== undefined;
  }
  return open;
}
