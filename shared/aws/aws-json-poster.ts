/**
 * AwsCaller over HTTPS. A function needs one signed request of EventBridge, SQS, SSM or Secrets Manager; each
 * SDK client would add 300 KB to the layer and 40 ms to a cold start.
 */
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { AwsCall, AwsCaller } from '../ports.ts';
import { parseJsonObject } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import { signRequest } from '@gatewright/aws/sign-request';
import type { AwsCredentials } from '@gatewright/aws/sign-request';

export type AwsCallerConfig = {
  readonly region: string;
  readonly credentials: AwsCredentials;
  /** Origins in place of AWS's own (`AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_SQS`). */
  readonly endpointOf: (service: AwsCall['service']) => string | undefined;
};

/** The first TLS handshake from a cold network often fails once, and GitHub never repeats a delivery. */
const ATTEMPTS = 2;
const ATTEMPT_TIMEOUT_MS = 2_000;
const ANSWER_LIMIT_BYTES = 256 * 1024;
const JSON_VERSIONS: Readonly<Record<AwsCall['service'], string>> = {
  events: '1.1',
  secretsmanager: '1.1',
  sqs: '1.0',
  ssm: '1.1',
};

/** AWS refused a call. Do not log the message: it may quote the call. */
class AwsRefusal extends Error {
  override readonly name: string;
  readonly status: number;

  constructor(code: string, status: number) {
    super(`AWS refused with ${status}`);
    this.name = code;
    this.status = status;
  }
}

export function createAwsCaller(config: AwsCallerConfig): AwsCaller {
  return {
    async call(call) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await send(call, config);
        } catch (error) {
          const mayChange = !(error instanceof AwsRefusal) || error.status >= 500 || error.status === 429;
          if (attempt >= ATTEMPTS || !mayChange) throw error;
        }
      }
    },
  };
}

async function send(
  { service, target, input }: AwsCall,
  config: AwsCallerConfig,
): ReturnType<AwsCaller['call']> {
  const { region, credentials } = config;
  const url = new URL('/', config.endpointOf(service) ?? originOf(service, region));
  const body = JSON.stringify(input);
  const headers = signRequest({
    ...credentials,
    method: 'POST',
    url,
    body,
    service,
    region,
    nowEpochMs: Date.now(),
    headers: {
      'Content-Type': `application/x-amz-json-${JSON_VERSIONS[service]}`,
      'X-Amz-Target': target,
    },
  });
  const begin = url.protocol === 'https:' ? httpsRequest : process.getBuiltinModule('node:http').request;
  const signal = AbortSignal.timeout(ATTEMPT_TIMEOUT_MS);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    begin(url, { method: 'POST', headers, signal }, resolve).on('error', reject).end(body);
  });
  const answer = parseJsonObject(await readAnswer(response)) ?? {};
  const status = response.statusCode ?? 0;
  if (status === 200) return answer;
  throw new AwsRefusal(codeOf(response.headers['x-amzn-errortype'], answer), status);
}

function originOf(service: string, region: string): string {
  return `https://${service}.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

async function readAnswer(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > ANSWER_LIMIT_BYTES)
      throw new RangeError(`the answer is over ${ANSWER_LIMIT_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** `com.amazonaws.sqs#QueueDoesNotExist` → `QueueDoesNotExist` */
function codeOf(header: string | string[] | undefined, answer: JsonObject): string {
  const type = typeof header === 'string' ? header : answer['__type'];
  const code = typeof type === 'string' ? /([A-Za-z]{1,80})(?::|$)/.exec(type)?.[1] : undefined;
  return code ?? 'AwsRefusal';
}
