/** The last requests and messages of this run. Each is packed when it ends, and described when it is read. */
import { describeDetail, type Scheme, type UnloadedAt } from './describe-detail.ts';
import { isUnconfirmed } from './describe-circumstances.ts';
import { NO_LABELS } from './api-labels.ts';
import { callsOf } from './function-calls.ts';
import { nameOfCaller } from './describe-guard.ts';
import { describeRow } from './describe-row.ts';
import { FunctionLines } from './function-lines.ts';
import { otherIdsOf } from './other-ids.ts';
import { packEvent, unpackEvent } from './packed-event.ts';
import { packRequest, unpackRequest } from './packed-request.ts';
import { RecordArena, RecordReader } from './record-arena.ts';
import { RecordRing } from './record-ring.ts';
import { RequestCounts } from './request-counts.ts';
import { maskRepeats, namesOf, secretsOf, secretsOfStacks } from './record-secrets.ts';
import { REFUSED_CODES } from '../../core/websocket/limits.ts';
import { createRedactor, SHOWING } from './redact.ts';
import { Sampling } from './sampling.ts';
import { describeDeliveries } from './describe-deliveries.ts';
import {
  causeOf,
  describeSideDetail,
  describeSideRow,
  isOfSide,
  isQuiet,
  sizeOfSide,
  stepsOf,
} from './side-records.ts';
import type { SideRecord, SideWith } from './side-records.ts';
import type { EventJournal } from '../../kernel/event-journal.ts';
import { findDefinition } from '../surprises/template-text.ts';
import { runAtTurnEnd } from '../../core/turn-end.ts';
import type { AccessBook } from '../endpoints/show-access.ts';
import type { LocalIssuers } from '../../control/loading/inspect-apis.ts';
import type { ResolvedStack } from '../../core/stack/model.ts';
import type { Clock } from '../../core/ports.ts';
import type { Filler, SurpriseLookups } from '../surprises/surprise-facts.ts';
import type { ApiLabels } from './api-labels.ts';
import type { ReadHandler } from './handler-misread.ts';
import type { ReadLines } from './template-lines.ts';
import type { Finished, FinishedEvent, RecordSink } from '../../core/trail.ts';
import type { PrintedLine } from './function-lines.ts';
import type { FunctionCallNote } from './function-calls.ts';
import { isEvent } from './recorded-request.ts';
import type { Recorded, RecordedRequest } from './recorded-request.ts';
import type { PackedEvent } from './packed-event.ts';
import type { PackedRequest } from './packed-request.ts';
import type { RecordState, RequestDetail, RequestRow } from './model.ts';
import { filterRows } from './row-filter.ts';
import type { RowFilter } from './row-filter.ts';
import type { Redactor } from './redact.ts';

const MAX_BYTES = 32 * 1024 * 1024;
const MAX_ROWS = 10_000;
/**
 * Maximum number of finished requests that wait to be packed within one turn of the event loop. This limits the number
 * of bodies in memory.
 */
const MOST_OVER = 128;
/**
 * The tolerance when the time of a cached response is compared with the time at which a request ended: both times are
 * rounded.
 */
const FILLED_WITHIN_MS = 1_000;
const NO_STACKS: readonly ResolvedStack[] = [];

type RowQuery = RowFilter & {
  readonly before?: number | undefined;
  readonly since?: number | undefined;
  readonly limit?: number | undefined;
};

export type Found = {
  readonly sequence: number;
  readonly kept: Recorded;
  readonly redactor: Redactor;
  /** A newer request to Gatewright's own stack, which `last` passes over. */
  readonly passedOver?: Found;
};

/** Finds an invocation by its own id, which differs from the id of the request. */
export type FindInvocation = (invocationId: string | undefined) => {
  /** `recordId` is undefined if no record of the invocation is stored. */
  readonly recordId: string | undefined;
  readonly redactor: Redactor;
};

/** The header that marks calls by the console itself. */
const CONSOLE_CALL = 'x-gatewright-console';

type Slot = PackedRequest | PackedEvent;
type AnySlot = Slot | SideRecord;

