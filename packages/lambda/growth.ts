/** Whether a function gets an instance more: what its events take, who keeps the processors busy, how long events stand in line. */
import type { Instance } from './instance.ts';
import { Line } from './line.ts';
import { Patience } from './patience.ts';
import { ServiceTime } from './service-time.ts';

/** A pool, as far as this asks for it. */
export interface Growing {
  /** Events that no instance has yet. */
  readonly waiting: number;
  /** Instances, with those that are coming. */
  readonly size: number;
  /** Those that start, or whose program is being built. */
  readonly coming: number;
  readonly busy: Iterable<Instance>;
  /** Undefined = none is idle. */
  readonly idleSince: number | undefined;
}

export class Growth {
  readonly #pool: Growing;
  readonly #patience: Patience;
  readonly #line: Line;
  readonly serviceTime = new ServiceTime();

  constructor(pool: Growing, patience = new Patience(), line = new Line()) {
    this.#pool = pool;
    this.#patience = patience;
    this.#line = line;
  }

  /** How long an event may wait before an instance more is started for it. */
  get patienceMs(): number {
    return this.#patience.ms(this.#pool.busy, this.#pool.coming);
  }

  /** @param tookMs since its start */
  onReady(instance: Instance, tookMs: number): void {
    this.#patience.begin(instance);
    this.#line.observeStart(tookMs);
  }

  onAnswer({ answeredCount }: Instance, serviceMs: number): void {
    const isFirst = answeredCount === 1;
    this.serviceTime.observe(serviceMs, isFirst);
    if (isFirst) this.#line.observeFirst(serviceMs);
  }

  /** Of other code, nothing is known. */
  forget(): void {
    this.serviceTime.forget();
    this.#line.forget();
  }

  /** To be told whenever what waits has become more or less, or an instance rests. */
  follow(): void {
    // First, since it is asked at every event of a fast function.
    if (!this.serviceTime.isSlow) {
      this.#line.clear();
      return;
    }
    const { waiting, coming, idleSince } = this.#pool;
    if (waiting > coming) this.#line.stand();
    else if (idleSince !== undefined) this.#line.rest();
    else this.#line.pause();
  }

  /** Those that are there, or about to be, would keep what waits waiting, or the line of those who are soon through does not end. */
  wantsOneMore(): boolean {
    const { waiting, size, busy, coming } = this.#pool;
    if (this.serviceTime.waitMs(waiting, size) >= this.patienceMs) return true;
    if (this.#patience.hasProcessor(busy, coming)) return this.#line.isWorthAStart(this.serviceTime.meanMs);
    this.#line.clear();
    return false;
  }

  /** One is on its way: the next has to be worth it anew. */
  onStart(): void {
    this.#line.clear();
  }
}
