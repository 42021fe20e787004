/** Signed questions to AWS's own APIs (or to whatever AWS_ENDPOINT_URL names), and nothing taken for an answer that is none. */
import { signRequest } from '@gatewright/aws/sign-request';
import { isJsonObject } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import { showControls } from '#shared/visible-text.ts';
import { UsageError } from './output.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export type SignedGet = {
  readonly region: string;
  /**
   * Undefined: not found.
   * @throws UsageError where the answer is a failure, a redirect, too large, late or no JSON object
   */
  readonly get: (service: string, path: string) => Promise<JsonObject | undefined>;
};

const TIMEOUT_MS = 10_000;
/** 300 resources, each with its methods and integrations, take a few megabytes at most. */
const ANSWER_LIMIT_BYTES = 16 * 1024 * 1024;
const QUOTED_CHARACTERS = 300;

/** Credentials come from the environment. @throws UsageError */
export function createSignedGet(environment: Environment): SignedGet {
  const region = environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'];
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = environment;
  const { AWS_SESSION_TOKEN: sessionToken, AWS_ENDPOINT_URL: endpoint } = environment;
  if (region === undefined || accessKeyId === undefined || secretAccessKey === undefined)
    throw new UsageError(
      'a live API is read with AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: try eval "$(aws configure export-credentials --format env)"',
    );
  return {
    region,
    async get(service, path) {
      const url = new URL(`${endpoint ?? `https://${service}.${region}.amazonaws.com`}${path}`);
      const headers = signRequest({
        ...{ method: 'GET', url, headers: { accept: 'application/json' }, service, region },
        ...{ accessKeyId, secretAccessKey, nowEpochMs: Date.now() },
        ...(sessionToken === undefined ? {} : { sessionToken }),
      });
      const { status, text } = await ask(url, withoutHost(headers));
      return readAnswer(url, status, text);
    },
  };
}

function readAnswer(url: URL, status: number, text: string): JsonObject | undefined {
  if (status === 404 || (status === 400 && /does not exist/.test(text))) return undefined;
  const said = showControls(text.slice(0, QUOTED_CHARACTERS));
  if (status >= 300 && status < 400)
    throw new UsageError(
      `${url.origin}${url.pathname} answered ${status}: a redirect is not followed, since credentials would go along`,
    );
  if (status < 200 || status > 299)
    throw new UsageError(`${url.origin}${url.pathname} answered ${status}: ${said}`);
  const answer = parse(text);
  if (isJsonObject(answer)) return answer;
  throw new UsageError(`${url.origin}${url.pathname} answered with no JSON object: ${said}`);
}

async function ask(
  url: URL,
  headers: Record<string, string>,
): Promise<{ readonly status: number; readonly text: string }> {
  try {
    // fetch would take the session's token along to wherever a redirect leads.
    const response = await fetch(url, {
      ...{ headers, redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) },
    });
    return { status: response.status, text: await readBounded(url, response) };
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw new UsageError(`${url.origin} cannot be reached, or does not end its answer`, { cause });
  }
}

/** Counted as it is unpacked: a small answer may be a large one. */
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

/** Clients set it themselves, and refuse to be told. */
function withoutHost(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'host'));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
