/** Reads the reply of an outside server within a limit of time and size, without following redirects. */
import { UsageError } from './usage-error.ts';

export type BoundedReply = { readonly status: number; readonly headers: Headers; readonly text: string };

type BoundedRequest = {
  readonly method?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly timeoutMs?: number | undefined;
};

const TIMEOUT_MS = 10_000;
const PROXIES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'];
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
    throw new UsageError(`${url.origin} cannot be reached, or its answer does not end: ${reasonOf(cause)}`, {
      cause,
    });
  }
}

/** `fetch` has its reason in the cause; one that ran out of time has it in its own message. */
function reasonOf(failure: unknown): string {
  const error = failure instanceof Error && failure.cause instanceof Error ? failure.cause : failure;
  const reason = error instanceof Error ? error.message || error.name : String(error);
  // Node's fetch, unlike osls, reads these only when asked.
  const isUnread = PROXIES.some((name) => process.env[name]) && process.env['NODE_USE_ENV_PROXY'] !== '1';
  return isUnread ? `${reason}; a proxy of the environment is used with NODE_USE_ENV_PROXY=1` : reason;
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
