/**
 * Other spellings of a closed route: HTTP APIs decode a path before they route it, REST APIs drop trailing
 * slashes, and greedy routes accept empty segments, while the policy matches the path as sent. Attack:
 * `/%61dmin` passes a wildcard that was meant for ids.
 */
import type { RouteSegment } from './route-finder.ts';

/**
 * Dot segments, which servers behind the gateway resolve: `/files/../admin` is routed by its greedy route and
 * served as `/admin`. Plain; encoded once or twice, since HTTP APIs decode once themselves; before or after a
 * disguised separator (`..;x` for Tomcat, `..\` for IIS), blank or NUL; in overlong UTF-8 (`%c0%ae`) or the escapes
 * of IIS (`%u002e`), which no client writes. Ids that contain dots (`v1.2`, `a..b`) are not matched.
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
  // Escaped escapes, which no client writes: `.%%32E` and `.%2%65` decode to `.%2E` once, and to `..` twice.
  '*%%*',
  '*%?%*',
  '*%u*',
  '*%U*',
  ...['c0', 'c1', 'e0%8', 'f0%8'].flatMap((bytes) => [`*%${bytes}*`, `*%${bytes.toUpperCase()}*`]),
];
/** The same as one expression. The flag `i` would add 0.2 ms to a cold start. */
const HAS_DOT_SEGMENT = /\/\.\.?(?:[/;%]|$)|\\|%(?:2[Ee]|2[Ff]\.|5[Cc]|252|.?%|[Uu]|[Cc][01]|[EFef]0%8)/s;

/**
 * An empty segment, an encoded slash, a parameter that servlet containers cut off (`/search;x`), double
 * encoding, an encoded `?` or `#`, a control character, a blank around a segment (`%20`, `%C2%A0`), a
 * trailing dot, which Windows drops, and an NTFS stream (`::$DATA`): in each of these forms, only a server
 * behind the gateway would read a closed route. Other Unicode blanks would need a pattern each.
 */
const ODD_SEPARATORS = [
  '*//*',
  '*%2F*',
  '*%2f*',
  '*;*',
  '*%3B*',
  '*%3b*',
  '*%25*',
  '*%3F*',
  '*%3f*',
  '*%23*',
  '*%0*',
  '*%1*',
  '*%20',
  '*%20/*',
  '*/%20*',
  // `?` is a digit in either case; at the beginning, `%E2%80%9C` and others of many words must pass.
  '*%?2%?0',
  '*%?2%?0/*',
  '*/%C2%?0*',
  '*/%c2%?0*',
  '*.',
  '*./*',
  '*:$*',
  '*:%24*',
  '*%3?$*',
  '*%3?%24*',
];
const COVERED_BY_THEM = /^\*(?:(?:\/\.\.?;|%2[Ff]\.|%252)\*|\/\.\.?(?:\/\*)?)$/;

/**
 * Whether a server may drop a segment of the path, or go up one level. Policies with a wildcard deny such
 * paths.
 */
export function hasDotSegment(target: string): boolean {
  return HAS_DOT_SEGMENT.test(target);
}

/**
 * Patterns to deny so that no disguised path passes an allowed wildcard. `exposed`: for each closed route in
 * reach, its segments from the wildcard on. Dot segments are denied next to every wildcard, because they may
 * resolve to any path.
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

/**
 * How servers behind the gateway may read a path without dot segments: unchanged, and by each combination of
 * habits, because one server drops blanks and keeps parameters, and another does the opposite.
 */
export function readingsByServers(target: string, decode: (text: string) => string): ReadonlySet<string> {
  const readings = new Set([target]);
  let text = target;
  for (let times = 0; times < DECODINGS_LIMIT; times += 1) readings.add((text = decode(text)));
  for (const habit of HABITS) for (const reading of [...readings]) readings.add(habit(reading));
  return readings;
}

/** The order in which one step may create work for the next. */
const HABITS: readonly ((text: string) => string)[] = [
  // A query begins here; for servers written in C, the text ends at a control character (`\p{Cc}` adds 0.1 ms
  // to a cold start).
  (text) => text.replace(/(?:[?#]|[^ -~\u00a0-\uffff]).*$/s, ''),
  (text) => text.replaceAll('\\', '/'),
  // Path parameters, and NTFS streams.
  (text) => text.replace(/(?:;|:[^/:$]*:?\$)[^/]*/g, ''),
  (text) => text.replace(/\s+(?=\/|$)|(?<=\/)\s+/g, ''),
  // Windows; `.` and `..` alone are dot segments.
  (text) => text.replace(/(?<![\s.])[\s.]+(?=\/|$)/g, ''),
  (text) => text.replace(/\/{2,}/g, '/'),
  (text) => text.replace(/(\/[^/]+)\/$/, '$1'),
];

/** No server decodes more often. */
const DECODINGS_LIMIT = 4;

/** Clients encode only what needs it; letters of a route's name do not. */
function escapesOf(byte: number): readonly string[] {
  // %60 to %6F are letters and one unused character: one pattern for most of a name.
  if (byte >> 4 === 6) return ['*%6*'];
  const hex = byte.toString(16).padStart(2, '0');
  return [`*%${hex.toUpperCase()}*`, `*%${hex}*`];
}
