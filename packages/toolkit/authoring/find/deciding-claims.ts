/** Describes the claims of a caller because of which deny rules apply. */
import type { CompiledDocument } from '@gatewright/handlers/access/compiled-document';
import { claimAt } from '@gatewright/handlers/access/decide/claims';
import { evaluateCondition } from '@gatewright/handlers/access/decide/condition';
import { circumstancesOf } from '@gatewright/handlers/access/decide/decide';
import type { Principal } from '@gatewright/handlers/access/decide/principal';
import { adviseExists } from '../compile/compile-condition.ts';

/**
 * Returns a text such as `, because the claim contractor of the caller is true`; empty if no claim decided. A deny rule
 * also applies if it tests a claim that the caller lacks.
 * @param ids the ids of the deny rules that apply
 */
export function describeDecidingClaims(
  document: CompiledDocument,
  ids: readonly string[],
  principal: Principal,
  at: Parameters<typeof circumstancesOf>[1],
): string {
  const rules = document.rules.filter(({ id, effect }) => effect === 'deny' && ids.includes(id));
  const said = rules.flatMap(({ when }) => {
    if (when === undefined) return [];
    const isUndecided = evaluateCondition(when, principal, circumstancesOf(document, at)) === undefined;
    return claimsIn(when).flatMap((path) => {
      const name = path.join('.');
      const value = claimAt(principal.claims, path);
      if ((value === undefined) !== isUndecided) return [];
      return value === undefined
        ? [
            `the caller has no claim ${name}, and a deny rule also denies callers without a claim that it tests; ${adviseExists(name)}`,
          ]
        : [`the claim ${name} of the caller is ${JSON.stringify(value)}`];
    });
  });
  return said.length === 0 ? '' : `, because ${[...new Set(said)].join('; and ')}`;
}

/** Returns the paths of the claims that a condition or a rule tests. */
export function claimsIn(part: unknown): readonly (readonly string[])[] {
  if (typeof part !== 'object' || part === null) return [];
  const own = 'claim' in part && Array.isArray(part.claim) ? [part.claim.map(String)] : [];
  return [...own, ...Object.values(part).flatMap((inner: unknown) => claimsIn(inner))];
}
