/** Streams rows of the gateway while the page is open, across restarts of the gateway. */
import {
  awaitAnswer,
  noteConnected,
  noteFailure,
  noteState,
  readStart,
  Refused,
} from '../connection/connection.ts';
import { fetchControl, followRows } from '../connection/control.ts';
import { addOlder, addStart, mergeRows } from './row-list.ts';
import type { RecordState, RequestRow } from '../../records/model.ts';

/** The number of rows per request. Reading 10,000 rows at once would block the gateway and the page for a second. */
const PAGE_ROWS = 250;
/** Duration of the wait between attempts while the gateway does not respond, or refuses the key. */
const RETRY_MS = 250;
const REFUSED_MS = 1_000;
/** Duration of the wait between checks for a new run if nothing is recorded. */
const NOT_RECORDED_MS = 5_000;

type Rows = readonly RequestRow[];
type List = { readonly rows: Rows; readonly state: RecordState };

type FeedReader = {
  /** Called as soon as the first rows of a run arrive, with these rows and the time of the run's clock. */
  readonly onStart: (change: (before: Rows) => Rows, state: RecordState, nowEpochMs: number) => void;
  readonly onChange: (change: (before: Rows) => Rows, state?: RecordState) => void;
  /** Called with the newest row that was received. */
  readonly onNewest: (row: RequestRow) => void;
  readonly onError: (message: string) => void;
};

export async function runFeed(reader: FeedReader, signal: AbortSignal): Promise<void> {
  const feed = new RowFeed(reader, signal);
  while (!signal.aborted) {
    const waitMs = await feed.connect();
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

class RowFeed {
  readonly #reader: FeedReader;
  readonly #signal: AbortSignal;
  /** The run whose rows are shown. */
  #start: string | undefined;
  #first: List | undefined;
  #next = 0;

  constructor(reader: FeedReader, signal: AbortSignal) {
    this.#reader = reader;
    this.#signal = signal;
  }

  /**
   * Reads rows until the stream ends.
   * @returns how long to wait before the next stream
   */
  async connect(): Promise<number> {
    try {
      const start = await awaitAnswer(readStart);
      const isOther = this.#start !== undefined && this.#start !== start;
      if (this.#start !== start) await awaitAnswer(() => this.#readList()).catch(throwIfAway);
      this.#start = start;
      noteConnected(isOther);
      await followRows(this.#next, (batch) => this.#take(batch), this.#signal);
    } catch (problem) {
      if (this.#signal.aborted) return 0;
      if (problem instanceof Refused && problem.status === 401) return REFUSED_MS;
      if (problem instanceof Refused && !problem.isOfConnection) {
        this.#reader.onError(problem.message);
        return NOT_RECORDED_MS;
      }
      noteFailure(problem);
      return RETRY_MS;
    }
    // The stream has ended. The next attempt shows whether the gateway has ended, too.
    noteState('waiting');
    return RETRY_MS;
  }

  async #readList(): Promise<void> {
    type Answer = List & { readonly nowEpochMs: number };
    const list = await fetchControl<Answer>('GET', `requests?limit=${PAGE_ROWS}`);
    if (this.#signal.aborted) return;
    this.#next = list.state.taken;
    this.#first = list;
    this.#reader.onStart((before) => addStart(before, list.rows), list.state, list.nowEpochMs);
    // A failure to load older rows is not shown as an error.
    this.#readOlder(list).catch(() => undefined);
  }

  async #readOlder(first: List): Promise<void> {
    let { rows } = first;
    for (let oldest = rows.at(-1); oldest !== undefined && rows.length === PAGE_ROWS; oldest = rows.at(-1)) {
      const path = `requests?limit=${PAGE_ROWS}&before=${oldest.sequence}`;
      ({ rows } = await fetchControl<List>('GET', path));
      if (this.#signal.aborted || this.#first !== first) return;
      const older = rows;
      this.#reader.onChange((newest) => addOlder(newest, older));
    }
  }

  #take({ rows, state }: List): void {
    const newest = rows.at(-1);
    if (newest !== undefined) this.#reader.onNewest(newest);
    this.#next = state.taken;
    this.#reader.onChange((before) => mergeRows(before, rows), state);
  }
}

/**
 * Throws the problem if the gateway does not respond. A refusal by a gateway that responds is ignored, because such a
 * gateway counts as connected, even if it records nothing.
 */
function throwIfAway(problem: unknown): void {
  if (!(problem instanceof Refused) || problem.isOfConnection) throw problem;
}
