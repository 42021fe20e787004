/** Bodies of backends' answers: read within a bound, or given up with their connections. */
import { DomainError } from '../errors.ts';

const MOST_BYTES = 10 * 1024 * 1024;

/** @throws DomainError BACKEND_FAILED for more than 10 MiB; SyntaxError */
export async function readJson(answer: Response, origin: string): Promise<unknown> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  // Cancelling a copy waits for the other ones.
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

/** Of an answer that is not read: its connection would stay in use. */
export function dropBody({ body }: Response): void {
  // It may have failed already.
  body?.cancel().catch(() => undefined);
}
