/** Which route of an inventory a request reaches: the most specific one, as API Gateway chooses it (aws-behaviour §2.1, §2.2). */
import type { ApiKind, CompiledDocument, CompiledRoute } from './compiled-document.ts';

export type RouteSegment = { readonly literal: string } | 'one' | 'rest';

/** A route with its path taken apart. The root is one empty literal. */
export type Template = {
  /** Index of the route in its document. */
  readonly index: number;
  /** `rest` stands last only, and is then one segment or more. */
  readonly segments: readonly RouteSegment[];
  /** `$default` of an HTTP API: whatever no other route takes, the root included. */
  readonly isFallback: boolean;
};

/** `GET` → its templates, the most specific first: the first that matches is the route. */
export type RouteFinder = {
  readonly templates: (method: string) => readonly Template[];
  /** `words` are the path's segments: `users/1` → `['users', '1']`, the root `['']`. */
  readonly find: (method: string, words: readonly string[]) => Template | undefined;
};

const finders = new WeakMap<CompiledDocument, RouteFinder>();

/** Made once per document: a function's instance asks it for every request. */
export function finderOf(document: CompiledDocument): RouteFinder {
  const known = finders.get(document);
  if (known !== undefined) return known;
  const finder = createRouteFinder(document.kind, document.routes);
  finders.set(document, finder);
  return finder;
}

export function createRouteFinder(kind: ApiKind, routes: readonly CompiledRoute[]): RouteFinder {
  const byMethod = new Map<string, Template[]>();
  for (const [index, { method, path }] of routes.entries()) {
    const templates = byMethod.get(method) ?? [];
    templates.push({ index, segments: parseTemplate(path), isFallback: path === '$default' });
    byMethod.set(method, templates);
  }
  const compare = kind === 'rest' ? compareFromLeft : compareHttp;
  for (const templates of byMethod.values())
    templates.sort((a, b) => Number(a.isFallback) - Number(b.isFallback) || compare(a.segments, b.segments));
  const templates = (method: string) => byMethod.get(method) ?? [];
  return {
    templates,
    find(method, words) {
      const routed = kind === 'rest' ? withoutTrailingSlashes(words) : words;
      return templates(method).find((template) => matches(template, routed, kind));
    },
  };
}

/** `/orders/{id}` → a literal and `one`. */
export function parseTemplate(path: string): readonly RouteSegment[] {
  if (path === '$default') return ['rest'];
  return path
    .replace(/^\//, '')
    .split('/')
    .map((part) => (/^\{.+\+\}$/.test(part) ? 'rest' : /^\{.+\}$/.test(part) ? 'one' : { literal: part }));
}

/** REST APIs do not count slashes at the end. */
function withoutTrailingSlashes(words: readonly string[]): readonly string[] {
  const last = words.findLastIndex((word) => word !== '');
  return last === words.length - 1 ? words : words.slice(0, Math.max(last + 1, 1));
}

function matches({ segments, isFallback }: Template, words: readonly string[], kind: ApiKind): boolean {
  if (isFallback) return true;
  const isGreedy = segments.at(-1) === 'rest';
  if (isGreedy ? words.length < segments.length : words.length !== segments.length) return false;
  return segments.every((segment, index) => {
    // A greedy parameter is never empty, but for the root of an HTTP API.
    if (segment === 'rest')
      return words.length > index + 1 || words[index] !== '' || (kind === 'http' && index === 0);
    return segment === 'one' ? words[index] !== '' : words[index] === segment.literal;
  });
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

/** A full match before a greedy one, then more literals, then more segments, then the leftmost literal. */
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
