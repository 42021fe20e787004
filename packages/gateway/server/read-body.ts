/** Reads request bodies of any HTTP version. Their total memory is limited. */
import { FREE_BODY_BYTES } from './body-memory.ts';
import type { Readable } from 'node:stream';
import type { BodyMemory, BodyRoom } from './body-memory.ts';

type BodyRules = {
  readonly memory: BodyMemory;
  /** The maximum size of a body. Further bytes are not read. */
  readonly maxBytes: number;
  /** Returns the Content-Length; undefined if the client did not send it. Called only for a long body. */
  readonly announced: () => string | undefined;
  /** The address of the client. */
  readonly address: string | undefined;
};

/**
 * The functions that are called when a body ends. Exactly one of them is called, once, unless the client disconnects
 * first.
 */
type BodyEnds = {
  /**
   * Called with the body, or with its first `maxBytes`.
   * @param release must be called once the response has been sent
   */
  readonly done: (body: Buffer, release: () => void) => void;
  /** Called if there is no memory for the body. The rest of the body is not read. */
  readonly refused: () => void;
};

const MAPPED_FROM_BYTES = 1024 ** 2;
const NOTHING = Buffer.alloc(0);
const HOLDS_NOTHING = (): void => undefined;

export function readBody(request: Readable, rules: BodyRules, ends: BodyEnds): void {
  const reader = new BodyReader(request, rules, ends);
  request.on('data', (chunk: Buffer) => reader.receive(chunk));
  request.on('end', () => reader.finish());
  request.on('error', () => reader.abandon());
  // The `aborted` event is needed because HTTP/2 emits `end` even for a body that was cut off.
  request.on('aborted', () => reader.abandon());
  request.on('close', () => reader.abandon());
}

type ReadBody = { readonly body: Buffer; readonly release: () => void };

/**
 * Reads a whole body. Never settles if the client disconnects first.
 * @returns undefined if there is no memory for the body
 */
export function readWhole(request: Readable, rules: BodyRules): Promise<ReadBody | undefined> {
  return new Promise((resolve) => {
    readBody(request, rules, {
      done: (body, release) => resolve({ body, release }),
      refused: () => resolve(undefined),
    });
  });
}

class BodyReader {
  readonly #request: Readable;
  readonly #rules: BodyRules;
  readonly #ends: BodyEnds;
  /** The first part of the body, which is usually the whole body. It is copied only if another part arrives. */
  #first: Buffer | undefined;
  #bytes: Buffer<ArrayBuffer> | undefined;
  #length = 0;
  /** The number of bytes that are counted for this body until memory is reserved for it. */
  #begun = 0;
  #room: BodyRoom | undefined;
  #stopWaiting: (() => void) | undefined;
  #isOver = false;

  constructor(request: Readable, rules: BodyRules, ends: BodyEnds) {
    this.#request = request;
    this.#rules = rules;
    this.#ends = ends;
  }

  receive(chunk: Buffer): void {
    if (this.#isOver) return;
    const { maxBytes } = this.#rules;
    const needed = Math.min(this.#length + chunk.length, maxBytes);
    if (needed > FREE_BODY_BYTES && this.#room === undefined) this.#askForRoom(chunk);
    else if (needed > (this.#room?.bytes ?? FREE_BODY_BYTES)) this.#refuse();
    else {
      this.#keep(chunk);
      if (this.#room === undefined && !this.#begin(chunk.length)) this.#refuse();
      else if (this.#length >= maxBytes) {
        this.#request.pause();
        this.finish();
      }
    }
  }

  finish(): void {
    if (this.#isOver) return;
    this.#end();
    const { memory } = this.#rules;
    const room = this.#room;
    const body = this.#bytes?.subarray(0, this.#length) ?? this.#first ?? NOTHING;
    if (room === undefined) this.#ends.done(body, HOLDS_NOTHING);
    else {
      memory.shrink(room, this.#length);
      this.#ends.done(body, () => memory.give(room));
    }
  }

  /** Called when the client has disconnected. It has no effect after the end. */
  abandon(): void {
    if (this.#isOver) return;
    this.#end();
    if (this.#room !== undefined) this.#rules.memory.give(this.#room);
    this.#first = undefined;
    // The memory is freed explicitly, because an idle process may not collect garbage for minutes.
    this.#bytes?.buffer.transfer(0);
  }

  #refuse(): void {
    this.abandon();
    this.#request.pause();
    this.#ends.refused();
  }

  #end(): void {
    this.#isOver = true;
    this.#stopWaiting?.();
    this.#endBeginning();
  }

  #begin(bytes: number): boolean {
    this.#begun += bytes;
    return this.#rules.memory.begin(bytes, this.#rules.address ?? '');
  }

  #endBeginning(): void {
    this.#rules.memory.endBeginning(this.#begun, this.#rules.address ?? '');
    this.#begun = 0;
  }

  /**
   * Reserves memory for the whole body at once. If several bodies each had a part of their memory and waited for the
   * rest, they could block each other forever.
   */
  #askForRoom(chunk: Buffer): void {
    const { memory, maxBytes, announced, address = '' } = this.#rules;
    const length = Number(announced() ?? Math.min(maxBytes, memory.ofAddressBytes));
    this.#begin(chunk.length);
    this.#request.pause();
    this.#stopWaiting = memory.take(Math.min(length, maxBytes), address, (room) => {
      if (room === undefined) {
        this.#refuse();
        return;
      }
      this.#room = room;
      this.#endBeginning();
      this.#resize(room.bytes);
      this.#request.resume();
      this.receive(chunk);
    });
  }

  #keep(chunk: Buffer): void {
    if (this.#length === 0 && this.#room === undefined) this.#first = chunk;
    else {
      const needed = Math.min(this.#length + chunk.length, this.#rules.maxBytes);
      const bytes =
        this.#bytes !== undefined && this.#bytes.length >= needed
          ? this.#bytes
          : this.#resize(Math.min(FREE_BODY_BYTES, needed * 2));
      chunk.copy(bytes, this.#length);
    }
    this.#length = Math.min(this.#length + chunk.length, this.#rules.maxBytes);
  }

  /**
   * Copies the parts into one buffer. Attack: a client sends a body in parts of one byte. Without the copy, each part
   * would remain a separate object.
   */
  #resize(bytes: number): Buffer<ArrayBuffer> {
    const larger = allocate(bytes);
    (this.#bytes ?? this.#first)?.copy(larger, 0, 0, this.#length);
    this.#first = undefined;
    this.#bytes = larger;
    return larger;
  }
}

/**
 * Allocates a buffer. Large buffers are resizable, because V8 maps memory pages for a resizable buffer and unmaps them
 * when the buffer is freed. This takes 1.3 ms per MB. Large blocks of malloc, in contrast, mostly stay in the process,
 * because small blocks that live longer lie between them.
 */
function allocate(bytes: number): Buffer<ArrayBuffer> {
  if (bytes <= MAPPED_FROM_BYTES) return Buffer.allocUnsafeSlow(bytes);
  return Buffer.from(new ArrayBuffer(bytes, { maxByteLength: bytes }));
}
