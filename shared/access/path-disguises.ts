/**
 * A closed route under another spelling: HTTP APIs decode a path before they route it, REST APIs drop slashes
 * at its end, and greedy routes take empty segments, while the policy sees the path as it was sent. No client
 * writes paths so, but an attacker does: `/%61dmin` passes a wildcard that was meant for ids.
 */
import type { RouteSegment } from './route-finder.ts';
import { ANY } from './segment-patterns.ts';
import type { SegmentPattern } from './segment-patterns.ts';

/** An empty segment, and a slash that is encoded. */
const ODD_SLASHES = ['*//*', '*%2F*', '*%2f*'];

/** What to deny so that no disguise of the closed route passes one of the allowed patterns of its verb. */
export function disguisesOf(
  closed: readonly RouteSegment[],
  allowed: readonly SegmentPattern[],
): readonly string[] {
  const exposed = allowed
    .filter((pattern) => mayReach(pattern, closed))
    .map((pattern) => closed.slice(pattern.indexOf(ANY)));
  if (exposed.length === 0) return [];
  return [...ODD_SLASHES, ...new Set(exposed.flat().flatMap(escapesOf))];
}

/** Whether the literals before the pattern's first wildcard leave the route possible. */
function mayReach(pattern: SegmentPattern, closed: readonly RouteSegment[]): boolean {
  const first = pattern.indexOf(ANY);
  if (first === -1) return false;
  return pattern.slice(0, first).every((text, index) => {
    const segment = closed[index] ?? (closed.at(-1) === 'rest' ? 'rest' : undefined);
    return typeof segment === 'object' ? segment.literal === text : segment !== undefined;
  });
}

/** Clients encode what needs it; a letter of a route's name does not. */
function escapesOf(segment: RouteSegment): readonly string[] {
  if (typeof segment === 'string') return [];
  return [...Buffer.from(segment.literal)].flatMap((byte) => {
    // %60 to %6F are letters and one character that nobody uses: one pattern for most of a name.
    if (byte >> 4 === 6) return ['*%6*'];
    const hex = byte.toString(16).padStart(2, '0');
    return [`*%${hex.toUpperCase()}*`, `*%${hex}*`];
  });
}
