/** A principal under a document's rules: what it may do on each route, before any request is looked at. */
import { evaluateCondition } from './condition.ts';
import type { Circumstances } from './condition.ts';
import type { CompiledDocument, CompiledRule } from './compiled-document.ts';
import { losesValue, ownerValues } from './owner-values.ts';
import type { Principal } from './principal.ts';

/** One way into a route. */
export type Grant = {
  readonly ruleId: string;
  /** Segments of the path that must have one of these values; none: the whole route. */
  readonly owned: readonly OwnedSegment[];
};

export type OwnedSegment = { readonly segment: number; readonly values: readonly string[] };

export type RouteVerdict = {
  /** Ids of the deny rules that apply; one is enough. */
  readonly deniedBy: readonly string[];
  readonly grants: readonly Grant[];
};

export type AppliedRules = {
  /** By index of the document's routes; `$connect` of a WebSocket is the only one. */
  readonly routes: readonly RouteVerdict[];
  /** Rules that would have granted something, or more, but for a claim that may not stand in a policy. */
  readonly rejectedBindings: readonly string[];
};

/** Default deny: a route without grants is denied, and so is one that a deny rule names. */
export function applyRules(
  document: CompiledDocument,
  principal: Principal,
  at: Circumstances,
): AppliedRules {
  const count = document.kind === 'websocket' ? 1 : document.routes.length;
  const routes = Array.from({ length: count }, () => ({ deniedBy: [] as string[], grants: [] as Grant[] }));
  const rejectedBindings: string[] = [];
  for (const rule of document.rules) {
    if (!applies(rule, principal, at)) continue;
    const values = rule.bind?.map((binding) => ownerValues(principal.claims, binding));
    const grantsNothing = values?.some((list) => list.length === 0) === true;
    if (grantsNothing || rule.bind?.some((binding) => losesValue(principal.claims, binding)) === true)
      rejectedBindings.push(rule.id);
    if (grantsNothing) continue;
    const named = document.kind === 'websocket' ? [0] : rule.routes;
    for (const [place, index] of named.entries()) {
      const route = routes[index];
      if (rule.effect === 'deny') route?.deniedBy.push(rule.id);
      else route?.grants.push({ ruleId: rule.id, owned: ownedSegments(rule, place, values ?? []) });
    }
  }
  return { routes, rejectedBindings };
}

/** What cannot be decided opens nothing and closes everything. */
function applies(rule: CompiledRule, principal: Principal, at: Circumstances): boolean {
  if (rule.when === undefined) return true;
  const truth = evaluateCondition(rule.when, principal, at);
  return truth ?? rule.effect === 'deny';
}

function ownedSegments(
  rule: CompiledRule,
  place: number,
  values: readonly (readonly string[])[],
): readonly OwnedSegment[] {
  return (rule.bind ?? []).map(({ segments }, index) => ({
    segment: segments[place] ?? -1,
    values: values[index] ?? [],
  }));
}
