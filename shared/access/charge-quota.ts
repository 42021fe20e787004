/**
 * Charges callers. This module is loaded at the first charge, so that an authorizer without quotas starts without it.
 */
import { printQuotaRefusal, QUOTA_REFUSAL } from '@gatewright/aws/access-decision';
import type { AccessDecision, ChargeOutcome } from '@gatewright/aws/access-decision';
import { DomainError } from '../errors.ts';
import type { AuthorizerContext } from '../aws/authorizer-result.ts';
import { isClosed } from '../http/rate-limit-headers.ts';
import type { AdvertisedLimit } from '../http/rate-limit-headers.ts';
import type { QuotaAnswer, QuotaKeeper } from '../ports.ts';
import { isStoredName } from '../table/stored-name.ts';
import { claimAt } from './decide/claims.ts';
import type { CompiledQuota, CompiledRoute, NameOrClaim } from './compiled-document.ts';
import type { Principal } from './decide/principal.ts';
import { quotaContext } from './quota-context.ts';

/**
 * Creates the quotas at the first charge. `plans` are the plans of all documents. A plan that is not in the table is
 * saved.
 */
export type LoadQuotas = (plans: readonly unknown[]) => Promise<QuotaKeeper>;

export type QuotaVerdict =
  | { readonly kind: 'admitted' | 'over-quota' | 'suspended'; readonly decision: QuotaAnswer }
  | { readonly kind: Extract<ChargeOutcome, 'no-subject' | 'not-charged'> };

/** Returns the plan, the tenant and the key for a charge. Each is undefined if it is missing or cannot be used. */
export function chargedAs(
  quota: CompiledQuota,
  principal: Principal,
): {
  readonly plan: string | undefined;
  readonly tenant: string | undefined;
  readonly key: string | undefined;
} {
  const named = (name: string | undefined) => (isName(name, quota) ? name : undefined);
  const key = quota.key === undefined ? principal.principalId : nameOf({ claim: quota.key }, principal);
  return {
    plan: named(nameOf(quota.plan, principal)),
    tenant: named(nameOf(quota.tenant, principal)),
    key: named(key),
  };
}

/**
 * Returns which claims that a charge needs are missing or cannot be used, such as `no claim plan`. Returns undefined if
 * there are none.
 */
export function describeMissing(
  quota: CompiledQuota,
  subject: ReturnType<typeof chargedAs>,
): string | undefined {
  const missing = (['plan', 'tenant', 'key'] as const).filter((part) => subject[part] === undefined);
  const claims = missing.map((part) => {
    const from = quota[part];
    const path = from === undefined || 'name' in from ? [part] : 'claim' in from ? from.claim : from;
    return `no claim ${path.join('.')}`;
  });
  return claims.length === 0 ? undefined : claims.join(', ');
}

/** Returns the context members that a charge adds to the authorizer's result. */
export function verdictContext(
  quota: CompiledQuota,
  principal: Principal,
  verdict: QuotaVerdict,
): AuthorizerContext {
  return {
    ...('decision' in verdict && quotaContext(verdict.decision)),
    ...(verdict.kind !== 'admitted' && { [QUOTA_REFUSAL]: describeRefusal(quota, principal, verdict) }),
  };
}

/** What the record of a decision says about a charge. */
export type ChargeRecord = Pick<AccessDecision, 'customer' | 'plan' | 'limit' | 'ownQuota' | 'level'> &
  Pick<AccessDecision, 'chargedKey' | 'chargedRoute' | 'cost'> & {
    readonly outcome: AccessDecision['outcome'];
  };

/** Returns who was charged, and which limit refuses the request, for the record of the decision. */
export function recordOf(
  quota: CompiledQuota,
  principal: Principal,
  route: CompiledRoute | undefined,
  verdict: QuotaVerdict,
): ChargeRecord {
  const { tenant: customer, plan: named, key } = chargedAs(quota, principal);
  const answer = 'decision' in verdict ? verdict.decision : undefined;
  // The record of the customer may name a plan other than the plan in the credential.
  const charged = { outcome: outcomeOf(verdict), customer, plan: answer?.plan ?? named };
  const refusing = refusingLimitOf(verdict);
  if (refusing === undefined) return charged;
  const { id, level, ownQuota } = refusing;
  return {
    ...charged,
    limit: id,
    level,
    ownQuota: ownQuota?.toString(),
    chargedKey: level === 'tenant' ? undefined : key,
    chargedRoute: level === 'route' ? routeNameOf(route) : undefined,
    cost: answer?.allowed === false ? answer.cost?.toString() : undefined,
  };
}

/** Returns the limit that refuses; undefined if the customer is suspended, or no limit refuses. */
function refusingLimitOf(
  verdict: QuotaVerdict,
): Pick<AdvertisedLimit, 'id' | 'level' | 'ownQuota'> | undefined {
  if (!('decision' in verdict) || verdict.decision.allowed) return undefined;
  const { limit: id, limits } = verdict.decision;
  // If the customer is suspended, no limit was checked.
  return id === '' ? undefined : (limits.find((limit) => limit.id === id) ?? { id });
}

