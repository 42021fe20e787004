/**
 * What AWS documents nowhere, or public reports tell differently, where a user may know better: `--assume name=value`.
 * The first value of a name is what holds unless somebody says otherwise. Each is a row of docs/parity.md.
 */
export const ASSUMPTIONS = {
  /** Key of the message in denials of policies and authorizers (docs/aws §1.4). */
  'access-denied-key': ['Message', 'message'],
  /** Status for a Cognito token that has none of the method's scopes (docs/aws §4.6). */
  'cognito-scope-status': ['401', '403'],
  /** Whether `$context.responseOverride.status` of a template is the status of a handshake (docs/aws §11.3). */
  'connect-status-override': ['applied', 'ignored'],
  /** Which answers CONVERT_TO_TEXT makes base64 of on a WebSocket API: by their type, or all (docs/aws §11.3). */
  'converted-answers': ['binary', 'all'],
  /** What a caller of a function URL needs: as of URLs made since October 2025, or as of those before (docs/aws §19.2). */
  'function-url-permissions': ['both', 'url-only'],
  /** How a WebSocket connection ends after 10 silent minutes; 1005: a close frame without a code, 1006: none (docs/aws §11.4). */
  'idle-close-code': ['1001', '1000', '1005', '1006'],
  /** Status of a client of an HTTP API whose Lambda authorizer throws `Unauthorized`; by format: 401 in 1.0, 500 in 2.0 (docs/aws §4.8). */
  'http-unauthorized-status': ['by-format', '401', '500'],
  /** Whether parameter mapping of an HTTP API changes what a Lambda integration gets and answers (docs/aws §7.9). */
  'lambda-parameter-mapping': ['applied', 'ignored'],
  /** How a WebSocket connection ends after 2 hours, as `idle-close-code` (docs/aws §11.4). */
  'lifetime-close-code': ['1001', '1000', '1005', '1006'],
  /** Which of several IntegrationResponses of a WebSocket API whose keys match (docs/aws §11.3). */
  'matching-integration-responses': ['first', 'last'],
  /** Content type of a WebSocket message on its way to an HTTP backend (docs/aws §11.3). */
  'message-content-type': ['application/json', 'text/plain'],
  /** What a client gets of a domain with mutual TLS that shows no certificate: the end of its connection, or 403 (docs/aws §10.7). */
  'missing-client-certificate': ['ended', '403'],
  /** The answer of a two-way WebSocket route whose integration, no proxy, has no IntegrationResponse (docs/aws §11.3). */
  'missing-integration-response': ['passed', 'silent', 'failed'],
  /** A RouteResponse whose route has no RouteResponseSelectionExpression (docs/aws §11.3). */
  'route-response-alone': ['one-way', 'two-way'],
  /** Status of a Lambda proxy whose function Lambda throttles (docs/aws §1.5). */
  'throttled-function-status': ['502', '500', '429'],
  /** Whether a REQUEST authorizer without cache needs the identity sources that it names (docs/aws §4.2). */
  'uncached-identity-sources': ['checked', 'ignored'],
  /** A WebSocket message that no template is for, behind PassthroughBehavior NEVER (docs/aws §11.3). */
  'unmapped-messages': ['refused', 'passed'],
  /** First day of a WEEK of a usage plan's quota, at 00:00 UTC (docs/aws §5.3). */
  'week-start': ['sunday', 'monday'],
} as const;

type AssumptionName = keyof typeof ASSUMPTIONS;

export type Assumptions = { readonly [Name in AssumptionName]: (typeof ASSUMPTIONS)[Name][number] };

export const USUAL_ASSUMPTIONS: Assumptions = {
  'access-denied-key': 'Message',
  'cognito-scope-status': '401',
  'connect-status-override': 'applied',
  'converted-answers': 'binary',
  'function-url-permissions': 'both',
  'http-unauthorized-status': 'by-format',
  'idle-close-code': '1001',
  'lambda-parameter-mapping': 'applied',
  'lifetime-close-code': '1001',
  'matching-integration-responses': 'first',
  'message-content-type': 'application/json',
  'missing-client-certificate': 'ended',
  'missing-integration-response': 'passed',
  'route-response-alone': 'one-way',
  'throttled-function-status': '502',
  'uncached-identity-sources': 'checked',
  'unmapped-messages': 'refused',
  'week-start': 'sunday',
};

/** `week-start=monday` over what was assumed before; undefined for a name or value that is not in the list. */
export function readAssumption(text: string, before: Assumptions): Assumptions | undefined {
  const equals = text.indexOf('=');
  const name = text.slice(0, equals);
  const value = text.slice(equals + 1);
  const isKnown = Object.entries(ASSUMPTIONS).some(
    ([known, values]) => known === name && values.some((allowed) => allowed === value),
  );
  return isKnown ? { ...before, [name]: value } : undefined;
}
