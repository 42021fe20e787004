/** A message of an open connection as the ring stores it. Texts are stored as bytes, as in a packed request. */
import { readTimes, writeTimes } from './packed-times.ts';
import {
  cut,
  cutText,
  idOfReturned,
  rareOutcome,
  readOutcome,
  sizeOfOutcome,
  writeOutcome,
} from './packed-outcome.ts';
import { RecordReader } from './record-arena.ts';
import type { RequestIdOf } from '../../core/ports.ts';
import type { FinishedEvent, PhaseName } from '../../core/trail.ts';
import type { RecordedEvent } from './recorded-request.ts';
import type { Place, RecordArena } from './record-arena.ts';

/** The size of an object that belongs to a record, and of its slot in the ring. */
const OVERHEAD_BYTES = 300;

export type PackedEvent = Pick<
  FinishedEvent,
  'kind' | 'connectionId' | 'caller' | 'sourceIp' | 'apiId' | 'stageName' | 'found' | 'route' | 'closure'
> &
  Pick<RecordedEvent, 'failure' | 'error'> & {
    readonly place: Place;
    readonly bytes: number;
    readonly phase: PhaseName;
    /** The outcome, if it is neither a function's return value nor an HTTP response. */
    readonly rareOutcome: RecordedEvent['outcome'];
    readonly invocationId: RequestIdOf | undefined;
  };

export function packEvent(event: FinishedEvent, atEpochMs: number, arena: RecordArena): PackedEvent {
  const { trail, body, payload, reply } = event;
  arena.begin();
  arena.text(event.requestId);
  arena.textOrData(body === undefined ? undefined : cut(body));
  arena.text(payload === undefined ? undefined : cutText(payload));
  arena.text(reply === undefined ? undefined : cutText(reply));
  arena.number(body?.length ?? 0);
  arena.number(reply?.length ?? 0);
  arena.number(payload?.length ?? 0);
  arena.number(event.status);
  arena.number(event.latencyMs);
  arena.number(atEpochMs);
  arena.number(trail.startedMs);
  writeTimes(trail.notes, arena);
  writeOutcome(trail.notes?.outcome, arena);
  const place = arena.end();
  const odd = rareOutcome(trail.notes?.outcome);
  return {
    place,
    bytes: place.bytes + OVERHEAD_BYTES + sizeOfOutcome(odd),
    kind: event.kind,
    connectionId: event.connectionId,
    caller: event.caller,
    sourceIp: event.sourceIp,
    apiId: event.apiId,
    stageName: event.stageName,
    found: event.found,
    route: event.route,
    closure: event.closure,
    failure: trail.failure,
    error: trail.error,
    phase: trail.answeredBy,
    rareOutcome: odd,
    invocationId: idOfReturned(trail.notes?.outcome),
  };
}

export function unpackEvent(from: PackedEvent): RecordedEvent {
  const { kind, connectionId, caller, sourceIp, apiId, stageName, found, route, closure } = from;
  const record = new RecordReader(from.place);
  const requestId = record.text() ?? '';
  const body = record.textOrData();
  const payload = record.text();
  const reply = record.text();
  const sizes = { request: record.number() ?? 0, reply: record.number() ?? 0, event: record.number() ?? 0 };
  const [status, latencyMs] = [record.number() ?? 0, record.number() ?? 0];
  const [atEpochMs, startedMs] = [record.number() ?? 0, record.number() ?? 0];
  return {
    kind,
    connectionId,
    caller,
    sourceIp,
    apiId,
    stageName,
    found,
    route,
    closure,
    requestId,
    body,
    payload,
    reply,
    sizes,
    phase: from.phase,
    failure: from.failure,
    error: from.error,
    status,
    latencyMs,
    atEpochMs,
    startedMs,
    enteredMs: readTimes(record),
    outcome: readOutcome(record, from.invocationId) ?? from.rareOutcome,
  };
}