/** Returns the outcome to record. */
function outcomeOf(verdict: QuotaVerdict): 'allow' | ChargeOutcome {
  if (verdict.kind === 'admitted') return 'allow';
  if (isOfClosedPeriod(verdict)) return 'period-closed';
  const isRate =
    'decision' in verdict && !verdict.decision.allowed && verdict.decision.reason === 'rate-limited';
  return isRate ? 'over-rate' : verdict.kind;
}

function isOfClosedPeriod(verdict: QuotaVerdict): boolean {
  const limit = refusingLimitOf(verdict);
  return limit !== undefined && 'decision' in verdict && isClosed(limit.id, verdict.decision.limits);
}

/** Describes why the authorizer refuses an allowed caller. The text is for logs, and never shown to the caller. */
function describeRefusal(quota: CompiledQuota, principal: Principal, verdict: QuotaVerdict): string {
  const subject = chargedAs(quota, principal);
  switch (verdict.kind) {
    case 'admitted':
      return '';
    case 'no-subject':
      return printQuotaRefusal(
        'charged',
        describeMissing(quota, subject) ?? 'the names of tenant, key and route are too long in total',
      );
    case 'not-charged':
      return printQuotaRefusal('charged', 'a TOKEN authorizer cannot charge callers');
    case 'suspended':
    case 'over-quota': {
      const limit = refusingLimitOf(verdict);
      const plan = verdict.decision.plan ?? subject.plan ?? '';
      const of =
        limit?.ownQuota === undefined
          ? `of plan ${plan}`
          : `(the customer’s own limit of ${limit.ownQuota}, which replaces the limit of plan ${plan})`;
      const what = limit === undefined ? '' : `limit ${limit.id} ${of}, `;
      return printQuotaRefusal(
        verdict.kind === 'suspended'
          ? 'suspended'
          : isOfClosedPeriod(verdict)
            ? 'period closed'
            : 'over quota',
        `${what}tenant ${subject.tenant ?? ''}`,
      );
    }
  }
}

/**
 * Charges the cost of the route. If charges come from access logs, only checks that units are left. A charge is not
 * refunded if API Gateway or the backend fails later, because the authorizer is not told about the failure.
 * @throws DomainError PLAN_UNKNOWN; PLAN_INVALID; LIMIT_UNKNOWN; COST_INVALID; CONFIG_INVALID; STORE_UNAVAILABLE
 * (500), because an authorizer cannot respond with 503, and an outage must not look like a spent quota
 */
export async function chargeQuota(
  quotas: QuotaKeeper,
  quota: CompiledQuota,
  principal: Principal,
  {
    route,
    receivedAtEpochMs,
  }: { readonly route: CompiledRoute | undefined; readonly receivedAtEpochMs: number | undefined },
): Promise<QuotaVerdict> {
  const { plan, tenant, key } = chargedAs(quota, principal);
  if (tenant === undefined || key === undefined) return { kind: 'no-subject' };
  const charge = {
    plan,
    tenant,
    key,
    route: routeNameOf(route),
    ...(principal.customerVersion !== undefined &&
      principal.claims['tenant'] === tenant && { customerVersion: principal.customerVersion }),
    ...(receivedAtEpochMs !== undefined && { atEpochMs: receivedAtEpochMs }),
  };
  const decision = await (quota.isTracked === true ? quotas.look(charge) : quotas.consume(charge)).catch(
    ignoreLongNames,
  );
  if (decision === undefined) return { kind: 'no-subject' };
  if (decision.allowed) return { kind: 'admitted', decision };
  if (decision.reason === 'unavailable')
    throw new DomainError(
      'STORE_UNAVAILABLE',
      'the usage table is unavailable, so it is unknown whether the caller is within its quota',
    );
  return { kind: decision.reason === 'suspended' ? 'suspended' : 'over-quota', decision };
}

/** Returns the name of the route in the form that plans and usage use. */
export function routeNameOf(route: CompiledRoute | undefined): string {
  if (route === undefined) return '$none';
  return route.method === route.path ? route.path : `${route.method} ${route.path}`;
}

function nameOf(from: NameOrClaim, { claims }: Principal): string | undefined {
  if ('name' in from) return from.name;
  const value = claimAt(claims, from.claim);
  return typeof value === 'string' ? value : undefined;
}

/**
 * Whether a name can be charged. If charges come from access logs, quotes, backslashes and control characters are
 * excluded, because API Gateway writes the name into a quoted text without escaping it: `\u0062ob` would be charged to
 * bob, and a quote would break the line. `-` is excluded because it means "no caller" in a log.
 */
function isName(name: string | undefined, { isTracked }: CompiledQuota): boolean {
  if (!isStoredName(name)) return false;
  return isTracked !== true || (name !== '-' && !/["\\\p{Cc}]/u.test(name));
}

/**
 * Returns undefined for SUBJECT_INVALID. This error means that the names together are too long for a table key, or that
 * no plan is named or recorded.
 */
function ignoreLongNames(error: unknown): undefined {
  if (error instanceof DomainError && error.code === 'SUBJECT_INVALID') return undefined;
  throw error;
}
