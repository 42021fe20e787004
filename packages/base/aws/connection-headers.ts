/**
 * Fields that belong to a single HTTP/1.1 connection. An intermediary must remove them before it forwards a message
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
