/** A plan that nobody knows is no refusal of the caller but 500, request by request: it is refused when the key is made. */
import { RequestInvalid } from '../../errors.ts';
import type { PlanCatalogue } from '../../ports.ts';
import { claimAt } from '../decide/claims.ts';
import type { Claims } from '../decide/claims.ts';
import type { ClaimPath } from '../compiled-document.ts';

export type KnownPlans = {
  /** Those that access documents bring along; the authorizer saves them when the first caller has one. */
  readonly brought: readonly string[];
  readonly saved: PlanCatalogue;
};

const CLAIMS_OF_FIELDS = new Set(['plan', 'tenant', 'owner']);

/**
 * @param claims what callers by the key will claim
 * @param planClaims which of them name a usage plan that a document charges
 * @throws RequestInvalid naming the plans that there are; DomainError STORE_UNAVAILABLE
 */
export async function assertPlansKnown(
  claims: Claims,
  planClaims: readonly ClaimPath[],
  { brought, saved }: KnownPlans,
): Promise<void> {
  for (const path of planClaims) {
    const plan = claimAt(claims, path);
    // Without the claim callers are denied, as the document says.
    if (typeof plan !== 'string' || brought.includes(plan) || (await saved.has(plan))) continue;
    const name = path.join('.');
    const known = [...new Set([...brought, ...(await saved.list())])].sort().join(', ') || 'none';
    throw new RequestInvalid(
      CLAIMS_OF_FIELDS.has(name) ? name : `metadata.${name}`,
      `must be a usage plan that is saved; there are ${known}`,
    );
  }
}
