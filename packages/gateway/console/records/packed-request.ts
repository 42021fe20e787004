/**
 * A finished request as the ring stores it: texts and numbers as bytes in an arena, and references to objects that stay
 * in memory anyway. This leaves almost no work to the garbage collector.
 */
import { areSameLines, HeaderList } from '../../core/events/header-list.ts';
import { Exchange } from '../../core/exchange.ts';
import { buildProxyEvent } from '../../core/phases/map-request.ts';
import { readTimes, writeTimes } from './packed-times.ts';
import { RECORDED_BYTES } from './recorded-request.ts';
import {
  cut,
  cutBytes,
  cutText,
  idOfReturned,
  rareOutcome,
  readOutcome,
  sizeOfOutcome,
  writeOutcome,
} from './packed-outcome.ts';
import { isReplyRebuilt, readReply, rebuildReply, writeReply } from './packed-reply.ts';
import { RecordReader } from './record-arena.ts';
import { describeSent } from './sent.ts';
import type { GatewayError } from '../../core/errors.ts';
import type { Admitted, Received, Reply } from '../../core/exchange.ts';
import type { RequestIdOf } from '../../core/ports.ts';
import type { Finished, PhaseName } from '../../core/trail.ts';
import type { RecordedOutcome, RecordedRequest } from './recorded-request.ts';
import type { Place, RecordArena } from './record-arena.ts';
import type { Sent } from './sent.ts';

/** The size of an object that belongs to a record, and of its slot in the ring. */
const OVERHEAD_BYTES = 300;
/**
 * The size of the members that only some records have, for example of requests that failed, called an authorizer or
 * used the stage cache.
 */
const RARE_OVERHEAD_BYTES = 1_000;
/** The memory that a text takes on the heap in addition to its characters. */
const TEXT_OVERHEAD_BYTES = 24;
/** The maximum recorded size of a compressed body, which is rarely larger than the plain body. */
const MOST_PACKED_BYTES = 2 * RECORDED_BYTES;

export type PackedRequest = Pick<
  Received,
  'api' | 'method' | 'sourceIp' | 'stage' | 'route' | 'pathParameters'
> &
  Pick<RecordedRequest, 'caller'> & {
    /**
     * The header list of the previous record if this record repeats it; undefined if this record's headers are in the
     * arena (the memory that holds the bytes).
     */
    readonly headers: readonly string[] | undefined;
    readonly seldom: SeldomParts | undefined;
    readonly place: Place;
    readonly bytes: number;
    readonly standsFor: number;
    readonly phase: PhaseName;
    readonly invocationId: RequestIdOf | undefined;
    /** The outgoing request of a Lambda proxy integration. */
    readonly proxy: Received['outgoing'];
    readonly rare: RareParts | undefined;
  };

/** Members that are set only if the request has an API key, a throttle or mutual TLS. */
type SeldomParts = Pick<Received, 'apiKey' | 'clientCertificate'> & Pick<RecordedRequest, 'metered'>;

type RareParts = Pick<
  RecordedRequest,
  'authorizerCall' | 'cache' | 'connectionId' | 'screened' | 'injected'
> & {
  readonly failure: string | undefined;
  readonly error: GatewayError | undefined;
  /** The outcome, if it is neither a function's return value nor an HTTP response. */
  readonly outcome: RecordedOutcome | undefined;
};

const NOTHING_INJECTED: readonly string[] = [];
const NO_PIECES: RecordedRequest['pieces'] = [];

/** The headers of the previous record, which the next one is likely to repeat. */
export type LastHeaders = { headers: readonly string[]; headerBytes: number };

/**
 * Packs a finished request.
 * @param last the headers of the previous record of the same route; updated for the next record
 */
