/** Signatures beside a clock that a developer moves. */
import {
  type SignatureResult,
  type SignedRequest,
  type VerificationContext,
  verifySignature,
} from './signature.ts';

/** The gateway's clock, how far `gatewright clock` has moved it, and had shortly before; one that cannot move says nothing. */
export type SigningClock = {
  nowEpochMs(): number;
  offsetMs?(): number;
  formerOffsetsMs?(): readonly number[];
};

/**
 * Functions sign by the gateway's clock, the developer's own tools by the machine's, and what was under way when
 * somebody moved the clock by the time before: all of them must get in.
 */
export function verifyByAnyClock(
  request: SignedRequest,
  context: Omit<VerificationContext, 'nowEpochMs'>,
  clock: SigningClock,
): SignatureResult {
  const nowEpochMs = clock.nowEpochMs();
  const offsetMs = clock.offsetMs?.() ?? 0;
  let result = verifySignature(request, { ...context, nowEpochMs });
  // The machine's time comes last: its words are those that a developer compares with the clock on the wall.
  for (const other of [...(clock.formerOffsetsMs?.() ?? []), 0]) {
    if (result.kind !== 'refused') return result;
    if (other !== offsetMs)
      result = verifySignature(request, { ...context, nowEpochMs: nowEpochMs - offsetMs + other });
  }
  return result;
}
