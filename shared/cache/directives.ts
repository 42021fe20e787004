/** `Cache-Control` directives of a request or a response (RFC 9111 §5.2). */

type Directives = ReadonlyMap<string, string>;

/**
 * Returns the directives by name in lower case. Values may be empty. The first of repeated directives applies
 * (RFC 9111 §4.2.1).
 */
export function parseDirectives(header: string | undefined): Directives {
  const directives = new Map<string, string>();
  for (const [, name = '', quoted, plain = ''] of (header ?? '').matchAll(
    /([\w!#$%&'*+.^`|~-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]*)))?/g,
  ))
    if (!directives.has(name.toLowerCase())) directives.set(name.toLowerCase(), quoted ?? plain);
  return directives;
}

/**
 * Returns the seconds of a directive. Returns undefined if the directive is absent; 0, the safe value, if it is
 * malformed.
 */
export function secondsOf(directives: Directives, name: string): number | undefined {
  const value = directives.get(name);
  if (value === undefined) return undefined;
  return /^\d{1,10}$/.test(value) ? Number(value) : 0;
}

/**
 * Whether a request asks for a fresh response: it has `max-age=0`, `no-cache` or `no-store`, or it has no
 * `Cache-Control` and the old `Pragma: no-cache`.
 */
export function wantsFreshAnswer(directives: Directives, pragma: string | undefined): boolean {
  if (directives.size === 0) return /\bno-cache\b/i.test(pragma ?? '');
  return directives.has('no-cache') || directives.has('no-store') || secondsOf(directives, 'max-age') === 0;
}
