/**
 * The one table of what each failure of the stack is called and means: in log lines, in metrics, to administrators.
 * docs/errors.md is written from it and from the comments of errors.ts.
 */
import type { DomainErrorCode } from './errors.ts';

/** What logs and metrics call a refusal or failure: few stable words, whatever the code behind them is. */
export type Reason =
  | 'missing_token'
  | 'invalid_token'
  | 'invalid_claims'
  | 'invalid_signature'
  | 'token_expired'
  | 'token_revoked'
  /** RFC 6750 section 3.1: the request requires higher privileges than the token provides. */
  | 'insufficient_scope'
  /** The caller is known, and lacks a claim that the service cannot do without. */
  | 'missing_claim'
  | 'forbidden'
  | 'quota_exceeded'
  | 'jwks_unavailable'
  | 'store_unavailable'
  | 'secret_unavailable'
  | 'target_unavailable'
  | 'unknown_api'
  | 'invalid_config'
  | 'invalid_event'
  | 'policy_too_large'
  | 'policy_unrepresentable'
  | 'answer_replaced'
  | 'internal_error';

export type Failure = {
  /** Caller: who sent the request. Administrator: who called an admin endpoint or runs the command. Operator: who deployed. */
  readonly fix: 'caller' | 'administrator' | 'operator';
  /** `internal_error` unless said. */
  readonly reason?: Reason;
  /** Counted by the authorizers beside `Failed`: failures of ours that somebody should look at. */
  readonly metric?: string;
  /** What an administrator is answered, who may know why; 500 where nothing is said. */
  readonly answer?: readonly [status: number, title: string];
  /** The same request may succeed later. */
  readonly passes?: true;
};

const BAD_REQUEST = [400, 'Bad Request'] as const;
const NOT_FOUND = [404, 'Not Found'] as const;
const CONFLICT = [409, 'Conflict'] as const;
const UNPROCESSABLE = [422, 'Unprocessable Content'] as const;

export const FAILURES: Readonly<Record<DomainErrorCode, Failure>> = {
  TOKEN_MISSING: { fix: 'caller', reason: 'missing_token' },
  TOKEN_MALFORMED: { fix: 'caller', reason: 'invalid_token' },
  TOKEN_ISSUER_UNKNOWN: { fix: 'caller', reason: 'invalid_token' },
  TOKEN_HEADER_REFUSED: { fix: 'caller', reason: 'invalid_token' },
  TOKEN_UNKNOWN: { fix: 'caller', reason: 'invalid_token' },
  // Nobody can have signed with a key that is not there; `UnknownKid` counts these apart.
  TOKEN_KEY_UNKNOWN: { fix: 'caller', reason: 'invalid_signature' },
  TOKEN_SIGNATURE_INVALID: { fix: 'caller', reason: 'invalid_signature' },
  TOKEN_AUDIENCE_MISMATCH: { fix: 'caller', reason: 'invalid_claims' },
  TOKEN_NOT_YET_VALID: { fix: 'caller', reason: 'invalid_claims', passes: true },
  TOKEN_CLAIM_INVALID: { fix: 'caller', reason: 'invalid_claims' },
  TOKEN_EXPIRED: { fix: 'caller', reason: 'token_expired' },
  TOKEN_REVOKED: { fix: 'caller', reason: 'token_revoked' },

  ANSWER_REPLACED: { fix: 'operator', reason: 'answer_replaced' },
  API_UNKNOWN: { fix: 'operator', reason: 'unknown_api', metric: 'UnknownApi' },
  CONFIG_INVALID: { fix: 'operator', reason: 'invalid_config' },
  CONTROL_PLANE_FAILED: { fix: 'operator', answer: [502, 'Bad Gateway'], passes: true },
  EVENT_MALFORMED: { fix: 'operator', reason: 'invalid_event' },
  KEY_SET_UNAVAILABLE: {
    fix: 'operator',
    reason: 'jwks_unavailable',
    metric: 'JwksUnavailable',
    passes: true,
  },
  POLICY_UNREPRESENTABLE: {
    fix: 'operator',
    reason: 'policy_unrepresentable',
    metric: 'PolicyUnrepresentable',
  },
  RESULT_TOO_LARGE: { fix: 'operator', reason: 'policy_too_large', metric: 'PolicyTooLarge' },
  SECRET_UNAVAILABLE: { fix: 'operator', reason: 'secret_unavailable', passes: true },
  STORE_UNAVAILABLE: {
    fix: 'operator',
    reason: 'store_unavailable',
    metric: 'StoreUnavailable',
    answer: [503, 'Service Unavailable'],
    passes: true,
  },
  TARGET_UNAVAILABLE: { fix: 'operator', reason: 'target_unavailable', passes: true },

  PLAN_INVALID: { fix: 'administrator', answer: UNPROCESSABLE },
  PLAN_UNKNOWN: { fix: 'administrator', metric: 'PlanUnknown', answer: NOT_FOUND },
  KEY_UNKNOWN: { fix: 'administrator', answer: NOT_FOUND },
  LIMIT_UNKNOWN: { fix: 'administrator', answer: NOT_FOUND },
  PERIOD_UNKNOWN: { fix: 'administrator', answer: NOT_FOUND },
  PERIOD_CLOSED: { fix: 'administrator', answer: CONFLICT },
  PERIOD_RUNNING: { fix: 'administrator', answer: CONFLICT, passes: true },
  COST_INVALID: { fix: 'operator' },
  SUBJECT_INVALID: { fix: 'administrator', answer: BAD_REQUEST },
  USAGE_WAITING: { fix: 'operator', passes: true },
  STORE_UNFIT: { fix: 'operator' },

  REQUEST_INVALID: { fix: 'administrator', answer: BAD_REQUEST },
  REQUEST_TOO_LARGE: { fix: 'administrator', answer: [413, 'Content Too Large'] },
  ROUTE_UNKNOWN: { fix: 'administrator', answer: NOT_FOUND },
  METHOD_NOT_ALLOWED: { fix: 'administrator', answer: [405, 'Method Not Allowed'] },
  SIGNER_MISSING: { fix: 'operator', answer: [403, 'Forbidden'] },
  OPERATION_REUSED: { fix: 'administrator', answer: UNPROCESSABLE },
  EDIT_CONFLICT: { fix: 'administrator', answer: CONFLICT, passes: true },
  DOCUMENTS_NOT_FOLLOWED: { fix: 'operator', answer: CONFLICT },
  KEY_REVOKED: { fix: 'administrator', answer: CONFLICT },
  ROTATION_RUNNING: { fix: 'administrator', answer: CONFLICT, passes: true },
};
