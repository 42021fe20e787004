/**
 * Pings keep a quiet connection open (AWS sends none, and closes after ten idle minutes), say who is still there, and tell
 * the client what it has not seen of its channels: the last message of all is missed by nobody for longer than that.
 */
import { CHANNELS, parseChannelGrants } from '../aws/channel-grants.ts';
import { WEBSOCKET_CONNECTION_LIMIT_SECONDS } from '../aws/limits.ts';
import type { WebSocketEvent } from '../aws/websocket-event.ts';
import { mayHear, printAddress, watchedChannel } from './channel-address.ts';
import { readHead } from './channel-log.ts';
import type { ChannelPorts } from './channel-ports.ts';
import type { ClientMessageOf } from './client-message.ts';
import { credentialEnd, listenerKey } from './connection.ts';
import type { Position, ServerFrame } from './frames.ts';
import { PROTOCOL_VERSION } from './frames.ts';
import { callerKey } from './listeners.ts';
import { heartbeat, sweep } from './presence.ts';

/** Of a connection that is present nowhere: twice within what AWS lets it be idle. */
const QUIET_PING_MS = 240_000;

export async function answerPing(
  ports: ChannelPorts,
  event: WebSocketEvent,
  { seen = {} }: ClientMessageOf<'ping'>,
): Promise<ServerFrame> {
  const { clock, limits } = ports;
  await touch(ports, event);
  const grants = parseChannelGrants(event.authorizer[CHANNELS]);
  const heads: [string, Position][] = [];
  const rejoin: string[] = [];
  let pingAfterMs = QUIET_PING_MS;
  for (const [channel, position] of Object.entries(seen)) {
    if (grants === undefined || !mayHear(grants, channel)) continue;
    const address = printAddress(grants.space, channel);
    if (watchedChannel(channel) !== undefined) {
      if (!(await heartbeat(ports, address, event))) rejoin.push(channel);
      const nextMs = await sweep(ports, address);
      pingAfterMs = Math.min(pingAfterMs, limits.pingMs, nextMs ?? limits.pingMs);
    }
    const head = await readHead(ports, address);
    if (head !== undefined && (head.log !== position.log || head.seq > position.seq))
      heads.push([channel, { log: head.log, seq: head.seq }]);
  }
  const nowEpochMs = clock.nowEpochMs();
  const end = credentialEnd(event);
  const closesAt = event.connectedAtEpochMs + WEBSOCKET_CONNECTION_LIMIT_SECONDS * 1000;
  return {
    ...{ type: 'pong', protocol: PROTOCOL_VERSION, connectionId: event.connectionId },
    pingAfterMs: Math.ceil(pingAfterMs),
    closesInMs: Math.max(0, closesAt - nowEpochMs),
    ...(end !== undefined && { credentialEndsInMs: Math.max(0, end * 1000 - nowEpochMs) }),
    ...(heads.length > 0 && { heads: Object.fromEntries(heads) }),
    ...(rejoin.length > 0 && { rejoin }),
  };
}

/** By this the limit of connections knows which ones are left behind. A connection that is not there is not made. */
async function touch({ items, clock }: ChannelPorts, event: WebSocketEvent): Promise<void> {
  const { principalId = '' } = event.authorizer;
  if (principalId === '') return;
  await items.update({
    ...{ purpose: 'presence', key: { pk: callerKey(principalId), sk: listenerKey(event) } },
    when: [{ attribute: 'seenAt', is: 'present' }],
    change: { kind: 'update', set: { seenAt: clock.nowEpochMs() } },
  });
}
