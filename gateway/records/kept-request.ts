/** What was recorded, as it is read; a message is kept so, a request is packed (`packed-request.ts`). */
import { namedTimes } from '../trail.ts';
import type { GatewayError } from '../errors.ts';
import type { Caller, PhaseNotes, Received } from '../exchange.ts';
import type { HttpHead, HttpOutcome, InvocationResult } from '../ports.ts';
import type { FinishedEvent, PhaseName, TrailNotes } from '../trail.ts';
import type { Sent } from './sent.ts';

/** Of a body or event. */
export const KEPT_BYTES = 16 * 1024;
/** Objects that a message takes beside its texts. */
const EVENT_OVERHEAD_BYTES = 1_500;

/** A streamed answer is kept without its stream. */
export type KeptOutcome =
  | InvocationResult
  | HttpOutcome
  | {
      readonly kind: 'streams';
      readonly head: string | HttpHead;
      readonly requestId?: (() => string) | undefined;
    };

export type EnteredMs = Readonly<Partial<Record<PhaseName, number>>>;

export type KeptRequest = {
  readonly kind: 'request' | 'handshake';
  readonly received: Received;
  readonly status: number;
  readonly replyHeaders: readonly string[];
  readonly replyBody: string | Buffer;
  readonly isStreamed: boolean;
  readonly phase: PhaseName;
  readonly failure: string | undefined;
  readonly error: GatewayError | undefined;
  readonly enteredMs: EnteredMs;
  readonly startedMs: number;
  readonly latencyMs: number;
  readonly outcome: KeptOutcome | undefined;
  readonly caller: Caller | undefined;
  readonly asked: PhaseNotes['asked'];
  readonly metered: PhaseNotes['metered'];
  readonly cache:
    | {
        readonly isHit: boolean;
        readonly ttlSeconds: number;
        readonly key: string;
        readonly storedAtEpochMs: number | undefined;
      }
    | undefined;
  readonly connectionId: string | undefined;
  /** What went out; undefined where the exchange says it, or nothing did. */
  readonly sent: Sent | undefined;
  readonly sizes: { readonly request: number; readonly reply: number; readonly event: number };
};

export type KeptEvent = Omit<FinishedEvent, 'trail'> & {
  readonly atEpochMs: number;
  readonly phase: PhaseName;
  readonly failure: string | undefined;
  readonly error: GatewayError | undefined;
  readonly enteredMs: EnteredMs;
  readonly startedMs: number;
  readonly outcome: KeptOutcome | undefined;
  readonly sizes: { readonly request: number; readonly reply: number; readonly event: number };
};

export type Kept = KeptRequest | KeptEvent;

export function isEvent(kept: Kept): kept is KeptEvent {
  return !('received' in kept);
}

export function keepEvent(event: FinishedEvent, atEpochMs: number): { kept: KeptEvent; bytes: number } {
  const { trail, ...rest } = event;
  const outcome = trail.notes?.outcome;
  const sizes = {
    request: rest.body?.length ?? 0,
    reply: rest.reply?.length ?? 0,
    event: rest.payload?.length ?? 0,
  };
  const kept: KeptEvent = {
    ...rest,
    body: rest.body && cut(rest.body),
    payload: rest.payload && cutText(rest.payload),
    reply: rest.reply && cutText(rest.reply),
    atEpochMs,
    phase: trail.phase,
    failure: trail.failure,
    error: trail.error,
    enteredMs: namedTimes(trail.notes?.enteredMs ?? []),
    startedMs: trail.startedMs,
    outcome: outcome && cutOutcome(outcome),
    sizes,
  };
  const bytes =
    Math.min(sizes.request, KEPT_BYTES) +
    Math.min(sizes.event, KEPT_BYTES) +
    Math.min(sizes.reply, KEPT_BYTES);
  return { kept, bytes: bytes + EVENT_OVERHEAD_BYTES };
}

/** Without what only its stream held. */
export function cutOutcome(outcome: NonNullable<TrailNotes['outcome']>): KeptOutcome {
  if (outcome.kind === 'streams')
    return { kind: 'streams', head: outcome.head, requestId: outcome.requestId };
  if ('payload' in outcome && outcome.payload.length > KEPT_BYTES)
    return { ...outcome, payload: cutText(outcome.payload) };
  if (outcome.kind === 'answered' && outcome.body.length > KEPT_BYTES)
    return { ...outcome, body: cutBytes(outcome.body) };
  return outcome;
}

function cut(data: string | Buffer): string | Buffer {
  return typeof data === 'string' ? cutText(data) : cutBytes(data);
}

/** A copy: a slice of V8's would keep the whole text alive. */
function cutText(text: string): string {
  return text.length <= KEPT_BYTES ? text : Buffer.from(text.slice(0, KEPT_BYTES)).toString();
}

function cutBytes(bytes: Buffer): Buffer {
  return bytes.length <= KEPT_BYTES ? bytes : Buffer.from(bytes.subarray(0, KEPT_BYTES));
}
