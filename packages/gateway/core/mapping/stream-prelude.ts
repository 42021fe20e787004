/**
 * The start of a function's streamed response: JSON with status and headers, eight NUL bytes, then the body
 * (developer guide, "Lambda proxy integration format for response streaming").
 */
import { malformedProxyResponse } from './mapping-failure.ts';
import type { ProxyFault } from '../defect.ts';
import type { ByteStream, StreamAnswer } from '../ports.ts';

const DELIMITER = Buffer.alloc(8);
/** The maximum length of the JSON before the delimiter, in bytes. */
const MAX_PRELUDE_BYTES = 16_384;

/**
 * Reads the stream up to the delimiter. The rest of the stream becomes the body.
 * @throws GatewayError FUNCTION_FAILED with 500 if there is no delimiter after at most 16 KB; if the stream fails
 * before the delimiter, the error of the stream
 */
export async function splitPrelude(stream: ByteStream): Promise<StreamAnswer<string>> {
  const parts = stream[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  for (;;) {
    const next = await parts.next();
    if (next.done === true)
      throw undelimited('the response ended before the eight NUL bytes after its metadata');
    head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
    const at = head.indexOf(DELIMITER);
    if (at >= 0 && at <= MAX_PRELUDE_BYTES) {
      const body = new Remainder(head.subarray(at + DELIMITER.length), parts, stream);
      return { kind: 'streams', head: head.toString('utf8', 0, at), body };
    }
    if (head.length < MAX_PRELUDE_BYTES + DELIMITER.length) continue;
    stream.cancel();
    throw undelimited('no eight NUL bytes after the metadata in the first 16 KB');
  }
}

const WITH_METADATA = 'application/vnd.awslambda.http-integration-response';

/**
 * Splits the prelude from the stream of a function URL. If the stream has no prelude, the whole stream is the body, the
 * status is 200, and the content type is the function's own or a generic type (Lambda developer guide, "Response
 * streaming for Lambda functions").
 */
export async function splitOwnPrelude(
  stream: ByteStream,
  contentType = 'application/octet-stream',
): Promise<StreamAnswer<string>> {
  if (contentType === WITH_METADATA) return splitPrelude(stream);
  const head = JSON.stringify({ statusCode: 200, headers: { 'Content-Type': contentType } });
  return { kind: 'streams', head, body: stream };
}

/**
 * Returns the error for a malformed streamed response. AWS responds with 500, although it responds with 502 to a
 * malformed buffered proxy response.
 */
export function malformedStream(fault: { readonly reason: string } & ProxyFault): Error {
  return malformedProxyResponse(fault, 500);
}

function undelimited(reason: string): Error {
  return malformedStream({ reason, part: 'delimiter' });
}

class Remainder implements ByteStream {
  #first: Buffer | undefined;
  readonly #parts: AsyncIterator<Buffer>;
  readonly #source: ByteStream;

  constructor(first: Buffer, parts: AsyncIterator<Buffer>, source: ByteStream) {
    this.#first = first.length === 0 ? undefined : first;
    this.#parts = parts;
    this.#source = source;
  }

  cancel(): void {
    this.#source.cancel();
  }

  [Symbol.asyncIterator](): AsyncIterator<Buffer> {
    return {
      next: () => {
        const first = this.#first;
        if (first === undefined) return this.#parts.next();
        this.#first = undefined;
        return Promise.resolve({ done: false, value: first });
      },
    };
  }
}
