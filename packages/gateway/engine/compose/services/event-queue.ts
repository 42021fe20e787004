/** Lambda's queue of asynchronous invocations, which is in the service of Lambda's events. */
import { MAX_QUEUED_BYTES } from '../../../core/stack/function.ts';
import type { AcceptedEvent } from '../../../control/api/lambda/lambda-invoke.ts';
import type { FunctionRuntime } from '../../../lambda/runtime.ts';
import type { Invoker } from '../../../core/ports.ts';
import { runTraced } from './journaled.ts';
import type { Parts } from '../parts.ts';

type QueueParts = Pick<Parts, 'events' | 'options' | 'served'>;

/** Queues an event. Returns false if the queue is full. */
export async function queueEvent(
  { functionName, qualifier, payload, options }: AcceptedEvent,
  { events, options: { region, accountId }, served }: QueueParts,
): Promise<boolean> {
  const arn =
    served.functionArnOf(functionName) ?? `arn:aws:lambda:${region}:${accountId}:function:${functionName}`;
  const service = await events.find('lambda');
  const named = qualifier === undefined ? arn : `${arn}:${qualifier}`;
  const outcome = await service?.target?.deliver?.(named, payload, { options });
  return outcome?.kind === 'delivered';
}

/** Returns the queue for integrations, whose events are told as effects of the request. */
export function queueOfRequests(
  runtime: Pick<FunctionRuntime, 'refusalOf'>,
  { events, options, served }: QueueParts,
): Invoker['queue'] {
  return async ({ functionName, qualifier, payload, traceHeader }) => {
    const missing = runtime.refusalOf(functionName);
    if (missing !== undefined) return missing;
    if (Buffer.byteLength(payload) > MAX_QUEUED_BYTES)
      return {
        kind: 'refused',
        reason: 'too-large',
        message: `Request must be smaller than ${MAX_QUEUED_BYTES} bytes for the InvokeFunction operation`,
      };
    const event = { functionName, qualifier, payload, options: undefined };
    const isQueued = await runTraced(events.journal, traceHeader, () =>
      queueEvent(event, { events, options, served }),
    );
    return isQueued
      ? { kind: 'queued' }
      : { kind: 'refused', reason: 'throttled', message: 'Rate Exceeded.' };
  };
}
