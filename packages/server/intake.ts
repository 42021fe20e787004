/** How many requests a turn of the event loop begins, over all connections. */
import { atTurnEnd } from '../core/turn-end.ts';

/** So many keep an instance busy until the next turn; fewer gain nothing. A request that has begun holds 17 KB, one that waits a tenth. */
const BEGUN_PER_TURN = 64;
/** What has begun is cut off the list once it is more than this, and more than half of it. */
const CUT_AFTER = 64;

/**
 * A request that has begun holds ten times what Node holds of one that has only arrived. Where thousands arrive in one turn,
 * the first are answered before the last begin: so few are in memory at a time that V8 need not copy them about.
 */
export class Intake {
  readonly #perTurn: number;
  #begun = 0;
  /** In the order in which they came; those before `#next` have begun. */
  #held: ((() => void) | undefined)[] = [];
  #next = 0;

  constructor(perTurn = BEGUN_PER_TURN) {
    this.#perTurn = perTurn;
  }

  /** At once, or in a later turn behind all that came before. `begin` must not throw. */
  take(begin: () => void): void {
    if (this.#begun === 0) atTurnEnd(this.#goOn);
    if (this.#begun < this.#perTurn) {
      this.#begun += 1;
      begin();
    } else this.#held.push(begin);
  }

  readonly #goOn = (): void => {
    const end = Math.min(this.#held.length, this.#next + this.#perTurn);
    this.#begun = end - this.#next;
    if (this.#begun === 0) return;
    // Counted before it is run: whatever arrives meanwhile is behind what is held.
    atTurnEnd(this.#goOn);
    while (this.#next < end) {
      const begin = this.#held[this.#next];
      // What it holds is a request with its body, which is over long before the list is cut.
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
