/**
 * Turns a principal's rights on an API into path patterns to allow and to deny. If no patterns can express exactly
 * these rights, the result is `unrepresentable`.
 */
import type { RuleGrant, OwnedSegment, RouteVerdict } from './apply-rules.ts';
import type { CompiledDocument } from '../compiled-document.ts';
import { decideReadings } from './decide.ts';
import { findOverGrants, findReachedRoutes } from './over-grants.ts';
import type { OverGrant } from './over-grants.ts';
import { encodingsOf } from './owner-values.ts';
import { disguisesOf } from './path-disguises.ts';
import { finderOf } from './route-finder.ts';
import type { Template } from './route-finder.ts';
import {
  ANY,
  covers,
  distinct,
  indexPaths,
  ORDINARY,
  typicalPath,
  withoutCovered,
} from './segment-patterns.ts';
import type { RouteSegment, SegmentPattern } from './segment-patterns.ts';

/** Patterns of verb and path, as in the ARN after the stage: `GET/users/*`. Sorted and without duplicates. */
export type PathGrants = { readonly allow: readonly string[]; readonly deny: readonly string[] };

/**
 * Each deny pattern that removes the route `denied` also removes the route `allowed`, so IAM cannot express the rights
 * in one policy. This is also the case if the name of `allowed` resembles a disguise.
 */
export type Unrepresentable = { readonly allowed: number; readonly denied: number };

export type PathGrantsResult =
  | { readonly kind: 'grants'; readonly grants: PathGrants }
  | { readonly kind: 'unrepresentable'; readonly conflict: Unrepresentable }
  /** There are more patterns than any result can contain. */
  | { readonly kind: 'too-many' };

/**
 * Maximum number of patterns that contain the principal's values. The largest result contains only about a hundred
 * resources, but several claims with lists of values multiply the number of patterns.
 */
const OWNED_PATTERNS_LIMIT = 500;

/** For each route, the verdict and the widest grants. */
type Verdicts = {
  readonly verdicts: readonly RouteVerdict[];
  readonly ways: readonly (readonly RuleGrant[])[];
};

type MethodGrants = {
  readonly document: CompiledDocument;
  readonly method: string;
  readonly granted: ReadonlyMap<number, RouteGrant>;
};

type RouteGrant = {
  readonly template: Template;
  /** The pattern of the route's path, or several patterns that contain the principal's values instead of wildcards. */
  readonly patterns: readonly SegmentPattern[];
};

/**
 * Returns the patterns of a principal. If `merge` is true, whole subtrees are named where the principal may call all of
 * their routes, which makes the policy smaller. If `isPersonal` of the result is true, the patterns contain values of
 * the principal. `isPersonal` depends only on the rules that apply, not on the values.
 */
export function toPathGrants(
  document: CompiledDocument,
  verdicts: readonly RouteVerdict[],
  merge = false,
): { readonly result: PathGrantsResult; readonly isPersonal: boolean } {
  const ways = verdicts.map(widestGrants);
  const own = ways.flat().filter(({ owned }) => owned.length > 0);
  const result: PathGrantsResult =
    own.reduce(countPatterns, 0) > OWNED_PATTERNS_LIMIT
      ? { kind: 'too-many' }
      : grantPaths(document, { verdicts, ways }, merge);
  return { result, isPersonal: own.length > 0 };
}

function grantPaths(
  document: CompiledDocument,
  { verdicts, ways }: Verdicts,
  merge: boolean,
): PathGrantsResult {
  const methods = new Set(
    document.routes.flatMap(({ method }, route) => ((ways[route] ?? []).length > 0 ? [method] : [])),
  );
  const allow: string[] = [];
  const deny: string[] = [];
  const exposed = new Map<Template, readonly RouteSegment[]>();
  const odd: OddPath[] = [];
  let isWide = false;
  for (const method of [...methods].sort()) {
    const grants = { document, method, granted: routeGrants(document, method, { verdicts, ways }) };
    const guard = guardMethod(grants);
    if (guard.kind === 'unrepresentable') return guard;
    const kept = withoutCovered([...grants.granted.values()].flatMap(({ patterns }) => patterns));
    const patterns = merge ? mergeSubtrees(grants, kept) : kept;
    for (const pattern of patterns) allow.push(...targetsOf(document, method, pattern));
    for (const pattern of guard.deny) deny.push(...targetsOf(document, method, pattern));
    for (const [template, segments] of exposedBy(grants, patterns)) exposed.set(template, segments);
    odd.push(...oddPathsOf(grants));
    isWide ||= patterns.some((pattern) => pattern.includes(ANY));
  }
  const disguises = isWide ? disguisesOf([...exposed.values()]) : [];
  const lost = findDisguised(odd, disguises);
  if (lost !== undefined) {
    const [denied = lost] = exposed.keys();
    return { kind: 'unrepresentable', conflict: { allowed: lost.index, denied: denied.index } };
  }
  return { kind: 'grants', grants: { allow: allow.sort(), deny: [...deny, ...disguises].sort() } };
}

