/**
 * Encodes and decodes bodies of the protocol RPC v2 CBOR, which contain the values of JSON, and timestamps.
 * @see Smithy 2.0, "Smithy RPC v2 CBOR protocol"; RFC 8949
 */

const MAX_DEPTH = 32;

/** A time in a response, written as seconds in JSON and as tagged seconds in CBOR. */
export class Timestamp {
  readonly epochMs: number;

  constructor(epochMs: number) {
    this.epochMs = epochMs;
  }

  toJSON(): number {
    return this.epochMs / 1000;
  }
}

/** A number in a response that is always written as a floating-point number, even if its value is whole. */
export class Double {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }

  toJSON(): number {
    return this.value;
  }
}

const MAJOR = { unsigned: 0, negative: 1, bytes: 2, text: 3, list: 4, map: 5, tag: 6, simple: 7 } as const;
const TIMESTAMP_TAG = 1;
const INDEFINITE = 31;
const BREAK = 0xff;

/** Leaves out members that are `undefined`. */
export function encodeCbor(value: unknown): Buffer {
  const parts: Buffer[] = [];
  write(value, parts);
  return Buffer.concat(parts);
}

function write(value: unknown, parts: Buffer[]): void {
  if (value === true || value === false) parts.push(Buffer.of(value ? 0xf5 : 0xf4));
  else if (value instanceof Timestamp) parts.push(Buffer.of(0xc0 | TIMESTAMP_TAG), float(value.toJSON()));
  else if (value instanceof Double) parts.push(float(value.value));
  else if (typeof value === 'number') parts.push(number(value));
  else if (typeof value === 'string') {
    const bytes = Buffer.from(value);
    parts.push(head(MAJOR.text, bytes.length), bytes);
  } else if (Array.isArray(value)) {
    parts.push(head(MAJOR.list, value.length));
    for (const item of value) write(item, parts);
  } else if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    parts.push(head(MAJOR.map, members.length));
    for (const [name, member] of members) {
      write(name, parts);
      write(member, parts);
    }
  } else parts.push(Buffer.of(0xf6));
}

function number(value: number): Buffer {
  if (!Number.isSafeInteger(value)) return float(value);
  return value < 0 ? head(MAJOR.negative, -1 - value) : head(MAJOR.unsigned, value);
}

function float(value: number): Buffer {
  const bytes = Buffer.alloc(9, 0xfb);
  bytes.writeDoubleBE(value, 1);
  return bytes;
}

function head(major: number, size: number): Buffer {
  const first = major << 5;
  if (size < 24) return Buffer.of(first | size);
  if (size <= 0xff) return Buffer.of(first | 24, size);
  const bytes = Buffer.alloc(size <= 0xffff ? 3 : size <= 0xffffffff ? 5 : 9);
  bytes[0] = first | (bytes.length === 3 ? 25 : bytes.length === 5 ? 26 : 27);
  if (bytes.length === 3) bytes.writeUInt16BE(size, 1);
  else if (bytes.length === 5) bytes.writeUInt32BE(size, 1);
  else bytes.writeBigUInt64BE(BigInt(size), 1);
  return bytes;
}

/**
 * Returns the body as JSON would represent it: timestamps in seconds, bytes in base64, `undefined` as null.
 * @returns undefined if the bytes are not exactly one complete value, or if it is nested more than 32 levels deep
 */
export function decodeCbor(bytes: Buffer): unknown {
  const reader = new CborReader(bytes);
  try {
    const value = reader.read(0);
    return reader.isAtEnd ? value : undefined;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

class CborReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  read(depth: number): unknown {
    if (depth > MAX_DEPTH) throw new RangeError('nested too deep');
    const first = this.#take(1)[0] ?? 0;
    const major = first >> 5;
    const info = first & 31;
    switch (major) {
      case MAJOR.unsigned:
        return this.#size(info);
      case MAJOR.negative:
        return -1 - this.#size(info);
      case MAJOR.bytes:
        return this.#chunks(info, major).toString('base64');
      case MAJOR.text:
        return this.#chunks(info, major).toString('utf8');
      case MAJOR.list:
        return this.#items(info, depth, 1);
      case MAJOR.map:
        return this.#map(info, depth);
      case MAJOR.tag:
        this.#size(info);
        return this.read(depth + 1);
      default:
        return this.#simple(info);
    }
  }

  #take(count: number): Buffer {
    const end = this.#at + count;
    if (end > this.#bytes.length) throw new RangeError('ends early');
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  #size(info: number): number {
    if (info < 24) return info;
    if (info === 24) return this.#take(1).readUInt8();
    if (info === 25) return this.#take(2).readUInt16BE();
    if (info === 26) return this.#take(4).readUInt32BE();
    if (info === 27) return Number(this.#take(8).readBigUInt64BE());
    throw new RangeError('reserved size');
  }

  #isBreak(): boolean {
    if (this.#bytes[this.#at] !== BREAK) return false;
    this.#at += 1;
    return true;
  }

  #chunks(info: number, major: number): Buffer {
    if (info !== INDEFINITE) return this.#take(this.#size(info));
    const chunks: Buffer[] = [];
    while (!this.#isBreak()) {
      const first = this.#take(1)[0] ?? 0;
      if (first >> 5 !== major || (first & 31) === INDEFINITE) throw new RangeError('not a chunk');
      chunks.push(this.#take(this.#size(first & 31)));
    }
    return Buffer.concat(chunks);
  }

  /**
   * Items are counted as they are read. Attack: if memory were reserved for the stated size, a size beyond the body's
   * length would use up memory.
   */
  #items(info: number, depth: number, each: 1 | 2): unknown[] {
    const items: unknown[] = [];
    if (info === INDEFINITE) while (!this.#isBreak()) items.push(this.read(depth + 1));
    else for (let left = this.#size(info) * each; left > 0; left -= 1) items.push(this.read(depth + 1));
    return items;
  }

  #map(info: number, depth: number): object {
    const items = this.#items(info, depth, 2);
    if (items.length % 2 === 1) throw new RangeError('a map has a name without a value');
    const members = items.flatMap((name, index): [string, unknown][] =>
      index % 2 === 0 ? [[String(name), items[index + 1]]] : [],
    );
    return Object.fromEntries(members);
  }

  #simple(info: number): unknown {
    if (info === 20 || info === 21) return info === 21;
    if (info === 22 || info === 23) return null;
    if (info === 25) return half(this.#take(2).readUInt16BE());
    if (info === 26) return this.#take(4).readFloatBE();
    if (info === 27) return this.#take(8).readDoubleBE();
    throw new RangeError('unknown simple value');
  }
}

/** @see RFC 8949, appendix D */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (fraction + 1024) * 2 ** (exponent - 25);
}
