/** A record as it is read; `packed-request.ts` and `packed-event.ts` define its stored form. */
import type { GatewayError } from '../../core/errors.ts';
import type { Caller, PhaseNotes, Received } from '../../core/exchange.ts';
import type { HttpHead, HttpOutcome, InvocationResult } from '../../core/ports.ts';
import type { StreamPiece } from '../../core/stream-beginning.ts';
import type { FinishedEvent, PhaseName } from '../../core/trail.ts';
import type { Sent } from './sent.ts';

/** The maximum number of bytes that are recorded per body or event; of a text, the maximum number of UTF-16 units. */
export const RECORDED_BYTES = 16 * 1024;
/** The outcome of an integration. The body of a streamed response is stored as the body of its reply. */
export type RecordedOutcome =
  | InvocationResult
  | HttpOutcome
  | {
      readonly kind: 'streams';
      readonly head: string | HttpHead;
      readonly requestId?: (() => string) | undefined;
    };

export type EnteredMs = Readonly<Partial<Record<PhaseName, number>>>;

export type RecordedRequest = {
  readonly kind: 'request' | 'handshake';
  /**
   * The number of requests of the same route that this record represents, including its own; more than 1 if other
   * requests were not recorded.
   */
  readonly standsFor: number;
  readonly received: Received;
  /** True if the event can be derived from the exchange, because no mapping has changed the event. */
  readonly isEventItsOwn: boolean;
  readonly status: number;
  readonly replyHeaders: readonly string[];
  readonly replyBody: string | Buffer;
  /** The first pieces of a streamed reply, as they were sent. */
  readonly pieces: readonly StreamPiece[];
  readonly phase: PhaseName;
  readonly failure: string | undefined;
  readonly error: GatewayError | undefined;
  readonly enteredMs: EnteredMs;
  readonly startedMs: number;
  readonly latencyMs: number;
  readonly outcome: RecordedOutcome | undefined;
  readonly caller: Caller | undefined;
  readonly authorizerCall: PhaseNotes['authorizerCall'];
  readonly metered: PhaseNotes['metered'];
  readonly screened: PhaseNotes['screened'];
  /** How the rules of a faults file changed this request or its reply. */
  readonly injected: readonly string[];
  readonly cache:
    | {
        readonly isHit: boolean;
        readonly ttlSeconds: number;
        readonly key: string;
        readonly storedAtEpochMs: number | undefined;
      }
    | undefined;
  readonly connectionId: string | undefined;
  /** The outgoing request; undefined if there is none, or if it can be derived from the exchange. */
  readonly sent: Sent | undefined;
  readonly sizes: { readonly request: number; readonly reply: number; readonly event: number };
};

export type RecordedEvent = Omit<FinishedEvent, 'trail'> & {
  readonly atEpochMs: number;
  readonly phase: PhaseName;
  readonly failure: string | undefined;
  readonly error: GatewayError | undefined;
  readonly enteredMs: EnteredMs;
  readonly startedMs: number;
  readonly outcome: RecordedOutcome | undefined;
  readonly sizes: { readonly request: number; readonly reply: number; readonly event: number };
};

export type Recorded = RecordedRequest | RecordedEvent;

/** Calls to `@connections` are `post`, whatever their method. */
export function kindOfEvent({ kind }: Pick<RecordedEvent, 'kind'>): 'message' | 'disconnect' | 'post' {
  if (kind === 'MESSAGE') return 'message';
  return kind === 'DISCONNECT' ? 'disconnect' : 'post';
}

export function isEvent(recorded: Recorded): recorded is RecordedEvent {
  return !('received' in recorded);
}
