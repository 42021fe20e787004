/** The members that the toolkit's authorizers and API Gateway add to the context of a caller. */
import { ACCESS_DECISION, CLAIM_REFUSAL, MCP_GRANTS } from '@gatewright/aws/access-decision';
import { CHANNELS } from '../aws/channel-grants.ts';

/**
 * This context member contains the names of the values that were omitted or cut because they were too long.
 */
export const CONTEXT_CUT = 'contextCut';
/** This context member contains the claims that a document forwards as a JWT or Cognito authorizer would. */
export const CARRIED_CLAIMS = 'carriedClaims';
/** This context member contains the caller in the form that a WebSocket ticket needs, if the document gives tickets. */
export const TICKET_CALLER = 'ticketCaller';

/**
 * The names that no document may give to a claim. A context member with such a name is therefore never a claim.
 * `QUOTA_CONTEXT_NAMES` are added where a document has a quota. The Python library has the same list.
 */
export const OWN_MEMBERS: readonly string[] = [
  'principalId',
  'integrationLatency',
  TICKET_CALLER,
  CONTEXT_CUT,
  CARRIED_CLAIMS,
  CLAIM_REFUSAL,
  ACCESS_DECISION,
  MCP_GRANTS,
  CHANNELS,
];
