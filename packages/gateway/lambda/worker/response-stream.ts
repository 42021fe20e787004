/**
 * The object `awslambda` of Lambda's Node.js runtime, and the stream to which a handler writes. With `awslambda`, a
 * handler declares that it streams its response.
 * @see aws-lambda-nodejs-runtime-interface-client, ResponseStream.js and HttpResponseStream.js
 */
import { Writable } from 'node:stream';

import { RuntimeError } from './failure.ts';

/**
 * The names of the properties that Lambda's `streamifyResponse` adds to a handler. Libraries also read these
 * properties.
 */
const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
const HIGH_WATER_MARK = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark');

/** The content type of a stream that begins with status and headers. Function URLs recognize such a stream by it. */
const WITH_METADATA = 'application/vnd.awslambda.http-integration-response';
/** The maximum size of one message to the gateway, in bytes. */
const PART_BYTES = 65_536;
/**
 * The maximum number of bytes that were sent but not acknowledged. If there are more, `write` returns false, and the
 * function waits for `drain`.
 */
const WINDOW_BYTES = 4 * PART_BYTES;

type PartChannel = {
  readonly send: (part: Uint8Array<ArrayBuffer>, contentType: string | undefined) => void;
  readonly hold: (isWaiting: boolean) => void;
};

export type StreamOptions = { readonly highWaterMark?: number | undefined };

/** Returns the stream options of a handler; undefined if the handler returns its response instead of streaming it. */
export function streamOptionsOf(handler: object): StreamOptions | undefined {
  if (Reflect.get(handler, STREAMING) !== 'response') return undefined;
  const highWaterMark: unknown = Reflect.get(handler, HIGH_WATER_MARK);
  return typeof highWaterMark === 'number' ? { highWaterMark } : {};
}

export const awslambda = {
  streamifyResponse(handler: object, options?: { readonly highWaterMark?: unknown }): object {
    return Object.assign(handler, { [STREAMING]: 'response', [HIGH_WATER_MARK]: options?.highWaterMark });
  },
  HttpResponseStream: {
    /**
     * Adds metadata to a stream. As in Lambda, the metadata is sent with the first `write`. A stream that ends without
     * a `write` has no metadata.
     */
    from(stream: ResponseStream, metadata: unknown): ResponseStream {
      stream.setContentType(WITH_METADATA);
      stream._onBeforeFirstWrite = (write) => {
        write(JSON.stringify(metadata));
        write(new Uint8Array(8));
      };
      return stream;
    },
  },
};

type Write = (chunk: string | Uint8Array) => unknown;

export class ResponseStream extends Writable {
  /** The hook that Lambda's stream has under this name. Libraries also set it. */
  _onBeforeFirstWrite: ((write: Write) => void) | undefined;
  readonly #channel: PartChannel;
  #hasWritten = false;
  #contentType: string | undefined;
  #unacknowledged = 0;
  #resume: (() => void) | undefined;

  constructor(channel: PartChannel, { highWaterMark }: StreamOptions) {
    super({ decodeStrings: true, ...(highWaterMark === undefined ? {} : { highWaterMark }) });
    this.#channel = channel;
  }

  /** Sets the `Content-Type` that the client of a function URL receives if the function does not set metadata. */
  setContentType(contentType?: unknown): void {
    if (this.#hasWritten)
      throw new RuntimeError('InvalidStreamingOperation', 'Cannot set content-type, too late.');
    if (typeof contentType === 'string') this.#contentType = contentType;
  }

  get hasLostMetadata(): boolean {
    return !this.#hasWritten && this._onBeforeFirstWrite !== undefined;
  }

  /** Writes a chunk. Values other than text and bytes are written as JSON. */
  override write(chunk: unknown, ...rest: unknown[]): boolean {
    const content = typeof chunk === 'string' || chunk instanceof Uint8Array ? chunk : JSON.stringify(chunk);
    const write = super.write.bind(this) as (chunk: string | Uint8Array, ...rest: unknown[]) => boolean;
    if (!this.#hasWritten) {
      this.#hasWritten = true;
      this._onBeforeFirstWrite?.((before) => write(before));
    }
    return write(content, ...rest);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#send(chunk, 0, done);
  }

  acknowledge(bytes: number): void {
    this.#unacknowledged -= bytes;
    const goOn = this.#resume;
    if (goOn === undefined || this.#unacknowledged >= WINDOW_BYTES) return;
    this.#resume = undefined;
    this.#channel.hold(false);
    goOn();
  }

  #send(chunk: Buffer, from: number, done: () => void): void {
    for (let at = from; at < chunk.length; at += PART_BYTES) {
      if (this.#unacknowledged >= WINDOW_BYTES) {
        this.#resume = () => this.#send(chunk, at, done);
        this.#channel.hold(true);
        return;
      }
      // The bytes are copied, because the function may reuse its buffer immediately after the write.
      const part = new Uint8Array(chunk.subarray(at, at + PART_BYTES));
      this.#unacknowledged += part.length;
      this.#channel.send(part, this.#contentType);
    }
    done();
  }
}
