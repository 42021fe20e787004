/**
 * The paths for which servers behind the gateway may take a request, if they normalise its path as nginx, Tomcat and
 * Go's mux do. Written from RFC 3986 (5.2.4 dot segments, 2.1 percent-encoding) and from the documentation of these
 * servers (path parameters after `;`, merged slashes, backslashes as slashes; Express and ASP.NET ignore a slash at the
 * end), and from RFC 3629 §10 (overlong sequences). In addition, Windows drops blanks around a name, a string in C ends
 * at NUL, and a server that decodes before it looks for `?` or `#` ends the path there.
 */

/**
 * Returns every path that some server would serve for this one, first the path as sent; `undefined` stands for a path
 * that climbs above the root.
 */
export function pathsServedFor(path: string): readonly (string | undefined)[] {
  const found = new Set<string | undefined>();
  // HTTP APIs decode once before they pass a path on, and servers decode what they get.
  let text = path;
  for (let decodings = 0; decodings < 3; decodings += 1) {
    for (const isStripping of [false, true])
      for (const isMerging of [false, true]) {
        for (const read of [text, asTrimmed(text)]) {
          const resolved = resolve(read, isStripping, isMerging);
          found.add(resolved);
          found.add(resolved?.replace(/([^/])\/+$/, '$1'));
        }
      }
    const decoded = decodeOnce(text);
    if (decoded === text) break;
    text = decoded;
  }
  return [...found];
}

/** Whether one of these servers would leave out a segment, or go up by one. */
export function hasDots(path: string): boolean {
  for (let [text, count] = [path, 0]; count < 3; [text, count] = [decodeOnce(text), count + 1])
    if (segmentsOf(asTrimmed(text)).some((segment) => /^\.\.?(;|$)/.test(segment))) return true;
  return false;
}

function segmentsOf(path: string): readonly string[] {
  return path.replaceAll('\\', '/').split('/').slice(1);
}

function resolve(path: string, isStripping: boolean, isMerging: boolean): string | undefined {
  const kept: string[] = [];
  const segments = segmentsOf(path).map((segment) => (isStripping ? segment.replace(/;.*/, '') : segment));
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1;
    if (segment === '..') {
      if (kept.pop() === undefined) return undefined;
      if (isLast) kept.push('');
    } else if (segment === '.') {
      if (isLast) kept.push('');
    } else if (segment !== '' || isLast || !isMerging) kept.push(segment);
  }
  return `/${kept.join('/')}`;
}

/**
 * Ends the decoded path at the first character that cannot be part of a path, and removes the blanks around each
 * segment.
 */
function asTrimmed(text: string): string {
  const [kept = ''] = text.split(/[\0\r\n?#]/);
  return kept
    .split('/')
    .map((segment) => segment.trim())
    .join('/');
}

function decodeOnce(text: string): string {
  const lenient = text
    .replace(/%c([01])%([89ab][0-9a-f])/gi, (_, lead: string, last: string) => asByte(Number(lead), last))
    .replace(/%e0%8([01])%([89ab][0-9a-f])/gi, (_, lead: string, last: string) => asByte(Number(lead), last))
    .replace(/%f0%80%8([01])%([89ab][0-9a-f])/gi, (_, lead: string, last: string) =>
      asByte(Number(lead), last),
    );
  return lenient.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) =>
    Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'),
  );
}

/** Combines the bits of the first byte with the six low bits of the last byte, and escapes the resulting byte again. */
function asByte(lead: number, last: string): string {
  return `%${((lead << 6) | (parseInt(last, 16) & 63)).toString(16).padStart(2, '0')}`;
}
