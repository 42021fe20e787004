/** What a principal may do on an API → the fewest path patterns to allow and to deny that say exactly this. */
import type { Grant, RouteVerdict } from './apply-rules.ts';
import type { CompiledDocument } from './compiled-document.ts';
import { findOverGrants, knownOverGrants } from './over-grants.ts';
import type { OverGrant } from './over-grants.ts';
import { spellingsOf } from './owner-values.ts';
import { disguisesOf } from './path-disguises.ts';
import { finderOf } from './route-finder.ts';
import type { Template } from './route-finder.ts';
import { ANY, covers, ORDINARY, typicalPath, withoutCovered } from './segment-patterns.ts';
import type { SegmentPattern } from './segment-patterns.ts';

/** Verb and path, as in the ARN after the stage: `['GET', 'users', '*']`. */
export type PathGrants = {
  readonly allow: readonly SegmentPattern[];
  readonly deny: readonly SegmentPattern[];
};

/** No deny pattern takes `denied` away without taking `allowed` too: IAM cannot say it in one policy. */
export type Unrepresentable = { readonly allowed: number; readonly denied: number };

export type PathGrantsResult =
  | { readonly kind: 'grants'; readonly grants: PathGrants }
  | { readonly kind: 'unrepresentable'; readonly conflict: Unrepresentable }
  /** No answer could hold them all. */
  | { readonly kind: 'too-many' };

/** The largest answer holds a hundred resources. Lists of claims multiply, and comparing all with all takes the square. */
const OWNED_PATTERNS_LIMIT = 500;

type RouteGrant = {
  readonly template: Template;
  readonly pattern: SegmentPattern;
  /** Holds a value of the principal's own instead of a wildcard. */
  readonly isOwned: boolean;
};

/** `merge`: name whole subtrees where the principal may do all that is in them, to make the policy smaller. */
export function toPathGrants(
  document: CompiledDocument,
  verdicts: readonly RouteVerdict[],
  merge = false,
): PathGrantsResult {
  if (countOwned(verdicts) > OWNED_PATTERNS_LIMIT) return { kind: 'too-many' };
  const methods = [...new Set(document.routes.map(({ method }) => method))].sort();
  const allow: SegmentPattern[] = [];
  const deny: SegmentPattern[] = [];
  const disguises = new Set<string>();
  for (const method of methods) {
    const granted = routeGrants(document, method, verdicts);
    const found = guardMethod(document, method, verdicts, granted);
    if (found.kind === 'unrepresentable') return found;
    const kept = withoutCovered(granted.map(({ pattern }) => pattern));
    const patterns = merge ? mergeSubtrees(document, method, verdicts, kept) : kept;
    allow.push(...patterns.map((pattern) => [method, ...pattern]));
    deny.push(...found.deny.map((pattern) => [method, ...pattern]));
    for (const { index, segments } of finderOf(document).templates(method))
      if (!isFree(document, verdicts, index))
        for (const disguise of disguisesOf(segments, patterns)) disguises.add(disguise);
  }
  return { kind: 'grants', grants: { allow, deny: [...deny, ...[...disguises].map((text) => [text])] } };
}

/** Whether every request of the principal to the route passes: no authorizer asks, or a rule allows more than its own. */
function isFree(document: CompiledDocument, verdicts: readonly RouteVerdict[], route: number): boolean {
  if (document.routes[route]?.isOpen === true) return true;
  const verdict = verdicts[route];
  return verdict?.deniedBy.length === 0 && verdict.grants.some(({ owned }) => owned.length === 0);
}

function routeGrants(
  document: CompiledDocument,
  method: string,
  verdicts: readonly RouteVerdict[],
): readonly RouteGrant[] {
  const finder = finderOf(document);
  return finder.templates(method).flatMap((template) => {
    const verdict = verdicts[template.index];
    if (verdict === undefined || verdict.deniedBy.length > 0) return [];
    return widestGrants(verdict)
      .flatMap((grant) => patternsOf(template, grant))
      .map((pattern) => ({ template, pattern, isOwned: isOwnedPattern(template, pattern) }))
      .filter(
        // A user whose name is that of a static route reaches that route instead of the granted one.
        ({ pattern, isOwned }) =>
          !isOwned || finder.find(method, typicalPath(pattern))?.index === template.index,
      );
  });
}

