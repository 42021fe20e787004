/** What an authorizer says of a charge or a caller that it refuses, for whoever reads the line of the request. */
import type { AuthorizerGrant } from '../exchange.ts';

/** Of the toolkit's authorizers; a policy cannot say why it denies. */
const MEMBERS = ['quotaRefusal', 'claimRefusal'];

/** `: over quota: monthly of plan bronze, tenant acme`; empty where the authorizer says nothing. */
export function describeRefusal({ context }: Pick<AuthorizerGrant, 'context'>): string {
  const said = MEMBERS.map((member) => context[member]).find(
    (text) => typeof text === 'string' && text !== '',
  );
  return typeof said === 'string' ? `: ${said}` : '';
}
