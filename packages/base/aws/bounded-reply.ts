/**
 * Creates the message that a command prints if the response of an external server is missing, too large or too late.
 */
import { sendWithin as send } from './signed-call.ts';
import type { CallReply, PlainCall } from './signed-call.ts';
import { UsageError } from './usage-error.ts';

const PROXIES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'];

/**
 * Limits of one call by a command. A response with 300 resources, their methods and integrations has at most a few
 * megabytes.
 */
export const COMMAND_LIMITS = { timeoutMs: 10_000, maxBytes: 16 * 1024 * 1024 } as const;

/** @throws UsageError when the reply is missing, too large or too late */
export async function sendWithin(url: URL, call: Pick<PlainCall, 'headers'>): Promise<CallReply> {
  return requireReply(url, await send({ ...COMMAND_LIMITS, ...call, method: 'GET', url }));
}

/** @throws UsageError when there is no valid response */
export function requireReply(url: URL, reply: CallReply): CallReply {
  if (reply.status > 0) return reply;
  throw new UsageError(describeSilence(url, reply), { cause: reply.cause });
}

export function describeSilence({ origin, pathname }: URL, { cause }: CallReply): string {
  if (cause instanceof RangeError) return `${origin}${pathname} ${cause.message}`;
  return `${origin} cannot be reached, or its response does not end: ${reasonOf(cause)}`;
}

/**
 * Returns the reason of a failure. An error of `fetch` contains the reason in `cause`, but a timeout error contains the
 * reason in its own message.
 */
function reasonOf(failure: unknown): string {
  const error = failure instanceof Error && failure.cause instanceof Error ? failure.cause : failure;
  const reason = error instanceof Error ? error.message || error.name : String(error);
  // Unlike osls, Node's fetch reads the proxy variables, such as HTTPS_PROXY, only if NODE_USE_ENV_PROXY is set.
  const isUnread = PROXIES.some((name) => process.env[name]) && process.env['NODE_USE_ENV_PROXY'] !== '1';
  return isUnread
    ? `${reason}; to use the proxy that is set in the environment, set NODE_USE_ENV_PROXY=1`
    : reason;
}
