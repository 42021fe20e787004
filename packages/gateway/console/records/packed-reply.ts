/**
 * The reply of a recorded request. A Lambda proxy's reply repeats the function's response, so the same phases
 * make it again when it is read.
 */
import { addFraming, bytesOf } from '../../core/events/reply-framing.ts';
import { finish } from '../../core/phases/finish.ts';
import { mapResponse } from '../../core/phases/map-response.ts';
import { RECORDED_BYTES } from './recorded-request.ts';
import { cut } from './packed-outcome.ts';
import type { Mapped, Received, Reply } from '../../core/exchange.ts';
import type { StreamBeginning, StreamPiece } from '../../core/stream-beginning.ts';
import type { Finished, PhaseName } from '../../core/trail.ts';
import type { RecordedOutcome } from './recorded-request.ts';
import type { RecordArena, RecordReader } from './record-arena.ts';

/** False where the reply does not follow from the function's response: a cache, compression, a failure. */
export function isReplyRebuilt({
  received: { stage, notes, outgoing },
  reply,
  trail,
  connectionId,
}: Finished): boolean {
  const { failure, notes: { outcome } = {} } = trail;
  if (outgoing?.kind !== 'lambda-proxy' || outcome?.kind !== 'returned') return false;
  if (failure !== undefined || notes?.lookedUp !== undefined || connectionId !== undefined) return false;
  if (reply.stream !== undefined || stage?.deployment.minimumCompressionBytes !== undefined) return false;
  return outcome.payload.length <= RECORDED_BYTES;
}

export function rebuildReply(
  received: Received,
  outcome: RecordedOutcome | undefined,
  phase: PhaseName,
): Reply {
  if (outcome?.kind !== 'returned') throw new TypeError('only what a function returned is read again');
  const reply = mapResponse(received as Mapped, outcome.payload);
  finish(received, reply, { phase, failure: undefined, error: undefined });
  // A body that is too long is refused.
  addFraming(reply, bytesOf(reply.body), false);
  return reply;
}

/** @param beginning of a stream, whose body is kept nowhere else */
export function writeReply(
  { headers, body }: Reply,
  beginning: StreamBeginning | undefined,
  arena: RecordArena,
): void {
  arena.texts(headers);
  arena.textOrData(beginning?.bytes ?? cut(body));
  arena.number(beginning?.pieces.length);
  for (const { atMs, bytes } of beginning?.pieces ?? []) {
    arena.number(atMs);
    arena.number(bytes);
  }
}

type WrittenReply = { readonly reply: Reply; readonly pieces: readonly StreamPiece[] };

export function readReply(record: RecordReader, status: number): WrittenReply {
  const reply = { status, headers: record.texts(), body: record.textOrData() ?? '' };
  const pieces = Array.from({ length: record.number() ?? 0 }, () => ({
    atMs: record.number() ?? 0,
    bytes: record.number() ?? 0,
  }));
  return { reply, pieces };
}
