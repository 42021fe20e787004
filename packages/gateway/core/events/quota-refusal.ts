/** Finds an authorizer's reason for refusing a charge or a caller, for the log line of the request. */
import type { AuthorizerGrant } from '../exchange.ts';

/** The context members that the toolkit's authorizers set, because a policy cannot contain reasons. */
const MEMBERS = ['quotaRefusal', 'claimRefusal'];

/**
 * Returns, for example, `: over quota: monthly of plan bronze, tenant acme`; empty if the authorizer gives no reason.
 */
export function describeRefusal({ context }: Pick<AuthorizerGrant, 'context'>): string {
  const said = MEMBERS.map((member) => context[member]).find(
    (text) => typeof text === 'string' && text !== '',
  );
  return typeof said === 'string' ? `: ${said}` : '';
}