export function packRequest(
  finished: Finished,
  arena: RecordArena,
  standsFor = 1,
  last: LastHeaders = { headers: [], headerBytes: 0 },
): PackedRequest {
  const { received, reply, trail, latencyMs } = finished;
  const { notes, packed } = received;
  const proxy = isProxy(received.outgoing) ? received.outgoing : undefined;
  const sent = proxy === undefined ? describeSent(received) : undefined;
  const isEventRemade = isRemade(proxy, received);
  const isRemadeReply = isEventRemade && isReplyRebuilt(finished);
  arena.begin();
  const headers = writeReceived(received, last, arena);
  // Stores the length of the body as received, so that a truncated body does not look as if it could be sent again.
  arena.number((isLong(packed) ? packed?.sent.length : received.body?.length) ?? 0);
  const streamed = trail.notes?.streamed;
  arena.number(streamed?.sentBytes ?? reply.body.length);
  arena.number(sent?.body?.length ?? received.payload?.length ?? 0);
  arena.number(trail.startedMs);
  arena.number(latencyMs);
  writeTimes(trail.notes, arena);
  writeOutcome(trail.notes?.outcome, arena);
  arena.number(isEventRemade ? 1 : 0);
  if (!isEventRemade) {
    arena.text(received.payload && cutText(received.payload));
    writeSent(sent, arena);
  }
  arena.number(reply.status);
  arena.number(isRemadeReply ? 1 : 0);
  if (!isRemadeReply) writeReply(reply, streamed?.beginning, arena);
  const place = arena.end();
  const rare = rareOf(finished);
  return {
    place,
    bytes: place.bytes + OVERHEAD_BYTES + weigh(rare) + (headers === undefined ? 0 : last.headerBytes),
    standsFor,
    api: received.api,
    stage: received.stage,
    route: received.route,
    method: received.method,
    sourceIp: received.sourceIp,
    pathParameters: received.pathParameters,
    headers,
    seldom: seldomOf(received),
    caller: notes?.caller ?? received.caller,
    phase: trail.answeredBy,
    invocationId: idOfReturned(trail.notes?.outcome),
    proxy,
    rare,
  };
}

/**
 * Writes what was received to the arena, but not headers that repeat the previous ones.
 * @returns the repeated headers; undefined if the headers were written
 */
function writeReceived(
  received: Received,
  last: LastHeaders,
  arena: RecordArena,
): readonly string[] | undefined {
  const { packed } = received;
  arena.text(received.requestId);
  arena.text(received.extendedRequestId === received.requestId ? undefined : received.extendedRequestId);
  arena.text(received.rawPath);
  arena.text(received.rawQuery);
  // Most clients of a route repeat their headers, and comparing is cheaper than writing.
  const isRepeated = last.headers.length > 0 && areSameLines(received.headers.lines, last.headers);
  const headers = isRepeated ? last.headers : undefined;
  if (headers === undefined) {
    arena.texts(received.headers.lines);
    last.headers = received.headers.lines;
    last.headerBytes = 0;
  } else if (last.headerBytes === 0) last.headerBytes = weighTexts(headers);
  arena.text(received.protocol);
  arena.text(received.traceHeader);
  arena.text(received.path === received.rawPath ? undefined : received.path);
  arena.number(received.receivedAtEpochMs);
  arena.data(received.body && cutBytes(received.body));
  arena.data(isLong(packed) ? undefined : packed?.sent);
  arena.text(packed?.fault);
  return headers;
}

/** Returns whether a compressed body is too long to be recorded. A fragment of compressed bytes would be useless. */
function isLong(packed: Received['packed']): boolean {
  return packed !== undefined && packed.sent.length > MOST_PACKED_BYTES;
}

export function unpackRequest(from: PackedRequest): RecordedRequest {
  const { caller, proxy, rare, seldom } = from;
  const record = new RecordReader(from.place);
  const received = readReceived(record, from);
  const sizes = { request: record.number() ?? 0, reply: record.number() ?? 0, event: record.number() ?? 0 };
  const startedMs = record.number() ?? 0;
  const latencyMs = record.number() ?? 0;
  const enteredMs = readTimes(record);
  const outcome = readOutcome(record, from.invocationId) ?? rare?.outcome;
  const isEventRemade = record.number() === 1;
  const payload = isEventRemade ? undefined : record.text();
  const sent = isEventRemade ? undefined : readSent(record);
  const status = record.number() ?? 0;
  const isRemadeReply = record.number() === 1;
  received.payload = payload;
  if (isEventRemade) mapWhenRead(received);
  const written = isRemadeReply ? undefined : readReply(record, status);
  const kind = rare?.connectionId === undefined ? 'request' : 'handshake';
  let reply: Reply | undefined;
  const replyOf = (): Reply => (reply ??= written?.reply ?? rebuildReply(received, outcome, from.phase));
  const isMapped = proxy?.kind === 'lambda-proxy' && proxy.changes !== undefined;
  return {
    isEventItsOwn: isEventRemade && !isMapped,
    kind,
    received,
    sizes,
    caller,
    metered: seldom?.metered,
    phase: from.phase,
    standsFor: from.standsFor,
    status,
    pieces: written?.pieces ?? NO_PIECES,
    startedMs,
    latencyMs,
    enteredMs,
    outcome,
    sent,
    failure: rare?.failure,
    error: rare?.error,
    authorizerCall: rare?.authorizerCall,
    screened: rare?.screened,
    injected: rare?.injected ?? NOTHING_INJECTED,
    cache: rare?.cache,
    connectionId: rare?.connectionId,
    get replyHeaders() {
      return replyOf().headers;
    },
    get replyBody() {
      return replyOf().body;
    },
  };
}

