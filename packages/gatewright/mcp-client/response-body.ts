/** Reads response bodies up to a limit, because a server may send without end. */
import { McpClientError } from './errors.ts';

/** The maximum length of a response in bytes. API Gateway sends at most 10 MB unless it streams. */
const ANSWER_LIMIT = 20_000_000;

/** @throws McpClientError if the body is longer than `limit` bytes */
export async function readBounded(response: Response, limit = ANSWER_LIMIT): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const part of partsOf(response, limit)) text += decoder.decode(part, { stream: true });
  return text + decoder.decode();
}

/**
 * Yields the data of each server-sent event as it arrives. The stream is closed when the caller stops.
 * @throws McpClientError if the stream is longer than `ANSWER_LIMIT` bytes
 */
export async function* readEvents(response: Response): AsyncGenerator<string, undefined> {
  const decoder = new TextDecoder();
  let rest = '';
  let data: string[] = [];
  for await (const part of partsOf(response, ANSWER_LIMIT)) {
    const lines = (rest + decoder.decode(part, { stream: true })).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.startsWith('data:')) data.push(line.slice(5).replace(/^ /, ''));
      else if (line === '' && data.length > 0) {
        yield data.join('\n');
        data = [];
      }
    }
  }
  if (rest.startsWith('data:')) data.push(rest.slice(5).replace(/^ /, ''));
  // If the body ends without a last empty line, its last event is complete nevertheless.
  if (data.length > 0) yield data.join('\n');
}

async function* partsOf(response: Response, limit: number): AsyncGenerator<Uint8Array, undefined> {
  let length = 0;
  if (response.body === null) return;
  const parts = (response.body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  try {
    for (let next = await read(parts); next.done !== true; next = await read(parts)) {
      length += next.value.length;
      if (length > limit) throw new McpClientError(`the response is longer than ${limit} bytes`);
      yield next.value;
    }
  } finally {
    await parts.return?.();
  }
}

/**
 * Reads the next part of the body.
 * @throws McpClientError with the reason if the connection breaks, or if the time limit of the request ends, before the
 * body is complete
 */
async function read(parts: AsyncIterator<Uint8Array>): Promise<IteratorResult<Uint8Array>> {
  try {
    return await parts.next();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new McpClientError(`the response ended before it was complete: ${reason}`, { cause });
  }
}
