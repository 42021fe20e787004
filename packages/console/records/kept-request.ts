/** What was recorded, as it is read; how it is kept: `packed-request.ts`, `packed-event.ts`. */
import type { GatewayError } from '../../core/errors.ts';
import type { Caller, PhaseNotes, Received } from '../../core/exchange.ts';
import type { HttpHead, HttpOutcome, InvocationResult } from '../../core/ports.ts';
import type { FinishedEvent, PhaseName } from '../../core/trail.ts';
import type { Sent } from './sent.ts';

/** Of a body or event. */
export const KEPT_BYTES = 16 * 1024;
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
  /** How many of its route are counted by it, itself included; more than 1 where others were not kept. */
  readonly standsFor: number;
  readonly received: Received;
  /** The event has nothing but what the exchange says: no mapping has added to it. */
  readonly isEventItsOwn: boolean;
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
