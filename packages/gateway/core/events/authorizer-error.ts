/**
 * Returns the values of `$context.authorizer.error`. They are AWS's own messages where AWS has published them
 * (docs/aws §10.3), and otherwise the messages in the gateway's log.
 */
import type { AuthorizerResultFormat } from './authorizer-result.ts';
import type { InvocationResult } from '../ports.ts';

const NO_ROLE =
  "The IAM role configured on the authorizer or API Gateway doesn't have permissions to call the authorizer. Check the permissions and try again.";
const UNTRUSTING =
  "API Gateway doesn't have permissions to assume the IAM role configured on the authorizer. Check the permissions and try again.";
/** AWS's text in the execution log of a REST API. */
const NO_PERMISSION = 'Invalid permissions on Lambda function';
const WRONG_FORM =
  "The response from the Lambda Authorizer function doesn't match the format that API Gateway expects.";
const NOT_SIMPLE = "Simple response did not include 'isAuthorized'";

type Format = AuthorizerResultFormat;

/** Returns the error for an authorizer that is not allowed to invoke its function. */
export function describeNotPermitted({ payload }: Pick<Format, 'payload'>): string {
  return isHttp(payload) ? NO_ROLE : NO_PERMISSION;
}

/**
 * Returns the error for an authorizer whose role API Gateway cannot use. For a role that does not trust API Gateway,
 * REST APIs have a text that is known from public execution logs. The text of HTTP APIs is known for integrations, and
 * assumed to be the same for authorizers.
 */
export function describeRefusedRole(
  { payload }: Pick<Format, 'payload'>,
  { message, role }: Extract<InvocationResult, { reason: 'role' }>,
): string {
  if (role.lacks === 'right') return describeNotPermitted({ payload });
  return isHttp(payload) ? UNTRUSTING : message;
}

/**
 * Returns AWS's text for an invalid response of an authorizer. The text is known only for HTTP APIs; for other APIs,
 * returns undefined.
 */
export function describeWrongForm({ payload, simpleResponses }: Format): string | undefined {
  if (!isHttp(payload)) return undefined;
  return simpleResponses && payload === 'http-2.0' ? `${WRONG_FORM} ${NOT_SIMPLE}` : WRONG_FORM;
}

/**
 * Returns the error message of an authorizer function that failed; undefined if the message is empty or the function
 * did not fail itself. AWS's list of variables calls this text "the error message returned from an authorizer".
 */
export function describeAuthorizerFailure(result: InvocationResult): string | undefined {
  return result.kind === 'failed' && result.errorMessage !== '' ? result.errorMessage : undefined;
}

function isHttp(payload: Format['payload']): boolean {
  return payload === 'http-1.0' || payload === 'http-2.0';
}
