import {
  type SignatureResult,
  type SignedRequest,
  type VerificationContext,
  verifySignature,
} from './signature.ts';

/**
 * The gateway's clock, and its current and recent offsets, which `gatewright clock` has set. The offsets are absent if
 * the clock cannot be moved.
 */
export type SigningClock = {
  nowEpochMs(): number;
  offsetMs?(): number;
  formerOffsetsMs?(): readonly number[];
};

/**
 * Accepts a signature if one of these clocks confirms its time. Functions sign with the gateway's clock, developer
 * tools sign with the machine's clock, and calls that were in flight when the clock was moved were signed with a former
 * offset.
 */
export function verifyByAnyClock(
  request: SignedRequest,
  context: Omit<VerificationContext, 'nowEpochMs'>,
  clock: SigningClock,
  verify: typeof verifySignature = verifySignature,
): SignatureResult {
  const nowEpochMs = clock.nowEpochMs();
  const offsetMs = clock.offsetMs?.() ?? 0;
  let result = verify(request, { ...context, nowEpochMs });
  // The machine's time is tried last, because the error message of the last attempt is returned, and developers compare
  // this message with the real time.
  for (const other of [...(clock.formerOffsetsMs?.() ?? []), 0]) {
    // An expired session stays expired, whatever the clock says.
    if (result.kind !== 'refused' || result.code === 'EXPIRED_TOKEN') return result;
    if (other !== offsetMs)
      result = verify(request, { ...context, nowEpochMs: nowEpochMs - offsetMs + other });
  }
  return result;
}
