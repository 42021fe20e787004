import { sendByNode } from '@gatewright/aws/node-transport';
import { PROCESS_PORTS } from '@gatewright/aws/retry';
import { callSigned } from '@gatewright/aws/signed-call';
import type { FoundFunction } from './find-function.ts';
import { UsageError } from '../../base/terminal/output.ts';
import { findGateway } from './running-gateway.ts';

type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
};

/**
 * Sends an event to a function and waits without a limit, because a function may run for fifteen minutes, or longer at
 * a breakpoint. Does not use `fetch`, which gives up after five minutes.
 * @throws UsageError if the gateway does not respond
 */
export async function sendToFunction(
  { name, region, nowEpochMs }: FoundFunction,
  event: string,
  { async: isAsync, clientContext }: { readonly async: boolean; readonly clientContext?: string | undefined },
): Promise<Answer> {
  const { controlUrl, accessKeyId, secretAccessKey } = await findGateway();
  const url = new URL(`${controlUrl}/2015-03-31/functions/${encodeURIComponent(name)}/invocations`);
  const { status, headers, text, cause } = await callSigned(
    {
      method: 'POST',
      url,
      body: event,
      service: 'lambda',
      region,
      credentials: { accessKeyId, secretAccessKey },
      headers: {
        'Content-Type': 'application/json',
        'X-Amz-Invocation-Type': isAsync ? 'Event' : 'RequestResponse',
        ...(isAsync ? {} : { 'X-Amz-Log-Type': 'Tail' }),
        ...(clientContext === undefined
          ? {}
          : { 'X-Amz-Client-Context': Buffer.from(clientContext).toString('base64') }),
      },
      timeoutMs: Infinity,
      maxBytes: Infinity,
      transport: sendByNode,
    },
    { ports: { ...PROCESS_PORTS, clock: { nowEpochMs: () => nowEpochMs } } },
  );
  if (status === 0)
    throw new UsageError(`the gateway at ${controlUrl} does not respond; start it again if it has ended`, {
      cause,
    });
  return { status, headers: Object.fromEntries(headers), body: text };
}
