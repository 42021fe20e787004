/** Expands a rule's methods and paths to the matching routes of the inventory. */
import type { BindText, RuleText } from '../document/document.ts';
import type { CompiledBinding, CompiledRoute } from '@gatewright/handlers/access/compiled-document';
import type { InventoryRoute, RouteInventory } from '../inventory/route-inventory.ts';
import { parseTemplate } from '@gatewright/handlers/access/decide/route-finder';
import type { RouteSegment } from '@gatewright/handlers/access/decide/segment-patterns';
import { isClose } from '../document/shape.ts';
import type { Path } from '../document/shape.ts';

/** The methods of `ANY`. No other method is ever allowed. */
const METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];

/** The handshakes of a WebSocket API. Its rules decide about nothing else. */
export const CONNECT: CompiledRoute = { method: 'WebSocket', path: '$connect' };

type ExpandedRule = {
  readonly routes: readonly number[];
  readonly bind: readonly CompiledBinding[];
};

type Complain = (path: Path, message: string, at?: 'key') => void;

/** Returns one route per concrete method, in a fixed order. A method with its own route is excluded from `ANY`. */
export function expandRoutes(inventory: readonly InventoryRoute[]): readonly CompiledRoute[] {
  const own = new Set(inventory.map(({ method, path }) => `${method} ${path}`));
  return inventory
    .flatMap(({ method, path, isProtected, guard }): CompiledRoute[] => {
      const verbs = method === 'ANY' ? METHODS.filter((verb) => !own.has(`${verb} ${path}`)) : [method];
      const open = isProtected ? {} : { isOpen: true as const, ...(guard !== undefined && { guard }) };
      return verbs.map((verb) => ({ method: verb, path, ...open }));
    })
    .sort((a, b) => compareTexts(a.path, b.path) || compareTexts(a.method, b.method));
}

/**
 * Returns the route of the handshakes of a WebSocket API if it has no authorizer of Gatewright, because then everyone
 * can connect. If the API does not have this route, the route also counts as open.
 */
export function openConnect({ routes }: Pick<RouteInventory, 'routes'>): readonly CompiledRoute[] {
  const connect = routes.find(({ path }) => path === '$connect');
  if (routes.length === 0 || connect?.isProtected === true) return [];
  return [{ ...CONNECT, isOpen: true, ...(connect?.guard !== undefined && { guard: connect.guard }) }];
}

function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/**
 * Expands a rule. A path that has no route with one of the methods is reported as a mistake, because it is most likely
 * a typo. Returns undefined after a mistake.
 */
export function expandRule(
  rule: RuleText,
  routes: readonly CompiledRoute[],
  complain: Complain,
): ExpandedRule | undefined {
  const { methods = [], paths = [], bind = {} } = rule;
  const found = new Map<number, ReadonlyMap<string, number>>();
  let isWhole = true;
  for (const [place, path] of paths.entries()) {
    const pattern = parsePattern(path);
    const below = routes.flatMap((route, index) => (covers(pattern, route.path) ? [{ route, index }] : []));
    const asked = below.filter(({ route }) => methods.some((verb) => verb === '*' || verb === route.method));
    if (asked.length === 0) {
      complain(['paths', place], nothingFound(path, methods, below, routes));
      isWhole = false;
    }
    for (const { index } of asked) if (!found.has(index)) found.set(index, pattern.names);
  }
  const indexes = [...found.keys()].sort((a, b) => a - b);
  const bindings = Object.entries(bind).map(([name, text]) => bindTo(name, text, indexes, found));
  for (const [place, name] of Object.keys(bind).entries())
    if (bindings[place] === undefined) {
      complain(
        ['bind', name],
        `binds {${name}}, which is not a single segment in every path of the rule`,
        'key',
      );
      isWhole = false;
    }
  return isWhole ? { routes: indexes, bind: bindings.filter((binding) => binding !== undefined) } : undefined;
}

function bindTo(
  name: string,
  { claim, each = false, max = 20 }: BindText,
  indexes: readonly number[],
  found: ReadonlyMap<number, ReadonlyMap<string, number>>,
): CompiledBinding | undefined {
  const segments = indexes.map((index) => found.get(index)?.get(name) ?? -1);
  return segments.includes(-1) ? undefined : { segments, claim, ...(each && { max }) };
}

type PathPattern = {
  readonly segments: readonly RouteSegment[];
  /** Whether the path ends in `/**`. It then matches a route and everything below it. */
  readonly isSubtree: boolean;
  /** Indexes of single-segment parameters by name. */
  readonly names: ReadonlyMap<string, number>;
};

function parsePattern(path: string): PathPattern {
  const isSubtree = path.endsWith('/**');
  const parts = (isSubtree ? path.slice(1, -3) : path.slice(1)).split('/');
  const names = parts.flatMap((part, index) => {
    const name = /^\{(.+[^+])\}$|^\{([^+])\}$/.exec(part);
    return name === null ? [] : ([[name[1] ?? name[2] ?? '', index]] as const);
  });
  return { segments: parseTemplate(`/${parts.join('/')}`), isSubtree, names: new Map(names) };
}

function covers({ segments, isSubtree }: PathPattern, path: string): boolean {
  const template = parseTemplate(path);
  const isWholeApi = isSubtree && segments.length === 1 && isSame(segments[0], { literal: '' });
  if (isWholeApi) return true;
  if (
    path === '$default' ||
    (isSubtree ? template.length < segments.length : template.length !== segments.length)
  )
    return false;
  return segments.every((segment, index) => isSame(segment, template[index]));
}

function isSame(a: RouteSegment | undefined, b: RouteSegment | undefined): boolean {
  if (typeof a === 'object' && typeof b === 'object') return a.literal === b.literal;
  return a === b;
}

function nothingFound(
  path: string,
  methods: readonly string[],
  below: readonly { readonly route: CompiledRoute }[],
  routes: readonly CompiledRoute[],
): string {
  if (below.length > 0) {
    const there = [...new Set(below.map(({ route }) => route.method))].join(', ');
    return `the API has no ${methods.join(' or ')} ${path}; at this path it has ${there}`;
  }
  const known = [...new Set(routes.map((route) => route.path))];
  const close = known.find((candidate) => isClose(candidate.toLowerCase(), path.toLowerCase()));
  const greedy = known.find((candidate) => candidate.endsWith('+}') && isBelow(candidate, path));
  if (close !== undefined) return `the API has no route ${path}; did you mean ${close}?`;
  if (greedy !== undefined)
    return `the API has no route ${path}; ${greedy} serves this path: check access in the handler of that route, or add ${path} to the API`;
  return `the API has no route ${path}; it has ${known.slice(0, 12).join(', ')}${known.length > 12 ? ' …' : ''}`;
}

function isBelow(greedy: string, path: string): boolean {
  return path.startsWith(greedy.slice(0, greedy.lastIndexOf('/') + 1));
}
