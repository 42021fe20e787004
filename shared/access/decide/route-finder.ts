/**
 * Finds the route of an inventory that a request reaches. API Gateway chooses the most specific route
 * (docs/aws §2.1, §2.2).
 */
import { decodePercent } from '@gatewright/aws/percent-encoding';
import type { ApiKind, CompiledDocument, CompiledRoute } from '../compiled-document.ts';
import { hasDotSegment } from './path-disguises.ts';
import { ANY } from './segment-patterns.ts';
import type { RouteSegment, SegmentPattern } from './segment-patterns.ts';

/** A route with its parsed path. The path `/` is a single empty literal. */
export type Template = {
  readonly index: number;
  /** Priority among the templates of a verb. If two templates match a request, the one with the lower rank is used. */
  readonly rank: number;
  /** The segments of the path. `rest` is always last, and matches one or more segments of a request. */
  readonly segments: readonly RouteSegment[];
  /** The policy pattern that matches all requests to this route, such as `orders/*`. */
  readonly pattern: SegmentPattern;
};

type RouteFinder = {
  /** Indexes of the routes whose own name no request can reach. Nothing is ever granted on them. */
  readonly unreachable: ReadonlySet<number>;
  /** Returns the templates of a verb, the most specific first. */
  readonly templates: (method: string) => readonly Template[];
  /** `words` are the segments of the routed path: `['users', '1']` for `users/1`, and `['']` for the root. */
  readonly find: (method: string, words: readonly string[]) => Template | undefined;
  /** Returns templates that may match the words before the pattern's first wildcard, the most specific first. */
  readonly below: (method: string, pattern: SegmentPattern) => readonly Template[];
  readonly longest: (method: string) => number;
  /** Whether any route has the text as a literal segment. */
  readonly isName: (text: string) => boolean;
};

const finders = new WeakMap<CompiledDocument, RouteFinder>();

/**
 * Returns the path as the API routes it. HTTP APIs decode a path before they route it, but REST APIs do not
 * (docs/aws §2.1, §2.2). The path may be prefixed with the method, as in an ARN.
 */
export function routedPath(kind: ApiKind, path: string): string {
  return kind === 'http' ? decodePercent(path) : path;
}

/**
 * Whether a request can reach a route by its own name. A route `/a%20b` of an HTTP API is unreachable, because a
 * request for `/a%20b` is decoded to `/a b` and goes to another route. A route is also unreachable if its name contains
 * a dot segment, because servers resolve it.
 */
export function isReachable(kind: ApiKind, path: string): boolean {
  return path.isWellFormed() && routedPath(kind, path) === path && !hasDotSegment(path);
}

/** Returns the finder of a document. It is cached, because an instance needs it for every request. */
export function finderOf(document: CompiledDocument): RouteFinder {
  const known = finders.get(document);
  if (known !== undefined) return known;
  const finder = createRouteFinder(document.kind, document.routes);
  finders.set(document, finder);
  return finder;
}

/**
 * A group of templates with the same prefix. Templates are grouped because comparing hundreds of them one by one is
 * slow.
 */
type Branch = {
  readonly literals: Map<string, Branch>;
  one: Branch | undefined;
  readonly ends: Template[];
  readonly rest: Template[];
};

type Tree = {
  readonly templates: readonly Template[];
  readonly root: Branch;
  /** `$default` of an HTTP API, which handles every request that no other route matches, including the root. */
  readonly fallback: Template | undefined;
  readonly longest: number;
};

export function createRouteFinder(kind: ApiKind, routes: readonly CompiledRoute[]): RouteFinder {
  const trees = new Map<string, Tree>();
  let names: ReadonlySet<string> | undefined;
  const treeOf = (method: string): Tree => {
    const tree = trees.get(method) ?? growTree(kind, routes, method);
    trees.set(method, tree);
    return tree;
  };
  return {
    unreachable: new Set([...routes.keys()].filter((index) => !isReachable(kind, routes[index]?.path ?? ''))),
    templates: (method) => treeOf(method).templates,
    find(method, words) {
      const routed = kind === 'rest' ? withoutTrailingSlashes(words) : words;
      const { root, fallback } = treeOf(method);
      return findBelow(root, routed, 0, kind) ?? fallback;
    },
    below(method, pattern) {
      const { root, fallback } = treeOf(method);
      const found: Template[] = fallback === undefined ? [] : [fallback];
      collectBelow(root, pattern, 0, found);
      return found.sort((a, b) => a.rank - b.rank);
    },
    longest: (method) => treeOf(method).longest,
    isName(text) {
      names ??= new Set(routes.flatMap(({ path }) => path.split('/')));
      return names.has(text);
    },
  };
}

