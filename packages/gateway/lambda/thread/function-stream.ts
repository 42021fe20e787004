import type { ByteStream } from '../../core/ports.ts';
import type { StreamPart } from '../invocation/job.ts';

type Next = IteratorResult<Buffer, undefined>;
type Reader = { readonly resolve: (next: Next) => void; readonly reject: (error: Error) => void };

const OVER: Next = { done: true, value: undefined };

/**
 * A function's streamed response, as the gateway reads it. Unread parts are stored, up to the instance's window. Bytes
 * are acknowledged when they are read. If the reader has disconnected, they are acknowledged at once, so that the
 * function continues, as in Lambda.
 */
export class FunctionStream implements ByteStream {
  readonly #parts: StreamPart[] = [];
  #end: { readonly error: Error | undefined } | undefined;
  #isCancelled = false;
  #waiting: Reader | undefined;

  take(part: StreamPart): void {
    const { bytes, acknowledge } = part;
    const isWanted = !this.#isCancelled && this.#end === undefined;
    if (isWanted && this.#waiting === undefined) {
      this.#parts.push(part);
      return;
    }
    if (isWanted) this.#answer((waiting) => waiting.resolve({ done: false, value: bytes }));
    acknowledge(bytes.length);
  }

  /**
   * Ends the stream. The reader gets the remaining parts first, and then `error`. Only the first call has an effect.
   */
  end(error?: Error): void {
    if (this.#end !== undefined) return;
    this.#end = { error };
    this.#answer((waiting) => {
      if (error === undefined) waiting.resolve(OVER);
      else waiting.reject(error);
    });
  }

  cancel(): void {
    this.#isCancelled = true;
    for (const { bytes, acknowledge } of this.#parts.splice(0)) acknowledge(bytes.length);
    this.#answer((waiting) => waiting.resolve(OVER));
  }

  [Symbol.asyncIterator](): AsyncIterator<Buffer, undefined> {
    return { next: () => this.#next() };
  }

  #next(): Promise<Next> {
    const part = this.#parts.shift();
    if (part !== undefined) {
      part.acknowledge(part.bytes.length);
      return Promise.resolve({ done: false, value: part.bytes });
    }
    if (this.#isCancelled) return Promise.resolve(OVER);
    const end = this.#end;
    if (end !== undefined) return end.error === undefined ? Promise.resolve(OVER) : Promise.reject(end.error);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  #answer(say: (waiting: Reader) => void): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) say(waiting);
  }
}
