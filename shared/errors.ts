/**
 * Every failure of the domain library, by stable code. `[passes]`: the same request may succeed later;
 * `[operator]`: the deployer can fix it, not the caller. docs/errors.md is written from these comments.
 */

/** Why a credential is not accepted. The caller's fault: 401. */
export type TokenErrorCode =
  /** No credential where the API looks for one. */
  | 'TOKEN_MISSING'
  /** Not a compact JWS in canonical form, two different credentials, or over the size limit. */
  | 'TOKEN_MALFORMED'
  /** No issuer of the access document matches it. */
  | 'TOKEN_ISSUER_UNKNOWN'
  /** Algorithm, `typ` or `crit` that this issuer's tokens may not have. */
  | 'TOKEN_HEADER_REFUSED'
  /** The issuer publishes no key with that id. */
  | 'TOKEN_KEY_UNKNOWN'
  /** The signature does not match the issuer’s key. */
  | 'TOKEN_SIGNATURE_INVALID'
  /** Issued for another API. */
  | 'TOKEN_AUDIENCE_MISMATCH'
  /** `exp` is over, including the tolerated clock difference. */
  | 'TOKEN_EXPIRED'
  /** `nbf` or `iat` is in the future. [passes] */
  | 'TOKEN_NOT_YET_VALID'
  /** A required claim is missing or of a wrong type. */
  | 'TOKEN_CLAIM_INVALID'
  /** An API key that is not stored, or not with this secret. */
  | 'TOKEN_UNKNOWN'
  /** Revoked by its id, its subject or its tenant. */
  | 'TOKEN_REVOKED';

/** Failures of ours: 500, never reported as a bad token, because clients would log their users out. */
export type ServiceErrorCode =
  /** A middleware replaced the answer of the authorizer. */
  | 'ANSWER_REPLACED'
  /** No access document protects the API and stage of the event. */
  | 'API_UNKNOWN'
  /** An environment variable or a setting of the function is missing or malformed. */
  | 'CONFIG_INVALID'
  /** API Gateway's own API did not do what was requested. [passes] */
  | 'CONTROL_PLANE_FAILED'
  /** API Gateway does not send such an event to this kind of function. */
  | 'EVENT_MALFORMED'
  /** The key set of an issuer cannot be fetched, and no older one may be used. [passes] */
  | 'KEY_SET_UNAVAILABLE'
  /** The rules that apply to a caller do not fit into one IAM policy. */
  | 'POLICY_UNREPRESENTABLE'
  /** The authorizer's answer is larger than API Gateway allows. */
  | 'RESULT_TOO_LARGE'
  /** The secret of a webhook cannot be read. [passes] */
  | 'SECRET_UNAVAILABLE'
  /** DynamoDB did not answer in time, throttled or refused. [passes] */
  | 'STORE_UNAVAILABLE'
  /** The target of verified webhooks did not take one. [passes] */
  | 'TARGET_UNAVAILABLE';

/** Wrong configuration or use of quotas; a spent quota is no error but an outcome. */
export type QuotaErrorCode =
  /** A usage plan that could not be enforced; `PlanInvalid` names the field. */
  | 'PLAN_INVALID'
  /** No usage plan with that id. */
  | 'PLAN_UNKNOWN'
  /** No such API key; for quotas, no plan is assigned to the key and nothing was ever charged to it. */
  | 'KEY_UNKNOWN'
  /** The plan has no limit with that id. */
  | 'LIMIT_UNKNOWN'
  /** No ledger was opened for that period, or it has expired. */
  | 'PERIOD_UNKNOWN'
  /** The period is already closed. */
  | 'PERIOD_CLOSED'
  /** The period is not over, so it cannot be closed. [passes] */
  | 'PERIOD_RUNNING'
  /** A cost that is no whole number of units, or more than a limit could ever allow. [operator] */
  | 'COST_INVALID'
  /** A tenant, key or route that is missing or too long. */
  | 'SUBJECT_INVALID'
  /** Some requests of access logs cannot be charged yet; sent again later, they are. [passes] [operator] */
  | 'USAGE_WAITING'
  /** The table's store lacks what exact counting needs. [operator] */
  | 'STORE_UNFIT';

/** Why administrators' requests are refused; statuses: shared/http/problem.ts. */
type AdminErrorCode =
  /** A header, parameter or body that does not match its description; `RequestInvalid` names the field. */
  | 'REQUEST_INVALID'
  /** The body is larger than the endpoint allows. */
  | 'REQUEST_TOO_LARGE'
  /** No endpoint at this path. */
  | 'ROUTE_UNKNOWN'
  /** The endpoint does not support this method. */
  | 'METHOD_NOT_ALLOWED'
  /** The request is not signed: the route was deployed without IAM. [operator] */
  | 'SIGNER_MISSING'
  /** The operation id was already used for another change. */
  | 'OPERATION_REUSED'
  /** Another change was made meanwhile. [passes] */
  | 'EDIT_CONFLICT'
  /** The stack's authorizers use the documents of their bundle, and ignore published ones. [operator] */
  | 'DOCUMENTS_NOT_FOLLOWED'
  /** A revoked API key gets no further secrets. */
  | 'KEY_REVOKED'
  /** Two secrets of an API key are valid at the moment. [passes] */
  | 'ROTATION_RUNNING';

export type DomainErrorCode = TokenErrorCode | ServiceErrorCode | QuotaErrorCode | AdminErrorCode;

/**
 * A failure with a fixed, credential-free message: it may be logged whole.
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
 * A usage plan that is refused when it is saved: it could not be enforced, or is ambiguous.
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
  /** Path of the field: `limits[1].burst`. */
  readonly field: string;

  constructor(field: string, rule: string) {
    super('PLAN_INVALID', `${field} ${rule}`);
    this.field = field;
  }
}

/** A request that lacks a field, has a wrong one or an unknown one. */
export class RequestInvalid extends DomainError {
  readonly field: string;

  constructor(field: string, rule: string) {
    super('REQUEST_INVALID', `${field} ${rule}`);
    this.field = field;
  }
}

export class VersionConflict extends DomainError {
  /** The version to save next. */
  readonly nextVersion: number;

  constructor(nextVersion: number, message: string) {
    super('EDIT_CONFLICT', message);
    this.nextVersion = nextVersion;
  }
}

/**
 * Whether the caller's credential is at fault (401), as opposed to us (500).
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

/** API Gateway answers 401 only if a REST or WebSocket authorizer fails with exactly this message. */
export class UnauthorizedAnswer extends Error {
  override readonly name = 'UnauthorizedAnswer';

  constructor() {
    super('Unauthorized');
    // Lambda logs the stack of every failure, and this one is ordinary traffic.
    this.stack = 'UnauthorizedAnswer: Unauthorized';
  }
}
