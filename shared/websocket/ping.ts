/**
 * Handles pings. They keep a quiet connection open, because AWS sends no pings and closes a connection after ten idle
 * minutes. They also renew presence, and tell the client which messages of its channels it has missed. A client that
 * has missed a message is thus informed within one interval, even if no other message follows.
 */
import { CHANNELS, parseChannelGrants } from '../aws/channel-grants.ts';
import { WEBSOCKET_CONNECTION_LIMIT_SECONDS } from '../aws/limits.ts';
import type { WebSocketEvent } from '../aws/websocket-event.ts';
import { DomainError } from '../errors.ts';
import type { Clock } from '../ports.ts';
import { mayWatch, printAddress, watchedChannel } from './channel-address.ts';
import { readHead } from './channel-log.ts';
import type { ChannelPorts } from './channel-ports.ts';
import type { ClientMessageOf } from './client-message.ts';
import { credentialEnd } from './connection.ts';
import type { Position, ServerFrame } from './frames.ts';
import { PROTOCOL_VERSION } from './frames.ts';
import { costOf, spend } from './message-limit.ts';
import { heartbeat, sweep } from './presence.ts';

/** Ping interval of a connection without presence. It is less than half of AWS's idle timeout. */
const QUIET_PING_MS = 240_000;

export async function answerPing(
  ports: ChannelPorts,
  event: WebSocketEvent,
  { seen = {} }: ClientMessageOf<'ping'>,
): Promise<ServerFrame> {
  const { clock } = ports;
  const grants = parseChannelGrants(event.authorizer[CHANNELS]);
  const watched = Object.entries(seen).flatMap(([channel, position]) =>
    grants !== undefined && mayWatch(grants, channel)
      ? [{ channel, address: printAddress(grants.space, channel), position }]
      : [],
  );
  const cost = watched.reduce((sum, { channel }) => sum + costOf(channel), 1);
  // If the cost cannot be counted, the ping still gets a response. Otherwise the client would reconnect.
  const waitMs = await spend(ports, event, cost).catch((error: unknown) => {
    if (isTemporary(error)) return ports.limits.pingMs;
    throw error;
  });
  if (waitMs !== undefined) return pong(event, clock, { pingAfterMs: waitMs });
  const heads: [string, Position][] = [];
  const rejoin: string[] = [];
  let pingAfterMs = QUIET_PING_MS;
  for (const one of watched) {
    const look = await lookAt(ports, event, one);
    if (look.head !== undefined) heads.push([one.channel, look.head]);
    if (look.mustRejoin === true) rejoin.push(one.channel);
    pingAfterMs = Math.min(pingAfterMs, look.pingAfterMs ?? QUIET_PING_MS);
  }
  return pong(event, clock, {
    pingAfterMs: Math.ceil(pingAfterMs),
    ...(heads.length > 0 && { heads: Object.fromEntries(heads) }),
    ...(rejoin.length > 0 && { rejoin }),
  });
}

type Pong = Extract<ServerFrame, { readonly type: 'pong' }>;

function pong(
  event: WebSocketEvent,
  clock: Clock,
  about: Pick<Pong, 'pingAfterMs' | 'heads' | 'rejoin'>,
): Pong {
  const nowEpochMs = clock.nowEpochMs();
  const end = credentialEnd(event);
  const closesAt = event.connectedAtEpochMs + WEBSOCKET_CONNECTION_LIMIT_SECONDS * 1000;
  return {
    type: 'pong',
    protocol: PROTOCOL_VERSION,
    connectionId: event.connectionId,
    closesInMs: Math.max(0, closesAt - nowEpochMs),
    ...(end !== undefined && { credentialEndsInMs: Math.max(0, end * 1000 - nowEpochMs) }),
    ...about,
  };
}

type Look = {
  /** The channel's current position, if it is beyond the client's position. */
  readonly head?: Position;
  readonly mustRejoin?: boolean;
  readonly pingAfterMs?: number;
};

/**
 * Reads what a ping reports about a channel. If the table is unavailable, the ping reports nothing about the channel,
 * and the next ping does. A ping must always get a response. Otherwise, if the table is slow because of load, all
 * clients would consider their connections dead and reconnect.
 */
async function lookAt(
  ports: ChannelPorts,
  event: WebSocketEvent,
  {
    channel,
    address,
    position,
  }: { readonly channel: string; readonly address: string; readonly position: Position },
): Promise<Look> {
  const { pingMs } = ports.limits;
  const look: { -readonly [Name in keyof Look]: Look[Name] } = {};
  try {
    if (watchedChannel(channel) !== undefined) {
      look.pingAfterMs = pingMs;
      look.mustRejoin = !(await heartbeat(ports, address, event));
      look.pingAfterMs = Math.min(pingMs, (await sweep(ports, address)) ?? pingMs);
    }
    const head = await readHead(ports, address);
    if (head !== undefined && (head.log !== position.log || head.seq > position.seq))
      look.head = { log: head.log, seq: head.seq };
  } catch (error) {
    if (!isTemporary(error)) throw error;
    look.pingAfterMs = pingMs;
  }
  return look;
}

const LATER: ReadonlySet<string> = new Set(['STORE_UNAVAILABLE', 'TARGET_UNAVAILABLE']);

function isTemporary(error: unknown): boolean {
  return error instanceof DomainError && LATER.has(error.code);
}
