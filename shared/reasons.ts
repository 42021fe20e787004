import type { DenyReason } from './access/decide/decide.ts';
import type { QuotaVerdict } from './access/charge-quota.ts';
import { DomainError } from './errors.ts';
import type { TokenErrorCode } from './errors.ts';
import { REASONS } from './failures.ts';
import type { Reason } from './failures.ts';

type Verdict = DenyReason | Exclude<QuotaVerdict['kind'], 'admitted'>;

const VERDICTS: Readonly<Record<Verdict, Reason>> = {
  'no-rule': 'insufficient_scope',
  'no-route': 'forbidden',
  'missing-claim': 'missing_claim',
  'deny-rule': 'forbidden',
  'not-owner': 'forbidden',
  'dot-segment': 'forbidden',
  'mcp-headers': 'insufficient_scope',
  'no-subject': 'forbidden',
  'not-charged': 'forbidden',
  suspended: 'forbidden',
  'over-quota': 'quota_exceeded',
};

export function reasonOf(refusal: TokenErrorCode | Verdict): Reason {
  return isTokenErrorCode(refusal) ? (REASONS[refusal] ?? 'internal_error') : VERDICTS[refusal];
}

function isTokenErrorCode(refusal: TokenErrorCode | Verdict): refusal is TokenErrorCode {
  return refusal.startsWith('TOKEN_');
}

/**
 * Returns the reason for a failure. It is `internal_error` for codes that are not in the table and for errors of
 * libraries.
 */
export function failureReason(error: unknown): Reason {
  return (error instanceof DomainError ? REASONS[error.code] : undefined) ?? 'internal_error';
}