/** Matches route names that every server reads in the same way and that do not resemble a disguise. */
const PLAIN_NAME = /^[\w~-]*(?:\.[\w~-]+)*$/;

type OddPath = { readonly template: Template; readonly target: string };

function isOdd({ segments }: Template): boolean {
  return segments.some((segment) => typeof segment === 'object' && !PLAIN_NAME.test(segment.literal));
}

/** Returns ordinary requests, as clients send them, to the granted routes whose names are not plain. */
function oddPathsOf({ document, method, granted }: MethodGrants): readonly OddPath[] {
  return [...granted.values()].flatMap(({ template, patterns }) =>
    isOdd(template)
      ? patterns.flatMap((pattern) =>
          targetsOf(document, method, ordinaryPath(pattern)).map((target) => ({ template, target })),
        )
      : [],
  );
}

/** Returns an ordinary path that matches the pattern, with `x` for each parameter. */
function ordinaryPath(pattern: SegmentPattern): SegmentPattern {
  return pattern.map((text) => (text === ANY ? 'x' : text));
}

/** Returns the first granted route whose own name resembles a disguise. The policy would deny its requests. */
function findDisguised(odd: readonly OddPath[], disguises: readonly string[]): Template | undefined {
  return odd.find(({ target }) => disguises.some((pattern) => matchesDisguise(pattern, target)))?.template;
}

/**
 * Matches patterns as IAM does. The general matcher (`@gatewright/aws/glob`) is not used, because it would add 1.5 KB
 * to each cold start.
 */
