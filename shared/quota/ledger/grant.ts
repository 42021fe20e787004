/** Ids and sequence numbers of a process's writes and claims. */
import type { Clock, Random } from '../../ports.ts';

const HOLDER_DIGITS = 12;

/** Created at first use and never at init: one snapshot may become many instances. */
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

  /** Increasing numbers; they are times, so that others can see how long ago a holder wrote. */
  next(): { readonly holder: string; readonly sequence: number } {
    this.#sequence = Math.max(this.#sequence + 1, Math.floor(this.#clock.nowEpochMs()));
    return { holder: this.#name(), sequence: this.#sequence };
  }

  /** The id of a request with a permit, in hex digits. */
  nextClaim(): string {
    this.#claims += 1;
    return `${this.#name()}${this.#claims.toString(16)}`;
  }

  /** 0 to 255: selects the item, of several, that this process works on. */
  place(): number {
    return Number.parseInt(this.#name().slice(1, 3), 16);
  }

  #name(): string {
    return (this.#holder ??= this.#random.hex(HOLDER_DIGITS));
  }
}
