/** Filters the answer of a streaming function, event by event, before Lambda sends it. */
import { Writable } from 'node:stream';
import { asText, memberOf, parseJson } from '@gatewright/aws/json-object';
import { DomainError } from '../errors.ts';
import { filterAnswer, filterEvents } from './filter-answer.ts';
import type { Filtering } from './guard.ts';

/** The stream that Lambda gives to a streaming handler. `HttpResponseStream.from` sets both members. */
export type ResponseStream = Writable & {
  setContentType(type: string): void;
  /** Lambda calls it before the first byte, to write status code and headers. */
  _onBeforeFirstWrite?: (write: (chunk: string | Uint8Array) => void) => void;
};

/** An answer that is longer cannot be filtered, and is not sent. */
const ANSWER_LIMIT_BYTES = 20 * 1024 * 1024;

export class FilteredStream extends Writable implements ResponseStream {
  declare _onBeforeFirstWrite?: (write: (chunk: string | Uint8Array) => void) => void;
  readonly #target: ResponseStream;
  readonly #passage: Filtering;
  #contentType = '';
  #text = '';
  #decoder = new TextDecoder();
  #sentAny = false;

  constructor(target: ResponseStream, passage: Filtering) {
    super();
    this.#target = target;
    this.#passage = passage;
  }

  setContentType(type: string): void {
    this.#contentType = type;
    this.#target.setContentType(type);
  }

  override _write(chunk: Uint8Array, _encoding: unknown, done: (error?: Error | null) => void): void {
    this.#text += this.#decoder.decode(chunk, { stream: true });
    if (this.#text.length > ANSWER_LIMIT_BYTES) done(unreadable());
    else if (!this.#isEvents()) done();
    else this.#send(this.#takeEvents(), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#text += this.#decoder.decode();
    const { grants, requests } = this.#passage;
    const filtered = filterAnswer(grants, requests, this.#text, this.#isEvents());
    this.#send(filtered, (error) => {
      if (error) done(error);
      else
        this.#target.end(() => {
          done();
        });
    });
  }

  /** Takes the events that are whole. An empty line ends an event. */
  #takeEvents(): string | undefined {
    const end = Math.max(this.#text.lastIndexOf('\n\n'), this.#text.lastIndexOf('\r\n\r\n'));
    if (end === -1) return '';
    const length = this.#text.startsWith('\r\n', end) ? 4 : 2;
    const whole = this.#text.slice(0, end + length);
    this.#text = this.#text.slice(end + length);
    return filterEvents(this.#passage.grants, this.#passage.requests, whole);
  }

  #send(text: string | undefined, done: (error?: Error | null) => void): void {
    if (text === undefined) {
      done(unreadable());
      return;
    }
    if (!this.#sentAny && this._onBeforeFirstWrite)
      this.#target._onBeforeFirstWrite = this._onBeforeFirstWrite;
    if (text === '') {
      done();
      return;
    }
    this.#sentAny = true;
    this.#target.write(text, done);
  }

  /** The type is in the headers that `HttpResponseStream.from` writes, otherwise the stream's own. */
  #isEvents(): boolean {
    let prelude = '';
    this._onBeforeFirstWrite?.((chunk) => {
      if (typeof chunk === 'string') prelude += chunk;
    });
    const headers = Object.entries(memberOf(parseJson(prelude), 'headers') ?? {});
    const [, type = this.#contentType] =
      headers.find(([name]) => name.toLowerCase() === 'content-type') ?? [];
    return asText(type)?.toLowerCase().startsWith('text/event-stream') === true;
  }
}

function unreadable(): Error {
  return new DomainError('EVENT_MALFORMED', 'the answer of the MCP server cannot be read, so it is not sent');
}
