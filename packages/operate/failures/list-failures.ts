/** What failed, read without taking anything away. */
import type { Aws } from '../../terminal/aws-call.ts';
import { readFailedEvent } from './failed-event.ts';
import type { FailedEvent } from './failed-event.ts';
import { findFailureQueues } from './failure-queues.ts';
import type { FailureQueue } from './failure-queues.ts';
import { giveBack, takeMessages } from './queue-messages.ts';

export type ListedFailure = FailedEvent & { readonly queue: string };

type Listed = {
  readonly queues: readonly FailureQueue[];
  readonly failures: readonly ListedFailure[];
};

/** For as long as reading takes; whoever stops in between leaves them hidden for no longer. */
const HIDDEN_SECONDS = 30;

export async function listFailures(aws: Aws, stackName: string, limit: number): Promise<Listed> {
  const queues = await findFailureQueues(aws, stackName);
  const failures: ListedFailure[] = [];
  for (const queue of queues) {
    const messages = await takeMessages(aws, queue.url, limit, HIDDEN_SECONDS);
    for (const message of messages) {
      failures.push({ queue: queue.name, ...withFunction(readFailedEvent(message), queue) });
      await giveBack(aws, queue.url, message);
    }
  }
  return { queues, failures };
}

/** A dead-letter queue of one function does not need to say whose the event was. */
export function withFunction(event: FailedEvent, { functions }: FailureQueue): FailedEvent {
  const [only, another] = functions;
  const name = event.functionName ?? (another === undefined ? only : undefined);
  return { ...event, functionName: name };
}
