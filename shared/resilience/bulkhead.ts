/** Limits how many calls to one backend an instance runs at once; a few more may wait for a slot. */
import { DomainError } from '../errors.ts';

type Waiting = { readonly enter: () => void };

export class Bulkhead {
  readonly #places: number;
  readonly #mostWaiting: number;
  readonly #waiting: Waiting[] = [];
  #running = 0;

  constructor(places: number, mostWaiting: number) {
    this.#places = places;
    this.#mostWaiting = mostWaiting;
  }

  /**
   * Waits for a slot.
   * @returns a function to be called once, when the call has ended
   * @throws DomainError BULKHEAD_FULL if too many calls are waiting; the signal's reason if it is aborted during the
   * wait
   */
  async enter(signal: AbortSignal | undefined): Promise<() => void> {
    if (this.#running < this.#places) this.#running += 1;
    else if (this.#waiting.length < this.#mostWaiting) await this.#wait(signal);
    else throw new DomainError('BULKHEAD_FULL', `${this.#places} calls are already running; try again later`);
    return () => this.#leave();
  }

  /** Frees a slot. The call that has waited longest gets it. */
  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#running -= 1;
    else next.enter();
  }

  async #wait(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        // The call fails with the signal's reason, as in fetch().
        reject(signal?.reason as Error);
      };
      const waiting = {
        enter: () => {
          signal?.removeEventListener('abort', giveUp);
          resolve();
        },
      };
      this.#waiting.push(waiting);
      signal?.addEventListener('abort', giveUp, { once: true });
    });
  }
}
