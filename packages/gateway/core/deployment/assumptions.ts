/**
 * The behavior that AWS does not document, or that public reports contradict. `--assume name=value` changes it. The
 * first value is the default. Each assumption is a row of docs/parity.md.
 */
export const ASSUMPTIONS = {
  /**
   * The name of the body member that contains the message if a policy or an authorizer denies the request
   * (docs/aws §1.4).
   */
  'access-denied-key': ['Message', 'message'],
  /** The status for a Cognito token without any of the method's scopes (docs/aws §4.6). */
  'cognito-scope-status': ['401', '403'],
  /** Whether `$context.responseOverride.status` in a template sets the status of a handshake (docs/aws §11.3). */
  'connect-status-override': ['applied', 'ignored'],
  /**
   * Which responses CONVERT_TO_TEXT encodes as base64 on a WebSocket API: only responses with a binary type, or all
   * (docs/aws §11.3).
   */
  'converted-answers': ['binary', 'all'],
  /**
   * Whether the caller of a function URL needs the permissions for URLs created since October 2025, or the permissions
   * for older URLs (docs/aws §19.2).
   */
  'function-url-permissions': ['both', 'url-only'],
  /**
   * The close code after 10 minutes without messages on a WebSocket connection. 1005 means a close frame without a
   * code, and 1006 means no close frame (docs/aws §11.4).
   */
  'idle-close-code': ['1001', '1000', '1005', '1006'],
  /**
   * Whether an HTTP API passes a function's `WWW-Authenticate` header on unchanged, or renames it as REST APIs and
   * function URLs do (docs/aws §2.7).
   */
  'http-challenge-header': ['kept', 'renamed'],
  /**
   * The status if the Lambda authorizer of an HTTP API throws `Unauthorized`. `by-format` means 401 with format 1.0 and
   * 500 with format 2.0 (docs/aws §4.8).
   */
  'http-unauthorized-status': ['by-format', '401', '500'],
  /**
   * Whether parameter mapping of an HTTP API changes the input and response of a Lambda integration
   * (docs/aws §7.9).
   */
  'lambda-parameter-mapping': ['applied', 'ignored'],
  /**
   * The close code when a WebSocket connection has lasted 2 hours, with the same values as `idle-close-code`
   * (docs/aws §11.4).
   */
  'lifetime-close-code': ['1001', '1000', '1005', '1006'],
  /** The IntegrationResponse that is used if several IntegrationResponses match on a WebSocket API (docs/aws §11.3). */
  'matching-integration-responses': ['first', 'last'],
  /** The content type of a WebSocket message that is sent to an HTTP backend (docs/aws §11.3). */
  'message-content-type': ['application/json', 'text/plain'],
  /**
   * Whether a domain with mutual TLS ends the connection of a client without a certificate, or responds with 403
   * (docs/aws §10.7).
   */
  'missing-client-certificate': ['ended', '403'],
  /**
   * The response of a two-way WebSocket route whose non-proxy integration has no IntegrationResponse
   * (docs/aws §11.3).
   */
  'missing-integration-response': ['passed', 'silent', 'failed'],
  /** The effect of a RouteResponse whose route has no RouteResponseSelectionExpression (docs/aws §11.3). */
  'route-response-alone': ['one-way', 'two-way'],
  /** The status of a Lambda proxy integration when Lambda throttles the function (docs/aws §1.5). */
  'throttled-function-status': ['500', '502', '429'],
  /** Whether a REQUEST authorizer without a cache requires its identity sources (docs/aws §4.2). */
  'uncached-identity-sources': ['checked', 'ignored'],
  /** The result of a WebSocket message without a matching template if PassthroughBehavior is NEVER (docs/aws §11.3). */
  'unmapped-messages': ['refused', 'passed'],
  /** The day on which a usage plan's WEEK begins, at 00:00 UTC (docs/aws §5.3). */
  'week-start': ['sunday', 'monday'],
} as const;

type AssumptionName = keyof typeof ASSUMPTIONS;

export type Assumptions = { readonly [Name in AssumptionName]: (typeof ASSUMPTIONS)[Name][number] };

export const DEFAULT_ASSUMPTIONS: Assumptions = {
  'access-denied-key': 'Message',
  'cognito-scope-status': '401',
  'connect-status-override': 'applied',
  'converted-answers': 'binary',
  'function-url-permissions': 'both',
  'http-challenge-header': 'kept',
  'http-unauthorized-status': 'by-format',
  'idle-close-code': '1001',
  'lambda-parameter-mapping': 'applied',
  'lifetime-close-code': '1001',
  'matching-integration-responses': 'first',
  'message-content-type': 'application/json',
  'missing-client-certificate': 'ended',
  'missing-integration-response': 'passed',
  'route-response-alone': 'one-way',
  'throttled-function-status': '500',
  'uncached-identity-sources': 'checked',
  'unmapped-messages': 'refused',
  'week-start': 'sunday',
};

/**
 * Adds an assumption such as `week-start=monday` to the earlier assumptions. Returns undefined for an unknown name or
 * value.
 */
export function readAssumption(text: string, before: Assumptions): Assumptions | undefined {
  const equals = text.indexOf('=');
  const name = text.slice(0, equals);
  const value = text.slice(equals + 1);
  const isKnown = Object.entries(ASSUMPTIONS).some(
    ([known, values]) => known === name && values.some((allowed) => allowed === value),
  );
  return isKnown ? { ...before, [name]: value } : undefined;
}
