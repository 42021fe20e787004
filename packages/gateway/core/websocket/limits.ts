/**
 * WebSocket limits. These are AWS's limits (docs/aws §11.4–11.6), and the gateway's own limits if AWS documents none.
 */

/** The largest message in either direction. A larger message ends the connection with 1009. */
export const MESSAGE_LIMIT_BYTES = 128 * 1024;
/**
 * The largest frame. Messages to the client are split into frames of at most this size. A larger frame from the client
 * ends the connection with 1009.
 */
export const FRAME_LIMIT_BYTES = 32 * 1024;
export const IDLE_LIMIT_MS = 10 * 60_000;
export const LIFETIME_LIMIT_MS = 2 * 60 * 60_000;
/** The longest URL of a handshake, including the query. */
export const URL_LIMIT_CHARACTERS = 4096;
/**
 * The gateway's own limit of bytes that wait for a client that does not read. Above it, posts get 429 and replies end
 * the connection.
 */
export const BUFFER_LIMIT_BYTES = 4 * 1024 * 1024;
/**
 * The gateway's own value for the overhead of a waiting frame. In Node's queue, an overhead of 340 to 440 bytes was
 * measured. Without this value, a million tiny frames would count as nothing.
 */
export const FRAME_COST_BYTES = 512;
/** The gateway's own limit: while more bytes than this wait for a client, reading from the client pauses. */
export const BUFFER_PAUSE_BYTES = 256 * 1024;
/** The gateway's own limit of open connections. The next handshake gets 429. */
export const CONNECTION_LIMIT = 20_000;
/** The gateway's own limit of a connection's messages in flight. Above it, the socket is not read. */
export const MESSAGES_IN_FLIGHT_LIMIT = 256;
/**
 * The gateway's own limit of bytes in flight. While a function processes a message, the message is in memory several
 * times, together with the response.
 */
export const BYTES_IN_FLIGHT_LIMIT = 1024 * 1024;

/** The end of a connection, as in `$disconnect` events. */
export type Closure = { readonly code: number; readonly reason: string };

/** The closure after `DELETE @connections/{id}`. */
export const CLOSED_BY_API: Closure = { code: 1000, reason: 'Connection Closed Normally' };
/**
 * The closure if the API is removed or the gateway ends. By default it is also used at the idle limit and the lifetime
 * limit.
 */
export const GOING_AWAY: Closure = { code: 1001, reason: 'Going away' };
export const BINARY_REFUSED: Closure = { code: 1003, reason: 'Binary messages are not supported' };
export const TOO_BIG: Closure = { code: 1009, reason: 'Message too long' };
/** The closure if the TCP connection ended without a close frame. */
export const ABNORMAL: Closure = { code: 1006, reason: '' };
/** The closure that AWS reports for a close frame without a code. */
export const NO_STATUS: Closure = { code: 1005, reason: 'Client-side close frame status not set' };

/** Returns the closure at the idle or lifetime limit for the close code that `--assume` sets. */
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
