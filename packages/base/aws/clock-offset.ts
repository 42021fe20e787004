/** A shared clock's offset from the machine's clock, with its recent history. All threads read it. */

/**
 * How long previous offsets are stored. It is the maximum duration of a Lambda function, because a function that runs
 * in its own process gets the new time only with its next event.
 */
const KEPT_MS = 15 * 60_000;
/**
 * Maximum number of recorded moves. Layout of the buffer: the current offset, the number of moves, then for each
 * recorded move the previous offset and the time of the move.
 */
const MOVES = 8;
const FIRST_MOVE = 2;
const LENGTH = FIRST_MOVE + 2 * MOVES;

export class ClockOffset {
  /** The first Float64 is the offset. A buffer of eight bytes has no room for moves. */
  readonly buffer: SharedArrayBuffer;
  readonly #cells: Float64Array;

  constructor(buffer = new SharedArrayBuffer(LENGTH * Float64Array.BYTES_PER_ELEMENT)) {
    this.buffer = buffer;
    this.#cells = new Float64Array(buffer);
  }

  ms(): number {
    return this.#cells[0] ?? 0;
  }

  /** Records the move before it changes the offset, because a reader of the new offset must find the previous one. */
  moveTo(ms: number, machineEpochMs: number): void {
    const moves = this.#cells[1] ?? 0;
    const at = FIRST_MOVE + 2 * (moves % MOVES);
    // In a buffer of eight bytes, writes beyond its end are dropped.
    this.#cells[at] = this.ms();
    this.#cells[at + 1] = machineEpochMs;
    this.#cells[1] = moves + 1;
    this.#cells[0] = ms;
  }

  /** Returns the offsets that the last eight moves replaced within the last 15 minutes, without the current one. */
  formerMs(machineEpochMs: number): readonly number[] {
    const former = new Set<number>();
    for (let index = FIRST_MOVE; index < this.#cells.length; index += 2)
      if (machineEpochMs - (this.#cells[index + 1] ?? 0) <= KEPT_MS) former.add(this.#cells[index] ?? 0);
    former.delete(this.ms());
    return [...former];
  }
}
