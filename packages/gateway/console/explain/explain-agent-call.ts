/** Explains a message that the wrapper around an MCP server refused before the server ran anything. */
import { withStop } from './reason.ts';
import type { Circumstances } from './circumstances.ts';
import type { Reason } from './reason.ts';

/** Advice by JSON-RPC code: the wrapper's own codes, and MCP's code for headers that differ from the body. */
const REFUSALS: Readonly<Record<number, readonly string[]>> = {
  401: ['Send a new token: the old one expired while the result of the authorizer was still cached.'],
  429: ['Wait for the time in the header Retry-After, or change the limit of the customer’s plan.'],
  503: [
    'If this continues, check whether the usage table exists, and whether the role of the function may use it. gatewright start prints each call to AWS that a role does not allow.',
  ],
  [-32_020]: [
    'Send headers that repeat the body: MCP-Protocol-Version, Mcp-Method and Mcp-Name (MCP 2026-07-28, Request Metadata).',
  ],
};

/** Advice for refusals by the quota with status 403, which is also the status of a refusal by the rules. */
const QUOTA_REFUSALS: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'no-subject',
    ['Use a token with the claims that quota.tenant, quota.plan and quota.key of the access document name.'],
  ],
  [
    'suspended',
    [
      'Run gatewright customers resume CUSTOMER, or gatewright quota resume CUSTOMER LIMIT if only one limit is suspended.',
    ],
  ],
]);

/** @returns undefined if no message to an MCP server was refused */
export function explainAgentCall({ agentCall, status, guard }: Circumstances): Reason | undefined {
  const { error, method, name, rules = [] } = agentCall ?? {};
  if (error === undefined || status < 400) return undefined;
  const asked = `${method ?? ''}${name === undefined ? '' : ` ${name}`}`;
  const because = [`The message ${asked} was refused. ${withStop(error.message)}`];
  const ofQuota = QUOTA_REFUSALS.get(error.reason ?? '');
  if (ofQuota !== undefined && status === 403) return { because, changes: ofQuota };
  if (error.code !== 403 || status !== 403)
    return { because, changes: REFUSALS[error.code] ?? ['Correct the JSON-RPC message as the error says.'] };
  const document = guard?.decided?.document;
  const where =
    document === undefined ? 'under mcp of the access document' : `under mcp of access/${document}.yml`;
  return {
    because: [
      ...because,
      rules.length === 0
        ? `No rule ${where} names ${name ?? 'this method'}.`
        : `These rules ${where} name ${name ?? 'this method'}: ${rules.join('; ')}.`,
    ],
    changes: [
      rules.length === 0
        ? `If the caller should have access, add a rule ${where} that names exactly ${name ?? 'this method'}.`
        : 'Use a token that meets the condition of a rule that allows it, or change the rule.',
    ],
  };
}
