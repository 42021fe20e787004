/**
 * The forms of a URI that some server may treat as the same resource. Only deny rules are compared with these forms. An
 * allow rule matches the URI as it is written.
 */

const PARTS = /^([^/?#:]*:)(\/*)([^/?#]*)([^?#]*)(.*)$/s;

/** The schemes that WHATWG's URL parser treats specially: it rewrites the host, and knows the default port. */
const SPECIAL: ReadonlySet<string> = new Set(['http:', 'https:', 'ws:', 'wss:', 'ftp:', 'file:']);

/**
 * Returns three forms of the URI, all without what servers ignore: user name, default port, the number of slashes after
 * the scheme, empty segments, and parameters of a segment. The first form ends with the path, the second with a slash
 * after it, and the third with the query and the fragment.
 */
export function formsOfUri(uri: string): readonly string[] {
  const parts = PARTS.exec(uri);
  if (parts === null) return [];
  const [, scheme = '', , authority = '', path = '', rest = ''] = parts;
  const host = hostOf(scheme, authority);
  // A server with its own URI scheme may look at the host and ignore the port.
  const bare = SPECIAL.has(scheme) ? host : host.replace(/:\d*$/, '');
  const cut = `${scheme}//${bare}${plainPath(path.replace(/;[^/]*/g, ''))}`;
  return [cut, `${cut}/`, `${cut}${rest}`];
}

/** Returns the pattern with the host and the slashes as `formsOfUri` writes them. */
export function formOfPattern(pattern: string): string {
  const parts = PARTS.exec(pattern);
  if (parts === null) return pattern;
  const [, scheme = '', , authority = '', path = '', rest = ''] = parts;
  const host = authority.includes('*') ? authority : hostOf(scheme, authority);
  return `${scheme}//${host}${path.replace(/\/{2,}/g, '/')}${rest}`;
}

function plainPath(path: string): string {
  return path.replace(/\/{2,}/g, '/').replace(/\/$/, '');
}

function hostOf(scheme: string, authority: string): string {
  const host = authority.replace(/^.*@/s, '');
  if (!SPECIAL.has(scheme) || scheme === 'file:') return host;
  const address = `${scheme}//${host}`;
  return URL.canParse(address) ? new URL(address).host.replace(/\.(?=:|$)/, '') : host;
}
