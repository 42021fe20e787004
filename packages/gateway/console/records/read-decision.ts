/** Reads what one of the toolkit's authorizers decided, from the context that it returned. */
import { ACCESS_DECISION, MCP_GRANTS, parseAccessDecision } from '@gatewright/aws/access-decision';
import type { AccessDecision } from '@gatewright/aws/access-decision';
import { asNonEmptyText, memberOf, parseJson } from '@gatewright/aws/json-object';

/** Returns undefined if the context does not come from such an authorizer. */
export function readDecision(context: Readonly<Record<string, unknown>>): AccessDecision | undefined {
  const decided = parseAccessDecision(context[ACCESS_DECISION]);
  const grants = context[MCP_GRANTS];
  if (decided === undefined || decided.customer !== undefined || typeof grants !== 'string') return decided;
  // The wrapper around the MCP server charges the call, so the authorizer's record names no customer.
  return { ...decided, customer: asNonEmptyText(memberOf(memberOf(parseJson(grants), 'charge'), 'tenant')) };
}