export class RequestRecords implements RecordSink {
  readonly lines = new FunctionLines();
  readonly #counts = new RequestCounts();
  /** The redactor for texts outside of records. It is created again when the stacks have changed. */
  #ofStacks: { readonly stacks: readonly ResolvedStack[]; readonly redactor: Redactor };
  readonly #arena = new RecordArena();
  readonly #ring: RecordRing<AnySlot>;
  /** The journal of events; undefined if this run has none. */
  journal: EventJournal | undefined;
  /** The requests that finished in this turn of the event loop and are not yet counted and packed. */
  readonly #over: (Finished | undefined)[] = [];
  #overCount = 0;
  readonly #sampling = new Sampling();
  readonly #keepsAll: boolean;
  readonly #scheme: Scheme;
  /** The ids of requests whose sender will read the record. */
  readonly #expected = new Set<string>();
  readonly #clock: Clock;
  readonly #key: string;
  /** The secrets of a record, which are determined when the record is first read and then stay the same. */
  readonly #secrets = new WeakMap<Slot, readonly string[]>();
  /** Returns the stacks that are served now. It is the same list until the next reload. */
  readStacks: () => readonly ResolvedStack[] = () => NO_STACKS;
  /** Reads the file of a function's handler; undefined if it is not on this machine. */
  readHandler: ReadHandler = () => undefined;
  /** Reads the lines of a file in which a part of a stack is written. */
  readLines: ReadLines = () => [];
  /** Whether a call changed the code or the configuration of a function in this run. */
  isChanged: (functionName: string) => boolean = () => false;
  /** The access documents of this run, with which refusals are explained. */
  access: AccessBook | undefined;
  /** Returns the names of the APIs that are served now. */
  readLabels: () => ApiLabels = () => NO_LABELS;
  /** The issuers whose tokens `gatewright token` makes; undefined if it makes none. */
  issuers: LocalIssuers | undefined;
  /** The value that marks requests of the console itself, which are not recorded; undefined if there is no console. */
  consoleCalls: string | undefined;
  /** Returns the number of the deployment that responded at a time; undefined if reloading is off. */
  versionAt: (monotonicMs: number) => number | undefined = () => undefined;
  /** Returns what could not be loaded at a time: the stacks, or the code of these functions. */
  unloadedAt: UnloadedAt = () => [];
  /** Functions that are called once, at the next record. */
  #waiting: (() => void)[] = [];

