/** Every way the domain library can fail, by stable code. */

/** Reasons why a credential is not accepted. The caller is to blame: 401. */
export type TokenErrorCode =
  | 'TOKEN_MISSING'
  /** Not a compact JWS in canonical form, two different credentials, or over the size limit. */
  | 'TOKEN_MALFORMED'
  | 'TOKEN_ISSUER_UNKNOWN'
  /** Algorithm, `typ` or `crit` that this issuer's tokens may not have. */
  | 'TOKEN_HEADER_REFUSED'
  | 'TOKEN_KEY_UNKNOWN'
  | 'TOKEN_SIGNATURE_INVALID'
  | 'TOKEN_AUDIENCE_MISMATCH'
  | 'TOKEN_EXPIRED'
  | 'TOKEN_NOT_YET_VALID'
  /** A claim that must be there is missing or of a wrong type. */
  | 'TOKEN_CLAIM_INVALID';

/** Reasons that are ours: 500, never reported as a bad token, or clients would log their users out. */
export type ServiceErrorCode =
  /** No access document protects the API and stage of the event. */
  | 'API_UNKNOWN'
  | 'CONFIG_INVALID'
  | 'EVENT_MALFORMED'
  | 'KEY_SET_UNAVAILABLE'
  /** The rules that apply to a caller cannot be said in one IAM policy. */
  | 'POLICY_UNREPRESENTABLE'
  | 'RESULT_TOO_LARGE'
  | 'STORE_UNAVAILABLE';

/** Misuse of quotas by whoever configures or calls them; a spent quota is no error but an outcome. */
export type QuotaErrorCode =
  /** A usage plan that could not be kept; `PlanInvalid` names the field. */
  | 'PLAN_INVALID'
  | 'PLAN_UNKNOWN'
  /** A cost that is no whole number of units, or more than a limit could ever give. */
  | 'COST_INVALID'
  /** A tenant, key or route that is missing or over its size. */
  | 'SUBJECT_INVALID'
  /** The table's store lacks what exactness rests on. */
  | 'STORE_UNFIT';

export type DomainErrorCode = TokenErrorCode | ServiceErrorCode | QuotaErrorCode;

/** A failure with a fixed, credential-free message: it may be logged whole. */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly code: DomainErrorCode;

  constructor(code: DomainErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** A usage plan that is refused when it is saved: it could not be kept, or does not say what it means. */
export class PlanInvalid extends DomainError {
  /** Path of the field: `limits[1].burst`. */
  readonly field: string;

  constructor(field: string, rule: string) {
    super('PLAN_INVALID', `${field} ${rule}`);
    this.field = field;
  }
}

/** Whether the caller's credential is at fault (401), as opposed to us (500). */
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
