/** Headers that speak of one connection and of how a body is framed on it: a gateway passes none of them on (RFC 9110 §7.6.1). */
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