  /**
   * @param key the key of this run, for fingerprints of secrets
   * @param keepsAll whether every successful request is recorded, instead of a sample
   * @param scheme the scheme of the APIs' ports
   */
  constructor(limit: number, clock: Clock, key: string, keepsAll = false, scheme: Scheme = 'http') {
    this.#keepsAll = keepsAll;
    this.#scheme = scheme;
    this.#ring = new RecordRing(limit, MAX_BYTES, (slot) => {
      if ('place' in slot) this.#arena.release(slot.place);
    });
    this.#clock = clock;
    this.#key = key;
    this.#ofStacks = { stacks: [], redactor: createRedactor(key) };
  }

  /**
   * Returns the redactor that removes the secret values of functions' environments wherever they occur, whatever name
   * is in front of them.
   */
  get redactor(): Redactor {
    const stacks = this.readStacks();
    if (stacks !== this.#ofStacks.stacks)
      this.#ofStacks = { stacks, redactor: createRedactor(this.#key, secretsOfStacks(stacks)) };
    return this.#ofStacks.redactor;
  }

  take(finished: Finished): void {
    this.#over[this.#overCount] = finished;
    const count = (this.#overCount += 1);
    // Runs at the end of the event loop turn, after the replies were sent. The code for counting and packing then stays
    // in the processor's caches, and no request waits for it.
    if (count === 1) runAtTurnEnd(this.#keepAll);
    else if (count >= MOST_OVER) this.#keepAll();
  }

  readonly #keepAll = (): void => {
    const count = this.#overCount;
    if (count === 0) return;
    this.#overCount = 0;
    for (let at = 0; at < count; at += 1) {
      const finished = this.#over[at];
      // Releases the item, because the array is kept for the next turn.
      this.#over[at] = undefined;
      if (finished !== undefined) this.#keep(finished);
    }
    this.#wake();
  };

  #keep(finished: Finished): void {
    if (this.#isOfConsole(finished)) return;
    const ofRoute = this.#counts.take(finished);
    const standsFor = this.#isRecorded(finished) ? 1 : this.#sampling.weigh(finished, ofRoute);
    if (standsFor === 0) return;
    const packed = packRequest(finished, this.#arena, standsFor, ofRoute);
    this.#ring.push(packed, packed.bytes);
  }

  takeEvent(event: FinishedEvent): void {
    this.#keepAll();
    const atEpochMs = this.#clock.nowEpochMs();
    this.#counts.takeEvent(event, atEpochMs);
    const packed = packEvent(event, atEpochMs, this.#arena);
    this.#ring.push(packed, packed.bytes);
    this.#wake();
  }

  takeSide(record: SideRecord): void {
    this.#keepAll();
    this.#ring.push(record, sizeOfSide(record));
    this.#wake();
  }

  /** Ensures that the next request with this id is recorded, even if it is ordinary. */
  expect(requestId: string): void {
    this.#expected.add(requestId);
  }

  #isOfConsole({ received: { api, headers } }: Finished): boolean {
    if (this.consoleCalls === undefined || !api.name.endsWith('-admin')) return false;
    return headers.last(CONSOLE_CALL) === this.consoleCalls;
  }

  #isRecorded({ received }: Finished): boolean {
    return this.#keepsAll || (this.#expected.size > 0 && this.#expected.delete(received.requestId));
  }

  onLine(line: PrintedLine): void {
    this.lines.onLine(line);
  }

  /** Returns the counts of all requests, whether recorded or not. */
  get counts(): RequestCounts {
    this.#keepAll();
    return this.#counts;
  }

  get state(): RecordState {
    const { kept: recorded, taken, limit, bytes } = this.#all;
    const { notKept } = this.#sampling;
    const sampled = this.#sampling.rateAt(this.#clock.monotonicMs());
    return {
      isRecording: true,
      kept: recorded,
      taken,
      limit,
      bytes,
      counted: this.counts.total,
      notKept,
      sampled,
    };
  }

  /** Returns the rows, newest first. */
  rows(filter: RowQuery = {}): readonly RequestRow[] {
    const limit = Math.min(filter.limit ?? 200, MAX_ROWS);
    const rows: RequestRow[] = [];
    const [labels, isWanted] = [this.readLabels(), filterRows(filter)];
    for (const [sequence, slot] of this.#all.newestFirst(filter.before)) {
      if (rows.length >= limit || sequence < (filter.since ?? 0)) break;
      const row = this.#rowOf(sequence, slot, labels);
      if (isWanted(row)) rows.push(row);
    }
    return rows;
  }

  #rowOf(sequence: number, slot: AnySlot, labels: ApiLabels): RequestRow {
    if ('form' in slot) return describeSideRow(sequence, slot, this.#sideWith());
    const recorded = unpack(slot);
    return {
      ...describeRow(sequence, recorded, this.#redactorOf(slot, recorded), labels),
      version: this.versionAt(recorded.startedMs),
    };
  }

  #sideWith(redactor: Redactor = this.redactor): SideWith {
    const { lines, journal, readHandler } = this;
    return { lines, journal, readHandler, redactor, stacks: this.readStacks() };
  }

  /**
   * Finds the record of an event or of a server in front of an API. For `last`, returns it only if it is newer than
   * every request, and passes over events of Gatewright's own stack.
   */
  #findSide(id: string, after: number): RequestDetail | undefined {
    let quiet: RequestDetail | undefined;
    for (const [sequence, slot] of this.#all.newestFirst()) {
      if (!('form' in slot)) continue;
      if (id === 'last' && sequence < after) return undefined;
      const isLast = id === 'last';
      if (!isLast && !isOfSide(slot, id, this.journal)) continue;
      const isOwn = isLast && describeSideRow(sequence, slot, this.#sideWith()).isToolkit === true;
      if (isOwn) continue;
      if (!isLast || !isQuiet(slot, this.#sideWith()))
        return describeSideDetail(sequence, slot, this.#sideWith());
      quiet ??= after === -1 ? describeSideDetail(sequence, slot, this.#sideWith()) : undefined;
    }
    return quiet;
  }

  /**
   * Finds a record by its request id, by the first 8 or more characters of the id, or by another id that its client or
   * a log shows. If several records match, returns the newest. For `last`, returns the newest record of a request or a
   * message, because a developer who asks for the last request means one of these, such as the message that made the
   * gateway end the connection. If there is none, returns the newest record of a connection that was opened or has
   * ended. An accepted handshake is returned instead of an older refused one, because the client has connected since.
   * `last-request` returns the same, also where `detail('last')` prefers a newer event. A client may send requests to
   * Gatewright's own stack. Such a request is returned only if no other was sent.
   */
  find(id: string): Found | undefined {
    const isLast = id === 'last' || id === 'last-request';
    const labels = this.readLabels();
    let ofToolkit: Found | undefined;
    let lifecycle: Found | undefined;
    let accepted: Found | undefined;
    for (const [sequence, slot] of this.#records.newestFirst()) {
      const own = idOf(slot);
      if (!isLast && own !== id && !(id.length >= 8 && own.startsWith(id))) continue;
      const recorded = unpack(slot);
      const found = { sequence, kept: recorded, redactor: this.#redactorOf(slot, recorded) };
      if (!isLast) return found;
      if (isLifecycle(recorded)) {
        lifecycle ??= found;
        if (recorded.kind === 'handshake') accepted ??= found;
      } else if (labels.of(isEvent(recorded) ? recorded.apiId : recorded.received.api.apiId).isToolkit)
        ofToolkit ??= found;
      else {
        const last = (recorded.kind === 'handshake' ? accepted : undefined) ?? found;
        return ofToolkit === undefined ? last : { ...last, passedOver: ofToolkit };
      }
    }
    return ofToolkit ?? lifecycle ?? this.#findByOtherId(id) ?? this.#findByEvent(id);
  }

  /** Finds a record by another id that its client, or the log of its function, shows. */
  #findByOtherId(id: string): Found | undefined {
    for (const [sequence, slot] of this.#records.newestFirst()) {
      const recorded = unpack(slot);
      if (otherIdsOf(recorded).includes(id))
        return { sequence, kept: recorded, redactor: this.#redactorOf(slot, recorded) };
    }
    return undefined;
  }

  /** Finds the request that caused an event, by the id of a message, an event or an invocation. */
  #findByEvent(id: string): Found | undefined {
    const cause = this.journal?.causeOf(id);
    if (cause === undefined) return undefined;
    for (const [sequence, slot] of this.#records.newestFirst()) {
      const recorded = unpack(slot);
      if (causeOf(recorded, this.journal) === cause)
        return { sequence, kept: recorded, redactor: this.#redactorOf(slot, recorded) };
    }
    return undefined;
  }

  detail(id: string, showsSecrets = false): RequestDetail | undefined {
    const found = this.find(id);
    const side = found === undefined || id === 'last' ? this.#findSide(id, found?.sequence ?? -1) : undefined;
    if (side !== undefined || found === undefined) return side;
    const redactor = showsSecrets ? SHOWING : found.redactor;
    const { lines, access, issuers } = this;
    const at = {
      lines,
      redactor,
      showsSecrets,
      scheme: this.#scheme,
      access,
      issuers,
      stacks: this.readStacks(),
      handshakeOf: (connectionId: string) => this.#findHandshake(connectionId),
      labels: this.readLabels(),
      ...this.#lookups(found.sequence),
      readHandler: this.readHandler,
      readLines: this.readLines,
      isChanged: this.isChanged,
      unloadedAt: this.unloadedAt,
      deliveries: describeDeliveries(stepsOf(found.kept, this.journal), {
        ...this.#sideWith(redactor),
        callers: callsOf(found.kept).map(({ functionName }) => functionName),
      }),
    };
    const { passedOver: newer, sequence, kept } = found;
    const passedOver = newer && describeRow(newer.sequence, newer.kept, newer.redactor, at.labels);
    const detail = { ...describeDetail(sequence, kept, at), version: this.versionAt(kept.startedMs) };
    return maskRepeats({ ...detail, ...(passedOver && { passedOver }) }, redactor);
  }

  /** Returns the lookups for facts that the record with this number does not contain. */
  #lookups(sequence: number): Pick<SurpriseLookups, 'definitionOf' | 'fillerOf' | 'isToolkit'> {
    return {
      isToolkit: ({ received }) => this.readLabels().of(received.api.apiId).isToolkit,
      definitionOf: ({ received }) => findDefinition(this.readStacks(), received.api),
      fillerOf: (recorded) => this.#findFiller(sequence, recorded),
    };
  }

  #findHandshake(connectionId: string): RecordedRequest | undefined {
    for (const [, slot] of this.#records.newestFirst())
      if ('method' in slot && slot.rare?.connectionId === connectionId) return unpackRequest(slot);
    return undefined;
  }

  /** Finds the request whose response the stage cache gave to this one; undefined if it is not recorded any more. */
  #findFiller(sequence: number, { cache, received }: RecordedRequest): Filler | undefined {
    const storedAt = cache?.storedAtEpochMs;
    if (cache === undefined || storedAt === undefined) return undefined;
    for (const [, slot] of this.#records.newestFirst(sequence)) {
      if (!('method' in slot) || slot.rare?.cache?.key !== cache.key || slot.rare.cache.isHit) continue;
      if (slot.api.apiId !== received.api.apiId || slot.stage?.name !== received.stage?.name) continue;
      const filling = unpackRequest(slot);
      const fromMs = filling.received.receivedAtEpochMs;
      if (slot.rare.failure !== undefined || fromMs > storedAt) continue;
      // An older miss filled an entry that has since expired.
      if (storedAt > fromMs + filling.latencyMs + FILLED_WITHIN_MS) return undefined;
      const caller = nameOfCaller(slot.caller);
      // The name may be the other request's token, which only the redactor of that request removes.
      const name = caller === undefined ? undefined : this.#redactorOf(slot, filling).repeated(caller);
      const { requestId: id, rawQuery, headers, pathParameters } = filling.received;
      return { id, caller: name, rawQuery, headers, pathParameters: pathParameters ?? {} };
    }
    return undefined;
  }

  /** Returns a redactor that removes this record's named secrets wherever they repeat. */
  #redactorOf(slot: Slot, recorded: Recorded): Redactor {
    const names = namesOf(recorded);
    let secrets = this.#secrets.get(slot);
    if (secrets === undefined) this.#secrets.set(slot, (secrets = secretsOf(recorded, names)));
    const { redactor } = this;
    return secrets.length === 0 && names.size === 0
      ? redactor
      : createRedactor(this.#key, secrets, (text, of) => redactor.repeated(text, of), names);
  }

  /** Returns a function that finds the record of an invocation, and the redactor for the invocation's output. */
  invocations(): FindInvocation {
    const slotBy = new Map<string, Slot>();
    for (const [, slot] of this.#records.newestFirst())
      for (const { requestId } of callsOf(unpack(slot)))
        if (requestId !== undefined) slotBy.set(requestId, slot);
    const found = new Map<Slot, ReturnType<FindInvocation>>();
    return (requestId) => {
      const slot = requestId === undefined ? undefined : slotBy.get(requestId);
      if (slot === undefined) return { recordId: undefined, redactor: this.redactor };
      const invocation = found.get(slot) ?? {
        recordId: idOf(slot),
        redactor: this.#redactorOf(slot, unpack(slot)),
      };
      found.set(slot, invocation);
      return invocation;
    };
  }

  functionCalls(): readonly FunctionCallNote[] {
    return [...this.#records.newestFirst()].flatMap(([, slot]) => callsOf(unpack(slot)));
  }

  clear(): void {
    this.#all.clear();
    this.lines.clear();
    this.#counts.clear();
    this.#sampling.clear();
  }

  /** Resolves at the next record, or when the signal aborts. */
  next(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) resolve();
      else {
        this.#waiting.push(resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
      }
    });
  }

  /** Returns the ring after packing all finished requests. */
  get #all(): RecordRing<AnySlot> {
    this.#keepAll();
    return this.#ring;
  }

  /** Returns the records of requests and messages, and only of these. */
  get #records(): { newestFirst(before?: number): Iterable<[number, Slot]> } {
    const all = this.#all;
    return {
      *newestFirst(before) {
        for (const [sequence, slot] of all.newestFirst(before)) if (!('form' in slot)) yield [sequence, slot];
      },
    };
  }

  #wake(): void {
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}

function unpack(slot: Slot): Recorded {
  return 'method' in slot ? unpackRequest(slot) : unpackEvent(slot);
}

function isLifecycle(recorded: Recorded): boolean {
  if (recorded.kind === 'DISCONNECT') return !REFUSED_CODES.has(recorded.closure?.code ?? 0);
  if (recorded.failure !== undefined || recorded.error !== undefined) return false;
  return recorded.kind === 'handshake' && recorded.status < 400 && !isUnconfirmed(recorded);
}

/** Returns the id of a record. The id is written first, so that a record can be found without reading the rest. */
function idOf({ place }: Slot): string {
  return new RecordReader(place).text() ?? '';
}
