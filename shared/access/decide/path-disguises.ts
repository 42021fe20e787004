/**
 * A closed route under another spelling: HTTP APIs decode a path before they route it, REST APIs drop slashes
 * at its end, and greedy routes take empty segments, while the policy sees the path as it was sent. No client
 * writes paths so, but an attacker does: `/%61dmin` passes a wildcard that was meant for ids.
 */
import type { RouteSegment } from './route-finder.ts';

/** An empty segment, and a slash that is encoded. */
const ODD_SLASHES = ['*//*', '*%2F*', '*%2f*'];

/**
 * What to deny so that no disguise of a closed route passes an allowed wildcard. `exposed` has, of each closed
 * route that one may reach, the segments from the wildcard on.
 */
export function disguisesOf(exposed: readonly (readonly RouteSegment[])[]): readonly string[] {
  if (exposed.length === 0) return [];
  const names = new Set(
    exposed.flatMap((segments) =>
      segments.flatMap((segment) => (typeof segment === 'object' ? [segment.literal] : [])),
    ),
  );
  const bytes = new Set(Buffer.from([...names].join('')));
  return [...ODD_SLASHES, ...new Set([...bytes].flatMap(escapesOf))];
}

/** Clients encode what needs it; a letter of a route's name does not. */
function escapesOf(byte: number): readonly string[] {
  // %60 to %6F are letters and one character that nobody uses: one pattern for most of a name.
  if (byte >> 4 === 6) return ['*%6*'];
  const hex = byte.toString(16).padStart(2, '0');
  return [`*%${hex.toUpperCase()}*`, `*%${hex}*`];
}
