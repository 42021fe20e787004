/** How headers of an answer leave a REST API (docs/aws §2.7; recorded December 2024). */

/** Leave as `x-amzn-Remapped-{Name}`: the gateway speaks for itself in these. */
const REMAPPED_ALWAYS = ['connection', 'content-length', 'date', 'server'];
const REMAPPED = {
  mapped: new Set([
    ...REMAPPED_ALWAYS,
    'authorization',
    'content-md5',
    'expect',
    'host',
    'max-forwards',
    'proxy-authenticate',
    'trailer',
    'upgrade',
    'user-agent',
    'www-authenticate',
  ]),
  proxied: new Set([...REMAPPED_ALWAYS, 'x-amzn-requestid']),
  streamed: new Set([...REMAPPED_ALWAYS, 'x-amzn-requestid']),
};

/** `trailer` and `keep-alive` of a backend speak of its own connection; the client's socket would refuse the first. */
const DROPPED = {
  mapped: new Set(['transfer-encoding', 'keep-alive']),
  proxied: new Set(['transfer-encoding', 'keep-alive', 'trailer', 'content-encoding', 'via']),
  // What is streamed is not unpacked.
  streamed: new Set(['transfer-encoding', 'keep-alive', 'trailer', 'via']),
};

/**
 * `mapped`: set by a mapping of an AWS, HTTP or MOCK integration; `proxied`, `streamed`: from the backend of an
 * HTTP_PROXY, by its transfer mode. Undefined = dropped.
 */
export function nameOfReturned(name: string, by: 'mapped' | 'proxied' | 'streamed'): string | undefined {
  const lower = name.toLowerCase();
  if (DROPPED[by].has(lower)) return undefined;
  return REMAPPED[by].has(lower) ? `x-amzn-Remapped-${name}` : name;
}
