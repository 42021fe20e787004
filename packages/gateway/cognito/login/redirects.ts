/**
 * Checks the addresses that redirects may target. A known client may use exactly the addresses that it has registered;
 * an unknown client may use the addresses of this machine.
 */

/**
 * Returns whether a code or a browser may be sent to this address. To prevent open redirects, prefixes are never
 * compared.
 */
export function isAllowedRedirect(uri: string, known: readonly string[] | 'loopback'): boolean {
  if (!URL.canParse(uri)) return false;
  const { protocol, username, password } = new URL(uri);
  // A page with one of these schemes would run in the origin of the current page, or would not be shown.
  if (/^(?:javascript|data|vbscript|blob|file|about):$/.test(protocol)) return false;
  if (username !== '' || password !== '' || uri.includes('#')) return false;
  return known === 'loopback' ? isLoopbackOrigin(uri) : known.includes(uri);
}

/** Returns true for `http://localhost:5173`, `https://127.0.0.1`, `http://shop.localhost:3000` and paths below them. */
export function isLoopbackOrigin(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:') return false;
  return /^(?:(?:[a-z0-9-]+\.)*localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/.test(hostname);
}

/** `http` addresses of this machine by their usual names, with the port and the rest of the address. */
const LOOPBACK = /^(http:\/\/(?:localhost|127\.0\.0\.1|\[::1\]))(?::\d{1,5})?(?![^/?])(.*)$/s;

/**
 * Returns whether a client has registered this address. The addresses must be equal as strings, except for the port of
 * an `http` address of this machine, which programs choose at each start (RFC 8252 §7.3, draft-ietf-oauth-v2-1 §2.3.1).
 */
export function isRegisteredRedirect(uri: string, registered: readonly string[]): boolean {
  if (!URL.canParse(uri)) return false;
  const portless = uri.replace(LOOPBACK, '$1$2');
  const isLoopback = LOOPBACK.test(uri);
  return registered.some(
    (known) =>
      known === uri || (isLoopback && LOOPBACK.test(known) && known.replace(LOOPBACK, '$1$2') === portless),
  );
}

/** Sets members in the query of `uri`. Members with the same names are replaced. */
export function withQuery(uri: string, members: Readonly<Record<string, string | undefined>>): string {
  const url = new URL(uri);
  for (const [name, value] of Object.entries(members))
    if (value !== undefined) url.searchParams.set(name, value);
  return url.href;
}

/** Returns the source expression for a content security policy: the origin of the target, or an app's custom scheme. */
export function targetOf(uri: string): string {
  const { origin, protocol } = new URL(uri);
  return origin === 'null' ? protocol : origin;
}
