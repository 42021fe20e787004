/**
 * Every way in which the domain library can fail, by stable code. `[passes]`: the same request may succeed later.
 * `[operator]`: the person who deployed the stack can fix it, the caller cannot. docs/errors.md is written from these
 * comments.
 */

/** Reasons why a credential is not accepted. The caller is at fault, so the status is 401. */
export type TokenErrorCode =
  /** The credential is missing where the API expects it. */
  | 'TOKEN_MISSING'
  /** The credential is neither a compact JWS nor a whole API key, is too long, or is one of two that differ. */
  | 'TOKEN_MALFORMED'
  /** The access document has no such issuer, or does not trust the CA of the client certificate. */
  | 'TOKEN_ISSUER_UNKNOWN'
  /** The issuer does not allow this algorithm, `typ` or `crit`. */
  | 'TOKEN_HEADER_REFUSED'
  /** The issuer publishes no key with that id. */
  | 'TOKEN_KEY_UNKNOWN'
  /** The signature does not match the issuer’s key. */
  | 'TOKEN_SIGNATURE_INVALID'
  /** The token or ticket was issued for another API. */
  | 'TOKEN_AUDIENCE_MISMATCH'
  /** The credential has expired (for a token, even with the clock tolerance), expires too soon, or was issued too long ago. */
  | 'TOKEN_EXPIRED'
  /** `nbf` or `iat` is in the future. [passes] */
  | 'TOKEN_NOT_YET_VALID'
  /** A required claim is missing or has the wrong type. */
  | 'TOKEN_CLAIM_INVALID'
  /** The API key or ticket does not exist, or the secret of the API key is wrong. */
  | 'TOKEN_UNKNOWN'
  /** The token or API key was revoked, the secret of the API key was replaced, or the one-time ticket was already used. */
  | 'TOKEN_REVOKED';

/** Failures that are not the caller's fault. The status is 500, because clients would log their users out if these were reported as a bad token. */
export type ServiceErrorCode =
  /** A middleware replaced the authorizer's result. */
  | 'ANSWER_REPLACED'
  /** No access document or parameter covers the event's API and stage. */
  | 'API_UNKNOWN'
  /** An environment variable or setting of the function is missing or malformed. */
  | 'CONFIG_INVALID'
  /** A call to API Gateway's control plane failed. [passes] */
  | 'CONTROL_PLANE_FAILED'
  /** API Gateway does not send such an event to this kind of function. */
  | 'EVENT_MALFORMED'
  /** The issuer's key set cannot be fetched, and no earlier key set may be used. [passes] */
  | 'KEY_SET_UNAVAILABLE'
  /** The rules for this caller do not fit into one IAM policy. */
  | 'POLICY_UNREPRESENTABLE'
  /** The authorizer's result is larger than `maxBytes` of the access document; the default is API Gateway's limit. */
  | 'RESULT_TOO_LARGE'
  /** The secret of a webhook, or of the portal's sign-in, cannot be read from its store. [passes] */
  | 'SECRET_UNAVAILABLE'
  /** DynamoDB did not respond in time, throttled the request or refused it. [passes] */
  | 'STORE_UNAVAILABLE'
  /** The target of verified webhooks, or the function that delivers the messages of channels, did not accept a call. [passes] */
  | 'TARGET_UNAVAILABLE';

/** Reasons why a policy or `gather()` did not make a backend call, or cancelled it. */
export type BackendErrorCode =
  /** A part that the reply needs has failed (`GatherFailed` names the part), or a backend's response cannot be used. [passes] */
  | 'BACKEND_FAILED'
  /** The policy's limit of concurrent calls is reached. [passes] */
  | 'BULKHEAD_FULL'
  /** The result of the call was no longer needed, or the caller cancelled the call. */
  | 'CALL_CANCELLED'
  /** The backend did not respond within the call's deadline. [passes] */
  | 'CALL_TIMED_OUT'
  /** The circuit breaker is open, because too many calls have failed. [passes] */
  | 'CIRCUIT_OPEN'
  /** `Authorization` was set for an origin that is not in `identityTo`. [operator] */
  | 'ORIGIN_UNLISTED';

