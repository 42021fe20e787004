/** Explains a reply in which the quota of a handler refused the request of a known customer. */
import { quote } from '@gatewright/aws/text/token-options';
import { adviseOnCharge, describeCharge, setPlan } from './explain-charge.ts';
import type { Circumstances, QuotaRefusal } from './circumstances.ts';
import type { Charge } from './explain-charge.ts';
import type { Reason } from './reason.ts';

/** @returns undefined if no quota refused the request, or if the caller is not a customer */
export function explainHandlerQuota({ integration, guard, sender }: Circumstances): Reason | undefined {
  const { quotaRefusal: refusal, left = [] } = integration ?? {};
  const { customer, key } = guard?.decided ?? sender ?? {};
  if (refusal === undefined || customer === undefined) return undefined;
  return explainRefusal(refusal, { customer, key, left });
}

function explainRefusal(
  refusal: QuotaRefusal,
  {
    customer,
    key,
    left,
  }: Required<Pick<Charge, 'left'>> & { readonly customer: string; readonly key: string | undefined },
): Reason {
  switch (refusal.outcome) {
    case 'unavailable':
      return {
        because: ['The quota of the function could not use the usage table.'],
        changes: [
          'If this continues, check whether the usage table exists, and whether the role of the function may use it. gatewright start prints each call to AWS that a role does not allow.',
        ],
      };
    case 'suspended': {
      const tenant = quote(customer);
      return {
        because: [`The customer ${customer}, or one of its limits, is suspended.`],
        changes: [
          `Resume the customer with \`gatewright customers resume ${tenant}\`, or the limit with \`gatewright quota resume ${tenant} LIMIT\`. \`gatewright customers show ${tenant}\` shows which of them is suspended.`,
        ],
      };
    }
    case 'over-quota':
    case 'period-closed':
    case 'over-limit':
    case 'over-concurrency': {
      const { outcome, limit = '', retryAfterSeconds } = refusal;
      const charge = { outcome, limit, retryAfterSeconds, customer, key, left };
      const hasUnits = left.some((each) => each.limit === limit && each.left > 0);
      return {
        because: [
          `The quota of the customer ${customer} refuses the request: ${outcome === 'period-closed' ? `the period of its limit ${limit} is closed` : `its limit ${limit} ${hasUnits ? 'has too few units left' : 'is used up'}`}.`,
          ...describeCharge(charge),
        ],
        changes: [adviseOnCharge(charge)],
      };
    }
  }
}

/**
 * Explains errors of a handler's quota that are fixed without a change of the handler's code.
 * @param tenant the name of the customer, in the form in which it is passed to a command
 */
const FAILURES: readonly {
  readonly text: RegExp;
  readonly advise: (tenant: string, match: RegExpExecArray) => string;
}[] = [
  {
    text: /^the request names no plan, and no plan is recorded for its tenant/,
    advise: (tenant) =>
      `Give the customer ${tenant} a plan: \`gatewright customers create ${tenant} PLAN\`. \`gatewright plan list\` prints the plans.`,
  },
  {
    text: /^there is no customer plan /,
    advise: (tenant) =>
      `Save the plan with \`gatewright plan save FILE\`, or give the customer another plan: ${setPlan(tenant)}.`,
  },
  {
    text: /^(plan|tenant|key|route) must be 1 to \d+ characters/,
    advise: (_, [, name = '']) =>
      `Return ${name} from the quota’s function named subject. If the value is a claim of the caller, name it under result.claims.names of the access document, so that the handler gets it.`,
  },
];

/** @returns undefined for an error of another kind */
export function adviseQuotaFailure(
  errorMessage: string,
  { guard }: Pick<Circumstances, 'guard'>,
): string | undefined {
  const tenant = quote(guard?.decided?.customer ?? 'TENANT');
  for (const { text, advise } of FAILURES) {
    const match = text.exec(errorMessage);
    if (match !== null) return advise(tenant, match);
  }
  return undefined;
}
