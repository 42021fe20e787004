/**
 * Finds other spellings of a closed route. HTTP APIs decode a path before they route it, REST APIs drop trailing
 * slashes, and greedy routes accept empty segments, but the policy matches the path as sent. Attack: `/%61dmin` passes
 * a wildcard that is intended for ids.
 */
import type { RouteSegment } from './segment-patterns.ts';

/**
 * Dot segments, which servers behind the gateway resolve: API Gateway routes `/files/../admin` to the greedy route of
 * `/files`, and the server reads `/admin`. They are listed plain, and encoded once or twice, because HTTP APIs decode
 * once themselves. They may stand before or after a disguised separator (`..;x` for Tomcat, `..\` for IIS), blank or
 * NUL, in overlong UTF-8 (`%c0%ae`), or in the escapes of IIS (`%u002e`), which no client writes. Ids that contain dots
 * (`v1.2`, `a..b`) are not matched. An unescaped `#`, which no URL contains, is always denied: a server may end the path
 * there.
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
  '*#*',
  '*%5C*',
  '*%5c*',
  '*%252*',
  // Escaped escapes, which no client writes. Decoded once, `.%%32E` and `.%2%65` are `.%2E`. Decoded twice, they are
  // `..`.
  '*%%*',
  '*%?%*',
  '*%u*',
  '*%U*',
  ...['c0', 'c1', 'e0%8', 'f0%8'].flatMap((bytes) => [`*%${bytes}*`, `*%${bytes.toUpperCase()}*`]),
];
/** Matches the same paths as `DOT_SEGMENTS` in one expression. The flag `i` would add 0.2 ms to a cold start. */
const HAS_DOT_SEGMENT = /\/\.\.?(?:[/;%]|$)|[\\#]|%(?:2[Ee]|2[Ff]\.|5[Cc]|252|.?%|[Uu]|[Cc][01]|[EFef]0%8)/s;

/**
 * Forms that only a server behind the gateway would read as a closed route: an empty segment, an encoded slash, a
 * parameter that servlet containers cut off (`/search;x`), double encoding, an encoded `?` or `#`, a control character,
 * a blank around a segment (`%20`, `%C2%A0`), a trailing dot, which Windows drops, and an NTFS stream (`::$DATA`).
 * Other Unicode blanks would need a separate pattern each.
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
  // The wildcard `?` matches a hexadecimal digit in either case. At the beginning of a segment, `%E2%80%9C` and similar
  // characters, which many names contain, must pass.
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
 * Returns patterns to deny, so that no disguised path passes an allowed wildcard. `exposed` contains, for each closed
 * route that a wildcard may match, its segments from the wildcard on. Dot segments are denied next to every wildcard,
 * because they may resolve to any path.
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
 * Returns how servers behind the gateway may read a path without dot segments: unchanged, and changed by each
 * combination of habits. One server drops blanks and keeps parameters, and another does the opposite.
 */
export function readingsByServers(target: string, decode: (text: string) => string): ReadonlySet<string> {
  const readings = new Set([target]);
  let text = target;
  for (let times = 0; times < DECODINGS_LIMIT; times += 1) readings.add((text = decode(text)));
  for (const habit of HABITS) for (const reading of [...readings]) readings.add(habit(reading));
  return readings;
}

/** In this order, one habit may create input for the next. */
const HABITS: readonly ((text: string) => string)[] = [
  // `?` and `#` end the path.
  (text) => text.replace(/[?#].*$/s, ''),
  // For servers written in C, a control character ends the text (`\p{Cc}` adds 0.1 ms to a cold start).
  (text) => text.replace(/[^ -~\u00a0-\uffff].*$/s, ''),
  (text) => text.replaceAll('\\', '/'),
  // Removes path parameters and NTFS streams.
  (text) => text.replace(/(?:;|:[^/:$]*:?\$)[^/]*/g, ''),
  (text) => text.replace(/\s+(?=\/|$)|(?<=\/)\s+/g, ''),
  // Windows drops trailing dots and blanks. `.` and `..` alone are dot segments.
  (text) => text.replace(/(?<![\s.])[\s.]+(?=\/|$)/g, ''),
  (text) => text.replace(/\/{2,}/g, '/'),
  (text) => text.replace(/(\/[^/]+)\/$/, '$1'),
];

/** No server decodes a path more often than this. */
const DECODINGS_LIMIT = 4;

/** Clients encode only characters that need it. Letters of a route's name do not. */
function escapesOf(byte: number): readonly string[] {
  // %60 to %6F are letters and one unused character, so one pattern covers most of a name.
  if (byte >> 4 === 6) return ['*%6*'];
  const hex = byte.toString(16).padStart(2, '0');
  return [`*%${hex.toUpperCase()}*`, `*%${hex}*`];
}
