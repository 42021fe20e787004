/** The reason why a part has no value, or only its fallback as value. The reason may be shown to callers. */
import { DomainError } from '../errors.ts';
import type { DomainErrorCode } from '../errors.ts';
import { BackendStatus } from './backend-calls.ts';

export type FailureReason =
  | 'bulkhead-full'
  | 'cancelled'
  | 'circuit-open'
  | 'error'
  | 'origin-unlisted'
  | 'status'
  | 'timed-out';

export type PartFailure = {
  readonly reason: FailureReason;
  /** Status of the backend's response. Set if the reason is `status`. */
  readonly status?: number;
  /**
   * The error that caused the failure. It is for logs only, because a library's error message may quote the request.
   */
  readonly error: unknown;
};

const REASONS: Readonly<Partial<Record<DomainErrorCode, FailureReason>>> = {
  BULKHEAD_FULL: 'bulkhead-full',
  CALL_CANCELLED: 'cancelled',
  CALL_TIMED_OUT: 'timed-out',
  CIRCUIT_OPEN: 'circuit-open',
  ORIGIN_UNLISTED: 'origin-unlisted',
};

export function describeFailure(error: unknown): PartFailure {
  if (error instanceof BackendStatus) return { reason: 'status', status: error.status, error };
  return { reason: (error instanceof DomainError ? REASONS[error.code] : undefined) ?? 'error', error };
}
