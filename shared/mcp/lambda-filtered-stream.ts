/** Filters the response of a streaming function, event by event, before Lambda sends it. */
import { Writable } from 'node:stream';
import {
  asNumber,
  asText,
  isJsonObject,
  memberOf,
  parseJson,
  parseJsonObject,
} from '@gatewright/aws/json-object';
import { DomainError } from '../errors.ts';
import { filterAnswer, filterEvents } from './filter-answer.ts';
import { withoutLengthHeader } from './filter-result.ts';
import type { Filtering } from './guard.ts';

/** The stream that Lambda gives to a streaming handler. `HttpResponseStream.from` sets both members. */
export type ResponseStream = Writable & {
  setContentType(type: string): void;
  /** Lambda calls this function before the first byte, to write status code and headers. */
  _onBeforeFirstWrite?: BeforeFirstWrite;
};

type BeforeFirstWrite = (write: (chunk: string | Uint8Array) => void) => void;

/** A longer response or event cannot be filtered, so it is not sent. */
const ANSWER_LIMIT_CHARACTERS = 20 * 1024 * 1024;

export class FilteredStream extends Writable implements ResponseStream {
  declare _onBeforeFirstWrite?: BeforeFirstWrite;
  readonly #target: ResponseStream;
  readonly #passage: Filtering;
  #contentType = '';
  /** The parts that were written since the last complete event. They are joined only when an event is complete. */
  #parts: string[] = [];
  #length = 0;
  #decoder = new TextDecoder();
  #isEvents: boolean | undefined;
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
    const text = this.#decoder.decode(chunk, { stream: true });
    this.#length += text.length;
    if (this.#length > ANSWER_LIMIT_CHARACTERS)
      done(notSent(`is longer than ${ANSWER_LIMIT_CHARACTERS} characters`));
    else this.#send(this.#takeEvents(text), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    const { grants, requests } = this.#passage;
    const text = this.#parts.join('') + this.#decoder.decode();
    const filtered = filterAnswer(grants, requests, text, this.#sendsEvents());
    // An error page is not a list, so it may be sent (`filterResult`).
    const isErrorPage =
      filtered === undefined && !this.#sendsEvents() && (metadataOf(this).statusCode ?? 0) >= 300;
    this.#send(isErrorPage ? text : filtered, (error) => {
      if (error) done(error);
      else
        this.#target.end(() => {
          done();
        });
    });
  }

  /**
   * Takes the complete events and returns them filtered: an empty text if no event is complete yet, undefined if an
   * event cannot be filtered. An empty line ends an event.
   */
  #takeEvents(text: string): string | undefined {
    const last = this.#parts.at(-1)?.at(-1) ?? '';
    this.#parts.push(text);
    if (!this.#sendsEvents()) return '';
    const joined = last + text;
    // Each pair consists of two line ends, so it ends an empty line. CR LF CR LF is also found, because it contains LF
    // CR.
    const at = Math.max(...['\n\n', '\n\r', '\r\r'].map((pair) => joined.lastIndexOf(pair)));
    if (at === -1) return '';
    const end = at + (joined.startsWith('\n\r\n', at) ? 3 : 2) - last.length;
    const whole = [...this.#parts.slice(0, -1), text.slice(0, end)].join('');
    this.#parts = [text.slice(end)];
    this.#length = text.length - end;
    return filterEvents(this.#passage.grants, this.#passage.requests, whole);
  }

  #send(text: string | undefined, done: (error?: Error | null) => void): void {
    if (text === undefined) {
      done(notSent('is neither JSON nor a stream of events with JSON'));
      return;
    }
    const before = this._onBeforeFirstWrite;
    if (!this.#sentAny && before !== undefined)
      this.#target._onBeforeFirstWrite = (write) => {
        before((chunk) => {
          write(withoutLength(chunk));
        });
      };
    // The metadata is sent with the first write, so a response without a body needs an empty write.
    if (text === '' && (this.#sentAny || !this.writableEnded)) {
      done();
      return;
    }
    this.#sentAny = true;
    this.#target.write(text, done);
  }

  /**
   * The content type is in the headers that `HttpResponseStream.from` writes. Without these headers, the stream's own
   * content type is used.
   */
  #sendsEvents(): boolean {
    this.#isEvents ??= (metadataOf(this).contentType ?? this.#contentType)
      .toLowerCase()
      .startsWith('text/event-stream');
    return this.#isEvents;
  }
}

type Metadata = { readonly statusCode: number | undefined; readonly contentType: string | undefined };

/** Reads the metadata that `HttpResponseStream.from` will write before the first byte. */
export function metadataOf(stream: ResponseStream): Metadata {
  let prelude = '';
  stream._onBeforeFirstWrite?.((chunk) => {
    if (typeof chunk === 'string') prelude += chunk;
  });
  const metadata = parseJson(prelude);
  const headers = Object.entries(memberOf(metadata, 'headers') ?? {});
  const [, type] = headers.find(([name]) => name.toLowerCase() === 'content-type') ?? [];
  return { statusCode: asNumber(memberOf(metadata, 'statusCode')), contentType: asText(type) };
}

function withoutLength(chunk: string | Uint8Array): string | Uint8Array {
  const metadata = typeof chunk === 'string' ? parseJsonObject(chunk) : undefined;
  const headers = metadata?.['headers'];
  return isJsonObject(headers)
    ? JSON.stringify({ ...metadata, headers: withoutLengthHeader(headers) })
    : chunk;
}

function notSent(reason: string): Error {
  return new DomainError(
    'EVENT_MALFORMED',
    `the response of the MCP server, or one of its events, ${reason}, so the response cannot be filtered and is not sent`,
  );
}
