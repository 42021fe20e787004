import {
  type SignatureResult,
  type SignedRequest,
  type VerificationContext,
  verifySignature,
} from './signature.ts';

/**
 * The gateway's clock, and its current and recent offsets as moved by `gatewright clock`. The offsets are absent if the
 * clock cannot be moved.
 */
export type SigningClock = {
  nowEpochMs(): number;
  offsetMs?(): number;
  formerOffsetsMs?(): readonly number[];
};

/**
 * Accepts three clocks, because functions sign with the gateway's clock, developer tools with the machine's clock, and
 * calls in flight during a move with the previous offset.
 */
export function verifyByAnyClock(
  request: SignedRequest,
  context: Omit<VerificationContext, 'nowEpochMs'>,
  clock: SigningClock,
): SignatureResult {
  const nowEpochMs = clock.nowEpochMs();
  const offsetMs = clock.offsetMs?.() ?? 0;
  let result = verifySignature(request, { ...context, nowEpochMs });
  // The machine's time is tried last, so that its error message is returned: developers compare it with the real time.
  for (const other of [...(clock.formerOffsetsMs?.() ?? []), 0]) {
    // An expired session stays expired, whatever the clock.
    if (result.kind !== 'refused' || result.code === 'EXPIRED_TOKEN') return result;
    if (other !== offsetMs)
      result = verifySignature(request, { ...context, nowEpochMs: nowEpochMs - offsetMs + other });
  }
  return result;
}
