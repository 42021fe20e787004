/**
 * Which requests are kept in full under load: keeping all would cost over 3 %. All are counted
 * (request-counts.ts); above a rate only every nth ordinary success is kept, of everything else each one.
 */
import type { RouteCount } from './request-counts.ts';
import type { Finished } from '../../core/trail.ts';

/** Ordinary successes per second that are all kept: at that rate a ring of 4,000 lasts four seconds. */
export const FULL_RECORDS_PER_SECOND = 1_000;
/** Per route, so that a rare one stays visible beside a busy one. */
const FIRST_OF_ROUTE = 5;

export type SampleRate = {
  /** One of this many ordinary successes was kept; 1 = all. */
  readonly keptOneOf: number;
  readonly perSecond: number;
  /** `1 of 12 kept at 11,900/s` */
  readonly text: string;
};

export class Sampling {
  #second = NaN;
  /** All, and the ordinary ones, of this second. */
  #all = 0;
  #ordinary = 0;
  #kept = 0;
  #stride = 1;
  /** Expected number of this second: that of the last one, or the current one if higher. */
  #expected = 0;
  #last: { second: number; all: number; ordinary: number; kept: number } | undefined;
  #notKept = 0;

  /** Ordinary successes that were counted, but not kept. */
  get notKept(): number {
    return this.#notKept;
  }

  /** @returns number of its route's requests that it counts for, usually 1; 0 = it is not kept */
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

  /** Undefined where all were kept in the last second. */
  rateAt(monotonicMs: number): SampleRate | undefined {
    const second = Math.floor(monotonicMs / 1000);
    if (second !== this.#second) this.#start(second);
    const last = this.#last;
    if (last?.second !== second - 1 || last.kept === last.ordinary) return undefined;
    const keptOneOf = Math.max(2, Math.round(last.ordinary / Math.max(1, last.kept)));
    const perSecond = last.all;
    return { keptOneOf, perSecond, text: `1 of ${keptOneOf} kept at ${perSecond.toLocaleString('en-US')}/s` };
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

/** Nothing to explain: no refusal, no error, no handshake, no cold start. */
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
