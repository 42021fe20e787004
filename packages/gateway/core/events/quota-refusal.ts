/**
 * Finds an authorizer's reason for refusing a request, which is either a quota or the caller's claims. The request's
 * log line shows the reason.
 */
import { CLAIM_REFUSAL, QUOTA_REFUSAL } from '@gatewright/aws/access-decision';
import type { AuthorizerGrant } from '../exchange.ts';

/**
 * The context members in which the toolkit's authorizers give the reason for a refusal, because a policy cannot contain
 * reasons.
 */
const MEMBERS = [QUOTA_REFUSAL, CLAIM_REFUSAL];

/**
 * Returns, for example, `: over quota: limit monthly of plan bronze, tenant acme`; empty if the authorizer gives no
 * reason.
 */
export function describeRefusal({ context }: Pick<AuthorizerGrant, 'context'>): string {
  const said = MEMBERS.map((member) => context[member]).find(
    (text) => typeof text === 'string' && text !== '',
  );
  return typeof said === 'string' ? `: ${said}` : '';
}
