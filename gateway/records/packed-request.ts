/**
 * A finished request as the ring keeps it: its texts and numbers as bytes in an arena, and references to what lives on
 * without it. Hardly anything of it stays for the garbage collector (docs/decisions/0103).
 */
import { Exchange } from '../exchange.ts';
import { mapRequest } from '../phases/map-request.ts';
import { namedTimes } from '../trail.ts';
import { KEPT_BYTES } from './kept-request.ts';
import {
  cut,
  cutBytes,
  cutText,
  oddOutcome,
  readOutcome,
  weighOutcome,
  writeOutcome,
} from './packed-outcome.ts';
import { RecordReader } from './record-arena.ts';
import { describeSent } from './sent.ts';
import type { GatewayError } from '../errors.ts';
import type { Admitted, Received } from '../exchange.ts';
import type { Finished, PhaseName } from '../trail.ts';
import type { KeptOutcome, KeptRequest } from './kept-request.ts';
import type { Place, RecordArena } from './record-arena.ts';
import type { Sent } from './sent.ts';

/** The object of a record, and its place in the ring. */
const OVERHEAD_BYTES = 300;
/** What a request has that is refused, behind an authorizer without a cache, or answered by one. */
const RARE_OVERHEAD_BYTES = 1_000;
/** A body that came packed is seldom larger than unpacked. */
const MOST_PACKED_BYTES = 2 * KEPT_BYTES;

export type PackedRequest = Pick<
  Received,
  'api' | 'method' | 'sourceIp' | 'clientCertificate' | 'stage' | 'route' | 'pathParameters' | 'apiKey'
> &
  Pick<KeptRequest, 'caller' | 'metered'> & {
    readonly place: Place;
    readonly bytes: number;
    readonly standsFor: number;
    readonly phase: PhaseName;
    /** Of a Lambda proxy, which is its own plan. */
    readonly proxy: Received['outgoing'];
    readonly rare: Rare | undefined;
  };

type Rare = Pick<KeptRequest, 'asked' | 'cache' | 'connectionId'> & {
  readonly failure: string | undefined;
  readonly error: GatewayError | undefined;
  /** One that is neither what a function returned nor an answer. */
  readonly outcome: KeptOutcome | undefined;
};

export function packRequest(finished: Finished, arena: RecordArena, standsFor = 1): PackedRequest {
  const { received, reply, trail, latencyMs } = finished;
  const { notes, packed } = received;
  const proxy = isProxy(received.outgoing) ? received.outgoing : undefined;
  const sent = proxy === undefined ? describeSent(received) : undefined;
  const isPackedLong = packed !== undefined && packed.sent.length > MOST_PACKED_BYTES;
  arena.begin();
  arena.text(received.requestId);
  arena.text(received.extendedRequestId === received.requestId ? undefined : received.extendedRequestId);
  arena.text(received.rawPath);
  arena.text(received.rawQuery);
  arena.texts(received.rawHeaders);
  arena.text(received.protocol);
  arena.text(received.traceHeader);
  arena.text(received.path === received.rawPath ? undefined : received.path);
  arena.number(received.receivedAtEpochMs);
  arena.data(received.body && cutBytes(received.body));
  arena.data(isPackedLong ? undefined : packed?.sent);
  arena.text(packed?.fault);
  const isEventRemade = isRemade(proxy, received);
  arena.number(isEventRemade ? 1 : 0);
  arena.text(isEventRemade ? undefined : received.payload && cutText(received.payload));
  // Of a body that cannot be sent again as it came, no replay shall be thought.
  arena.number(isPackedLong ? packed.sent.length : (received.body?.length ?? 0));
  arena.number(reply.body.length);
  arena.number(sent?.body?.length ?? received.payload?.length ?? 0);
  arena.number(reply.status);
  arena.texts(reply.headers);
  arena.textOrData(cut(reply.body));
  arena.number(reply.stream === undefined ? 0 : 1);
  arena.number(trail.startedMs);
  arena.number(latencyMs);
  const enteredMs = trail.notes?.enteredMs ?? [];
  arena.number(enteredMs.length);
  for (const atMs of enteredMs) arena.number(atMs);
  writeOutcome(trail.notes?.outcome, arena);
  writeSent(sent, arena);
  const place = arena.end();
  const rare = rareOf(finished);
  return {
    place,
    bytes: place.bytes + OVERHEAD_BYTES + weigh(rare),
    standsFor,
    api: received.api,
    stage: received.stage,
    route: received.route,
    method: received.method,
    sourceIp: received.sourceIp,
    clientCertificate: received.clientCertificate,
    pathParameters: received.pathParameters,
    apiKey: received.apiKey,
    caller: notes?.caller ?? received.caller,
    metered: notes?.metered,
    phase: trail.phase,
    proxy,
    rare,
  };
}

