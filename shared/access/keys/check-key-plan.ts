/** Refuses an unknown plan when a key is made: later it would answer 500 to every request. */
import { RequestInvalid } from '../../errors.ts';
import type { PlanCatalogue } from '../../ports.ts';
import { claimAt } from '../decide/claims.ts';
import type { Claims } from '../decide/claims.ts';
import type { ClaimPath } from '../compiled-document.ts';

type KnownPlans = {
  /** Plans of access documents; the authorizer saves them when the first caller has one. */
  readonly brought: readonly string[];
  readonly saved: PlanCatalogue;
};

const CLAIMS_OF_FIELDS = new Set(['plan', 'tenant', 'owner']);

/**
 * @param claims what callers by the key will claim
 * @param planClaims which of them name a usage plan that a document charges
 * @throws RequestInvalid naming the known plans; DomainError STORE_UNAVAILABLE
 */
export async function assertPlansKnown(
  claims: Claims,
  planClaims: readonly ClaimPath[],
  { brought, saved }: KnownPlans,
): Promise<void> {
  const isCharged = planClaims.some((path) => typeof claimAt(claims, path) === 'string');
  if (!isCharged && planClaims[0] !== undefined)
    throw new RequestInvalid(
      fieldOf(planClaims[0]),
      `is required: documents charge such keys by ${planClaims.map((path) => path.join('.')).join(' or ')}, and deny keys without it; there are ${await listPlans({ brought, saved })}`,
    );
  for (const path of planClaims) {
    const plan = claimAt(claims, path);
    // Another document charges by the existing claim.
    if (typeof plan !== 'string' || brought.includes(plan) || (await saved.has(plan))) continue;
    throw new RequestInvalid(
      fieldOf(path),
      `must be a saved usage plan; there are ${await listPlans({ brought, saved })}`,
    );
  }
}

function fieldOf(path: ClaimPath): string {
  const name = path.join('.');
  return CLAIMS_OF_FIELDS.has(name) ? name : `metadata.${name}`;
}

async function listPlans({ brought, saved }: KnownPlans): Promise<string> {
  return [...new Set([...brought, ...(await saved.list())])].sort().join(', ') || 'none';
}
