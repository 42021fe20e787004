/** Receives messages of a queue for a limited time, and then returns or deletes them. */
import type { Aws } from '../../terminal/aws-call.ts';
import { listAt, memberAt, textAt } from '../../terminal/aws-call.ts';
import { callOrFail } from './call-or-fail.ts';
import type { QueueMessage } from './failed-event.ts';

const AT_ONCE = 10;
/**
 * The time in seconds that a receive call waits. With a wait time, SQS queries all of its servers instead of only some.
 */
const WAIT_SECONDS = 1;

/** Receives up to `limit` messages, each only once. They are hidden from other receivers for `hiddenSeconds`. */
export async function takeMessages(
  aws: Aws,
  queueUrl: string,
  limit: number,
  hiddenSeconds: number,
): Promise<readonly QueueMessage[]> {
  const taken = new Map<string, QueueMessage>();
  while (taken.size < limit) {
    const answer = await callOrFail(aws, 'sqs:ReceiveMessage', {
      service: 'sqs',
      protocol: 'json',
      target: 'AmazonSQS.ReceiveMessage',
      input: {
        QueueUrl: queueUrl,
        MaxNumberOfMessages: Math.min(AT_ONCE, limit - taken.size),
        VisibilityTimeout: hiddenSeconds,
        WaitTimeSeconds: WAIT_SECONDS,
        MessageSystemAttributeNames: ['SentTimestamp'],
        MessageAttributeNames: ['All'],
      },
    });
    const found = listAt(answer.body, 'Messages').map(readMessage);
    const isNew = found.some(({ id }) => !taken.has(id));
    for (const message of found) taken.set(message.id, message);
    if (!isNew) break;
  }
  return [...taken.values()];
}

function readMessage(message: unknown): QueueMessage {
  const sent = Number(memberAt(message, 'Attributes', 'SentTimestamp'));
  return {
    id: textAt(message, 'MessageId') ?? '',
    receipt: textAt(message, 'ReceiptHandle') ?? '',
    body: textAt(message, 'Body') ?? '',
    sentEpochMs: Number.isFinite(sent) ? sent : undefined,
    attributes: memberAt(message, 'MessageAttributes'),
  };
}

/** Makes a message visible again immediately. If this fails, the message becomes visible when its timeout ends. */
export async function returnMessage(aws: Aws, queueUrl: string, { receipt }: QueueMessage): Promise<void> {
  await aws.call({
    service: 'sqs',
    protocol: 'json',
    target: 'AmazonSQS.ChangeMessageVisibility',
    input: { QueueUrl: queueUrl, ReceiptHandle: receipt, VisibilityTimeout: 0 },
  });
}

export async function deleteMessage(aws: Aws, queueUrl: string, { receipt }: QueueMessage): Promise<void> {
  await callOrFail(aws, 'sqs:DeleteMessage', {
    service: 'sqs',
    protocol: 'json',
    target: 'AmazonSQS.DeleteMessage',
    input: { QueueUrl: queueUrl, ReceiptHandle: receipt },
  });
}
