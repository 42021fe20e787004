/** Calls Lambda's Invoke over HTTPS with one signed request. The SDK's client would add 40 ms to a cold start. */
import { PROCESS_PORTS } from '@gatewright/aws/retry';
import * as RETRIES from '@gatewright/aws/retry-rules';
import { regionalAddress } from '@gatewright/aws/service-address';
import { callSigned } from '@gatewright/aws/signed-call';
import type { SignedCall } from '@gatewright/aws/signed-call';
import type { AwsCredentials } from '@gatewright/aws/sign-request';
import { DomainError } from '../errors.ts';
import type { FunctionInvoker } from '../ports.ts';

export type InvokerConfig = {
  readonly region: string;
  readonly credentials: AwsCredentials;
  /** The address that replaces AWS's own. */
  readonly endpoint?: string;
};

const EVENT_TIMEOUT_MS = 2_000;
/**
 * Timeout of a call that waits for the function's result. It is longer than the timeout of the function `ws-publisher`.
 */
const ANSWER_TIMEOUT_MS = 65_000;
const ANSWER_LIMIT_BYTES = 256 * 1024;

/** Creates an invoker. It calls `read` for each invocation, because Lambda renews credentials. */
export function createFunctionInvoker(read: () => InvokerConfig, ports = PROCESS_PORTS): FunctionInvoker {
  return {
    async start(functionName, payload) {
      const call = invocationOf(read(), functionName, payload, 'Event');
      const { status, cause } = await callSigned(call, { rule: RETRIES.event, ports });
      if (status === 0) throw unavailable('no complete response from Lambda arrived', cause);
      if (status !== 202) throw unavailable(`Lambda did not accept an event (${status})`);
    },
    async ask(functionName, payload) {
      const call = invocationOf(read(), functionName, payload, 'RequestResponse');
      const { status, headers, text, cause } = await callSigned(call);
      if (status === 0) throw unavailable('no complete response from Lambda arrived', cause);
      if (status !== 200) throw unavailable(`Lambda did not run the function (${status})`);
      // This header means that the function itself failed, and its result describes an error.
      if (headers.has('x-amz-function-error')) throw unavailable('the function failed; see its log');
      return parseAnswer(text);
    },
  };
}

function parseAnswer(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unavailable('the result of the function is not JSON', cause);
  }
}

function unavailable(reason: string, cause?: unknown): DomainError {
  return new DomainError('TARGET_UNAVAILABLE', reason, { cause });
}

function invocationOf(
  { region, credentials, endpoint }: InvokerConfig,
  functionName: string,
  payload: unknown,
  type: 'Event' | 'RequestResponse',
): SignedCall {
  const path = `/2015-03-31/functions/${encodeURIComponent(functionName)}/invocations`;
  return {
    method: 'POST',
    url: new URL(path, endpoint ?? regionalAddress('lambda', region)),
    service: 'lambda',
    region,
    credentials,
    headers: { 'Content-Type': 'application/json', 'X-Amz-Invocation-Type': type },
    body: JSON.stringify(payload),
    timeoutMs: type === 'Event' ? EVENT_TIMEOUT_MS : ANSWER_TIMEOUT_MS,
    maxBytes: ANSWER_LIMIT_BYTES,
  };
}