/** Misuse of quotas by their configuration or by a caller. A used-up quota is an outcome, not an error. */
export type QuotaErrorCode =
  /** The customer plan is invalid; `PlanInvalid` names the field. */
  | 'PLAN_INVALID'
  /** No customer plan has that id, or API Gateway has no usage plan with that id. */
  | 'PLAN_UNKNOWN'
  /** There is no record of a customer with that name. */
  | 'CUSTOMER_UNKNOWN'
  /** A customer with that name already has a record, or was closed. */
  | 'CUSTOMER_EXISTS'
  /** The customer is closed permanently. */
  | 'CUSTOMER_CLOSED'
  /** The customer's plan has changed as often as a year allows. [passes] */
  | 'CHANGES_TOO_MANY'
  /** The currency is not an ISO 4217 code. */
  | 'CURRENCY_UNKNOWN'
  /** The plan and the customer are invoiced in different currencies. */
  | 'CURRENCY_MISMATCH'
  /** A plan assigned to the key would have no effect, because the customer's record names the plan. */
  | 'ASSIGNMENT_OVERRULED'
  /** No such API key exists. For quotas: the key has no plan and no charges. */
  | 'KEY_UNKNOWN'
  /** The plan has no quota with that id for the tenant or key in the request. */
  | 'LIMIT_UNKNOWN'
  /** The period has no ledger, or its ledger no longer exists. */
  | 'PERIOD_UNKNOWN'
  /** The period is closed permanently, or a change of a customer's plan would begin in the past. */
  | 'PERIOD_CLOSED'
  /** The period cannot be closed yet, because it has not ended, or ended less than 15 minutes ago. [passes] */
  | 'PERIOD_RUNNING'
  /** The cost is not a whole number of units, or is larger than the burst of a rate limit. [operator] */
  | 'COST_INVALID'
  /** A tenant, key, route, topic, channel or message is missing, too long or malformed, or no plan is named or recorded. */
  | 'SUBJECT_INVALID'
  /** Some requests in access logs cannot be charged yet; a later retry charges them. [passes] [operator] */
  | 'USAGE_WAITING';

/** Reasons why administrators' requests are refused. shared/http/problem.ts contains the status of each. */
type AdminErrorCode =
  /** A header, parameter or body is invalid; `RequestInvalid` names the invalid field. */
  | 'REQUEST_INVALID'
  /** The body is larger than the route allows. */
  | 'REQUEST_TOO_LARGE'
  /** No route has this path, or the invalidation in the path does not exist. */
  | 'ROUTE_UNKNOWN'
  /** The path does not support this method. */
  | 'METHOD_NOT_ALLOWED'
  /** The request is unsigned, because the route was deployed without IAM. [operator] */
  | 'SIGNER_MISSING'
  /** The operation id was used for another change. */
  | 'OPERATION_REUSED'
  /** Another change was made in the meantime. [passes] */
  | 'EDIT_CONFLICT'
  /** The authorizers of the stack use the bundled documents and ignore published ones. [operator] */
  | 'DOCUMENTS_NOT_FOLLOWED'
  /** The API key is revoked, so it cannot be changed. */
  | 'KEY_REVOKED'
  /** The API key, or the endpoint of a customer, already has two valid secrets. [passes] */
  | 'ROTATION_RUNNING';

/** Reasons why the portal refuses a member. shared/portal/portal-problem.ts contains the text of each. */
type PortalErrorCode =
  /** The request has no session, or its session has ended. */
  | 'SESSION_ENDED'
  /** The request does not come from the portal's own page. */
  | 'ORIGIN_REFUSED'
  /** The role of the member does not permit this action. */
  | 'ROLE_INSUFFICIENT'
  /** The organisation is suspended, so its members can change nothing, except that they may revoke keys and endpoints. */
  | 'ORGANISATION_SUSPENDED'
  /** The invitation is unknown, expired, withdrawn or used. */
  | 'INVITATION_INVALID'
  /** The organisation has too many invitations or members. */
  | 'INVITATIONS_TOO_MANY'
  /** The organisation has no such member. */
  | 'MEMBER_UNKNOWN'
  /** The change would leave the organisation without an owner. */
  | 'OWNER_REQUIRED'
  /** The sign-in with the issuer failed, or belongs to another browser. [passes] */
  | 'SIGN_IN_FAILED'
  /** The account is not a member of an organisation. */
  | 'ORGANISATION_MISSING'
  /** The stage has no issuer for the sign-in; or it has one, and somebody tried to accept an invitation without signing in with it. [operator] */
  | 'SIGN_IN_UNKNOWN'
  /** The portal does not offer this plan, this webhook source, or keys to the organisation. */
  | 'OFFER_UNKNOWN'
  /** The organisation has as many keys as the portal allows. */
  | 'KEYS_TOO_MANY'
  /** The owner of the API manages this key. */
  | 'KEY_MANAGED'
  /** There is no such endpoint for webhooks. */
  | 'ENDPOINT_UNKNOWN'
  /** The endpoint is revoked and cannot be changed. */
  | 'ENDPOINT_REVOKED'
  /** The organisation has as many endpoints as the portal allows. */
  | 'ENDPOINTS_TOO_MANY'
  /** There is no such invoice. */
  | 'INVOICE_UNKNOWN'
  /** A name contains letters that the fonts of the PDF lack. */
  | 'PDF_LETTER_UNKNOWN';

