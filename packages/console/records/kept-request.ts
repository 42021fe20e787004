/** A record as it is read; its stored form: `packed-request.ts`, `packed-event.ts`. */
import type { GatewayError } from '../../core/errors.ts';
import type { Caller, PhaseNotes, Received } from '../../core/exchange.ts';
import type { HttpHead, HttpOutcome, InvocationResult } from '../../core/ports.ts';
import type { FinishedEvent, PhaseName } from '../../core/trail.ts';
import type { Sent } from './sent.ts';

/** Per body or event. */
export const KEPT_BYTES = 16 * 1024;
/** A streamed answer is kept without its body. */
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
  /**
   * Number of its route's requests that it counts for, itself included; more than 1 where others were not
   * kept.
   */
  readonly standsFor: number;
  readonly received: Received;
  /** The event follows from the exchange: no mapping has changed it. */
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
  /** The outgoing request; undefined where it follows from the exchange, or there is none. */
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
