/** What AWS allows on a WebSocket (docs/aws §11.4–11.6), and the bounds AWS leaves unsaid. */

/** Largest message in either direction; above it the connection ends with 1009. */
export const MESSAGE_LIMIT_BYTES = 128 * 1024;
/** Largest frame; messages to the client are split at it, frames from the client above it end with 1009. */
export const FRAME_LIMIT_BYTES = 32 * 1024;
export const IDLE_LIMIT_MS = 10 * 60_000;
export const LIFETIME_LIMIT_MS = 2 * 60 * 60_000;
/** Longest URL of a handshake, query included. */
export const URL_LIMIT_CHARACTERS = 4096;
/** Ours: what may wait for a client that does not read. Beyond it posts get 429 and replies end the connection. */
export const BUFFER_LIMIT_BYTES = 4 * 1024 * 1024;
/** Ours: what a frame that waits takes beside its bytes; measured 340 to 440 in Node's queue. Else a million tiny ones count as nothing. */
export const FRAME_COST_BYTES = 512;
/** Ours: while this much waits for a client, nothing more is read from it. */
export const BUFFER_PAUSE_BYTES = 256 * 1024;
/** Ours: open connections of one gateway; the next handshake gets 429. */
export const CONNECTION_LIMIT = 20_000;
/** Ours: messages of one connection that functions work on at a time; the socket is not read beyond it. */
export const MESSAGES_IN_FLIGHT_LIMIT = 256;
/** Ours: bytes of them. Each message is in memory several times while a function has it, and its answer comes on top. */
export const BYTES_IN_FLIGHT_LIMIT = 1024 * 1024;

/** How a connection ended, as `$disconnect` events tell it. */
export type Closure = { readonly code: number; readonly reason: string };

/** `DELETE @connections/{id}`. */
export const CLOSED_BY_API: Closure = { code: 1000, reason: 'Connection Closed Normally' };
/** The API's removal, the gateway's own end; usually the idle and the lifetime limit. */
export const GOING_AWAY: Closure = { code: 1001, reason: 'Going away' };
export const BINARY_REFUSED: Closure = { code: 1003, reason: 'Binary messages are not supported' };
export const TOO_BIG: Closure = { code: 1009, reason: 'Message too long' };
/** The TCP connection went without a close frame. */
export const ABNORMAL: Closure = { code: 1006, reason: '' };
/** What AWS reports for a close frame without a code. */
export const NO_STATUS: Closure = { code: 1005, reason: 'Client-side close frame status not set' };

/** At the idle and the lifetime limit: what `--assume` says. */
export function closureOf(code: '1001' | '1000' | '1005' | '1006'): Closure {
  switch (code) {
    case '1001':
      return GOING_AWAY;
    case '1000':
      return CLOSED_BY_API;
    case '1005':
      return { code: 1005, reason: '' };
    case '1006':
      return ABNORMAL;
  }
}
