/** `$connect`: admits a caller's connection, unless there are too many. */
import type { ProxyResult } from '../aws/proxy-result.ts';
import type { WebSocketEvent } from '../aws/websocket-event.ts';
import type { ChannelPorts } from './channel-ports.ts';
import { acceptConnection } from './connect-reply.ts';
import { toConnection } from './connection.ts';
import { callerKey } from './listeners.ts';
import { remember } from './live.ts';

/** API Gateway closes a connection after ten idle minutes; without a ping for longer, it was abandoned. */
const ABANDONED_AFTER_MS = 15 * 60_000;
const PAGE = 200;

/** @throws DomainError STORE_UNAVAILABLE, so that every open connection is recorded */
export async function admitConnection(
  ports: Pick<ChannelPorts, 'store' | 'clock' | 'limits'>,
  event: WebSocketEvent,
): Promise<ProxyResult> {
  const { principalId } = toConnection(event);
  if (principalId !== '' && !(await hasRoom(ports, principalId))) return { statusCode: 429 };
  await remember(ports, event);
  return acceptConnection(event);
}

async function hasRoom(
  { store, clock, limits }: Pick<ChannelPorts, 'store' | 'clock' | 'limits'>,
  principalId: string,
): Promise<boolean> {
  const { items } = await store.page({ pk: callerKey(principalId), limit: PAGE });
  const nowEpochMs = clock.nowEpochMs();
  const open = items.filter(
    ({ item: { expiresAt, seenAt } }) =>
      Number(expiresAt) * 1000 > nowEpochMs && Number(seenAt ?? 0) + ABANDONED_AFTER_MS > nowEpochMs,
  );
  return open.length < limits.connectionsPerCaller;
}
