/** `Cache-Control` directives of a request or an answer (RFC 9111 §5.2). */

type Directives = ReadonlyMap<string, string>;

/** Names in lower case, values may be empty. Of repeated directives the first counts (RFC 9111 §4.2.1). */
export function parseDirectives(header: string | undefined): Directives {
  const directives = new Map<string, string>();
  for (const [, name = '', quoted, plain = ''] of (header ?? '').matchAll(
    /([\w!#$%&'*+.^`|~-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]*)))?/g,
  ))
    if (!directives.has(name.toLowerCase())) directives.set(name.toLowerCase(), quoted ?? plain);
  return directives;
}

/** Seconds of a directive; undefined: absent; 0: present but malformed, which is the safe reading. */
export function secondsOf(directives: Directives, name: string): number | undefined {
  const value = directives.get(name);
  if (value === undefined) return undefined;
  return /^\d{1,10}$/.test(value) ? Number(value) : 0;
}

/** Whether a request wants a fresh answer: `max-age=0`, `no-cache`, `no-store`, old `Pragma`. */
export function wantsFreshAnswer(directives: Directives, pragma: string | undefined): boolean {
  if (directives.size === 0) return /\bno-cache\b/i.test(pragma ?? '');
  return directives.has('no-cache') || directives.has('no-store') || secondsOf(directives, 'max-age') === 0;
}