function growTree(kind: ApiKind, routes: readonly CompiledRoute[], method: string): Tree {
  const compare = kind === 'rest' ? compareFromLeft : compareHttp;
  const isFallback = (index: number) => routes[index]?.path === '$default';
  const templates = routes
    .flatMap((route, index) =>
      route.method === method ? [{ index, segments: parseTemplate(route.path) }] : [],
    )
    .sort(
      (a, b) => Number(isFallback(a.index)) - Number(isFallback(b.index)) || compare(a.segments, b.segments),
    )
    .map((template, rank) => ({ ...template, rank, pattern: patternOf(template.segments) }));
  const root = aBranch();
  for (const template of templates) if (!isFallback(template.index)) addTemplate(root, template);
  return {
    templates,
    root,
    fallback: templates.find(({ index }) => isFallback(index)),
    longest: Math.max(...templates.map(({ segments }) => segments.length)),
  };
}

function patternOf(segments: readonly RouteSegment[]): SegmentPattern {
  return segments.map((segment) => (typeof segment === 'string' ? ANY : segment.literal));
}

function aBranch(): Branch {
  return { literals: new Map(), one: undefined, ends: [], rest: [] };
}

function addTemplate(root: Branch, template: Template): void {
  let branch = root;
  for (const segment of template.segments) {
    if (segment === 'rest') {
      branch.rest.push(template);
      return;
    }
    const next = (segment === 'one' ? branch.one : branch.literals.get(segment.literal)) ?? aBranch();
    if (segment === 'one') branch.one = next;
    else branch.literals.set(segment.literal, next);
    branch = next;
  }
  branch.ends.push(template);
}

function findBelow(
  branch: Branch,
  words: readonly string[],
  at: number,
  kind: ApiKind,
): Template | undefined {
  const word = words[at];
  if (word === undefined) return branch.ends[0];
  // A greedy parameter is never empty, except for the root of an HTTP API.
  const isFull = word !== '' || words.length > at + 1 || (kind === 'http' && at === 0);
  let best = isFull ? branch.rest[0] : undefined;
  for (const next of [branch.literals.get(word), word === '' ? undefined : branch.one]) {
    const found = next && findBelow(next, words, at + 1, kind);
    if (found !== undefined && (best === undefined || found.rank < best.rank)) best = found;
  }
  return best;
}

function collectBelow(branch: Branch, pattern: SegmentPattern, at: number, into: Template[]): void {
  into.push(...branch.rest);
  const text = pattern[at] ?? ANY;
  if (text === ANY) {
    into.push(...branch.ends);
    for (const next of branch.literals.values()) collectBelow(next, pattern, at, into);
  } else {
    const next = branch.literals.get(text);
    if (next !== undefined) collectBelow(next, pattern, at + 1, into);
  }
  if (branch.one !== undefined) collectBelow(branch.one, pattern, text === ANY ? at : at + 1, into);
}

/** Parses a path. For example, `/orders/{id}` becomes a literal and `one`. */
export function parseTemplate(path: string): readonly RouteSegment[] {
  if (path === '$default') return ['rest'];
  return (path.startsWith('/') ? path.slice(1) : path).split('/').map((part) => {
    if (part.length < 3 || !part.startsWith('{') || !part.endsWith('}')) return { literal: part };
    return part.length > 3 && part.endsWith('+}') ? 'rest' : 'one';
  });
}

/** REST APIs ignore trailing slashes. */
function withoutTrailingSlashes(words: readonly string[]): readonly string[] {
  const last = words.findLastIndex((word) => word !== '');
  return last === words.length - 1 ? words : words.slice(0, Math.max(last + 1, 1));
}

const RANK = { literal: 0, one: 1, rest: 2 };

function rankOf(segment: RouteSegment): number {
  return typeof segment === 'string' ? RANK[segment] : RANK.literal;
}

function compareFromLeft(a: readonly RouteSegment[], b: readonly RouteSegment[]): number {
  for (const [index, left] of a.entries()) {
    const right = b[index];
    if (right === undefined) break;
    if (rankOf(left) !== rankOf(right)) return rankOf(left) - rankOf(right);
  }
  return a.length - b.length;
}

/**
 * Compares routes of an HTTP API. A full match ranks before a greedy match. Among equals, the route with more literals
 * ranks first, then the one with more segments, then the one with the leftmost literal.
 */
function compareHttp(a: readonly RouteSegment[], b: readonly RouteSegment[]): number {
  const literals = (segments: readonly RouteSegment[]) =>
    segments.filter((segment) => typeof segment !== 'string' && segment.literal !== '').length;
  return (
    Number(a.at(-1) === 'rest') - Number(b.at(-1) === 'rest') ||
    literals(b) - literals(a) ||
    b.length - a.length ||
    compareFromLeft(a, b)
  );
}