export function unpackRequest(from: PackedRequest): KeptRequest {
  const { api, stage, route, method, sourceIp, pathParameters, apiKey, caller, metered, proxy, rare } = from;
  const record = new RecordReader(from.place);
  const requestId = record.text() ?? '';
  const extendedRequestId = record.text() ?? requestId;
  const rawPath = record.text() ?? '';
  const rawQuery = record.text() ?? '';
  const rawHeaders = record.texts();
  const protocol = record.text() ?? '';
  const traceHeader = record.text() ?? '';
  const path = record.text() ?? rawPath;
  const receivedAtEpochMs = record.number() ?? 0;
  const body = record.data();
  const packed = readPacked(record);
  const isEventRemade = record.number() === 1;
  const payload = record.text();
  const sizes = { request: record.number() ?? 0, reply: record.number() ?? 0, event: record.number() ?? 0 };
  const received = new Exchange(api, {
    ...{ method, rawPath, rawQuery, rawHeaders, body, packed, sourceIp, protocol },
    clientCertificate: from.clientCertificate,
    ...{ requestId, extendedRequestId, traceHeader, receivedAtEpochMs },
  });
  Object.assign(received, {
    ...{ stage, route, path, pathParameters, caller, apiKey, payload },
    outgoing: proxy,
  });
  if (isEventRemade) mapRequest(received as Admitted);
  return {
    kind: rare?.connectionId === undefined ? 'request' : 'handshake',
    ...{ received, sizes, caller, metered, phase: from.phase, standsFor: from.standsFor },
    ...{ status: record.number() ?? 0, replyHeaders: record.texts(), replyBody: record.textOrData() ?? '' },
    ...{
      isStreamed: record.number() === 1,
      startedMs: record.number() ?? 0,
      latencyMs: record.number() ?? 0,
    },
    enteredMs: namedTimes(Array.from({ length: record.number() ?? 0 }, () => record.number() ?? NaN)),
    outcome: readOutcome(record) ?? rare?.outcome,
    sent: readSent(record),
    ...{ failure: rare?.failure, error: rare?.error, asked: rare?.asked, cache: rare?.cache },
    connectionId: rare?.connectionId,
  };
}

/**
 * The event of a Lambda proxy is not kept but made anew when it is read, by the phase that made it and of the same facts:
 * it is half of a record. Not so where the body that it is made of is cut.
 */
function isRemade(proxy: PackedRequest['proxy'], { body, api }: Received): boolean {
  return proxy !== undefined && api.protocol !== 'websocket' && (body?.length ?? 0) <= KEPT_BYTES;
}

function isProxy(outgoing: Received['outgoing']): boolean {
  return outgoing?.kind === 'lambda-proxy' || outgoing?.kind === 'lambda-stream';
}

function readPacked(record: RecordReader): Received['packed'] {
  const sent = record.data();
  const fault = record.text() as NonNullable<Received['packed']>['fault'];
  return sent && { sent, fault };
}

function writeSent(sent: Sent | undefined, arena: RecordArena): void {
  arena.text(sent?.target);
  if (sent === undefined) return;
  arena.text(sent.method);
  arena.texts(sent.headers);
  arena.textOrData(sent.body === undefined ? undefined : cut(sent.body));
  arena.number(sent.timeoutMs);
}

function readSent(record: RecordReader): Sent | undefined {
  const target = record.text();
  if (target === undefined) return undefined;
  return {
    ...{ target, method: record.text(), headers: record.texts(), body: record.textOrData() },
    timeoutMs: record.number(),
  };
}

function rareOf({ received: { notes }, trail, connectionId }: Finished): Rare | undefined {
  const { failure, error } = trail;
  const outcome = oddOutcome(trail.notes?.outcome);
  const [asked, lookedUp] = [notes?.asked, notes?.lookedUp];
  if (failure === undefined && connectionId === undefined && outcome === undefined)
    if (asked === undefined && lookedUp === undefined) return undefined;
  return {
    ...{ failure, error, asked, connectionId, outcome },
    cache: lookedUp && {
      isHit: lookedUp.reply !== undefined,
      ttlSeconds: lookedUp.ttlSeconds,
      key: lookedUp.key,
      storedAtEpochMs: lookedUp.storedAtEpochMs,
    },
  };
}

function weigh(rare: Rare | undefined): number {
  if (rare === undefined) return 0;
  const { asked, outcome } = rare;
  return RARE_OVERHEAD_BYTES + (asked?.event.length ?? 0) + weighOutcome(outcome);
}