function matchesDisguise(pattern: string, target: string): boolean {
  const source = pattern
    .replace(/[\\.$]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(target);
}

/**
 * Returns the spellings of a pattern's path as clients send it. An HTTP API routes the decoded path but compares the
 * policy with the path as sent, so the policy needs each spelling.
 */
function targetsOf(document: CompiledDocument, method: string, pattern: SegmentPattern): readonly string[] {
  if (document.kind !== 'http') return [`${method}/${pattern.join('/')}`];
  return pattern.reduce<readonly string[]>(
    (started, text) => started.flatMap((path) => encodingsOf(text).map((spelling) => `${path}/${spelling}`)),
    [method],
  );
}

/** Returns the widest grants of a route. A grant for the whole route makes narrower grants unnecessary. */
function widestGrants({ deniedBy, grants }: RouteVerdict): readonly RuleGrant[] {
  if (deniedBy.length > 0) return [];
  const whole = grants.find(({ owned }) => owned.length === 0);
  return whole === undefined ? grants : [whole];
}

function countPatterns(sum: number, { owned }: RuleGrant): number {
  return sum + owned.reduce((product, { values }) => product * values.length, 1);
}

function routeGrants(
  document: CompiledDocument,
  method: string,
  { verdicts, ways }: Verdicts,
): MethodGrants['granted'] {
  const finder = finderOf(document);
  const granted = new Map<number, RouteGrant>();
  for (const template of finder.templates(method)) {
    const patterns = distinct(
      (ways[template.index] ?? []).flatMap(({ owned }) => ownedPatterns(document, template, owned)),
    ).filter(
      // If a user's name equals a static segment, the pattern is dropped, because it would open the static route
      // instead of the granted route.
      (pattern) =>
        (pattern === template.pattern || finder.find(method, typicalPath(pattern)) === template) &&
        !(isOdd(template) && isReadAsClosed(document, verdicts, method, pattern)),
    );
    if (patterns.length > 0) granted.set(template.index, { template, patterns });
  }
  return granted;
}

/** Whether all the principal's requests to the route pass: it has no authorizer, or is allowed as a whole. */
function isFree({ document, granted }: MethodGrants, template: Template): boolean {
  return (
    document.routes[template.index]?.isOpen === true ||
    granted.get(template.index)?.patterns.includes(template.pattern) === true
  );
}

/** Whether a server may read the pattern's path as the path of a closed route. `decide` also denies such a path. */
function isReadAsClosed(
  document: CompiledDocument,
  verdicts: readonly RouteVerdict[],
  method: string,
  pattern: SegmentPattern,
): boolean {
  const routed = [method, ...ordinaryPath(pattern)].join('/');
  return decideReadings(document, verdicts, routed)?.kind === 'deny';
}

/**
 * Replaces parameters with the principal's values, in the form that the API routes: decoded on an HTTP API, and in each
 * possible spelling on a REST API.
 */
function ownedPatterns(
  { kind }: CompiledDocument,
  { pattern }: Template,
  owned: readonly OwnedSegment[],
): readonly SegmentPattern[] {
  return owned.reduce<readonly SegmentPattern[]>(
    (started, { segment, values }) =>
      started.flatMap((one) =>
        (kind === 'http' ? values : values.flatMap(encodingsOf)).map((text) => one.with(segment, text)),
      ),
    [pattern],
  );
}

type Guard =
  | { readonly kind: 'deny'; readonly deny: readonly SegmentPattern[] }
  | { readonly kind: 'unrepresentable'; readonly conflict: Unrepresentable };

/** Finds the patterns to deny, and checks that none of them removes a grant. */
function guardMethod(grants: MethodGrants): Guard {
  const excess = findExcess(grants);
  if (excess.length === 0) return { kind: 'deny', deny: [] };
  const { document, granted } = grants;
  const ways = [...granted.values()].flatMap(({ template, patterns }) =>
    patterns.map((pattern) => ({ template, pattern, path: typicalPath(pattern) })),
  );
  const coverable = indexPaths(ways.map(({ path }) => path));
  for (const { route, pattern } of excess)
    for (const index of coverable(pattern)) {
      const way = ways[index];
      if (way !== undefined && isLost(document, way, pattern))
        return { kind: 'unrepresentable', conflict: { allowed: way.template.index, denied: route } };
    }
  return { kind: 'deny', deny: withoutCovered(excess.map(({ pattern }) => pattern)) };
}

/** Returns the routes that the granted patterns match although the routes are not granted. */
function findExcess(grants: MethodGrants): readonly OverGrant[] {
  const { document, method, granted } = grants;
  const found = new Map<string, OverGrant>();
  for (const { template: own, patterns } of granted.values()) {
    const isAsked = (template: Template) => template !== own && !isFree(grants, template);
    for (const pattern of patterns)
      for (const excess of findOverGrants(document, method, pattern, isAsked)) {
        const path = typicalPath(excess.pattern);
        if (granted.get(excess.route)?.patterns.some((meant) => covers(meant, path)) === true) continue;
        const text = excess.pattern.join('/');
        if (!found.has(text)) found.set(text, excess);
      }
  }
  return [...found.values()];
}

type Way = {
  readonly template: Template;
  readonly pattern: SegmentPattern;
  readonly path: readonly string[];
};

/**
 * Whether the deny pattern would remove ordinary requests of the grant. In an ordinary request, no parameter equals a
 * route's name.
 */
function isLost(document: CompiledDocument, { template, pattern, path }: Way, deny: SegmentPattern): boolean {
  const { isName } = finderOf(document);
  if (pattern.some((text, index) => text !== template.pattern[index] && isName(text))) return false;
  const lengths = template.segments.at(-1) === 'rest' ? deny.length : 1;
  return Array.from({ length: lengths }, (_, extra) => extra).some((extra) =>
    covers(deny, [...path, ...Array.from({ length: extra }, () => ORDINARY)]),
  );
}

/**
 * Replaces several patterns with `orders/*` if every route below `orders` is allowed. Of nested subtrees, the largest
 * is used.
 */
function mergeSubtrees(grants: MethodGrants, patterns: readonly SegmentPattern[]): readonly SegmentPattern[] {
  const { document, method } = grants;
  const prefixes = new Map<string, SegmentPattern>();
  for (const pattern of patterns)
    for (let depth = 1; depth < pattern.length; depth += 1)
      prefixes.set(pattern.slice(0, depth).join('/'), [...pattern.slice(0, depth), ANY]);
  const paths = patterns.map(typicalPath);
  const coverable = indexPaths(paths);
  const isMany = (subtree: SegmentPattern) => {
    let count = 0;
    return coverable(subtree).some((index) => covers(subtree, paths[index] ?? []) && (count += 1) > 1);
  };
  const subtrees = [...prefixes.values()].filter(
    (subtree) =>
      isMany(subtree) &&
      findOverGrants(document, method, subtree, (template) => !isFree(grants, template)).length === 0,
  );
  return withoutCovered([...patterns, ...subtrees]);
}

/** Returns the closed routes that an allowed wildcard may match, each as its segments from the wildcard on. */
function exposedBy(
  grants: MethodGrants,
  allowed: readonly SegmentPattern[],
): ReadonlyMap<Template, readonly RouteSegment[]> {
  const from = new Map<Template, number>();
  const seen = new Set<string>();
  for (const pattern of allowed) {
    const first = pattern.indexOf(ANY);
    const prefix = pattern.slice(0, first + 1).join('/');
    if (first === -1 || seen.has(prefix)) continue;
    seen.add(prefix);
    for (const template of findReachedRoutes(grants.document, grants.method, pattern))
      if (!isFree(grants, template)) from.set(template, Math.min(first, from.get(template) ?? first));
  }
  return new Map([...from].map(([template, place]) => [template, template.segments.slice(place)]));
}
