/**
 * A closed route under another spelling: HTTP APIs decode a path before they route it, REST APIs drop slashes
 * at its end, and greedy routes take empty segments, while the policy sees the path as it was sent. No client
 * writes paths so, but an attacker does: `/%61dmin` passes a wildcard that was meant for ids.
 */
import type { RouteSegment } from './route-finder.ts';

/**
 * Dot segments, which servers behind the gateway resolve: `/files/../admin` is routed by its greedy route and served as
 * `/admin`. Plain; encoded, once or twice, since HTTP APIs decode once themselves; before or behind a disguised
 * separator (`..;x` to Tomcat, `..\` to IIS). Ids with dots within (`v1.2`, `a..b`) are none of these.
 */
const DOT_SEGMENTS = [
  '*/../*',
  '*/..',
  '*/./*',
  '*/.',
  '*%2e*',
  '*%2E*',
  '*/..;*',
  '*/.;*',
  '*/..%*',
  '*/.%*',
  '*%2F.*',
  '*%2f.*',
  '*\\*',
  '*%5C*',
  '*%5c*',
  '*%252*',
  // Escapes of escapes that no client writes: `.%%32E` and `.%2%65` are `.%2E` once, and `..` twice decoded.
  '*%%*',
  '*%?%*',
];
/** The same as one expression, but that IAM's patterns deny every escape after dots. */
const HAS_DOT_SEGMENT = /\/\.\.?(?:[/;]|%(?:2f|3b|5c|25)|$)|%2e|%2f\.|\\|%5c|%252|%.?%/is;

/**
 * An empty segment, an encoded slash, a parameter that servlet containers cut off (`/search;x`), and what is encoded
 * twice: a closed route that only a server behind the gateway would read.
 */
const ODD_SEPARATORS = ['*//*', '*%2F*', '*%2f*', '*;*', '*%3B*', '*%3b*', '*%25*'];
const COVERED_BY_THEM = /^\*(?:\/\.\.?[;%]|%2[Ff]\.|%252)\*$/;

/** Whether some server may leave a segment of the path out, or go up by one. Policies with a wildcard deny just these. */
export function hasDotSegment(target: string): boolean {
  return HAS_DOT_SEGMENT.test(target);
}

/**
 * What to deny so that no disguise passes an allowed wildcard. `exposed` has, of each closed route that one may reach,
 * the segments from the wildcard on; a dot segment may lead anywhere, so it is denied beside every wildcard.
 */
export function disguisesOf(exposed: readonly (readonly RouteSegment[])[]): readonly string[] {
  if (exposed.length === 0) return DOT_SEGMENTS;
  const names = new Set(
    exposed.flatMap((segments) =>
      segments.flatMap((segment) => (typeof segment === 'object' ? [segment.literal] : [])),
    ),
  );
  const bytes = new Set(Buffer.from([...names].join('')));
  return [
    ...DOT_SEGMENTS.filter((pattern) => !COVERED_BY_THEM.test(pattern)),
    ...ODD_SEPARATORS,
    ...new Set([...bytes].flatMap(escapesOf).filter((pattern) => pattern !== '*%2e*' && pattern !== '*%2E*')),
  ];
}

/** What a server behind the gateway may take a path for that holds no dot segment: decoded throughout, separators as it knows them. */
export function asServersRead(target: string, decode: (text: string) => string): string {
  let [text, decoded] = [target, decode(target)];
  for (let times = 1; decoded !== text && times < DECODINGS_LIMIT; times += 1)
    [text, decoded] = [decoded, decode(decoded)];
  return decoded
    .replaceAll('\\', '/')
    .replace(/;[^/]*/g, '')
    .replace(/\/{2,}/g, '/')
    .replace(/(\/[^/]+)\/$/, '$1');
}

/** Beyond this nobody decodes. */
const DECODINGS_LIMIT = 3;

/** Clients encode what needs it; a letter of a route's name does not. */
function escapesOf(byte: number): readonly string[] {
  // %60 to %6F are letters and one character that nobody uses: one pattern for most of a name.
  if (byte >> 4 === 6) return ['*%6*'];
  const hex = byte.toString(16).padStart(2, '0');
  return [`*%${hex.toUpperCase()}*`, `*%${hex}*`];
}
