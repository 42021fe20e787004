/**
 * User-chosen names in a path. HTTP APIs decode `%2F` before they route, and clients resolve `..`, so a name
 * that contains slashes or consists of dots is written with `~1` for `/`, `~2` for `.` and `~0` for the
 * tilde, as in JSON pointers (RFC 6901).
 */

export function printPathName(name: string): string {
  return encodeURIComponent(escapeName(name));
}

/**
 * The name of a segment that the gateway has decoded; undefined for an unknown or unnecessary escape. Attack:
 * IAM decides by the path, so `acme~2com`, read as `acme.com`, would pass a policy that denies `acme.com`.
 */
export function parsePathName(segment: string): string | undefined {
  const name = segment.replace(/~([012])/g, (_, digit: string) => ESCAPED[Number(digit)] ?? '');
  return escapeName(name) === segment ? name : undefined;
}

function escapeName(name: string): string {
  const escaped = name.replaceAll('~', '~0').replaceAll('/', '~1');
  return /^\.+$/.test(escaped) ? escaped.replaceAll('.', '~2') : escaped;
}

const ESCAPED = ['~', '/', '.'];
