/** Explains a message that the wrapper around an MCP server refused before the server ran anything. */
import { PERIOD_IS_CLOSED } from '@gatewright/aws/access-decision';
import { adviseLacking, COMPILE, isAllowing, printRule } from './explain-access.ts';
import { adviseOnCharge, describeCharge } from './explain-charge.ts';
import { withStop } from './reason.ts';
import type { Charge } from './explain-charge.ts';
import type { AgentCall, Circumstances, GuardCircumstances } from './circumstances.ts';
import type { Reason } from './reason.ts';

/** Advice by JSON-RPC code: the wrapper's own codes, and MCP's code for headers that differ from the body. */
const REFUSALS: Readonly<Record<number, readonly string[]>> = {
  401: ['Send a new token: the old one expired while the result of the authorizer was still cached.'],
  503: [
    'If this continues, check whether the usage table exists, and whether the role of the function may use it. gatewright start prints each call to AWS that a role does not allow.',
  ],
  [-32_020]: [
    'Send headers that repeat the body: MCP-Protocol-Version, Mcp-Method and Mcp-Name (MCP 2026-07-28, Request Metadata).',
  ],
};

const NO_SUBJECT =
  'Use a token that has the claims named under quota.tenant, quota.plan and quota.key of the access document.';

/** Maps the reasons for which the wrapper's quota refuses a call to outcomes of the authorizers. */
const CHARGES = {
  'quota-exceeded': 'over-quota',
  'rate-limited': 'over-rate',
  concurrency: 'over-concurrency',
  suspended: 'suspended',
} as const satisfies Record<string, Charge['outcome']>;

/** @returns undefined if no message to an MCP server was refused */
export function explainAgentCall({
  agentCall,
  status,
  guard,
  isDeployed,
}: Circumstances): Reason | undefined {
  const { error, method, name } = agentCall ?? {};
  if (error === undefined || status < 400) return undefined;
  const asked = `${method ?? ''}${name === undefined ? '' : ` ${name}`}`;
  const because = [`The message ${asked} was refused. ${withStop(error.message)}`];
  if (error.reason === 'no-subject') return { because, changes: [NO_SUBJECT] };
  const ofQuota = explainCharge(error, guard);
  if (ofQuota !== undefined) return { because: [...because, ...ofQuota.because], changes: ofQuota.changes };
  if (error.code !== 403 || status !== 403)
    return { because, changes: REFUSALS[error.code] ?? ['Correct the JSON-RPC message as the error says.'] };
  const { document, verdict } = guard?.decided ?? {};
  const rules = verdict?.mcpRules ?? [];
  const where = `under mcp of ${verdict?.file ?? `the access document${document === undefined ? '' : ` ${document}`}`}`;
  const allowing = rules.filter(isAllowing);
  return {
    because: [
      ...because,
      rules.length === 0
        ? `No rule ${where} names ${name ?? 'this method'}.`
        : `These rules ${where} name ${name ?? 'this method'}: ${rules.map(printRule).join('; ')}.`,
    ],
    changes: [
      // The suggested command creates a token that the route admits, whether or not its caller may use the tool.
      ...adviseLacking(allowing, { guard: undefined, isDeployed }),
      `If the caller should have access, ${allowing.length === 0 ? 'add a rule' : 'change the rule'} ${where} ${allowing.length === 0 ? `that names exactly ${name ?? 'this method'} ` : ''}and run \`${COMPILE}\`.`,
    ],
  };
}

/** Names the customer, the limit, and the time at which the limit has units again, as for refusals by authorizers. */
function explainCharge(
  { reason = '', message, plan, limit, retryAfterSeconds }: NonNullable<AgentCall['error']>,
  guard: GuardCircumstances | undefined,
): Reason | undefined {
  const outcome = Object.entries(CHARGES).find(([name]) => name === reason)?.[1];
  if (outcome === undefined) return undefined;
  const decided = guard?.decided;
  const charge: Charge = {
    key: decided?.key,
    customer: decided?.customer,
    outcome: message.includes(PERIOD_IS_CLOSED) ? 'period-closed' : outcome,
    limit,
    retryAfterSeconds,
  };
  return {
    because: [
      ...(charge.customer === undefined
        ? []
        : [
            `The customer is ${charge.customer}${plan === undefined ? '' : `, with the plan ${plan}`}${limit === undefined || limit === '' ? '' : `; its limit ${limit} refuses the call`}.`,
          ]),
      ...describeCharge(charge),
    ],
    changes: [adviseOnCharge(charge)],
  };
}
