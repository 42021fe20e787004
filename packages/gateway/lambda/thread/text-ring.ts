/**
 * Strings in shared memory. One thread writes the strings, and another thread reads them in order. A string that does
 * not fit is sent through another channel, and the ring records its position among the other strings.
 */

/**
 * The size of the ring in bytes, which must be a power of two. It has room for a few dozen events and is small enough
 * for the processor's cache.
 */
const DATA_BYTES = 64 * 1024;
/** The maximum length of a string in UTF-16 units. A longer string would leave little room for other strings. */
const LONGEST = 4_096;
/** The maximum number of UTF-8 bytes per UTF-16 unit. */
const MOST_BYTES_PER_UNIT = 3;
const LENGTH_BYTES = 4;
/** The number of bytes that are reserved for the markers of strings that do not fit. */
const PLACES_BYTES = 1_024;

/** The maximum number of strings by which a writer may be ahead of the reader. */
export const MOST_AHEAD = PLACES_BYTES / LENGTH_BYTES;

/**
 * Markers that are written instead of a string's length. ELSEWHERE means that the string is sent through another
 * channel. AT_BEGINNING means that the next string is at the start of the memory.
 */
const ELSEWHERE = -1;
const AT_BEGINNING = -2;

/**
 * The positions of the words before the data. The word COUNT contains the number of strings. The word READ contains the
 * position up to which they have been read.
 */
const COUNT = 0;
const READ = 1;
const HEAD_WORDS = 2;

export const RING_BYTES = HEAD_WORDS * LENGTH_BYTES + DATA_BYTES;

/** One side of a ring, which either writes or reads. */
export class TextRing {
  readonly #head: Int32Array;
  readonly #lengths: Int32Array;
  readonly #bytes: Buffer;
  /** The total number of bytes that this side has written or read, including earlier rounds of the ring. */
  #passed = 0;

  /** @param offset the start of the ring's `RING_BYTES` in the memory, a multiple of 4 */
  constructor(memory: SharedArrayBuffer, offset: number) {
    const data = offset + HEAD_WORDS * LENGTH_BYTES;
    this.#head = new Int32Array(memory, offset, HEAD_WORDS);
    this.#lengths = new Int32Array(memory, data, DATA_BYTES / LENGTH_BYTES);
    this.#bytes = Buffer.from(memory, data, DATA_BYTES);
  }

  /** The number of strings so far, modulo 2^32. It includes strings that are sent another way. */
  get count(): number {
    return Atomics.load(this.#head, COUNT);
  }

  /**
   * Writes a string.
   * @returns whether the string fits; otherwise nothing is written
   */
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

  /**
   * Whether the next string is sent another way. As with `read`, it must be called only if `count` shows that there is
   * a next string.
   */
  isElsewhere(): boolean {
    return this.#lengths[this.#at >> 2] === ELSEWHERE;
  }

  /** Returns the next string; empty if the string is sent another way. */
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

  /** Moves to the next entry. An entry is a length and a string, padded to a multiple of 4. */
  #pass(bytes: number): void {
    this.#passed += LENGTH_BYTES + ((bytes + LENGTH_BYTES - 1) & -LENGTH_BYTES);
  }

  #findRoom(text: string): number | undefined {
    // A string with lone surrogates cannot be encoded in UTF-8.
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
