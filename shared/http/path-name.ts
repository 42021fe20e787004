/**
 * Encodes a user-chosen name for use in a path. Percent-encoding is not enough, because HTTP APIs decode `%2F` before
 * they route, and clients resolve `..`. So the tilde is written as `~0` and `/` as `~1`, as in JSON pointers (RFC
 * 6901). In a name that consists of dots only, each dot is written as `~2`.
 */

export function printPathName(name: string): string {
  return encodeURIComponent(escapeName(name));
}

/**
 * Returns the name in a path segment that API Gateway has decoded. Returns undefined if an escape is unknown or
 * unnecessary. Attack: IAM policies name the path. If `acme~2com` were read as `acme.com`, it would pass a policy that
 * denies `acme.com`.
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
