/**
 * Applies a document's rules to a principal. The result says what the principal may do on each route. It does not
 * depend on the requested path.
 */
import { evaluateCondition } from './condition.ts';
import type { Circumstances } from './condition.ts';
import type { CompiledDocument, CompiledRule } from '../compiled-document.ts';
import { hasDroppedValue, ownerValues } from './owner-values.ts';
import type { Principal } from './principal.ts';
import { finderOf } from './route-finder.ts';
import { findMissingClaims } from './required-claims.ts';

export type RuleGrant = {
  readonly ruleId: string;
  /** Path segments that must have one of the given values. If empty, the whole route is granted. */
  readonly owned: readonly OwnedSegment[];
};

export type OwnedSegment = { readonly segment: number; readonly values: readonly string[] };

export type RouteVerdict = {
  readonly deniedBy: readonly string[];
  readonly grants: readonly RuleGrant[];
};

type AppliedRules = RulesInForce & {
  /** Verdicts by index of the document's routes. A WebSocket API has only `$connect`. */
  readonly routes: readonly RouteVerdict[];
};

/** The rules that apply to the principal. There are no rules if a required claim is missing. */
export type RulesInForce = {
  readonly rules: readonly RuleInForce[];
  /** Ids of rules that granted nothing, or less than they could, because a claim value is missing or is not safe. */
  readonly rejectedBindings: readonly string[];
};

export type RuleInForce = {
  readonly index: number;
  readonly rule: CompiledRule;
  /**
   * The principal's values for each of the rule's bindings. `values` is undefined if the rule has no bindings, because
   * it then grants the same to every principal.
   */
  readonly values: readonly (readonly string[])[] | undefined;
};

export function applyRules(
  document: CompiledDocument,
  principal: Principal,
  at: Circumstances,
): AppliedRules {
  const inForce = rulesInForce(document, principal, at);
  return { ...inForce, routes: verdictsOf(document, inForce) };
}

export function rulesInForce(
  document: CompiledDocument,
  principal: Principal,
  at: Circumstances,
): RulesInForce {
  const rules: RuleInForce[] = [];
  const rejectedBindings: string[] = [];
  if (findMissingClaims(document, principal).length > 0) return { rules, rejectedBindings };
  for (const [index, rule] of document.rules.entries()) {
    if (!applies(rule, principal, at)) continue;
    const values = rule.bind?.map((binding) => ownerValues(principal.claims, binding));
    const grantsNothing = values?.some((list) => list.length === 0) === true;
    if (grantsNothing || rule.bind?.some((binding) => hasDroppedValue(principal.claims, binding)) === true)
      rejectedBindings.push(rule.id);
    if (!grantsNothing) rules.push({ index, rule, values });
  }
  return { rules, rejectedBindings };
}

/**
 * Returns the verdict on each route. A route is denied if no rule grants it, or if a deny rule names it. Nothing is
 * granted on a route that no request reaches, because a policy with the name of that route would open another route.
 */
export function verdictsOf(document: CompiledDocument, { rules }: RulesInForce): readonly RouteVerdict[] {
  const count = document.kind === 'websocket' ? 1 : document.routes.length;
  const isUnreachable = (index: number): boolean =>
    document.kind !== 'websocket' && finderOf(document).unreachable.has(index);
  const routes = Array.from({ length: count }, () => ({
    deniedBy: [] as string[],
    grants: [] as RuleGrant[],
  }));
  for (const { rule, values } of rules) {
    const named = document.kind === 'websocket' ? [0] : rule.routes;
    const whole: RuleGrant = { ruleId: rule.id, owned: [] };
    for (const [place, index] of named.entries()) {
      const route = routes[index];
      if (rule.effect === 'deny') route?.deniedBy.push(rule.id);
      else if (!isUnreachable(index))
        route?.grants.push(values ? { ...whole, owned: ownedSegments(rule, place, values) } : whole);
    }
  }
  return routes;
}

/** If a condition cannot be decided, an allow rule does not apply and a deny rule does. */
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
