/** Headers about one connection and its framing: a gateway does not forward them (RFC 9110 §7.6.1). */
export const CONNECTION_HEADERS = [
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];
