/**
 * Reasons and metrics of failures in log lines. docs/errors.md is generated from this file, from http/problem.ts (the
 * responses to administrators) and from the comments of errors.ts.
 */
import type { DomainErrorCode } from './errors.ts';

/** Reasons in logs and metrics: a few stable words that stay the same when error codes change. */
export type Reason =
  | 'missing_token'
  | 'invalid_token'
  | 'invalid_claims'
  | 'invalid_signature'
  | 'token_expired'
  | 'token_revoked'
  /** RFC 6750 section 3.1: the request requires higher privileges than the token provides. */
  | 'insufficient_scope'
  /** The caller is known, but lacks a claim that the service requires. */
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

/**
 * Reasons by error code. Codes that are not listed have the reason `internal_error`. The responses to administrators
 * are in http/problem.ts and not in this file, because every authorizer loads this table.
 */
export const REASONS: Readonly<Partial<Record<DomainErrorCode, Reason>>> = {
  TOKEN_MISSING: 'missing_token',
  TOKEN_MALFORMED: 'invalid_token',
  TOKEN_ISSUER_UNKNOWN: 'invalid_token',
  TOKEN_HEADER_REFUSED: 'invalid_token',
  TOKEN_UNKNOWN: 'invalid_token',
  // A signature cannot be verified if its key is unknown. `UnknownKid` counts these failures separately.
  TOKEN_KEY_UNKNOWN: 'invalid_signature',
  TOKEN_SIGNATURE_INVALID: 'invalid_signature',
  TOKEN_AUDIENCE_MISMATCH: 'invalid_claims',
  TOKEN_NOT_YET_VALID: 'invalid_claims',
  TOKEN_CLAIM_INVALID: 'invalid_claims',
  TOKEN_EXPIRED: 'token_expired',
  TOKEN_REVOKED: 'token_revoked',
  ANSWER_REPLACED: 'answer_replaced',
  API_UNKNOWN: 'unknown_api',
  CONFIG_INVALID: 'invalid_config',
  EVENT_MALFORMED: 'invalid_event',
  KEY_SET_UNAVAILABLE: 'jwks_unavailable',
  POLICY_UNREPRESENTABLE: 'policy_unrepresentable',
  RESULT_TOO_LARGE: 'policy_too_large',
  SECRET_UNAVAILABLE: 'secret_unavailable',
  STORE_UNAVAILABLE: 'store_unavailable',
  TARGET_UNAVAILABLE: 'target_unavailable',
};

/**
 * Metrics of failures that are not the caller's fault and need attention. The authorizers count these in addition to
 * `Failed`.
 */
export const METRICS: Readonly<Partial<Record<DomainErrorCode, string>>> = {
  API_UNKNOWN: 'UnknownApi',
  KEY_SET_UNAVAILABLE: 'JwksUnavailable',
  PLAN_UNKNOWN: 'PlanUnknown',
  POLICY_UNREPRESENTABLE: 'PolicyUnrepresentable',
  RESULT_TOO_LARGE: 'PolicyTooLarge',
  STORE_UNAVAILABLE: 'StoreUnavailable',
};
