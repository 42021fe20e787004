import type { Aws } from '../../terminal/aws-call.ts';
import { readFailedEvent } from './failed-event.ts';
import type { FailedEvent } from './failed-event.ts';
import { findFailureQueues } from './failure-queues.ts';
import type { FailureQueue } from './failure-queues.ts';
import { returnMessage, takeMessages } from './queue-messages.ts';

export type ListedFailure = FailedEvent & { readonly queue: string };

type Listed = {
  readonly queues: readonly FailureQueue[];
  readonly failures: readonly ListedFailure[];
};

/**
 * The time in seconds for which messages stay hidden while they are read. If the command is interrupted, they become
 * visible again after this time.
 */
const HIDDEN_SECONDS = 30;

export async function listFailures(aws: Aws, stackName: string, limit: number): Promise<Listed> {
  const queues = await findFailureQueues(aws, stackName);
  const failures: ListedFailure[] = [];
  for (const queue of queues) {
    const messages = await takeMessages(aws, queue.url, limit, HIDDEN_SECONDS);
    for (const message of messages) {
      failures.push({ queue: queue.name, ...withFunction(readFailedEvent(message), queue) });
      await returnMessage(aws, queue.url, message);
    }
  }
  return { queues, failures };
}

/**
 * Adds the function to an event. A message in a dead-letter queue does not always name the function. If it does not,
 * the function is known only if the queue belongs to exactly one function.
 */
export function withFunction(event: FailedEvent, { functions }: FailureQueue): FailedEvent {
  const [only, another] = functions;
  const name = event.functionName ?? (another === undefined ? only : undefined);
  return { ...event, functionName: name };
}
