/** Outcomes that a rule puts in the place of an integration's, as Lambda and backends word them. */
import type { ByteStream, InvocationResult } from '../../core/ports.ts';
import type { Outcome, Sendable } from '../../core/phases/integrate.ts';
import type { RequestFault } from './fault-rules.ts';

export type AnsweringFault = Extract<RequestFault, { kind: 'status' | 'error' | 'crash' | 'throttle' }>;

type Answering = { readonly by: string; readonly fault: AnsweringFault };

/** @param requestId the function's */
export function outcomeOf(
  { by, fault }: Answering,
  { kind }: Pick<Sendable['outgoing'], 'kind'>,
  requestId: string,
): Outcome {
  switch (fault.kind) {
    case 'status':
      return statusOf(fault, kind);
    case 'error':
      return failed(fault.errorType, fault.errorMessage ?? `injected by ${by}`, requestId);
    case 'crash':
      return failed(
        'Runtime.ExitError',
        `RequestId: ${requestId} Error: Runtime exited with error: exit status 1`,
        requestId,
      );
    case 'throttle':
      return { kind: 'refused', reason: 'throttled', message: `Rate Exceeded: ${by}` };
  }
}

/** Lambda's answer for a function that did not end in time. */
export function timedOut(afterMs: number, requestId: string): Outcome {
  const seconds = (afterMs / 1000).toFixed(2);
  const message = `RequestId: ${requestId} Error: Task timed out after ${seconds} seconds`;
  return failed('Sandbox.Timedout', message, requestId);
}

type Failed = Extract<InvocationResult, { kind: 'failed' }>;

function failed(errorType: string, errorMessage: string, requestId: string): Failed {
  const payload = JSON.stringify({ errorType, errorMessage });
  return { kind: 'failed', payload, errorType, errorMessage, requestId: () => requestId };
}

function statusOf(
  { status, headers, body }: Extract<AnsweringFault, { kind: 'status' }>,
  kind: Sendable['outgoing']['kind'],
): Outcome {
  const lines = Object.entries(headers).flat();
  switch (kind) {
    case 'lambda-stream': {
      const head = JSON.stringify({ statusCode: status, headers });
      return { kind: 'streams', head, body: onePart(Buffer.from(body)) };
    }
    case 'http-stream':
      return { kind: 'streams', head: { status, headers: lines }, body: onePart(Buffer.from(body)) };
    case 'lambda-proxy':
      return { kind: 'returned', payload: JSON.stringify({ statusCode: status, headers, body }) };
    default:
      return { kind: 'answered', status, headers: lines, body: Buffer.from(body) };
  }
}

function onePart(bytes: Buffer): ByteStream {
  return {
    cancel: () => undefined,
    async *[Symbol.asyncIterator]() {
      yield await Promise.resolve(bytes);
    },
  };
}
