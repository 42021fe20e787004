/**
 * Finds routes that now have an authorizer, but did not exist or were open when the document's routes were read. Most
 * of these routes are denied, because no rule allows them. But if the wildcard of an allowed route also matches such a
 * route, callers of the allowed route can call it too.
 */
import type { CompiledDocument, CompiledRule } from '@gatewright/handlers/access/compiled-document';
import { expandRoutes } from '../compile/expand-rule.ts';
import { findOverGrants } from '@gatewright/handlers/access/decide/over-grants';
import { parseTemplate } from '@gatewright/handlers/access/decide/route-finder';
import type { InventoryRoute } from '../inventory/route-inventory.ts';
import { ANY, ORDINARY } from '@gatewright/handlers/access/decide/segment-patterns';
import type { SegmentPattern } from '@gatewright/handlers/access/decide/segment-patterns';

/**
 * Returns routes of the current API that a rule about another route opens to callers. The text of each route says what
 * to do.
 * @param found the routes of the API. A route counts as protected if it has an authorizer of the toolkit
 */
export function checkLaterRoutes(
  document: CompiledDocument,
  found: readonly InventoryRoute[],
): readonly string[] {
  return findLaterRoutes(document, found).map((complaint) => `${complaint}; run gatewright access sync`);
}

/**
 * Like `checkLaterRoutes`, but the texts do not say what to do, because `access sync` helps only when the API itself
 * has the authorizer.
 * @param found the routes of the API, as they are now or as they will be
 */
export function findLaterRoutes(
  document: CompiledDocument,
  found: readonly InventoryRoute[],
): readonly string[] {
  if (document.kind === 'websocket') return [];
  const now: CompiledDocument = { ...document, routes: expandRoutes(found) };
  const met = new Map(document.routes.map((route) => [nameOf(route), route]));
  const later = new Set(
    [...now.routes.keys()].filter((index) => {
      const route = now.routes[index];
      const known = met.get(nameOf(route));
      return route?.isOpen !== true && (known === undefined || known.isOpen === true);
    }),
  );
  if (later.size === 0) return [];
  const complaints = new Map<string, string>();
  for (const { rule, name, method, pattern } of allowedPatterns(document))
    for (const { route: index } of findOverGrants(now, method, pattern)) {
      const reached = nameOf(now.routes[index]);
      if (!later.has(index) || reached === name || complaints.has(reached)) continue;
      if (allowsWhole(document, rule, reached)) continue;
      const was = met.has(reached) ? 'had no authorizer' : 'did not exist';
      complaints.set(
        reached,
        `callers who may call ${name} can also call ${reached}, because ${reached} ${was} when the routes of the access document were read`,
      );
    }
  return [...complaints.values()];
}

/**
 * Whether every caller to whom the rule applies may call the route anyway. This is also true for open routes that the
 * rule names.
 */
function allowsWhole(
  { rules, routes }: CompiledDocument,
  { routes: granted, bind = [] }: CompiledRule,
  name: string,
): boolean {
  const isNamed = (index: number): boolean => nameOf(routes[index]) === name;
  const isDenied = rules.some((rule) => rule.effect === 'deny' && rule.routes.some(isNamed));
  return bind.length === 0 && granted.some(isNamed) && !isDenied;
}

type AllowedPattern = {
  readonly rule: CompiledRule;
  readonly name: string;
  readonly method: string;
  readonly pattern: SegmentPattern;
};

function allowedPatterns({ rules, routes }: CompiledDocument): readonly AllowedPattern[] {
  return rules
    .filter(({ effect }) => effect === 'allow')
    .flatMap((rule) =>
      rule.routes.flatMap((index, place) => {
        const route = routes[index];
        if (route === undefined) return [];
        const { method, path } = route;
        return [{ rule, name: nameOf(route), method, pattern: patternOf(path, rule, place) }];
      }),
    );
}

/** Returns the pattern of the path, segment by segment. A placeholder for the value of the owner is not a wildcard. */
function patternOf(path: string, { bind = [] }: CompiledRule, place: number): SegmentPattern {
  const owned = new Set(bind.map(({ segments }) => segments[place]));
  return parseTemplate(path).map((segment, index) => {
    if (typeof segment === 'object') return segment.literal;
    return owned.has(index) ? ORDINARY : ANY;
  });
}

function nameOf(route: CompiledDocument['routes'][number] | undefined): string {
  return `${route?.method ?? ''} ${route?.path ?? ''}`;
}
