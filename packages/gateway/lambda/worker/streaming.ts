/** Lambda's contract with a streaming handler (aws-lambda-nodejs-runtime-interface-client, Runtime.js). */
import { once } from 'node:events';

import { type Answer, type FunctionFacts, type Handler, isThenable, readMessage } from './contract.ts';
import { toFailure } from './failure.ts';
import type { EventMessage } from '../invocation/job.ts';
import type { ResponseStream } from './response-stream.ts';

/**
 * Calls a streaming handler with one event. The handler's return value is ignored. The invocation ends when the
 * handler's promise is fulfilled and the stream has ended, or when one of them fails. `warn` writes to the function's
 * log.
 */
export function callStreamingHandler(
  handler: Handler,
  message: EventMessage,
  facts: FunctionFacts,
  requestId: string,
  stream: ResponseStream,
  answer: Answer,
  warn: (message: string) => void,
): void {
  run(handler, message, facts, requestId, stream, warn).then(
    () => answer(false, ''),
    (error: unknown) => answer(true, JSON.stringify(toFailure(error)), error),
  );
}

async function run(
  handler: Handler,
  message: EventMessage,
  facts: FunctionFacts,
  requestId: string,
  stream: ResponseStream,
  warn: (message: string) => void,
): Promise<void> {
  // An error that occurs after the end, for example because of another write, must not end the instance.
  stream.on('error', () => undefined);
  const finished = once(stream, 'finish');
  // This promise is awaited later. If the handler itself fails before then, the handler's error is reported instead.
  finished.catch(() => undefined);
  const { event, context } = readMessage(message, facts, requestId);
  const result = handler(event, stream, context);
  // The text is Lambda's error message.
  if (!isThenable(result)) throw new Error('Streaming does not support non-async handlers.');
  if ((await result) !== undefined) warn('Streaming handlers ignore return values.');
  await finished;
  if (stream.hasLostMetadata)
    warn('The metadata passed to HttpResponseStream.from was not sent: write to the stream before it ends');
}