export type DomainErrorCode =
  | PortalErrorCode
  | TokenErrorCode
  | ServiceErrorCode
  | BackendErrorCode
  | QuotaErrorCode
  | AdminErrorCode;

/**
 * A failure whose message contains no credentials, so the whole message may be logged.
 *
 * @example
 * ```ts
 * import { claimsOf, DomainError } from 'gatewright/access';
 *
 * const event = { requestContext: { authorizer: { sub: 'ann' } } };
 * let code = '';
 * try {
 *   claimsOf(event)?.['email'];
 * } catch (error) {
 *   if (error instanceof DomainError) code = error.code;
 * }
 * code // → 'CONFIG_INVALID'
 * ```
 */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly code: DomainErrorCode;

  constructor(code: DomainErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * A customer plan that is refused when it is saved, because it cannot be enforced or is ambiguous.
 *
 * @example
 * ```ts
 * import { parsePlan, PlanInvalid } from 'gatewright/quota';
 *
 * let field = '';
 * try {
 *   parsePlan({ id: 'starter', version: 1, limits: [] });
 * } catch (error) {
 *   if (error instanceof PlanInvalid) field = error.field;
 * }
 * field // → 'limits'
 * ```
 */
export class PlanInvalid extends DomainError {
  /** Path of the invalid field, such as `limits[1].burst`. */
  readonly field: string;

  constructor(field: string, rule: string) {
    super('PLAN_INVALID', `${field} ${rule}`);
    this.field = field;
  }
}

/** A request with a missing, invalid or unknown field. */
export class RequestInvalid extends DomainError {
  /** Name of the invalid header, parameter or body member. */
  readonly field: string;

  constructor(field: string, rule: string) {
    super('REQUEST_INVALID', `${field} ${rule}`);
    this.field = field;
  }
}

/** Returns the error of a call about a customer that has no record. */
export function customerUnknown(tenant: string): DomainError {
  return new DomainError(
    'CUSTOMER_UNKNOWN',
    `the customer ${tenant} has no record; create one with gatewright customers create`,
  );
}

/** The given version is not the newest version plus one. */
export class VersionConflict extends DomainError {
  /** The number that the next version must have. */
  readonly nextVersion: number;

  constructor(nextVersion: number, message: string) {
    super('EDIT_CONFLICT', message);
    this.nextVersion = nextVersion;
  }
}

/**
 * Returns true if the caller's credential is at fault (401), and false if the service is at fault (500).
 *
 * @example
 * ```ts
 * import { DomainError, isTokenError } from 'gatewright/access';
 *
 * isTokenError(new DomainError('TOKEN_EXPIRED', 'the credential has expired')) // → true
 * isTokenError(new DomainError('STORE_UNAVAILABLE', 'the table did not answer')) // → false
 * ```
 */
export function isTokenError(error: unknown): error is DomainError & { readonly code: TokenErrorCode } {
  return error instanceof DomainError && error.code.startsWith('TOKEN_');
}

/** API Gateway responds with 401 if, and only if, a REST or WebSocket authorizer fails with exactly this message. */
export class UnauthorizedAnswer extends Error {
  override readonly name = 'UnauthorizedAnswer';

  constructor() {
    super('Unauthorized');
    // Lambda logs the stack of every error. This error is ordinary traffic, so its stack is reduced to one line.
    this.stack = 'UnauthorizedAnswer: Unauthorized';
  }
}
