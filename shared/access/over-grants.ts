/** What a policy pattern grants beyond its own route, because IAM's `*` runs across slashes. */
import type { CompiledDocument } from './compiled-document.ts';
import { finderOf } from './route-finder.ts';
import type { RouteSegment, Template } from './route-finder.ts';
import { alignmentsOf, ANY, covers, typicalPath } from './segment-patterns.ts';
import type { SegmentPattern } from './segment-patterns.ts';

export type OverGrant = {
  /** Index of the route that the pattern reaches too. */
  readonly route: number;
  /** Exactly as narrow as an IAM pattern can be: denying it takes the grant back. */
  readonly pattern: SegmentPattern;
};

const known = new WeakMap<CompiledDocument, Map<string, readonly OverGrant[]>>();

/** For patterns made of routes alone, of which there are as many as routes; computed once each. */
export function knownOverGrants(
  document: CompiledDocument,
  method: string,
  pattern: SegmentPattern,
): readonly OverGrant[] {
  const ofDocument = known.get(document) ?? new Map<string, readonly OverGrant[]>();
  known.set(document, ofDocument);
  const key = [method, ...pattern].join('/');
  const found = ofDocument.get(key) ?? findOverGrants(document, method, pattern);
  ofDocument.set(key, found);
  return found;
}

/**
 * Every way in which a request that the pattern matches reaches a route of this verb. A text comparison of
 * pattern and template is not enough: only what the gateway really routes there counts, or denying
 * `/users/{id}` would block a granted `/users/search`.
 */
export function findOverGrants(
  document: CompiledDocument,
  method: string,
  pattern: SegmentPattern,
): readonly OverGrant[] {
  const finder = finderOf(document);
  const templates = finder.templates(method);
  const longest = Math.max(...templates.map(({ segments }) => segments.length));
  return templates.flatMap((template) => {
    const found: SegmentPattern[] = [];
    for (const length of lengthsOf(template, pattern.length, longest, document.kind === 'rest'))
      for (const alignment of alignmentsOf(pattern, length))
        for (const shape of shapesOf(alignment, template)) {
          const path = typicalPath(shape);
          if (found.some((wider) => covers(wider, path))) continue;
          // The typical path meets the fewest literals: if even it goes to a more specific route, all of the shape does.
          if (finder.find(method, path)?.index === template.index) found.push(shape);
        }
    return found.map((shape) => ({ route: template.index, pattern: shape }));
  });
}

/** Greedy routes take any length; beyond pattern and longest template together nothing new happens. */
function lengthsOf(
  { segments }: Template,
  patternLength: number,
  longest: number,
  isRest: boolean,
): number[] {
  if (segments.at(-1) !== 'rest') return isRest ? [segments.length, segments.length + 1] : [segments.length];
  const first = Math.max(segments.length, patternLength);
  return Array.from({ length: patternLength + longest + 2 - first }, (_, index) => first + index);
}

/** What alignment and template have in common, also with a slash at the end where the route takes one. */
function shapesOf(alignment: SegmentPattern, template: Template): readonly SegmentPattern[] {
  const shape: string[] = [];
  for (const [index, segment] of alignment.entries()) {
    const both = meet(segment, segmentAt(template, index));
    if (both === undefined) return [];
    shape.push(both);
  }
  return shape.at(-1) === ANY ? [shape, [...shape.slice(0, -1), '']] : [shape];
}

function segmentAt({ segments }: Template, index: number): RouteSegment {
  const segment = segments[index];
  if (segment !== undefined) return segment;
  return segments.at(-1) === 'rest' ? 'rest' : { literal: '' };
}

function meet(segment: string, routed: RouteSegment): string | undefined {
  if (typeof routed === 'string') return segment;
  if (segment === ANY || segment === routed.literal) return routed.literal;
  return undefined;
}
