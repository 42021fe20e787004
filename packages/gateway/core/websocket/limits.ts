/**
 * WebSocket limits. These are AWS's limits (docs/aws §11.4–11.6), and the gateway's own limits if AWS documents none.
 */

/**
 * The maximum size of a message in either direction. A larger message from the client ends the connection with 1009. A
 * larger post gets 413, and a larger response of an integration is replaced by an error frame.
 */
export const MESSAGE_LIMIT_BYTES = 128 * 1024;
/**
 * The maximum size of a frame. Messages to the client are split into frames of at most this size. A larger frame from
 * the client ends the connection with 1009.
 */
export const FRAME_LIMIT_BYTES = 32 * 1024;
export const IDLE_LIMIT_MS = 10 * 60_000;
export const LIFETIME_LIMIT_MS = 2 * 60 * 60_000;
/**
 * The maximum number of bytes that are buffered for a client that does not read. If this number is exceeded, a post
 * gets 429, and a reply ends the connection. This limit is the gateway's own.
 */
export const BUFFER_LIMIT_BYTES = 4 * 1024 * 1024;
/**
 * The number of bytes that are counted for each waiting frame in addition to its content. It accounts for the overhead
 * of Node's queue, which was measured as 340 to 440 bytes per frame. Without it, a million tiny frames would count as
 * nothing.
 */
export const FRAME_COST_BYTES = 512;
/**
 * The number of buffered bytes for one client at which the gateway stops reading from this client. This limit is the
 * gateway's own.
 */
export const BUFFER_PAUSE_BYTES = 256 * 1024;
/**
 * The maximum number of open connections. A handshake that would exceed this number gets 429. This limit is the
 * gateway's own.
 */
export const CONNECTION_LIMIT = 20_000;
/**
 * The maximum number of messages of one connection that are processed at the same time. At this number, the gateway
 * stops reading from the socket. This limit is the gateway's own.
 */
export const MESSAGES_IN_FLIGHT_LIMIT = 256;
/**
 * The maximum total size, in bytes, of the messages of one connection that are processed at the same time. This limit
 * is the gateway's own. It is needed because a message is in memory several times while a function processes it,
 * together with the response.
 */
export const BYTES_IN_FLIGHT_LIMIT = 1024 * 1024;

/** The code and the reason with which a connection was closed, as in `$disconnect` events. */
export type Closure = {
  readonly code: number;
  readonly reason: string;
  /** Present if a single frame was too large. The message of this frame may be within the limit for messages. */
  readonly part?: 'frame';
};

/** The closure after `DELETE @connections/{id}`. */
export const CLOSED_BY_API: Closure = { code: 1000, reason: 'Connection Closed Normally' };
/**
 * The closure if the API is removed or the gateway stops. By default, it is also used for connections that reach the
 * idle limit or the lifetime limit.
 */
export const GOING_AWAY: Closure = { code: 1001, reason: 'Going away' };
export const BINARY_REFUSED: Closure = { code: 1003, reason: 'Binary messages are not supported' };
export const TOO_BIG: Closure = { code: 1009, reason: 'Message too long' };
/** The closure for a frame that is too large. The client gets the same code and reason as for a message. */
export const FRAME_TOO_BIG: Closure = { ...TOO_BIG, part: 'frame' };
/** The close codes for data that a client must not send (RFC 6455 §7.4.1). */
export const REFUSED_CODES: ReadonlySet<number> = new Set([1002, 1003, 1007, 1008, 1009]);
/** The closure if the TCP connection ended without a close frame. */
export const ABNORMAL: Closure = { code: 1006, reason: '' };
/** The closure that AWS reports for a close frame without a code. */
export const NO_STATUS: Closure = { code: 1005, reason: 'Client-side close frame status not set' };

/**
 * Returns the closure for connections that reach the idle limit or the lifetime limit. `--assume` sets its close code.
 */
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
