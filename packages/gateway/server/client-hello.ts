/**
 * The result of reading the first bytes that a TLS client sends (RFC 8446 §4.1.2, RFC 6066 §3). They contain the server
 * name, by which the TLS settings are chosen.
 */

type Hello =
  | { readonly kind: 'more' }
  | { readonly kind: 'foreign' }
  /**
   * The hello is complete. `serverName` is undefined if the name cannot be read or the client sent none, as it does for
   * an IP address.
   */
  | { readonly kind: 'hello'; readonly serverName: string | undefined };

const HANDSHAKE_RECORD = 22;
const RECORD_HEADER_BYTES = 5;
const CLIENT_HELLO = 1;
const SERVER_NAME = 0;
const HOST_NAME = 0;
/**
 * The maximum size of a hello in bytes. Even a hello with all extensions of browsers, including post-quantum keys, has
 * only a tenth of this size.
 */
export const MAX_HELLO_BYTES = 16_384;
const VERSION_AND_RANDOM_BYTES = 34;

/** Reads the hello. It never throws. An unreadable hello has no name, and TLS itself refuses it. */
export function readHello(bytes: Buffer): Hello {
  if (bytes.length === 0) return { kind: 'more' };
  if (bytes[0] !== HANDSHAKE_RECORD) return { kind: 'foreign' };
  const message = joinRecords(bytes);
  if (message === undefined) return NAMELESS;
  if (message.length >= 1 && message[0] !== CLIENT_HELLO) return NAMELESS;
  const isWhole = message.length >= 4 && message.length >= 4 + message.readUIntBE(1, 3);
  if (!isWhole) return bytes.length > MAX_HELLO_BYTES ? NAMELESS : { kind: 'more' };
  return { kind: 'hello', serverName: findServerName(message) };
}

const NAMELESS: Hello = { kind: 'hello', serverName: undefined };

/** Joins the payloads of the records received so far. Returns undefined when a record of another kind follows. */
function joinRecords(bytes: Buffer): Buffer | undefined {
  const parts: Buffer[] = [];
  for (let at = 0; at + RECORD_HEADER_BYTES <= bytes.length;) {
    if (bytes[at] !== HANDSHAKE_RECORD) return undefined;
    const end = at + RECORD_HEADER_BYTES + bytes.readUInt16BE(at + 3);
    parts.push(bytes.subarray(at + RECORD_HEADER_BYTES, end));
    at = end;
  }
  return Buffer.concat(parts);
}

function findServerName(message: Buffer): string | undefined {
  const reader = new Reader(message, 4);
  reader.skip(VERSION_AND_RANDOM_BYTES);
  reader.skip(reader.number(1));
  reader.skip(reader.number(2));
  reader.skip(reader.number(1));
  const extensions = reader.block(2);
  while (extensions !== undefined && extensions.hasMore) {
    const type = extensions.number(2);
    const content = extensions.block(2);
    if (type !== SERVER_NAME) continue;
    const names = content?.block(2);
    const kind = names?.number(1);
    const name = names?.text(2);
    return kind === HOST_NAME && name !== undefined && HOST.test(name) ? name.toLowerCase() : undefined;
  }
  return undefined;
}

/** Matches names that consist of the characters that are allowed in a Host header. */
const HOST = /^[A-Za-z0-9._-]{1,253}$/;

/** Reads numbers and blocks of bytes. Beyond the end of the bytes, every number is 0 and every block is undefined. */
class Reader {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  get hasMore(): boolean {
    return this.#at < this.#bytes.length;
  }

  skip(count: number): void {
    this.#at += count;
  }

  number(size: 1 | 2): number {
    const end = this.#at + size;
    const value = end > this.#bytes.length ? 0 : this.#bytes.readUIntBE(this.#at, size);
    this.#at = end;
    return value;
  }

  /** Reads a block of bytes that is preceded by its length. */
  block(size: 2): Reader | undefined {
    const bytes = this.#take(this.number(size));
    return bytes && new Reader(bytes);
  }

  text(size: 2): string | undefined {
    return this.#take(this.number(size))?.toString('latin1');
  }

  #take(count: number): Buffer | undefined {
    const end = this.#at + count;
    if (end > this.#bytes.length) return undefined;
    const bytes = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }
}
