/** A finished request as the ring keeps it: references to what it was made of, and of long texts their beginnings. */
import { Exchange } from '../exchange.ts';
import { describeSent } from './sent.ts';
import type { GatewayError } from '../errors.ts';
import type { Caller, PhaseNotes, Received, Reply } from '../exchange.ts';
import type { HttpHead, HttpOutcome, InvocationResult } from '../ports.ts';
import type { Finished, FinishedEvent, PhaseName, TrailNotes } from '../trail.ts';
import type { Sent } from './sent.ts';

/** Of a body or event. */
export const KEPT_BYTES = 16 * 1024;
/** Objects, header lists and map slots that a request takes beside its texts. */
const OVERHEAD_BYTES = 1_500;
const BYTES_PER_HEADER = 40;

/** A streamed answer is kept without its stream. */
export type KeptOutcome =
  | InvocationResult
  | HttpOutcome
  | {
      readonly kind: 'streams';
      readonly head: string | HttpHead;
      readonly requestId?: (() => string) | undefined;
    };

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
  readonly enteredMs: TrailNotes['enteredMs'];
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
  /** What went out, where it had to be worked out before its texts were cut. */
  readonly sent: Sent | undefined;
  readonly sizes: { readonly request: number; readonly reply: number; readonly event: number };
};

export type KeptEvent = Omit<FinishedEvent, 'trail'> & {
  readonly atEpochMs: number;
  readonly phase: PhaseName;
  readonly failure: string | undefined;
  readonly error: GatewayError | undefined;
  readonly enteredMs: TrailNotes['enteredMs'];
  readonly startedMs: number;
  readonly outcome: KeptOutcome | undefined;
  readonly sizes: { readonly request: number; readonly reply: number; readonly event: number };
};

export type Kept = KeptRequest | KeptEvent;

export function isEvent(kept: Kept): kept is KeptEvent {
  return !('received' in kept);
}

/** What a request takes of the ring comes with it. */
export function keepRequest({ received, reply, trail, latencyMs, connectionId }: Finished): {
  kept: KeptRequest;
  bytes: number;
} {
  const { notes } = received;
  // The exchange lives on in the ring; what only its notes held does not.
  received.notes = undefined;
  const size = {
    request: received.body?.length ?? 0,
    reply: reply.body.length,
    event: received.payload?.length ?? 0,
  };
  const outcome = trail.notes?.outcome;
  const isLong = size.request > KEPT_BYTES || size.event > KEPT_BYTES || size.reply > KEPT_BYTES;
  const lookedUp = notes?.lookedUp;
  const kept: KeptRequest = {
    kind: connectionId === undefined ? 'request' : 'handshake',
    received: isLong ? shorten(received) : received,
    status: reply.status,
    replyHeaders: reply.headers,
    replyBody: cut(reply.body),
    isStreamed: reply.stream !== undefined,
    phase: trail.phase,
    failure: trail.failure,
    error: trail.error,
    enteredMs: trail.notes?.enteredMs ?? {},
    startedMs: trail.startedMs,
    latencyMs,
    outcome: outcome && cutOutcome(outcome),
    caller: notes?.caller ?? received.caller,
    asked: notes?.asked,
    metered: notes?.metered,
    cache: lookedUp && {
      isHit: lookedUp.reply !== undefined,
      ttlSeconds: lookedUp.ttlSeconds,
      key: lookedUp.key,
      storedAtEpochMs: lookedUp.storedAtEpochMs,
    },
    connectionId,
    sent: isLong ? describeSent(received, KEPT_BYTES) : undefined,
    sizes: size,
  };
  return { kept, bytes: weigh(kept, reply) };
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
    enteredMs: trail.notes?.enteredMs ?? {},
    startedMs: trail.startedMs,
    outcome: outcome && cutOutcome(outcome),
    sizes,
  };
  const bytes =
    Math.min(sizes.request, KEPT_BYTES) +
    Math.min(sizes.event, KEPT_BYTES) +
    Math.min(sizes.reply, KEPT_BYTES);
  return { kept, bytes: bytes + OVERHEAD_BYTES };
}

function weigh({ received, replyBody, outcome, asked, sent }: KeptRequest, reply: Reply): number {
  const answer = outcome !== undefined && 'payload' in outcome ? outcome.payload.length : 0;
  const body = outcome?.kind === 'answered' ? outcome.body.length : 0;
  return (
    OVERHEAD_BYTES +
    BYTES_PER_HEADER * (received.rawHeaders.length + reply.headers.length) +
    received.rawPath.length +
    received.rawQuery.length +
    (received.body?.length ?? 0) +
    (received.payload?.length ?? 0) +
    replyBody.length +
    answer +
    body +
    (asked?.event.length ?? 0) +
    (sent?.body?.length ?? 0)
  );
}

/** The same exchange with its texts cut; what went out is told by `sent`. */
function shorten(received: Received): Received {
  const { body, payload, stage, route, path, pathParameters, caller, apiKey } = received;
  const short = new Exchange(received.api, {
    method: received.method,
    rawPath: received.rawPath,
    rawQuery: received.rawQuery,
    rawHeaders: received.rawHeaders,
    body: body && cutBytes(body),
    packed: undefined,
    sourceIp: received.sourceIp,
    protocol: received.protocol,
    requestId: received.requestId,
    extendedRequestId: received.extendedRequestId,
    traceHeader: received.traceHeader,
    receivedAtEpochMs: received.receivedAtEpochMs,
  });
  return Object.assign(short, {
    stage,
    route,
    path,
    pathParameters,
    caller,
    apiKey,
    payload: payload && cutText(payload),
  });
}

function cutOutcome(outcome: NonNullable<TrailNotes['outcome']>): KeptOutcome {
  if (outcome.kind === 'streams')
    return { kind: 'streams', head: outcome.head, requestId: outcome.requestId };
  if ('payload' in outcome && outcome.payload.length > KEPT_BYTES)
    return { ...outcome, payload: cutText(outcome.payload) };
  if (outcome.kind === 'answered' && outcome.body.length > KEPT_BYTES)
    return { ...outcome, body: cutBytes(outcome.body) };
  return outcome;
}

export function cut(data: string | Buffer): string | Buffer {
  return typeof data === 'string' ? cutText(data) : cutBytes(data);
}

/** A copy: a slice of V8's would keep the whole text alive. */
export function cutText(text: string): string {
  return text.length <= KEPT_BYTES ? text : Buffer.from(text.slice(0, KEPT_BYTES)).toString();
}

function cutBytes(bytes: Buffer): Buffer {
  return bytes.length <= KEPT_BYTES ? bytes : Buffer.from(bytes.subarray(0, KEPT_BYTES));
}
