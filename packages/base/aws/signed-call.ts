/**
 * Makes one call to an AWS service: signs it, applies a timeout, reads the response up to a limit, and repeats the call
 * by a rule. The caller decides what to do with the outcome.
 */
import { failureOf, PROCESS_PORTS, readRetryAfter, repeatCall } from './retry.ts';
import type { CallPorts, RetryRule } from './retry.ts';
import { signRequest } from './sign-request.ts';
import type { AwsCredentials } from './sign-request.ts';

export type PlainCall = {
  readonly method: string;
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer> | undefined;
  /** Timeout of each attempt; Infinity means unlimited. */
  readonly timeoutMs: number;
  /**
   * Maximum size after decompression, because a small response may decompress to a large one. With 0, the body is
   * discarded unread.
   */
  readonly maxBytes: number;
  /** The default uses `fetch`. */
  readonly transport?: Transport | undefined;
};

type Transport = (call: PlainCall, signal: AbortSignal | null) => Promise<OpenReply>;

export type SignedCall = PlainCall & {
  readonly service: string;
  readonly region: string;
  readonly credentials: AwsCredentials;
};

export type CallReply = {
  /** A status of 0 means that no response arrived, or that it did not end in time or exceeded the limit. */
  readonly status: number;
  /** Header names are in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
  /** The reason why there is no response. */
  readonly cause?: unknown;
};

/** A response whose body has not been read. */
export type OpenReply = Omit<CallReply, 'text'> & {
  readonly body: AsyncIterable<Uint8Array>;
  readonly drop: () => unknown;
};

/**
 * Makes a signed call. Never rejects.
 * @param withinMs limit for all attempts together; the default is the sum of what the attempts may take. Without a
 * rule, only the timeout of the call applies
 */
export async function callSigned(
  { service, region, credentials, ...call }: SignedCall,
  { rule, ports = PROCESS_PORTS, withinMs }: { rule?: RetryRule; ports?: CallPorts; withinMs?: number } = {},
): Promise<CallReply> {
  const { method, url, headers = {}, body } = call;
  const send = (timeoutMs: number): Promise<CallReply> => {
    const nowEpochMs = ports.clock.nowEpochMs();
    const signer = { service, region, nowEpochMs, ...credentials };
    const signed = signRequest({ method, url, headers, body, ...signer });
    return sendWithin({ ...call, headers: signed, timeoutMs });
  };
  if (rule === undefined) return send(call.timeoutMs);
  return repeatCall(
    (leftMs) => send(Math.min(call.timeoutMs, leftMs)),
    (reply) => ({
      failure: failureOf({ status: reply.status, code: errorCodeOf(reply) }),
      retryAfterMs: readRetryAfter(reply.headers.get('retry-after'), ports.clock.nowEpochMs()),
    }),
    rule,
    ports,
    withinMs ?? rule.attempts * call.timeoutMs,
  );
}

/** Sends one request. Never rejects. Redirects are not followed, because their target would get the session's token. */
export async function sendWithin(call: PlainCall): Promise<CallReply> {
  const { timeoutMs, maxBytes, transport = sendByFetch } = call;
  try {
    const signal = Number.isFinite(timeoutMs) ? AbortSignal.timeout(Math.max(1, Math.ceil(timeoutMs))) : null;
    const { body, drop, ...reply } = await transport(call, signal);
    if (maxBytes > 0) return { ...reply, text: await readUpTo(maxBytes, body) };
    drop();
    return { ...reply, text: '' };
  } catch (cause) {
    return { status: 0, headers: new Map(), text: '', cause };
  }
}

async function sendByFetch(
  { url, method, headers, body }: PlainCall,
  signal: AbortSignal | null,
): Promise<OpenReply> {
  const response = await fetch(url, {
    method,
    // `fetch` sets `Host` itself and rejects it as an option.
    headers: Object.fromEntries(Object.entries(headers ?? {}).filter(([name]) => !/^host$/i.test(name))),
    redirect: 'manual',
    signal,
    body: body ?? null,
  });
  const { status, body: answer } = response;
  return {
    status,
    headers: new Map(response.headers),
    body: (answer ?? []) as AsyncIterable<Uint8Array>,
    drop: () => answer?.cancel(),
  };
}

async function readUpTo(maxBytes: number, body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) throw new RangeError(`answered with more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * Returns the error code of a response: `com.amazonaws.sqs#QueueDoesNotExist` → `QueueDoesNotExist`; empty if the
 * response has no error code.
 */
export function errorCodeOf({ status, headers, text }: CallReply): string {
  if (status < 400) return '';
  const inText = /"(?:__type|[Cc]ode)"\s*:\s*"([^"]{1,200})"|<Code>([^<]{1,200})<\/Code>/.exec(text);
  const type = headers.get('x-amzn-errortype') ?? inText?.[1] ?? inText?.[2] ?? '';
  return type.replace(/^.*#|:.*$/g, '');
}
