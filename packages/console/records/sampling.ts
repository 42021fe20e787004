/**
 * Which requests are kept whole when there are more than anybody reads: keeping all would cost over 3 %. All are counted
 * (request-counts.ts); of ordinary successes above so many a second every nth is kept, of everything else each one.
 */
import type { RouteCount } from './request-counts.ts';
import type { Finished } from '../../core/trail.ts';

/** Ordinary successes of a second that are all kept: at that rate a ring of 2,000 lasts eight seconds. */
export const WHOLE_PER_SECOND = 250;
/** Of each route, so that a seldom one does not vanish beside a busy one. */
const FIRST_OF_ROUTE = 5;

/** How it went in the last second that is over. */
export type SampleRate = {
  /** Of ordinary successes one of so many was kept; 1 = all. */
  readonly keptOneOf: number;
  /** Requests of all kinds. */
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
  /** What this second is taken to come to: as the last one did, or what there has been. */
  #expected = 0;
  #last: { second: number; all: number; ordinary: number; kept: number } | undefined;
  #notKept = 0;

  /** Ordinary successes that were counted and not kept. */
  get notKept(): number {
    return this.#notKept;
  }

  /** @returns for how many of its route it stands, 1 as a rule; 0 = it is not kept */
  weigh(finished: Finished, ofRoute: RouteCount): number {
    const { trail, latencyMs } = finished;
    const second = Math.floor((trail.startedMs + latencyMs) / 1000);
    if (second !== this.#second) this.#begin(second);
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

  /** Undefined where nothing was left out in the last second. */
  rateAt(monotonicMs: number): SampleRate | undefined {
    const second = Math.floor(monotonicMs / 1000);
    if (second !== this.#second) this.#begin(second);
    const last = this.#last;
    if (last?.second !== second - 1 || last.kept === last.ordinary) return undefined;
    const keptOneOf = Math.max(2, Math.round(last.ordinary / Math.max(1, last.kept)));
    const perSecond = last.all;
    return { keptOneOf, perSecond, text: `1 of ${keptOneOf} kept at ${perSecond.toLocaleString('en-US')}/s` };
  }

  clear(): void {
    this.#notKept = 0;
  }

  #begin(second: number): void {
    const isNext = second === this.#second + 1;
    this.#last = { second: this.#second, all: this.#all, ordinary: this.#ordinary, kept: this.#kept };
    this.#expected = 0;
    this.#expect(isNext ? this.#ordinary : 0);
    this.#second = second;
    [this.#all, this.#ordinary, this.#kept] = [0, 0, 0];
  }

  #expect(ordinary: number): void {
    this.#expected = ordinary;
    this.#stride = Math.ceil(ordinary / WHOLE_PER_SECOND);
  }
}

/** Nobody asks why it went as it did: no refusal, no error, no handshake, no instance that was started for it. */
function isOrdinary({ received, reply, trail, connectionId }: Finished): boolean {
  if (trail.failure !== undefined || reply.status >= 400 || connectionId !== undefined) return false;
  return !isNotable(trail.notes?.outcome) && !isNotable(received.notes?.asked?.result);
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
