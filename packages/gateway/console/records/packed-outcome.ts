/** Packs the outcome of an integration with its record, and truncates texts and bytes. */
import { RECORDED_BYTES } from './recorded-request.ts';
import type { RequestIdOf } from '../../core/ports.ts';
import type { TrailNotes } from '../../core/trail.ts';
import type { RecordedOutcome } from './recorded-request.ts';
import type { RecordArena, RecordReader } from './record-arena.ts';

type Outcome = TrailNotes['outcome'];

const RETURNED = 1;
const ANSWERED = 2;
/** A return value that is null, because the handler's promise never settled. */
const UNSETTLED = 3;
/** A return value that is null, because Lambda ignores what the handler returned. */
const IGNORED = 4;
const KINDS = { pending: UNSETTLED, ignored: IGNORED } as const;

/** Writes an empty kind for an outcome that is neither a function's return value nor an HTTP response. */
export function writeOutcome(outcome: Outcome, arena: RecordArena): void {
  switch (outcome?.kind) {
    case 'returned':
      arena.number(outcome.nullBy === undefined ? RETURNED : KINDS[outcome.nullBy]);
      arena.text(cutText(outcome.payload));
      arena.number(outcome.initMs);
      return;
    case 'answered':
      arena.number(ANSWERED);
      arena.number(outcome.status);
      arena.texts(outcome.headers);
      arena.data(cutBytes(outcome.body));
      return;
    default:
      arena.number(undefined);
  }
}

/** Returns undefined if there is no outcome, or if the outcome was not written. */
export function readOutcome(
  record: RecordReader,
  requestId: RequestIdOf | undefined,
): RecordedOutcome | undefined {
  const kind = record.number();
  if (kind === RETURNED || kind === UNSETTLED || kind === IGNORED) {
    const payload = record.text() ?? '';
    const initMs = record.number();
    return {
      kind: 'returned',
      payload,
      ...(requestId !== undefined && { requestId }),
      ...(initMs !== undefined && { initMs }),
      ...(kind === UNSETTLED && { nullBy: 'pending' as const }),
      ...(kind === IGNORED && { nullBy: 'ignored' as const }),
    };
  }
  if (kind !== ANSWERED) return undefined;
  const status = record.number() ?? 0;
  return { kind: 'answered', status, headers: record.texts(), body: record.data() ?? Buffer.alloc(0) };
}

/**
 * Returns a function's request id. The text of the id is built only when it is read, because building it costs more
 * than everything else.
 */
export function idOfReturned(outcome: Outcome): RequestIdOf | undefined {
  return outcome?.kind === 'returned' ? outcome.requestId : undefined;
}

/**
 * Returns a rare outcome, which is stored as an object: a failure, a timeout, a refusal, an unreachable backend, or a
 * stream without its bytes. Returns undefined for a common outcome.
 */
export function rareOutcome(outcome: Outcome): RecordedOutcome | undefined {
  switch (outcome?.kind) {
    case undefined:
    case 'returned':
    case 'answered':
      return undefined;
    case 'streams':
      return { kind: 'streams', head: outcome.head, requestId: outcome.requestId };
    case 'failed':
      return { ...outcome, payload: copyText(cutText(outcome.payload)) };
    case 'timed-out':
    case 'refused':
    case 'unreachable':
      return outcome;
  }
}

export function sizeOfOutcome(outcome: RecordedOutcome | undefined): number {
  return outcome !== undefined && 'payload' in outcome ? outcome.payload.length : 0;
}

/** Copies the text, because a slice made by V8 would keep the whole text in memory. */
function copyText(text: string): string {
  return Buffer.from(text).toString();
}

export function cut(data: string | Buffer): string | Buffer {
  return typeof data === 'string' ? cutText(data) : cutBytes(data);
}

/** Truncates the text. The result is copied later, so the slice does not keep the whole text in memory. */
export function cutText(text: string): string {
  return text.length <= RECORDED_BYTES ? text : text.slice(0, RECORDED_BYTES);
}

export function cutBytes(bytes: Buffer): Buffer {
  return bytes.length <= RECORDED_BYTES ? bytes : bytes.subarray(0, RECORDED_BYTES);
}
