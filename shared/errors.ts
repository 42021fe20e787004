/**
 * Every way the domain library can fail, by stable code. `[passes]`: the same request may succeed later; `[operator]`: who
 * deployed can fix it, and not who called. docs/errors.md is written from these comments.
 */

/** Reasons why a credential is not accepted. The caller is to blame: 401. */
export type TokenErrorCode =
  /** No credential where the API looks for one. */
  | 'TOKEN_MISSING'
  /** Not a compact JWS in canonical form, two different credentials, or over the size limit. */
  | 'TOKEN_MALFORMED'
  /** No issuer of the access document says it is its own. */
  | 'TOKEN_ISSUER_UNKNOWN'
  /** Algorithm, `typ` or `crit` that this issuer's tokens may not have. */
  | 'TOKEN_HEADER_REFUSED'
  /** The issuer publishes no key of that id. */
  | 'TOKEN_KEY_UNKNOWN'
  /** The signature is not that of the issuer’s key. */
  | 'TOKEN_SIGNATURE_INVALID'
  /** Made for another API. */
  | 'TOKEN_AUDIENCE_MISMATCH'
  /** `exp` is over, the tolerated clock difference included. */
  | 'TOKEN_EXPIRED'
  /** `nbf` or `iat` lies in the future. [passes] */
  | 'TOKEN_NOT_YET_VALID'
  /** A claim that must be there is missing or of a wrong type. */
  | 'TOKEN_CLAIM_INVALID'
  /** An API key of which nothing is on record, or not with this secret. */
  | 'TOKEN_UNKNOWN'
  /** Revoked by its id, its subject or its tenant. */
  | 'TOKEN_REVOKED';

/** Reasons that are ours: 500, never reported as a bad token, or clients would log their users out. */
export type ServiceErrorCode =
  /** What came out of a function is not what its authorizer answered: a middleware put something else there. */
  | 'ANSWER_REPLACED'
  /** No access document protects the API and stage of the event. */
  | 'API_UNKNOWN'
  /** An environment variable or a setting of the function is missing or malformed. */
  | 'CONFIG_INVALID'
  /** API Gateway's own API did not do what it was asked for. [passes] */
  | 'CONTROL_PLANE_FAILED'
  /** The event is none that API Gateway sends to this kind of function. */
  | 'EVENT_MALFORMED'
  /** The key set of an issuer cannot be fetched, and no older one may be used. [passes] */
  | 'KEY_SET_UNAVAILABLE'
  /** The rules that apply to a caller cannot be said in one IAM policy. */
  | 'POLICY_UNREPRESENTABLE'
  /** The answer of the authorizer is over the size that API Gateway takes. */
  | 'RESULT_TOO_LARGE'
  /** Where the secret of a webhook is kept cannot be read. [passes] */
  | 'SECRET_UNAVAILABLE'
  /** DynamoDB did not answer in time, throttled or refused. [passes] */
  | 'STORE_UNAVAILABLE'
  /** Where verified webhooks go did not take one. [passes] */
  | 'TARGET_UNAVAILABLE';

/** Misuse of quotas by whoever configures or calls them; a spent quota is no error but an outcome. */
export type QuotaErrorCode =
  /** A usage plan that could not be kept; `PlanInvalid` names the field. */
  | 'PLAN_INVALID'
  /** No usage plan of that id. */
  | 'PLAN_UNKNOWN'
  /** No such API key; of quotas, no plan is assigned to the key and nothing was ever charged to it. */
  | 'KEY_UNKNOWN'
  /** The plan has no limit of that id. */
  | 'LIMIT_UNKNOWN'
  /** No ledger was opened for that period, or it is gone. */
  | 'PERIOD_UNKNOWN'
  /** The period is closed for good. */
  | 'PERIOD_CLOSED'
  /** The period is not over, so it cannot be closed. [passes] */
  | 'PERIOD_RUNNING'
  /** A cost that is no whole number of units, or more than a limit could ever give. [operator] */
  | 'COST_INVALID'
  /** A tenant, key or route that is missing or over its size. */
  | 'SUBJECT_INVALID'
  /** Some requests of access logs cannot be charged yet; given again later, they are. [passes] [operator] */
  | 'USAGE_WAITING'
  /** The table's store lacks what exactness rests on. [operator] */
  | 'STORE_UNFIT';

/** What administrators' requests are refused for; the status of each: shared/http/problem.ts. */
type AdminErrorCode =
  /** A header, parameter or body that is not as described; `RequestInvalid` names the field. */
  | 'REQUEST_INVALID'
  /** A body over what the endpoint takes. */
  | 'REQUEST_TOO_LARGE'
  /** No endpoint at this path. */
  | 'ROUTE_UNKNOWN'
  /** The endpoint does not take this method. */
  | 'METHOD_NOT_ALLOWED'
  /** Nobody signed: the route was deployed without IAM. [operator] */
  | 'SIGNER_MISSING'
  /** The operation id has been used for another change. */
  | 'OPERATION_REUSED'
  /** Somebody else's change came between. [passes] */
  | 'EDIT_CONFLICT'
  /** The authorizers of the stack take the documents of their bundle, and would not look at published ones. [operator] */
  | 'DOCUMENTS_NOT_FOLLOWED'
  /** An API key that gets no further secrets. */
  | 'KEY_REVOKED'
  /** Two secrets of an API key are good at the moment. [passes] */
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
 * A usage plan that is refused when it is saved: it could not be kept, or does not say what it means.
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

/** A request that does not say what it must, or says more. */
export class RequestInvalid extends DomainError {
  /** Name of the header, parameter or member of the body. */
  readonly field: string;

  constructor(field: string, rule: string) {
    super('REQUEST_INVALID', `${field} ${rule}`);
    this.field = field;
  }
}

/** A version that is not the one after the newest. */
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

/** API Gateway answers 401 if, and only if, a REST or WebSocket authorizer fails with exactly this message. */
export class UnauthorizedAnswer extends Error {
  override readonly name = 'UnauthorizedAnswer';

  constructor() {
    super('Unauthorized');
    // Lambda logs the stack of every failure, and this one is ordinary traffic.
    this.stack = 'UnauthorizedAnswer: Unauthorized';
  }
}
