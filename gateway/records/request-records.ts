/** The last requests and messages of this start, kept as they were, told when somebody asks. */
import { describeDetail } from './describe-detail.ts';
import { callsOf } from './function-calls.ts';
import { describeRow } from './describe-row.ts';
import { FunctionLines } from './function-lines.ts';
import { keepEvent, keepRequest } from './kept-request.ts';
import { RecordRing } from './record-ring.ts';
import { maskRepeats, secretsOf } from './record-secrets.ts';
import { createRedactor, SHOWING } from './redact.ts';
import type { Clock } from '../ports.ts';
import type { Finished, FinishedEvent, RecordSink } from '../trail.ts';
import type { PrintedLine } from './function-lines.ts';
import type { FunctionCallNote } from './function-calls.ts';
import type { Kept } from './kept-request.ts';
import type { RecordState, RequestDetail, RequestRow } from './model.ts';
import type { Redactor } from './redact.ts';

export const USUAL_RECORDS = 2_000;
const MAX_BYTES = 32 * 1024 * 1024;
const MAX_ROWS = 10_000;

export type RowFilter = {
  /** Sequences below this one. */
  readonly before?: number | undefined;
  /** Sequences from this one on. */
  readonly since?: number | undefined;
  readonly limit?: number | undefined;
  /** Part of method, target, route, caller or id. */
  readonly search?: string | undefined;
  readonly route?: string | undefined;
  /** `404`, `4xx` */
  readonly status?: string | undefined;
};

export class RequestRecords implements RecordSink {
  readonly lines = new FunctionLines();
  readonly redactor: Redactor;
  readonly #ring: RecordRing<Kept>;
  readonly #clock: Clock;
  readonly #key: string;
  /** Found when a record is read first; it does not change. */
  readonly #secrets = new WeakMap<Kept, readonly string[]>();
  /** Called once when something is taken next. */
  #waiting: (() => void)[] = [];

  /** @param key of this start, for fingerprints of secrets */
  constructor(limit: number, clock: Clock, key: string) {
    this.#ring = new RecordRing(limit, MAX_BYTES);
    this.#clock = clock;
    this.#key = key;
    this.redactor = createRedactor(key);
  }

  take(finished: Finished): void {
    const { kept, bytes } = keepRequest(finished);
    this.#ring.push(kept, bytes);
    if (this.#waiting.length > 0) this.#wake();
  }

  takeEvent(event: FinishedEvent): void {
    const { kept, bytes } = keepEvent(event, this.#clock.nowEpochMs());
    this.#ring.push(kept, bytes);
    if (this.#waiting.length > 0) this.#wake();
  }

  hear(line: PrintedLine): void {
    this.lines.hear(line);
  }

  get state(): RecordState {
    const { kept, taken, limit, bytes } = this.#ring;
    return { isRecording: true, kept, taken, limit, bytes };
  }

  /** Newest first. */
  rows(filter: RowFilter = {}): readonly RequestRow[] {
    const limit = Math.min(filter.limit ?? 200, MAX_ROWS);
    const rows: RequestRow[] = [];
    for (const [sequence, kept] of this.#ring.newestFirst(filter.before)) {
      if (rows.length >= limit || sequence < (filter.since ?? 0)) break;
      const row = describeRow(sequence, kept, this.redactorOf(kept));
      if (isWanted(row, filter)) rows.push(row);
    }
    return rows;
  }

  /** By request id, or the beginning of one that is unambiguous; `last` is the newest. */
  find(id: string): { readonly sequence: number; readonly kept: Kept } | undefined {
    for (const [sequence, kept] of this.#ring.newestFirst()) {
      const own = 'received' in kept ? kept.received.requestId : kept.requestId;
      if (id === 'last' || own === id || (id.length >= 8 && own.startsWith(id))) return { sequence, kept };
    }
    return undefined;
  }

  detail(id: string, showsSecrets = false): RequestDetail | undefined {
    const found = this.find(id);
    if (found === undefined) return undefined;
    const redactor = showsSecrets ? SHOWING : this.redactorOf(found.kept);
    const at = { lines: this.lines, redactor, showsSecrets };
    return maskRepeats(describeDetail(found.sequence, found.kept, at), redactor);
  }

  /** Takes out what this record has by name wherever it repeats it. */
  redactorOf(kept: Kept): Redactor {
    let secrets = this.#secrets.get(kept);
    if (secrets === undefined) this.#secrets.set(kept, (secrets = secretsOf(kept)));
    return secrets.length === 0 ? this.redactor : createRedactor(this.#key, secrets);
  }

  /** For what an invocation has printed: by the secrets of the record that it belongs to, where that is kept. */
  redactorsOfInvocations(): (requestId: string | undefined) => Redactor {
    const keptBy = new Map<string, Kept>();
    for (const [, kept] of this.#ring.newestFirst())
      for (const { requestId } of callsOf(kept)) if (requestId !== undefined) keptBy.set(requestId, kept);
    const redactors = new Map<Kept, Redactor>();
    return (requestId) => {
      const kept = requestId === undefined ? undefined : keptBy.get(requestId);
      if (kept === undefined) return this.redactor;
      const redactor = redactors.get(kept) ?? this.redactorOf(kept);
      redactors.set(kept, redactor);
      return redactor;
    };
  }

  /** Every recorded call of a function, by requests, messages and authorizers alike. */
  functionCalls(): readonly FunctionCallNote[] {
    return [...this.#ring.newestFirst()].flatMap(([, kept]) => callsOf(kept));
  }

  clear(): void {
    this.#ring.clear();
    this.lines.clear();
  }

  /** Resolves when something is taken, or the signal says that nobody waits any more. */
  next(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) resolve();
      else {
        this.#waiting.push(resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
      }
    });
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}

function isWanted(row: RequestRow, { search, route, status }: RowFilter): boolean {
  if (status !== undefined && !isStatus(row.status, status)) return false;
  if (
    route !== undefined &&
    !`${row.routeKey ?? ''} ${row.method} ${row.target}`.toLowerCase().includes(route.toLowerCase())
  )
    return false;
  if (search === undefined || search === '') return true;
  const text = `${row.method} ${row.target} ${row.routeKey ?? ''} ${row.caller ?? ''} ${row.id} ${row.status} ${row.code ?? ''}`;
  return text.toLowerCase().includes(search.toLowerCase());
}

function isStatus(status: number, wanted: string): boolean {
  const digits = /^([1-5])xx$/i.exec(wanted)?.[1];
  return digits === undefined ? String(status) === wanted : String(status).startsWith(digits) && status < 600;
}
