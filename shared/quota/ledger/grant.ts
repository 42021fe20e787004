import type { Clock, Random } from '../../ports.ts';

const HOLDER_DIGITS = 12;

/**
 * Creates the ids and sequence numbers of a process's writes and claims. They are generated at first use, not when the
 * process starts, because a snapshot of a started process may become many instances.
 */
export class GrantIds {
  readonly #random: Random;
  readonly #clock: Clock;
  #holder: string | undefined;
  #sequence = 0;
  #claims = 0;

  constructor(random: Random, clock: Clock) {
    this.#random = random;
    this.#clock = clock;
  }

  /**
   * Returns the id of this process, and a number that increases with each call. The number is a time, so that other
   * processes can see how long ago a holder wrote.
   */
  next(): { readonly holder: string; readonly sequence: number } {
    this.#sequence = Math.max(this.#sequence + 1, Math.floor(this.#clock.nowEpochMs()));
    return { holder: this.#name(), sequence: this.#sequence };
  }

  /** Returns the id of a request that has a permit, in hex digits. */
  nextClaim(): string {
    this.#claims += 1;
    return `${this.#name()}${this.#claims.toString(16)}`;
  }

  /**
   * Returns a random number from 0 to 255, which stays the same in this process. It selects the item that the process
   * uses if there are several.
   */
  place(): number {
    return Number.parseInt(this.#name().slice(1, 3), 16);
  }

  #name(): string {
    return (this.#holder ??= this.#random.hex(HOLDER_DIGITS));
  }
}
