/** Refuses to create a key with an unknown plan, because every request with the key would fail with 500. */
import { sortNames } from '@gatewright/aws/text/name-order';
import { customerUnknown, DomainError, RequestInvalid } from '../../errors.ts';
import type { PlanCatalogue } from '../../ports.ts';
import { claimAt } from '../decide/claims.ts';
import type { Claims } from '../decide/claims.ts';
import type { ClaimPath } from '../compiled-document.ts';
import type { KeyPrefix } from './key-prefixes.ts';

type KnownPlans = {
  /**
   * Plans that access documents define. The authorizer saves such a plan in the table when it charges the first caller
   * who has the plan.
   */
  readonly brought: readonly string[];
  readonly saved: PlanCatalogue;
};

/**
 * Whether the customer's record, and not the key itself, names the key's plan.
 * @throws RequestInvalid if the key names a plan that would have no effect, or asks for a customer's record that would
 * have no effect; DomainError CUSTOMER_UNKNOWN, CUSTOMER_CLOSED, STORE_UNAVAILABLE
 */
export async function isOfCustomer(
  {
    tenant,
    plan,
    onRecord = false,
  }: {
    readonly tenant: string;
    readonly plan?: string;
    readonly onRecord?: boolean;
  },
  { chargesOthers, planClaims }: Pick<KeyPrefix, 'chargesOthers' | 'planClaims'>,
  plans: Pick<PlanCatalogue, 'customer'>,
): Promise<boolean> {
  if (chargesOthers === true) {
    if (onRecord)
      throw new RequestInvalid(
        'customer',
        'has no effect: an access document that accepts this prefix sets quota.tenant, so it charges a tenant other than the tenant of the key; use --tenant and --plan',
      );
    return false;
  }
  // No document charges such keys by a plan that the key names, so there is nothing to check. The table is not read,
  // because a stack without quotas has none.
  if (!onRecord && planClaims.length === 0) return false;
  const { state } = (await plans.customer(tenant)) ?? {};
  if (state === undefined && onRecord) throw customerUnknown(tenant);
  if (state === 'closed')
    throw new DomainError('CUSTOMER_CLOSED', 'the customer is closed, so it cannot get a key');
  if (state !== undefined && plan !== undefined)
    throw new RequestInvalid(
      'plan',
      'must be omitted: the record of the customer names the plan of all its keys; change it with gatewright customers set-plan',
    );
  return state !== undefined;
}

const CLAIMS_OF_FIELDS = new Set(['plan', 'tenant', 'owner']);

/**
 * Checks that each plan that a key's claims name is saved or comes from an access document.
 * @param claims the claims that callers with the key will have
 * @param planClaims the claims that name a customer plan by which a document charges
 * @throws RequestInvalid if a plan is missing or unknown, with the known plans in the message; DomainError
 * STORE_UNAVAILABLE
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
      `is required: documents charge keys with this prefix by ${planClaims.map((path) => path.join('.')).join(' or ')}, and deny keys without this value; ${await listPlans({ brought, saved })}`,
    );
  for (const path of planClaims) {
    const plan = claimAt(claims, path);
    // A missing claim is accepted, because another document charges by a claim that is present.
    if (typeof plan !== 'string' || brought.includes(plan) || (await saved.has(plan))) continue;
    throw new RequestInvalid(
      fieldOf(path),
      `must be a customer plan that is saved or that an access document defines; ${await listPlans({ brought, saved })}`,
    );
  }
}

/**
 * Returns a sentence about a key whose plan limits nobody, because no document reads the plan. Whether the plan exists
 * does not matter. Such a key is not refused, because a handler may read the claim and define the plan itself. Returns
 * undefined if a document charges by the plan, or if the key names no plan.
 */
export async function describeUnusedPlan(
  { plan, prefix }: { readonly plan?: string; readonly prefix: string },
  planClaims: readonly ClaimPath[],
  plans: KnownPlans,
): Promise<string | undefined> {
  if (plan === undefined || planClaims.some((path) => path.join('.') === 'plan')) return undefined;
  // A stack without a table of plans cannot find out whether the plan exists. The key is created in any case.
  const isKnown = plans.brought.includes(plan) || (await plans.saved.has(plan).catch(() => true));
  const unknown = isKnown ? '' : ` There is no such plan (${await listPlans(plans)}).`;
  return `The plan ${plan} limits nobody yet: no access document charges keys of ${prefix} by their claim "plan". Add quota with plan: { claim: plan } to a document, or read the claim in a handler.${unknown}`;
}

function fieldOf(path: ClaimPath): string {
  const name = path.join('.');
  return CLAIMS_OF_FIELDS.has(name) ? name : `metadata.${name}`;
}

async function listPlans({ brought, saved }: KnownPlans): Promise<string> {
  const known = sortNames([...brought, ...(await saved.list())]).join(', ');
  return known === '' ? 'there is no plan yet' : `expected one of ${known}`;
}
