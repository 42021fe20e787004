/**
 * Strings that one thread writes and another reads, in order, in shared memory. A string that does not fit is sent
 * another way; the ring records its position among the others.
 */

/** A power of two: room for some dozens of events, small enough for the processor cache. */
const DATA_BYTES = 64 * 1024;
/** UTF-16 units; a longer string would leave little room for others. */
const LONGEST = 4_096;
/** UTF-8 bytes per UTF-16 unit. */
const MOST_BYTES_PER_UNIT = 3;
const LENGTH_BYTES = 4;
/** Always kept free for the markers of strings that do not fit. */
const PLACES_BYTES = 1_024;

/** The maximum number of strings that a writer may be ahead of the reader. */
export const MOST_AHEAD = PLACES_BYTES / LENGTH_BYTES;

/** Markers instead of a length: the string is sent another way; the next string is at the start of the memory. */
const ELSEWHERE = -1;
const AT_BEGINNING = -2;

/** Words before the data: the number of strings, and the byte up to which they have been read. */
const COUNT = 0;
const READ = 1;
const HEAD_WORDS = 2;

export const RING_BYTES = HEAD_WORDS * LENGTH_BYTES + DATA_BYTES;

/** One side of a ring, which either writes or reads. */
export class TextRing {
  readonly #head: Int32Array;
  readonly #lengths: Int32Array;
  readonly #bytes: Buffer;
  /** Total bytes that this side has passed, over all rounds. */
  #passed = 0;

  /** @param offset a multiple of 4; `RING_BYTES` from there are the ring's */
  constructor(memory: SharedArrayBuffer, offset: number) {
    const data = offset + HEAD_WORDS * LENGTH_BYTES;
    this.#head = new Int32Array(memory, offset, HEAD_WORDS);
    this.#lengths = new Int32Array(memory, data, DATA_BYTES / LENGTH_BYTES);
    this.#bytes = Buffer.from(memory, data, DATA_BYTES);
  }

  /** The number of strings and markers so far, modulo 2^32. */
  get count(): number {
    return Atomics.load(this.#head, COUNT);
  }

  /** @returns whether the string fits; otherwise nothing is written */
  write(text: string): boolean {
    const start = this.#findRoom(text);
    if (start === undefined) return false;
    const bytes = this.#bytes.write(text, start + LENGTH_BYTES);
    this.#publish(start, bytes);
    return true;
  }

  /** Writes the marker of a string that is sent another way. */
  keepPlace(): void {
    this.#publish(this.#at, ELSEWHERE);
  }

  /** Whether the next string is sent another way. Like `read`, call it only if `count` shows that there is one. */
  isElsewhere(): boolean {
    return this.#lengths[this.#at >> 2] === ELSEWHERE;
  }

  /** The next string; empty if it is sent another way. */
  read(): string {
    if (this.#lengths[this.#at >> 2] === AT_BEGINNING) this.#passed += DATA_BYTES - this.#at;
    const start = this.#at + LENGTH_BYTES;
    const bytes = Math.max(0, this.#lengths[this.#at >> 2] ?? 0);
    const text = this.#bytes.toString('utf8', start, start + bytes);
    this.#pass(bytes);
    Atomics.store(this.#head, READ, this.#passed | 0);
    return text;
  }

  #publish(start: number, length: number): void {
    this.#lengths[start >> 2] = length;
    this.#pass(Math.max(0, length));
    Atomics.add(this.#head, COUNT, 1);
  }

  get #at(): number {
    return this.#passed & (DATA_BYTES - 1);
  }

  /** The size of an entry: a length and a string, padded to a multiple of 4, where the next entry begins. */
  #pass(bytes: number): void {
    this.#passed += LENGTH_BYTES + ((bytes + LENGTH_BYTES - 1) & -LENGTH_BYTES);
  }

  #findRoom(text: string): number | undefined {
    // UTF-8 has no lone surrogates.
    if (text.length > LONGEST || !text.isWellFormed()) return undefined;
    const maxBytes = LENGTH_BYTES + text.length * MOST_BYTES_PER_UNIT;
    const start = this.#at;
    const skipped = start + maxBytes > DATA_BYTES ? DATA_BYTES - start : 0;
    const used = (this.#passed - Atomics.load(this.#head, READ)) | 0;
    if (used + skipped + maxBytes + PLACES_BYTES > DATA_BYTES) return undefined;
    if (skipped === 0) return start;
    this.#lengths[start >> 2] = AT_BEGINNING;
    this.#passed += skipped;
    return 0;
  }
}
