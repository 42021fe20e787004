/**
 * Virtual time. Events run one by one, ordered by time and then by the order in which they were planned; after
 * each, every promise that it settled runs to its end before the next. So a schedule is a function of its seed,
 * although the code in it is the shipped, asynchronous code.
 */
import type { Seeded } from './seeded.ts';

type Event = { readonly at: number; readonly order: number; readonly run: () => void };

/** 2026-11-19T22:13:20Z; a multiple of every simulated period. */
export const START_MS = 1_795_126_400_000;

export class World {
  readonly chance: Seeded;
  readonly trace: string[] | undefined;
  readonly violations: string[] = [];
  /** Nothing fails any more: what is left to be done is done. */
  isCalm = false;
  #nowMs = START_MS;
  #order = 0;
  readonly #heap: Event[] = [];

  constructor(chance: Seeded, isTraced: boolean) {
    this.chance = chance;
    this.trace = isTraced ? [] : undefined;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Only called with a function, so that an untraced run builds no text. */
  note(line: () => string): void {
    this.trace?.push(`${((this.#nowMs - START_MS) / 1000).toFixed(3).padStart(9)} s  ${line()}`);
  }

  violate(rule: string, detail: string): void {
    this.violations.push(`${rule}: ${detail}`);
    this.note(() => `VIOLATION ${rule}: ${detail}`);
  }

  at(timeMs: number, run: () => void): void {
    this.#order += 1;
    push(this.#heap, { at: Math.max(timeMs, this.#nowMs), order: this.#order, run });
  }

  /** Until nothing is planned any more, or a rule is broken. */
  async run(): Promise<void> {
    for (let event = pop(this.#heap); event !== undefined; event = pop(this.#heap)) {
      this.#nowMs = event.at;
      event.run();
      await settled();
      if (this.violations.length > 0) return;
    }
  }
}

/**
 * Node runs what waits for its next tick once no promise job is left, and without a round of the event loop, which
 * would cost more than most events do. From within a promise job, or `run`'s first round would come before the jobs.
 */
function settled(): Promise<void> {
  return new Promise((resolve) => queueMicrotask(() => process.nextTick(resolve)));
}

function isBefore(left: Event, right: Event): boolean {
  return left.at < right.at || (left.at === right.at && left.order < right.order);
}

function push(heap: Event[], event: Event): void {
  let index = heap.length;
  heap.push(event);
  while (index > 0) {
    const parent = (index - 1) >> 1;
    if (!isBefore(event, heap[parent]!)) break;
    heap[index] = heap[parent]!;
    index = parent;
  }
  heap[index] = event;
}

function pop(heap: Event[]): Event | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  let index = 0;
  for (;;) {
    const left = 2 * index + 1;
    if (left >= heap.length) break;
    const right = left + 1;
    const child = right < heap.length && isBefore(heap[right]!, heap[left]!) ? right : left;
    if (!isBefore(heap[child]!, last)) break;
    heap[index] = heap[child]!;
    index = child;
  }
  heap[index] = last;
  return first;
}
