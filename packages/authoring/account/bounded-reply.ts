/** Reads the reply of an outside server within a limit of time and size, without following redirects. */
import { UsageError } from '../usage-error.ts';

export type BoundedReply = { readonly status: number; readonly headers: Headers; readonly text: string };

type BoundedRequest = {
  readonly method?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly timeoutMs?: number | undefined;
};

const TIMEOUT_MS = 10_000;
/** 300 resources with methods and integrations take a few megabytes at most. */
const ANSWER_LIMIT_BYTES = 16 * 1024 * 1024;

/** @throws UsageError when the reply is missing, too large or too late */
export async function sendWithin(
  url: URL,
  { method = 'GET', headers, body, timeoutMs = TIMEOUT_MS }: BoundedRequest,
): Promise<BoundedReply> {
  try {
    // fetch would send the session's token to a redirect's target.
    const response = await fetch(url, {
      method,
      headers: withoutHost(headers),
      body: body ?? null,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { status: response.status, headers: response.headers, text: await readBounded(url, response) };
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw new UsageError(`${url.origin} cannot be reached, or its answer does not end`, { cause });
  }
}

/** Counted after decompression: a small reply may unpack to a large one. */
async function readBounded(url: URL, { body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > ANSWER_LIMIT_BYTES)
      throw new UsageError(
        `${url.origin}${url.pathname} answered with more than ${ANSWER_LIMIT_BYTES} bytes`,
      );
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Clients set `host` themselves and reject it as an option. */
function withoutHost(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'host'));
}
