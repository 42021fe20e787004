/**
 * Reads the bodies of backend responses within a size limit. Cancels bodies that are not read, so that their
 * connections are released.
 */
import { DomainError } from '../errors.ts';

const MOST_BYTES = 10 * 1024 * 1024;

/**
 * Reads a JSON body.
 * @throws DomainError BACKEND_FAILED if the body is larger than 10 MiB; SyntaxError if it is not JSON
 */
export async function readJson(answer: Response, origin: string): Promise<unknown> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  // The stream must not be cancelled when the loop ends, because the cancellation of one copy would wait for the other
  // copies.
  const body = answer.body as ReadableStream<Uint8Array> | null;
  for await (const part of body?.values({ preventCancel: true }) ?? []) {
    bytes += part.length;
    if (bytes > MOST_BYTES) break;
    text += decoder.decode(part, { stream: true });
  }
  if (bytes > MOST_BYTES) {
    dropBody(answer);
    throw new DomainError('BACKEND_FAILED', `${origin} returned more than 10 MiB`);
  }
  return JSON.parse(text + decoder.decode());
}

/** Cancels the body of a response that is not read. Otherwise its connection would stay in use. */
export function dropBody({ body }: Response): void {
  // The body may already have failed.
  body?.cancel().catch(() => undefined);
}
