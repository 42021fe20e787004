/** What logs and metrics call a refusal or failure: few stable words, whatever the code behind them is. */
import type { DenyReason } from './access/decide/decide.ts';
import type { QuotaVerdict } from './access/charge-quota.ts';
import { DomainError } from './errors.ts';
import type { DomainErrorCode, TokenErrorCode } from './errors.ts';

export type Reason =
  | 'missing_token'
  | 'invalid_token'
  | 'invalid_claims'
  | 'invalid_signature'
  | 'token_expired'
  | 'token_revoked'
  /** RFC 6750 section 3.1: the request requires higher privileges than the token provides. */
  | 'insufficient_scope'
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

/** Why a caller is not let in. */
type Refusal = TokenErrorCode | DenyReason | Exclude<QuotaVerdict['kind'], 'admitted'>;

const REASONS: Readonly<Record<Refusal, Reason> & Partial<Record<DomainErrorCode, Reason>>> = {
  TOKEN_MISSING: 'missing_token',
  TOKEN_MALFORMED: 'invalid_token',
  TOKEN_ISSUER_UNKNOWN: 'invalid_token',
  TOKEN_HEADER_REFUSED: 'invalid_token',
  TOKEN_UNKNOWN: 'invalid_token',
  // Nobody can have signed with a key that is not there; `UnknownKid` counts these apart.
  TOKEN_KEY_UNKNOWN: 'invalid_signature',
  TOKEN_SIGNATURE_INVALID: 'invalid_signature',
  TOKEN_AUDIENCE_MISMATCH: 'invalid_claims',
  TOKEN_NOT_YET_VALID: 'invalid_claims',
  TOKEN_CLAIM_INVALID: 'invalid_claims',
  TOKEN_EXPIRED: 'token_expired',
  TOKEN_REVOKED: 'token_revoked',
  'no-rule': 'insufficient_scope',
  'no-route': 'forbidden',
  'deny-rule': 'forbidden',
  'not-owner': 'forbidden',
  'dot-segment': 'forbidden',
  'no-subject': 'forbidden',
  'not-charged': 'forbidden',
  suspended: 'forbidden',
  'over-quota': 'quota_exceeded',
  KEY_SET_UNAVAILABLE: 'jwks_unavailable',
  SECRET_UNAVAILABLE: 'secret_unavailable',
  STORE_UNAVAILABLE: 'store_unavailable',
  TARGET_UNAVAILABLE: 'target_unavailable',
  API_UNKNOWN: 'unknown_api',
  CONFIG_INVALID: 'invalid_config',
  EVENT_MALFORMED: 'invalid_event',
  RESULT_TOO_LARGE: 'policy_too_large',
  POLICY_UNREPRESENTABLE: 'policy_unrepresentable',
  ANSWER_REPLACED: 'answer_replaced',
};

export function reasonOf(refusal: Refusal): Reason {
  return REASONS[refusal];
}

/** Of a failure; what is not in the table, and every error that is not ours, is `internal_error`. */
export function failureReason(error: unknown): Reason {
  return (error instanceof DomainError ? REASONS[error.code] : undefined) ?? 'internal_error';
}
