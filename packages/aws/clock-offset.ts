/** How far a clock that threads share stands from the machine's, and where it stood shortly before. */

/** A function runs no longer, and one in a process of its own learns the time with its next event. */
const KEPT_MS = 15 * 60_000;
/** Moves that are kept: the present offset, how many moves there were, then where it stood before each and until when. */
const MOVES = 8;
const FIRST_MOVE = 2;
const LENGTH = FIRST_MOVE + 2 * MOVES;

export class ClockOffset {
  /** The first Float64 is the offset. Eight bytes are enough for that; such a buffer keeps no moves. */
  readonly buffer: SharedArrayBuffer;
  readonly #cells: Float64Array;

  constructor(buffer = new SharedArrayBuffer(LENGTH * Float64Array.BYTES_PER_ELEMENT)) {
    this.buffer = buffer;
    this.#cells = new Float64Array(buffer);
  }

  ms(): number {
    return this.#cells[0] ?? 0;
  }

  /** The move is written down first: whoever sees the new offset finds the old one. */
  moveTo(ms: number, machineEpochMs: number): void {
    const moves = this.#cells[1] ?? 0;
    const at = FIRST_MOVE + 2 * (moves % MOVES);
    // Beyond the end of eight bytes nothing is kept.
    this.#cells[at] = this.ms();
    this.#cells[at + 1] = machineEpochMs;
    this.#cells[1] = moves + 1;
    this.#cells[0] = ms;
  }

  /** Offsets that were in force within the last quarter of an hour, and are no more. */
  formerMs(machineEpochMs: number): readonly number[] {
    const former = new Set<number>();
    for (let index = FIRST_MOVE; index < this.#cells.length; index += 2)
      if (machineEpochMs - (this.#cells[index + 1] ?? 0) <= KEPT_MS) former.add(this.#cells[index] ?? 0);
    former.delete(this.ms());
    return [...former];
  }
}
