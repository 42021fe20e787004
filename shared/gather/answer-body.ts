/** Reads the bodies of backend responses within a size limit, or cancels them together with their connections. */
import { DomainError } from '../errors.ts';

const MOST_BYTES = 10 * 1024 * 1024;

/** @throws DomainError BACKEND_FAILED for more than 10 MiB; SyntaxError */
export async function readJson(answer: Response, origin: string): Promise<unknown> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  // The stream is not cancelled when the loop ends, because cancelling one copy waits for the other copies.
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

/** Cancels the body of a response that is not read, because its connection would stay in use. */
export function dropBody({ body }: Response): void {
  // The body may already have failed.
  body?.cancel().catch(() => undefined);
}
