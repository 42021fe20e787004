import { request } from '@gatewright/aws/node-http';
import { text as readAll } from 'node:stream/consumers';
import { signRequest } from '@gatewright/aws/sign-request';
import type { FoundFunction } from './find-function.ts';
import { UsageError } from '../../base/terminal/output.ts';
import { findGateway } from './running-gateway.ts';

type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
};

/**
 * Waits without a limit. @throws UsageError where the gateway does not answer. Not by `fetch`, which gives up
 * after five minutes: a function may take fifteen, and a breakpoint longer.
 */
export async function sendToFunction(
  { name, region, nowEpochMs }: FoundFunction,
  event: string,
  { async: isAsync, clientContext }: { readonly async: boolean; readonly clientContext?: string | undefined },
): Promise<Answer> {
  const { controlUrl, accessKeyId, secretAccessKey } = await findGateway();
  const url = new URL(`${controlUrl}/2015-03-31/functions/${encodeURIComponent(name)}/invocations`);
  const headers = signRequest({
    method: 'POST',
    url,
    body: event,
    service: 'lambda',
    region,
    accessKeyId,
    secretAccessKey,
    nowEpochMs,
    headers: {
      'Content-Type': 'application/json',
      'X-Amz-Invocation-Type': isAsync ? 'Event' : 'RequestResponse',
      ...(isAsync ? {} : { 'X-Amz-Log-Type': 'Tail' }),
      ...(clientContext === undefined
        ? {}
        : { 'X-Amz-Client-Context': Buffer.from(clientContext).toString('base64') }),
    },
  });
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers }, (response) => {
      readAll(response).then(
        (body) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        reject,
      );
    });
    sent.on('error', (cause) =>
      reject(new UsageError(`the gateway at ${controlUrl} does not answer`, { cause })),
    );
    sent.end(event);
  });
}
