/** Records the beginning of a streamed body: the arrival times of the first pieces, and the first bytes. */
import type { Clock } from './ports.ts';

export type StreamPiece = {
  /** The time of arrival by the monotonic clock, in milliseconds. */
  readonly atMs: number;
  readonly bytes: number;
};

const MOST_PIECES = 200;
/** The maximum number of bytes of a body that are stored in a request record. */
const MOST_BYTES = 16 * 1024;
const FIRST_BYTES = 1_024;

export class StreamBeginning {
  readonly pieces: StreamPiece[] = [];
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  #buffer = Buffer.alloc(0);
  #used = 0;

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  take(piece: Buffer): void {
    if (this.pieces.length < MOST_PIECES)
      this.pieces.push({ atMs: this.#clock.monotonicMs(), bytes: piece.length });
    const taken = Math.min(piece.length, MOST_BYTES - this.#used);
    if (taken === 0) return;
    this.#reserve(this.#used + taken);
    piece.copy(this.#buffer, this.#used, 0, taken);
    this.#used += taken;
  }

  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#used);
  }

  /**
   * Enlarges the buffer. It is doubled each time, because most streams are short and pieces may consist of one byte.
   */
  #reserve(bytes: number): void {
    if (bytes <= this.#buffer.length) return;
    const grown = Buffer.alloc(Math.min(MOST_BYTES, Math.max(FIRST_BYTES, bytes, 2 * this.#buffer.length)));
    this.#buffer.copy(grown);
    this.#buffer = grown;
  }
}
