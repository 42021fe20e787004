/** Sends failed events to their functions again, one by one. An event that succeeds is deleted from the queue. */
import type { Aws } from '../../terminal/aws-call.ts';
import { showControls } from '@gatewright/aws/text/visible-text';
import { readFailedEvent } from './failed-event.ts';
import type { FailedEvent, QueueMessage } from './failed-event.ts';
import { findFailureQueues } from './failure-queues.ts';
import type { FailureQueue } from './failure-queues.ts';
import { withFunction } from './list-failures.ts';
import { deleteMessage, returnMessage, takeMessages } from './queue-messages.ts';

export type Replayed = {
  readonly messageId: string;
  readonly functionName: string | undefined;
  /** The result. `kept` means that the event is still in the queue. */
  readonly outcome: 'done' | 'kept';
  readonly why: string;
};

/**
 * The time in seconds for which a message is hidden. It is longer than the time limit of a call, so that no other
 * replay sends the same event while its function runs.
 */
const HIDDEN_SECONDS = 600;
/** The time limit of a call in milliseconds. It must be shorter than five minutes, because fetch then gives up. */
const CALL_WITHIN_MS = 290_000;
const QUOTED_CHARACTERS = 200;

type ReplayChoice = {
  readonly limit: number;
  readonly messageId?: string | undefined;
};

/**
 * Sends the failed events again. Each event is reported as soon as it is done, because a run may take long.
 * @throws UsageError if AWS refuses a call or the stack does not exist
 */
export async function replayFailures(
  aws: Aws,
  stackName: string,
  { limit, messageId }: ReplayChoice,
  report: (replayed: Replayed) => void,
): Promise<readonly Replayed[]> {
  const all: Replayed[] = [];
  for (const queue of await findFailureQueues(aws, stackName)) {
    const seen = new Set<string>();
    const kept: QueueMessage[] = [];
    try {
      // Messages are received one by one, so that no message becomes visible again while it waits for its turn. To find
      // one particular message, ten are received at a time.
      const atOnce = messageId === undefined ? 1 : 10;
      for (let isOver = false; !isOver && seen.size < limit;) {
        const taken = await takeMessages(aws, queue.url, Math.min(atOnce, limit - seen.size), HIDDEN_SECONDS);
        const fresh = taken.filter(({ id }) => !seen.has(id));
        isOver = fresh.length === 0;
        for (const message of fresh) {
          seen.add(message.id);
          const isMeant = messageId === undefined || message.id === messageId;
          const replayed = isMeant ? await replayOne(aws, queue, message) : undefined;
          if (replayed?.outcome !== 'done') kept.push(message);
          if (replayed === undefined) continue;
          all.push(replayed);
          report(replayed);
          isOver ||= messageId !== undefined;
        }
      }
    } finally {
      for (const message of kept) await returnMessage(aws, queue.url, message);
    }
  }
  return all;
}

async function replayOne(aws: Aws, queue: FailureQueue, message: QueueMessage): Promise<Replayed> {
  const event = withFunction(readFailedEvent(message), queue);
  const why = await callAgain(aws, queue, event);
  const { messageId, functionName } = event;
  if (why === undefined) {
    await deleteMessage(aws, queue.url, message);
    return { messageId, functionName, outcome: 'done', why: '' };
  }
  return { messageId, functionName, outcome: 'kept', why };
}

/** Calls the function again. Returns the reason if the call fails, and undefined if it succeeds. */
async function callAgain(
  aws: Aws,
  { name, functions }: FailureQueue,
  { functionName, payload, reason }: FailedEvent,
): Promise<string | undefined> {
  if (payload === undefined) return reason ?? 'the message contains no event';
  // Only functions of the stack are called. Attack: a message in the queue names any other function, which would be
  // called with the user's credentials.
  if (functionName === undefined)
    return `the message does not name its function, and ${functions.length} functions send their failed events to ${name}`;
  if (!functions.includes(functionName))
    return `the message is from ${functionName}, which does not send its failed events to ${name}`;
  const answer = await aws.call({
    service: 'lambda',
    protocol: 'rest',
    method: 'POST',
    timeoutMs: CALL_WITHIN_MS,
    body: payload,
    path: `/2015-03-31/functions/${encodeURIComponent(functionName)}/invocations`,
    headers: { 'Content-Type': 'application/json', 'X-Amz-Invocation-Type': 'RequestResponse' },
  });
  if (answer.kind === 'silent') return answer.message;
  if (answer.kind === 'refused') return `${answer.code}: ${answer.message}`;
  if (!answer.headers.has('x-amz-function-error')) return undefined;
  return `failed again: ${showControls(answer.text.slice(0, QUOTED_CHARACTERS))}`;
}
