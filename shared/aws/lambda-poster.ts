/** Lambda's Invoke over HTTPS as one signed request; the SDK's client would add 40 ms to a cold start. */
import { signRequest } from '@gatewright/aws/sign-request';
import type { AwsCredentials } from '@gatewright/aws/sign-request';
import { DomainError } from '../errors.ts';
import type { FunctionInvoker } from '../ports.ts';

export type InvokerConfig = {
  readonly region: string;
  readonly credentials: AwsCredentials;
  /** In place of AWS's own. */
  readonly endpoint?: string;
};

const ATTEMPTS = 3;
const EVENT_TIMEOUT_MS = 2_000;
/** Longer than the timeout of `ws-publisher`. */
const ANSWER_TIMEOUT_MS = 65_000;
const ANSWER_LIMIT_CHARACTERS = 64 * 1024;

/** Calls `read` each time, since Lambda renews credentials. */
export function createFunctionInvoker(read: () => InvokerConfig): FunctionInvoker {
  return {
    async start(functionName, payload) {
      for (let attempt = 1; ; attempt += 1) {
        const status = await send(read(), functionName, payload, 'Event').catch(() => 0);
        if (status === 202) return;
        // A permanent refusal is not retried.
        if (attempt === ATTEMPTS || (status >= 400 && status < 500 && status !== 429))
          throw new DomainError('TARGET_UNAVAILABLE', `Lambda did not take an event (${status})`);
      }
    },
    async ask(functionName, payload) {
      let answer: unknown;
      const status = await send(read(), functionName, payload, 'RequestResponse', (parsed) => {
        answer = parsed;
      }).catch((cause: unknown) => {
        throw new DomainError('TARGET_UNAVAILABLE', 'Lambda did not answer', { cause });
      });
      if (status !== 200)
        throw new DomainError('TARGET_UNAVAILABLE', `Lambda did not run the function (${status})`);
      return answer;
    },
  };
}

type InvocationType = 'Event' | 'RequestResponse';

async function send(
  { region, credentials, endpoint }: InvokerConfig,
  functionName: string,
  payload: unknown,
  type: InvocationType,
  take?: (answer: unknown) => void,
): Promise<number> {
  const suffix = region.startsWith('cn-') ? '.cn' : '';
  const origin = endpoint ?? `https://lambda.${region}.amazonaws.com${suffix}`;
  const url = new URL(`/2015-03-31/functions/${encodeURIComponent(functionName)}/invocations`, origin);
  const body = JSON.stringify(payload);
  const headers = signRequest({
    method: 'POST',
    url,
    service: 'lambda',
    region,
    nowEpochMs: Date.now(),
    body,
    ...credentials,
    headers: { 'Content-Type': 'application/json', 'X-Amz-Invocation-Type': type },
  });
  // Clients set `Host` themselves and reject it as an option.
  Reflect.deleteProperty(headers, 'Host');
  const signal = AbortSignal.timeout(type === 'Event' ? EVENT_TIMEOUT_MS : ANSWER_TIMEOUT_MS);
  const response = await fetch(url, { method: 'POST', headers, body, redirect: 'error', signal });
  const text = await response.text();
  // The function itself failed: its answer describes an error.
  if (response.headers.has('x-amz-function-error')) return 502;
  if (response.status === 200 && text.length <= ANSWER_LIMIT_CHARACTERS) take?.(JSON.parse(text));
  return response.status;
}
