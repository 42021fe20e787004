/**
 * AWS's framing of an event stream, `application/vnd.amazon.eventstream` (Smithy specification, "Amazon event
 * stream").
 */
import { crc32 } from 'node:zlib';
import type { ByteStream } from '../../../core/ports.ts';

export const EVENT_STREAM = 'application/vnd.amazon.eventstream';

/**
 * Size of the prelude, which precedes the headers and contains the lengths and their checksum. A checksum of the whole
 * message follows the payload. All numbers are big-endian.
 */
const PRELUDE_BYTES = 12;
const CHECKSUM_BYTES = 4;
/** The type of a header value: text with a two-byte length. */
const TEXT = 7;

export type StreamEvent = { readonly name: string; readonly contentType: string; readonly payload: Buffer };

export function encodeEvent({ name, contentType, payload }: StreamEvent): Buffer {
  const headers = Buffer.concat([
    encodeHeader(':event-type', name),
    encodeHeader(':content-type', contentType),
    encodeHeader(':message-type', 'event'),
  ]);
  const before = PRELUDE_BYTES + headers.length + payload.length;
  const message = Buffer.alloc(before + CHECKSUM_BYTES);
  message.writeUInt32BE(message.length, 0);
  message.writeUInt32BE(headers.length, 4);
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8);
  headers.copy(message, PRELUDE_BYTES);
  payload.copy(message, PRELUDE_BYTES + headers.length);
  message.writeUInt32BE(crc32(message.subarray(0, before)), before);
  return message;
}

function encodeHeader(name: string, value: string): Buffer {
  const header = Buffer.alloc(1 + name.length + 3);
  header.writeUInt8(name.length, 0);
  header.write(name, 1, 'latin1');
  header.writeUInt8(TEXT, 1 + name.length);
  header.writeUInt16BE(value.length, 2 + name.length);
  return Buffer.concat([header, Buffer.from(value, 'latin1')]);
}

export function toEventStream(
  source: ByteStream,
  toEvent: (part: Buffer) => StreamEvent,
  toEnd: (failure: Error | undefined) => StreamEvent,
): ByteStream {
  async function* run(): AsyncGenerator<Buffer, undefined> {
    let failure: Error | undefined;
    try {
      for await (const part of source) yield encodeEvent(toEvent(part));
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error));
    }
    yield encodeEvent(toEnd(failure));
    return undefined;
  }
  return { cancel: () => source.cancel(), [Symbol.asyncIterator]: run };
}
