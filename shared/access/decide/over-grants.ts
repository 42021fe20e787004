/** Finds what a policy pattern grants beyond its own route, because IAM's `*` also matches slashes. */
import type { CompiledDocument } from '../compiled-document.ts';
import { finderOf } from './route-finder.ts';
import type { Template } from './route-finder.ts';
import { alignmentsOf, ANY, covers, typicalPath } from './segment-patterns.ts';
import type { RouteSegment, SegmentPattern } from './segment-patterns.ts';

export type OverGrant = {
  readonly route: number;
  /** The narrowest IAM pattern that can be denied to remove the excess. */
  readonly pattern: SegmentPattern;
};

/**
 * Finds every way in which a request that matches the pattern reaches a route with this verb. If `request` is given,
 * searches only the routes for which it returns true. Reachability is decided by routing, not by comparing texts: a
 * comparison would deny `/users/{id}`, and so block a granted `/users/search`.
 */
export function findOverGrants(
  document: CompiledDocument,
  method: string,
  pattern: SegmentPattern,
  request?: (template: Template) => boolean,
): readonly OverGrant[] {
  const found: OverGrant[] = [];
  for (const template of findReachedRoutes(document, method, pattern))
    if (request === undefined || request(template))
      for (const shape of shapesOn(document, method, pattern, template))
        found.push({ route: template.index, pattern: shape });
  return found;
}

/**
 * Returns the routes that match the pattern's segments before its first wildcard. A request that matches the pattern
 * can reach only these routes.
 */
export function findReachedRoutes(
  document: CompiledDocument,
  method: string,
  pattern: SegmentPattern,
): readonly Template[] {
  const finder = finderOf(document);
  if (pattern.includes(ANY)) return finder.below(method, pattern);
  const named = finder.find(method, pattern);
  return named === undefined ? [] : [named];
}

function shapesOn(
  document: CompiledDocument,
  method: string,
  pattern: SegmentPattern,
  template: Template,
): readonly SegmentPattern[] {
  const finder = finderOf(document);
  const found: SegmentPattern[] = [];
  const { length } = template.segments;
  const lengths = isGreedy(template)
    ? greedyLengths(length, pattern.length, finder.longest(method))
    : [length, length + 1];
  const meetThere = (text: string, place: number) => intersectSegments(text, segmentAt(template, place));
  for (const wanted of lengths)
    for (const alignment of alignmentsOf(pattern, wanted, meetThere))
      for (const shape of withTrailingSlash(alignment)) {
        const path = typicalPath(shape);
        if (found.some((wider) => covers(wider, path))) continue;
        // For each wildcard, the typical path has a word that is not a static segment of any route. If a more specific
        // route matches even this path, it matches every path of the shape.
        if (isServedBy(finder, method, path, template)) found.push(shape);
      }
  return found;
}

/**
 * Whether the API routes the path to the template, or the backend may treat the path as one that matches the template.
 * HTTP APIs route `/admin/` to a greedy route, and most servers behind that route treat it as `/admin`.
 */
function isServedBy(
  finder: ReturnType<typeof finderOf>,
  method: string,
  path: readonly string[],
  template: Template,
): boolean {
  const reached = finder.find(method, path);
  if (reached === template) return true;
  return (
    isGreedy(reached) &&
    path.length > 1 &&
    path.at(-1) === '' &&
    finder.find(method, path.slice(0, -1)) === template
  );
}

/**
 * Returns the path lengths to check for a greedy route, which accepts any length. If a path is as long as the pattern
 * and the longest template together, a longer path gives the same result. One more segment is for a trailing slash.
 */
function greedyLengths(templateLength: number, patternLength: number, longest: number): readonly number[] {
  const first = Math.max(templateLength, patternLength);
  return Array.from({ length: patternLength + longest + 2 - first }, (_, index) => first + index);
}

/**
 * Returns the shape. If its last segment is a wildcard, also returns it with an empty last segment (a trailing slash).
 */
function withTrailingSlash(shape: SegmentPattern): readonly SegmentPattern[] {
  return shape.at(-1) === ANY ? [shape, [...shape.slice(0, -1), '']] : [shape];
}

function segmentAt(template: Template, index: number): RouteSegment {
  return template.segments[index] ?? (isGreedy(template) ? 'rest' : { literal: '' });
}

function isGreedy(template: Template | undefined): boolean {
  return template?.segments.at(-1) === 'rest';
}

function intersectSegments(segment: string, routed: RouteSegment): string | undefined {
  if (typeof routed === 'string') return segment;
  if (segment === ANY || segment === routed.literal) return routed.literal;
  return undefined;
}
