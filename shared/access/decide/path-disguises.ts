/**
 * Finds other spellings of a closed route. HTTP APIs decode a path before they route it, REST APIs drop trailing
 * slashes, and greedy routes accept empty segments, but the policy matches the path as sent. Attack: `/%61dmin` passes
 * a wildcard that is intended for ids.
 */
import type { RouteSegment } from './segment-patterns.ts';

/**
 * Dot segments, which servers behind the gateway resolve. For example, API Gateway routes `/files/../admin` to the
 * greedy route of `/files`, and the server reads `/admin`. The patterns contain dot segments plain, and encoded once or
 * twice, because HTTP APIs decode once themselves. They also contain forms that no client writes: dots next to a
 * disguised separator (`..;x` for Tomcat, `..\` for IIS), a blank or NUL, overlong UTF-8 (`%c0%ae`), and the escapes of
 * IIS (`%u002e`). Ids that contain dots (`v1.2`, `a..b`) are not matched. An unescaped `#`, which no URL contains, is
 * always denied, because a server may end the path there.
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
  // Escapes whose own characters are escaped. No client writes them. `.%%32E` and `.%2%65` become `.%2E` when they are
  // decoded once, and `..` when they are decoded twice.
  '*%%*',
  '*%?%*',
  '*%u*',
  '*%U*',
  ...['c0', 'c1', 'e0%8', 'f0%8'].flatMap((bytes) => [`*%${bytes}*`, `*%${bytes.toUpperCase()}*`]),
];
/**
 * One expression that matches the same paths as `DOT_SEGMENTS`. The flag `i` is not used, because it would add 0.2 ms
 * to a cold start.
 */
const HAS_DOT_SEGMENT = /\/\.\.?(?:[/;%]|$)|[\\#]|%(?:2[Ee]|2[Ff]\.|5[Cc]|252|.?%|[Uu]|[Cc][01]|[EFef]0%8)/s;

/**
 * Paths that API Gateway does not route to a closed route, but that a server behind it would read as the path of a
 * closed route:
 * - an empty segment, an encoded slash, double encoding, an encoded `?` or `#`, or a control character
 * - a parameter that servlet containers cut off (`/search;x`)
 * - a blank around a segment (`%20`, `%C2%A0`); other Unicode blanks would need a separate pattern each
 * - a trailing dot, which Windows drops, or an NTFS stream (`::$DATA`)
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
  // The wildcard `?` stands for a hexadecimal digit in either case: `C` or `c`. At the beginning of a segment, both are
  // written out, because `%?2%?0` also matches `%E2%80`, with which the escapes of typographic quotation marks begin.
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

/** Whether a server may drop a segment of the path, or go up one level. Policies with a wildcard deny such paths. */
export function hasDotSegment(target: string): boolean {
  return HAS_DOT_SEGMENT.test(target);
}

/**
 * Returns patterns to deny, so that no disguised path passes an allowed wildcard. `exposed` contains the closed routes
 * that a wildcard may match, each with its segments from the wildcard on. Dot segments are denied next to every
 * wildcard, because they may resolve to any path.
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
 * Returns how servers behind the gateway may read a path that has no dot segments: unchanged, decoded up to four times,
 * and changed by each combination of `HABITS`. Combinations matter because servers differ: one drops blanks and keeps
 * parameters, and another does the opposite.
 */
export function readingsByServers(target: string, decode: (text: string) => string): ReadonlySet<string> {
  const readings = new Set([target]);
  let text = target;
  for (let times = 0; times < DECODINGS_LIMIT; times += 1) readings.add((text = decode(text)));
  for (const habit of HABITS) for (const reading of [...readings]) readings.add(habit(reading));
  return readings;
}

/**
 * The ways in which servers change a path. The order matters, because the output of one habit may be the input of the
 * next.
 */
const HABITS: readonly ((text: string) => string)[] = [
  // Some servers end the path at `?` or `#`.
  (text) => text.replace(/[?#].*$/s, ''),
  // Servers written in C end the text at a control character. (`\p{Cc}` is not used, because it adds 0.1 ms to a cold
  // start.)
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

/** Maximum number of times that a server decodes a path. */
const DECODINGS_LIMIT = 4;

/**
 * Returns patterns for a percent-encoded byte of a route's name. Clients never encode the letters of a name, so such an
 * encoding is a disguise.
 */
function escapesOf(byte: number): readonly string[] {
  // %60 to %6F are letters and one unused character, so one pattern covers most of a name.
  if (byte >> 4 === 6) return ['*%6*'];
  const hex = byte.toString(16).padStart(2, '0');
  return [`*%${hex.toUpperCase()}*`, `*%${hex}*`];
}