function readReceived(record: RecordReader, from: PackedRequest): Received {
  const { api, stage, route, method, sourceIp, pathParameters, caller, proxy, seldom } = from;
  const requestId = record.text() ?? '';
  const extendedRequestId = record.text() ?? requestId;
  const rawPath = record.text() ?? '';
  const rawQuery = record.text() ?? '';
  const headers = new HeaderList(from.headers ?? record.texts());
  const protocol = record.text() ?? '';
  const traceHeader = record.text() ?? '';
  const path = record.text() ?? rawPath;
  const receivedAtEpochMs = record.number() ?? 0;
  const body = record.data();
  const packed = readPacked(record);
  const received = new Exchange(api, {
    method,
    rawPath,
    rawQuery,
    headers,
    body,
    packed,
    sourceIp,
    protocol,
    clientCertificate: seldom?.clientCertificate,
    requestId,
    extendedRequestId,
    traceHeader,
    receivedAtEpochMs,
  });
  Object.assign(received, {
    stage,
    route,
    path,
    pathParameters,
    caller,
    apiKey: seldom?.apiKey,
    outgoing: proxy,
  });
  return received;
}

/** Builds the event only when it is read, because a list has many rows and does not show the event. */
function mapWhenRead(received: Received): void {
  const usual = { configurable: true, enumerable: true };
  const get = (): string | undefined => {
    const { outgoing } = received;
    // The getter is replaced first, because a change of parameters copies the request, including this member.
    Object.defineProperty(received, 'payload', { ...usual, writable: true, value: undefined });
    if (isProxy(outgoing)) received.payload = buildProxyEvent(outgoing, received as Admitted);
    return received.payload;
  };
  Object.defineProperty(received, 'payload', { ...usual, get });
}

/**
 * Returns whether the record can omit the event of a Lambda proxy integration, which would otherwise be half of the
 * record. When the record is read, the same phase builds the event again from the same facts. If the event's body is
 * truncated, the event is stored.
 */
function isRemade(proxy: PackedRequest['proxy'], { body, api }: Received): boolean {
  return proxy !== undefined && api.protocol !== 'websocket' && (body?.length ?? 0) <= RECORDED_BYTES;
}

type Proxy = Extract<Received['outgoing'], { readonly kind: 'lambda-proxy' | 'lambda-stream' }>;

function isProxy(outgoing: Received['outgoing']): outgoing is Proxy {
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
    target,
    method: record.text(),
    headers: record.texts(),
    body: record.textOrData(),
    timeoutMs: record.number(),
  };
}

/**
 * Returns the size of all texts of a list. Each record that refers to a list counts the whole list, because any of
 * these records may be the last one that keeps the list in memory.
 */
function weighTexts(texts: readonly string[]): number {
  return texts.reduce((sum, { length }) => sum + TEXT_OVERHEAD_BYTES + length, 0);
}

function seldomOf({ apiKey, clientCertificate, notes }: Received): SeldomParts | undefined {
  const metered = notes?.metered;
  if (apiKey === undefined && clientCertificate === undefined && metered === undefined) return undefined;
  return { apiKey, clientCertificate, metered };
}

function rareOf({ received: { notes }, trail, connectionId }: Finished): RareParts | undefined {
  const { failure, error, injected } = trail;
  const outcome = rareOutcome(trail.notes?.outcome);
  const [asked, lookedUp, screened] = [notes?.authorizerCall, notes?.lookedUp, notes?.screened];
  if ([failure, error, connectionId, outcome].every((part) => part === undefined))
    if ([asked, lookedUp, screened, injected].every((part) => part === undefined)) return undefined;
  return {
    failure,
    error,
    authorizerCall: asked,
    screened,
    injected: injected?.notes ?? NOTHING_INJECTED,
    connectionId,
    outcome,
    cache: lookedUp && {
      isHit: lookedUp.reply !== undefined,
      ttlSeconds: lookedUp.ttlSeconds,
      key: lookedUp.key,
      storedAtEpochMs: lookedUp.storedAtEpochMs,
    },
  };
}

function weigh(rare: RareParts | undefined): number {
  if (rare === undefined) return 0;
  const { authorizerCall, outcome, injected } = rare;
  return (
    RARE_OVERHEAD_BYTES + (authorizerCall?.event.length ?? 0) + sizeOfOutcome(outcome) + weighTexts(injected)
  );
}
