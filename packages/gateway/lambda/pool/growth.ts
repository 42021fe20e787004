/**
 * Decides whether to start another instance. The decision is based on the duration of events, the processor load, and
 * the time that events wait in the queue.
 */
import type { Instance } from '../instance.ts';
import { Line } from './line.ts';
import { Patience } from './patience.ts';
import { ServiceTime } from './service-time.ts';

export interface GrowingPool {
  readonly waiting: number;
  readonly size: number;
  readonly coming: number;
  readonly busy: Iterable<Instance>;
  /** The time since which an instance has been idle, by `performance.now()`; undefined if none is idle. */
  readonly idleSince: number | undefined;
}

export class Growth {
  readonly #pool: GrowingPool;
  readonly #patience: Patience;
  readonly #line: Line;
  readonly serviceTime = new ServiceTime();

  constructor(pool: GrowingPool, patience = new Patience(), line = new Line()) {
    this.#pool = pool;
    this.#patience = patience;
    this.#line = line;
  }

  get patienceMs(): number {
    return this.#patience.ms(this.#pool.busy, this.#pool.coming);
  }

  /**
   * Records how long an instance took to start.
   * @param tookMs the time since the start of the instance
   */
  onReady(instance: Instance, tookMs: number): void {
    this.#patience.begin(instance);
    this.#line.observeStart(tookMs);
  }

  onAnswer({ answeredCount }: Instance, serviceMs: number): void {
    const isFirst = answeredCount === 1;
    this.serviceTime.observe(serviceMs, isFirst);
    if (isFirst) this.#line.observeFirst(serviceMs);
  }

  /** Discards the measurements, because they do not apply to new code. */
  forget(): void {
    this.serviceTime.forget();
    this.#line.forget();
  }

  /**
   * Counts, or stops counting, the time that is lost while events wait. It must be called whenever the queue changes or
   * an instance becomes idle.
   */
  follow(): void {
    // This check comes first because every event of a fast function reaches it.
    if (!this.serviceTime.isSlow) {
      this.#line.clear();
      return;
    }
    const { waiting, coming, idleSince } = this.#pool;
    if (waiting > coming) this.#line.stand();
    else if (idleSince !== undefined) this.#line.rest();
    else this.#line.pause();
  }

  /**
   * Whether another instance should start. This is the case if events would wait too long for the existing instances.
   * It is also the case if a processor is free and the events of a slow function have waited so long that a start is
   * worth its cost.
   */
  wantsOneMore(): boolean {
    const { waiting, size, busy, coming } = this.#pool;
    if (this.serviceTime.waitMs(waiting, size) >= this.patienceMs) return true;
    if (this.#patience.hasProcessor(busy, coming)) return this.#line.isWorthAStart(this.serviceTime.meanMs);
    this.#line.clear();
    return false;
  }

  /**
   * Resets the measurements when an instance starts, so that a further instance must be justified by new measurements.
   */
  onStart(): void {
    this.#line.clear();
  }
}
