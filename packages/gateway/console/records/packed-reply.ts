/**
 * The reply of a recorded request. The reply of a Lambda proxy integration repeats the function's response, so the same
 * phases build the reply again when it is read.
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

/**
 * Whether the reply can be rebuilt from the function's response, so that it need not be stored. It cannot be rebuilt
 * after, for example, a cache lookup, compression or a failure.
 */
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
  if (outcome?.kind !== 'returned')
    throw new TypeError('a reply can be rebuilt only from a result that a function returned');
  const reply = mapResponse(received as Mapped, outcome.payload);
  finish(received, reply, { phase, failure: undefined, error: undefined });
  // `addFraming` refuses a body that is too long.
  addFraming(reply, bytesOf(reply.body), false);
  return reply;
}

/**
 * Writes a reply.
 * @param beginning the beginning of a stream, whose body is not stored anywhere else
 */
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
