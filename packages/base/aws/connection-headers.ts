/**
 * Fields that belong to one HTTP/1.1 connection. A forwarder of a message must leave them out
 * (RFC 9110 §7.6.1).
 */
export const HOP_BY_HOP: readonly string[] = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** The connection's header fields and the content length, which the sender of a message writes itself. */
export const CONNECTION_HEADERS: readonly string[] = [...HOP_BY_HOP, 'content-length'];
