/**
 * Stores records as bytes outside the heap. A record outlives the garbage collector's young generation, so objects
 * would be copied twice and then collected in the old generation. Bytes avoid this. Values are read in the order in
 * which they were written (first in, first out).
 */

const SEGMENT_BYTES = 256 * 1024;
/** The maximum number of UTF-8 bytes per UTF-16 unit. */
const MOST_BYTES_PER_UNIT = 3;
const NUMBER_BYTES = Float64Array.BYTES_PER_ELEMENT;
/**
 * The minimum length, in UTF-16 units, of a text that is written alone. Shorter texts are written together, because a
 * call costs more than writing a short text.
 */
const LONG_UNITS = 1024;
/**
 * A record begins with two numbers: how many numbers the record contains, and how many bytes the text after them has.
 */
const HEAD_NUMBERS = 2;
/**
 * The maximum number of released segments that are kept for reuse. A released segment is the next segment to be filled.
 */
const MOST_SPARES = 2;

type Segment = {
  readonly bytes: Buffer;
  readonly numbers: Float64Array;
  /** The used size in bytes, which is a multiple of a number's size. */
  used: number;
  records: number;
};

/** The location of a record, valid until the record is released. */
export type Place = { readonly segment: Segment; readonly start: number; readonly bytes: number };

export class RecordArena {
  #current = newSegment(SEGMENT_BYTES);
  readonly #spares: Segment[] = [];
  // The numbers of the record that is being written. Short texts are collected in one rope, and the lengths of all
  // texts are among the numbers.
  #numbers = new Float64Array(256);
  #count = 0;
  #text = '';
  /** Long texts and binary data, which are copied once, into the segment, when the record ends. */
  #parts: (string | Buffer)[] = [];
  /** Indexes of the numbers that store the byte length of a part. */
  #slots: number[] = [];

  begin(): void {
    this.#count = 0;
    this.#text = '';
    if (this.#parts.length > 0) [this.#parts, this.#slots] = [[], []];
  }

  number(value: number | undefined): void {
    if (this.#count === this.#numbers.length) this.#grow();
    this.#numbers[this.#count] = value ?? NaN;
    this.#count += 1;
  }

  text(value: string | undefined): void {
    this.number(value?.length);
    if (value === undefined) return;
    if (value.length < LONG_UNITS) {
      this.#text += value;
      return;
    }
    this.#part(value);
  }

  texts(values: readonly string[]): void {
    this.number(values.length);
    for (const value of values) this.text(value);
  }

  data(value: Buffer | undefined): void {
    if (value === undefined) this.number(undefined);
    else this.#part(value);
  }

  textOrData(value: string | Buffer | undefined): void {
    this.text(typeof value === 'string' ? value : undefined);
    this.data(typeof value === 'string' ? undefined : value);
  }

  /** Ends the record and writes it. No other method writes to a segment. */
  end(): Place {
    const count = this.#count;
    const text = this.#text;
    const segment = this.#segmentFor(this.#mostBytes());
    const start = segment.used;
    const { bytes, numbers } = segment;
    const head = start / NUMBER_BYTES;
    const first = head + HEAD_NUMBERS;
    for (let index = 0; index < count; index += 1) numbers[first + index] = this.#numbers[index] ?? NaN;
    let end = (first + count) * NUMBER_BYTES;
    const textBytes = bytes.write(text, end);
    end += textBytes;
    numbers[head] = count;
    numbers[head + 1] = textBytes;
    for (let index = 0; index < this.#parts.length; index += 1) {
      const part = this.#parts[index] ?? '';
      const partBytes = typeof part === 'string' ? bytes.write(part, end) : part.copy(bytes, end);
      numbers[first + (this.#slots[index] ?? 0)] = partBytes;
      end += partBytes;
    }
    segment.used = Math.ceil(end / NUMBER_BYTES) * NUMBER_BYTES;
    segment.records += 1;
    this.begin();
    return { segment, start, bytes: segment.used - start };
  }

  #mostBytes(): number {
    let most = (HEAD_NUMBERS + this.#count) * NUMBER_BYTES + this.#text.length * MOST_BYTES_PER_UNIT;
    for (const part of this.#parts)
      most += typeof part === 'string' ? part.length * MOST_BYTES_PER_UNIT : part.length;
    return most;
  }

  #part(part: string | Buffer): void {
    this.#parts.push(part);
    this.#slots.push(this.#count);
    this.number(undefined);
  }

  /** Releases the record's memory. Values that were read earlier stay valid. */
  release({ segment }: Place): void {
    segment.records -= 1;
    if (segment.records > 0) return;
    segment.used = 0;
    const isUsual = segment.bytes.length === SEGMENT_BYTES;
    if (segment !== this.#current && isUsual && this.#spares.length < MOST_SPARES) this.#spares.push(segment);
  }

  #segmentFor(bytes: number): Segment {
    // A record that is larger than a segment gets a separate segment.
    if (bytes > SEGMENT_BYTES) return newSegment(Math.ceil(bytes / NUMBER_BYTES) * NUMBER_BYTES);
    const current = this.#current;
    if (current.used + bytes <= SEGMENT_BYTES) return current;
    return (this.#current = this.#spares.pop() ?? newSegment(SEGMENT_BYTES));
  }

  #grow(): void {
    const grown = new Float64Array(2 * this.#numbers.length);
    grown.set(this.#numbers);
    this.#numbers = grown;
  }
}

function newSegment(length: number): Segment {
  const bytes = Buffer.allocUnsafeSlow(length);
  const numbers = new Float64Array(bytes.buffer, bytes.byteOffset, length / NUMBER_BYTES);
  return { bytes, numbers, used: 0, records: 0 };
}

/** Reads a record in the order of writing. All results are copies. */
export class RecordReader {
  readonly #segment: Segment;
  readonly #text: string;
  #number: number;
  #unit = 0;
  #byte: number;

  constructor({ segment, start }: Place) {
    const first = start / NUMBER_BYTES;
    const [count = 0, textBytes = 0] = segment.numbers.subarray(first, first + HEAD_NUMBERS);
    const textStart = start + (HEAD_NUMBERS + count) * NUMBER_BYTES;
    this.#segment = segment;
    this.#number = first + HEAD_NUMBERS;
    this.#byte = textStart + textBytes;
    this.#text = segment.bytes.toString('utf8', textStart, this.#byte);
  }

  number(): number | undefined {
    const value = this.#segment.numbers[this.#number] ?? NaN;
    this.#number += 1;
    return Number.isNaN(value) ? undefined : value;
  }

  text(): string | undefined {
    const units = this.number();
    if (units === undefined) return undefined;
    if (units >= LONG_UNITS) return this.#part().toString();
    this.#unit += units;
    return this.#text.slice(this.#unit - units, this.#unit);
  }

  texts(): string[] {
    return Array.from({ length: this.number() ?? 0 }, () => this.text() ?? '');
  }

  data(): Buffer | undefined {
    const isThere = this.#segment.numbers[this.#number];
    if (isThere === undefined || Number.isNaN(isThere)) {
      this.#number += 1;
      return undefined;
    }
    return Buffer.from(this.#part());
  }

  #part(): Buffer {
    const length = this.number() ?? 0;
    this.#byte += length;
    return this.#segment.bytes.subarray(this.#byte - length, this.#byte);
  }

  textOrData(): string | Buffer | undefined {
    const text = this.text();
    const data = this.data();
    return text ?? data;
  }
}
