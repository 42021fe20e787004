import {
  type SignatureResult,
  type SignedRequest,
  type VerificationContext,
  verifySignature,
} from './signature.ts';

/**
 * The gateway's clock, and how far `gatewright clock` has moved it, now and shortly before; absent on a clock
 * that cannot move.
 */
export type SigningClock = {
  nowEpochMs(): number;
  offsetMs?(): number;
  formerOffsetsMs?(): readonly number[];
};

/**
 * Accepts three clocks: functions sign by the gateway's, the developer's tools by the machine's, and calls
 * under way during a move by the former offset.
 */
export function verifyByAnyClock(
  request: SignedRequest,
  context: Omit<VerificationContext, 'nowEpochMs'>,
  clock: SigningClock,
): SignatureResult {
  const nowEpochMs = clock.nowEpochMs();
  const offsetMs = clock.offsetMs?.() ?? 0;
  let result = verifySignature(request, { ...context, nowEpochMs });
  // The machine's time comes last: developers compare its wording with the real time.
  for (const other of [...(clock.formerOffsetsMs?.() ?? []), 0]) {
    // Changing the clock does not revive an expired session.
    if (result.kind !== 'refused' || result.code === 'EXPIRED_TOKEN') return result;
    if (other !== offsetMs)
      result = verifySignature(request, { ...context, nowEpochMs: nowEpochMs - offsetMs + other });
  }
  return result;
}
