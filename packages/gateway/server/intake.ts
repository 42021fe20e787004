/** Limits how many requests begin per turn of the event loop, over all connections. */
import { runAtTurnEnd } from '../core/turn-end.ts';

/**
 * This many keep an instance busy until the next turn; 6 gain nothing more. A begun request holds 17 KB, a
 * waiting one a tenth: 64 leave the processor's cache, and a fifth fewer are served at 256 connections.
 */
const STARTED_PER_TURN = 16;
/** The begun part of the list is cut off once it is longer than this and than half of the list. */
const CUT_AFTER = 64;

/**
 * A begun request holds ten times the memory of one that has only arrived. Where thousands arrive in one
 * turn, the first are answered before the last begin: so few are in memory at a time that V8 need not copy
 * them about.
 */
export class Intake {
  readonly #perTurn: number;
  #started = 0;
  /** In order of arrival; those before `#next` have begun. */
  #held: ((() => void) | undefined)[] = [];
  #next = 0;

  constructor(perTurn = STARTED_PER_TURN) {
    this.#perTurn = perTurn;
  }

  /** Begins at once, or in a later turn after all earlier ones. `begin` must not throw. */
  take(begin: () => void): void {
    if (this.#started === 0) runAtTurnEnd(this.#resume);
    if (this.#started < this.#perTurn) {
      this.#started += 1;
      begin();
    } else this.#held.push(begin);
  }

  readonly #resume = (): void => {
    const end = Math.min(this.#held.length, this.#next + this.#perTurn);
    this.#started = end - this.#next;
    if (this.#started === 0) return;
    // Counted before it runs: requests that arrive meanwhile come after the held ones.
    runAtTurnEnd(this.#resume);
    while (this.#next < end) {
      const begin = this.#held[this.#next];
      // Frees the request and its body, which end long before the list is cut.
      this.#held[this.#next] = undefined;
      this.#next += 1;
      begin?.();
    }
    this.#cut();
  };

  #cut(): void {
    if (this.#next <= CUT_AFTER || this.#next * 2 <= this.#held.length) return;
    this.#held = this.#held.slice(this.#next);
    this.#next = 0;
  }
}
