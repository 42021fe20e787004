/** HTTP API route selection and the rules for route keys (docs/aws §2.2). */
import type { RoutePlan, RouteTable } from '../deployment/model.ts';
import { bySpecificity, parsePathTemplate } from './path-template.ts';
import type { PathSegment } from './path-template.ts';
import { compileTrie } from './path-trie.ts';
import type { TrieEntry } from './path-trie.ts';
import { VERBS } from './rest-routes.ts';
import { decodePercent } from '@gatewright/aws/percent-encoding';

/**
 * Compiles the routes of an HTTP API. A full match takes priority over a greedy match, and a greedy match over
 * `$default`. Between equal matches these criteria decide, in this order: more literal segments, more segments before
 * the greedy variable, the leftmost literal, the exact method over ANY.
 *
 * The path is decoded before routing, so `%2F` splits a segment and parameters are decoded. A malformed escape is
 * treated as literal text. A trailing slash is significant.
 */
export function compileHttpRoutes(plans: readonly RoutePlan[]): RouteTable {
  const entries = plans.filter((plan) => plan.routeKey !== '$default').map(toEntry);
  const find = compileTrie(entries.toSorted(byPriority), { greedyMatchesRoot: true });
  const fallback = plans.find((plan) => plan.routeKey === '$default');
  const fallbackMatch = fallback && { plan: fallback, pathParameters: null };
  return { plans, find: (method, path) => find(method, decodePercent(path)) ?? fallbackMatch };
}

function toEntry(plan: RoutePlan): TrieEntry {
  return {
    plan,
    segments: parsePathTemplate(plan.resourcePath),
    methods: plan.httpMethod === 'ANY' ? 'every' : [plan.httpMethod],
  };
}

function byPriority(a: TrieEntry, b: TrieEntry): number {
  return (
    greedyCount(a) - greedyCount(b) ||
    literalCount(b) - literalCount(a) ||
    b.segments.length - a.segments.length ||
    bySpecificity(a.segments, b.segments) ||
    Number(a.methods === 'every') - Number(b.methods === 'every')
  );
}

function greedyCount(entry: TrieEntry): number {
  return entry.segments.at(-1)?.kind === 'greedy' ? 1 : 0;
}

function literalCount(entry: TrieEntry): number {
  return entry.segments.filter((segment) => segment.kind === 'literal').length;
}

/** The error for a route that AWS does not create, in AWS's wording. */
type RouteKeyError = { readonly index: number; readonly message: string };

const FORMAT_RULE =
  'The provided route key is not formatted properly for HTTP protocol. Format should be "<HTTP METHOD> /<RESOURCE PATH>" or "$default"';

/**
 * Returns an error for each route key, in order of creation, that is malformed, equal to an earlier one, or different
 * from it only in the names of variables.
 */
export function checkHttpRoutes(routeKeys: readonly string[]): readonly RouteKeyError[] {
  const seen = new Map<string, string>();
  return routeKeys.flatMap((routeKey, index) => {
    if (!isRouteKey(routeKey)) return [{ index, message: FORMAT_RULE }];
    const form = formOf(routeKey);
    const known = seen.get(form);
    if (known === undefined) seen.set(form, routeKey);
    if (known === routeKey)
      return [{ index, message: `Route with key ${routeKey} already exists for this API.` }];
    return known === undefined ? [] : [{ index, message: describeVariableConflict(routeKey, known) }];
  });
}

/** Returns whether two route keys differ only in the names of variables, as `GET /{a}` and `GET /{b}` do. */
export function differInVariables(routeKey: string, other: string): boolean {
  return routeKey !== other && formOf(routeKey) === formOf(other);
}

/**
 * Returns AWS's message for a route key that differs from another only in the names of variables (plutomi/plutomi#271).
 */
export function describeVariableConflict(routeKey: string, other: string): string {
  return `The provided route key "${routeKey}" has a conflicting variable on the same hierarchical level as "${other}"`;
}

/** Returns the route key without the names of its variables. */
function formOf(routeKey: string): string {
  return routeKey.replace(/\{[^{}/]*?(\+?)\}(?=\/|$)/g, '{$1}');
}

function isRouteKey(routeKey: string): boolean {
  if (routeKey === '$default') return true;
  const space = routeKey.indexOf(' ');
  const path = routeKey.slice(space + 1);
  if (!VERBS.has(routeKey.slice(0, space)) || !path.startsWith('/') || /\s/.test(path)) return false;
  const segments = parsePathTemplate(path);
  return segments.every((segment, index) => isLegalSegment(segment, index === segments.length - 1));
}

/** Whether AWS accepts the segment. An empty literal comes from a doubled or trailing slash, which AWS refuses. */
function isLegalSegment(segment: PathSegment, isLast: boolean): boolean {
  if (segment.kind === 'literal') return segment.text !== '' && !/[{}]/.test(segment.text);
  return segment.name !== '' && !/[{}+]/.test(segment.name) && (segment.kind === 'variable' || isLast);
}