/** Whoever may call the whole route needs no pattern of their own besides. */
function widestGrants({ grants }: RouteVerdict): readonly Grant[] {
  const whole = grants.filter(({ owned }) => owned.length === 0);
  return whole.length > 0 ? whole : grants;
}

function countOwned(verdicts: readonly RouteVerdict[]): number {
  return verdicts
    .flatMap((verdict) => (verdict.deniedBy.length > 0 ? [] : widestGrants(verdict)))
    .filter(({ owned }) => owned.length > 0)
    .reduce((sum, { owned }) => sum + owned.reduce((product, { values }) => product * values.length, 1), 0);
}

/** One pattern for each way to fill the owned segments. */
function patternsOf({ segments }: Template, { owned }: Grant): readonly SegmentPattern[] {
  const values = new Map(owned.map((own) => [own.segment, own.values.flatMap(spellingsOf)]));
  return segments.reduce<readonly SegmentPattern[]>(
    (begun, segment, index) => {
      const next = typeof segment === 'object' ? [segment.literal] : (values.get(index) ?? [ANY]);
      return begun.flatMap((pattern) => next.map((text) => [...pattern, text]));
    },
    [[]],
  );
}

function isOwnedPattern({ segments }: Template, pattern: SegmentPattern): boolean {
  return segments.some((segment, index) => typeof segment === 'string' && pattern[index] !== ANY);
}

type Guard =
  | { readonly kind: 'deny'; readonly deny: readonly SegmentPattern[] }
  | { readonly kind: 'unrepresentable'; readonly conflict: Unrepresentable };

/** Finds what must be denied again, and makes sure that nothing granted is lost by it. */
function guardMethod(
  document: CompiledDocument,
  method: string,
  verdicts: readonly RouteVerdict[],
  granted: readonly RouteGrant[],
): Guard {
  const excess = granted
    .flatMap(({ pattern, isOwned }) =>
      isOwned ? findOverGrants(document, method, pattern) : knownOverGrants(document, method, pattern),
    )
    .filter((overGrant) => !isGranted(document, overGrant, verdicts, granted));
  for (const { route, pattern } of excess) {
    const lost = granted.find((grant) => isLost(document, grant, pattern));
    if (lost !== undefined)
      return { kind: 'unrepresentable', conflict: { allowed: lost.template.index, denied: route } };
  }
  return { kind: 'deny', deny: withoutCovered(excess.map(({ pattern }) => pattern)) };
}

function isGranted(
  document: CompiledDocument,
  { route, pattern }: OverGrant,
  verdicts: readonly RouteVerdict[],
  granted: readonly RouteGrant[],
): boolean {
  if (isFree(document, verdicts, route)) return true;
  const path = typicalPath(pattern);
  return granted.some((grant) => grant.template.index === route && covers(grant.pattern, path));
}

/** Whether the deny pattern takes an ordinary request of the grant: one whose parameters are no names of routes. */
function isLost(
  document: CompiledDocument,
  { template, pattern }: RouteGrant,
  deny: SegmentPattern,
): boolean {
  const isOdd = pattern.some(
    (text, index) => typeof template.segments[index] === 'string' && isRouteName(document, text),
  );
  if (isOdd) return false;
  const path = typicalPath(pattern);
  const lengths = template.segments.at(-1) === 'rest' ? deny.length : 1;
  return Array.from({ length: lengths }, (_, extra) => extra).some((extra) =>
    covers(deny, [...path, ...Array.from({ length: extra }, () => ORDINARY)]),
  );
}

function isRouteName({ routes }: CompiledDocument, text: string): boolean {
  return routes.some(({ path }) => path.split('/').includes(text));
}

/** Replaces patterns by `orders/*` where every route below `orders` is open, the highest such place first. */
function mergeSubtrees(
  document: CompiledDocument,
  method: string,
  verdicts: readonly RouteVerdict[],
  patterns: readonly SegmentPattern[],
): readonly SegmentPattern[] {
  const prefixes = new Map<string, SegmentPattern>();
  for (const pattern of patterns)
    for (let depth = 1; depth < pattern.length; depth += 1)
      prefixes.set(pattern.slice(0, depth).join('/'), [...pattern.slice(0, depth), ANY]);
  const subtrees = [...prefixes.values()].filter(
    (subtree) =>
      patterns.filter((pattern) => covers(subtree, typicalPath(pattern))).length > 1 &&
      findOverGrants(document, method, subtree).every(({ route }) => isFree(document, verdicts, route)),
  );
  return withoutCovered([...patterns, ...subtrees]);
}
