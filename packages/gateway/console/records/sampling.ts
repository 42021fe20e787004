/**
 * Decides which requests are recorded completely under load, because recording all of them would cost over 3 %. All
 * requests are counted (request-counts.ts). Above a certain rate, only every nth ordinary successful request is
 * recorded. Every other kind of request is always recorded.
 */
import type { RouteCount } from './request-counts.ts';
import type { Finished } from '../../core/trail.ts';

/**
 * Maximum number of ordinary successful requests per second at which all are recorded. At that rate, a ring of 4,000
 * records covers four seconds.
 */
export const FULL_RECORDS_PER_SECOND = 1_000;
/**
 * The number of requests per route and second that are always recorded, so that a rare route stays visible next to a
 * busy route.
 */
const FIRST_OF_ROUTE = 5;

export type SampleRate = {
  /** One of this many ordinary successful requests was recorded; 1 means all of them. */
  readonly keptOneOf: number;
  readonly perSecond: number;
  /** The rate in words: `1 of 12 recorded at 11,900/s`. */
  readonly text: string;
};

export class Sampling {
  #second = NaN;
  /** The number of all requests of this second; `#ordinary` counts the ordinary successful requests among them. */
  #all = 0;
  #ordinary = 0;
  #kept = 0;
  #stride = 1;
  /**
   * The number of ordinary successful requests expected in this second. It is the number of the last second, or of the
   * current second if that is higher.
   */
  #expected = 0;
  #last: { second: number; all: number; ordinary: number; kept: number } | undefined;
  #notKept = 0;

  /** Returns the number of ordinary successful requests that were counted but not recorded. */
  get notKept(): number {
    return this.#notKept;
  }

  /**
   * @returns the number of requests of the same route that the record represents, normally 1; 0 means that the request
   * is not recorded
   */
  weigh(finished: Finished, ofRoute: RouteCount): number {
    const { trail, latencyMs } = finished;
    const second = Math.floor((trail.startedMs + latencyMs) / 1000);
    if (second !== this.#second) this.#start(second);
    this.#all += 1;
    if (latencyMs > ofRoute.slowFromMs || !isOrdinary(finished)) return 1;
    this.#ordinary += 1;
    if (this.#ordinary > this.#expected) this.#expect(this.#ordinary);
    if (ofRoute.second !== second) {
      ofRoute.second = second;
      ofRoute.inSecond = 0;
    }
    ofRoute.inSecond += 1;
    const weight = ofRoute.notKept + 1;
    if (weight < this.#stride && ofRoute.inSecond > FIRST_OF_ROUTE) {
      ofRoute.notKept = weight;
      this.#notKept += 1;
      return 0;
    }
    ofRoute.notKept = 0;
    this.#kept += 1;
    return weight;
  }

  /** Returns the sample rate; undefined if all requests of the last second were recorded. */
  rateAt(monotonicMs: number): SampleRate | undefined {
    const second = Math.floor(monotonicMs / 1000);
    if (second !== this.#second) this.#start(second);
    const last = this.#last;
    if (last?.second !== second - 1 || last.kept === last.ordinary) return undefined;
    const keptOneOf = Math.max(2, Math.round(last.ordinary / Math.max(1, last.kept)));
    const perSecond = last.all;
    return {
      keptOneOf,
      perSecond,
      text: `1 of ${keptOneOf} recorded at ${perSecond.toLocaleString('en-US')}/s`,
    };
  }

  clear(): void {
    this.#notKept = 0;
  }

  #start(second: number): void {
    const isNext = second === this.#second + 1;
    this.#last = { second: this.#second, all: this.#all, ordinary: this.#ordinary, kept: this.#kept };
    this.#expected = 0;
    this.#expect(isNext ? this.#ordinary : 0);
    this.#second = second;
    [this.#all, this.#ordinary, this.#kept] = [0, 0, 0];
  }

  #expect(ordinary: number): void {
    this.#expected = ordinary;
    this.#stride = Math.ceil(ordinary / FULL_RECORDS_PER_SECOND);
  }
}

/**
 * Returns whether there is nothing to explain: no refusal, error, injected fault, WebSocket connection or cold start.
 */
function isOrdinary({ received, reply, trail, connectionId }: Finished): boolean {
  if (
    trail.failure !== undefined ||
    trail.injected !== undefined ||
    reply.status >= 400 ||
    connectionId !== undefined
  )
    return false;
  return !isNotable(trail.notes?.outcome) && !isNotable(received.notes?.authorizerCall?.result);
}

type Outcome = NonNullable<Finished['trail']['notes']>['outcome'];

function isNotable(outcome: Outcome): boolean {
  switch (outcome?.kind) {
    case undefined:
    case 'answered':
    case 'streams':
      return false;
    case 'returned':
      return outcome.initMs !== undefined;
    default:
      return true;
  }
}
