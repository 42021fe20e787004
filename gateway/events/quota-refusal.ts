/** What an authorizer says of a charge that it refuses, for whoever reads the line of the request. */
import type { AuthorizerGrant } from '../exchange.ts';

/** Of the toolkit's authorizers; a policy cannot say why it denies. */
const MEMBER = 'quotaRefusal';

/** `: over quota: monthly of plan bronze, tenant acme`; empty where the authorizer says nothing. */
export function describeRefusal({ context }: Pick<AuthorizerGrant, 'context'>): string {
  const said = context[MEMBER];
  return typeof said === 'string' && said !== '' ? `: ${said}` : '';
}
