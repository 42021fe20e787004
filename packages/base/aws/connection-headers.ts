/** Fields of one HTTP/1.1 connection: whoever passes a message on leaves them out (RFC 9110 §7.6.1). */
export const HOP_BY_HOP: readonly string[] = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** Those and the length, which whoever sends the message writes itself. */
export const CONNECTION_HEADERS: readonly string[] = [...HOP_BY_HOP, 'content-length'];
