/** A verified delivery as an event of EventBridge or a message of SQS. */
import { isJson } from '@gatewright/aws/json-object';
import { sha256Hex } from '@gatewright/aws/sign-request';
import { DomainError } from '../errors.ts';
import type { AwsCall, AwsCaller } from '../ports.ts';
import type { Target } from './compiled-webhooks.ts';
import type { Delivery } from './verify.ts';

/**
 * What either service takes is 1 MiB, EventBridge's entry with all its parts; the rest is for those parts.
 * Source: EventBridge and SQS quotas, as of January 2026.
 */
export const MESSAGE_LIMIT_BYTES = 1_000_000;

/** Where queues of the function's own account are: `https://sqs.us-east-1.amazonaws.com/123456789012/{name}`. */
type QueueHome = { readonly region: string; readonly accountId: string };

/**
 * The text that arrives: `{source, scheme, key, type, receivedAt}` and, of the body, `payload` if it is JSON, `body` if
 * it is other text, else `bodyBase64`. A payload stands there byte for byte as it was signed, so that no digit of a
 * large number is lost.
 */
export function printMessage(source: string, delivery: Delivery): string {
  const { scheme, key, type, body, receivedAtEpochMs } = delivery;
  const receivedAt = new Date(receivedAtEpochMs).toISOString();
  const head = JSON.stringify({ source, scheme, key, ...(type !== undefined && { type }), receivedAt });
  return `${head.slice(0, -1)},${printBody(body)}}`;
}

function printBody(body: Uint8Array): string {
  const bytes = Buffer.from(body);
  const text = bytes.toString('utf8');
  if (!Buffer.from(text, 'utf8').equals(bytes)) return `"bodyBase64":"${bytes.toString('base64')}"`;
  return isJson(text) ? `"payload":${text}` : `"body":${JSON.stringify(text)}`;
}

/** @throws DomainError TARGET_UNAVAILABLE unless the service has said that it has the message */
export async function sendMessage(
  message: string,
  { key, type }: Delivery,
  target: Target,
  {
    caller,
    home,
    source,
  }: {
    readonly caller: AwsCaller;
    readonly home: QueueHome;
    /** Name of the sender's hook; deliveries of two sources never stand for each other. */
    readonly source: string;
  },
): Promise<void> {
  const id = JSON.stringify([source, key]);
  const call =
    target.kind === 'sqs' ? toSendMessage(message, id, target, home) : toPutEvents(message, type, target);
  let answer: Awaited<ReturnType<AwsCaller['call']>>;
  try {
    answer = await caller.call(call);
  } catch (cause) {
    throw new DomainError('TARGET_UNAVAILABLE', 'the target of a webhook did not take a delivery', { cause });
  }
  // EventBridge answers 200 to a call of which it took nothing.
  const isTaken =
    target.kind === 'sqs' ? typeof answer['MessageId'] === 'string' : answer['FailedEntryCount'] === 0;
  if (!isTaken) throw new DomainError('TARGET_UNAVAILABLE', 'the target of a webhook refused a delivery');
}

function toPutEvents(
  message: string,
  type: string | undefined,
  { bus, source, detailType }: Extract<Target, { kind: 'eventBridge' }>,
): AwsCall {
  const entry = {
    EventBusName: bus,
    Source: source,
    DetailType: detailType ?? type ?? 'webhook',
    Detail: message,
  };
  return { service: 'events', target: 'AWSEvents.PutEvents', input: { Entries: [entry] } };
}

function toSendMessage(
  message: string,
  id: string,
  { queue }: Extract<Target, { kind: 'sqs' }>,
  { region, accountId }: QueueHome,
): AwsCall {
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const input = {
    QueueUrl: `https://sqs.${region}.${domain}/${accountId}/${queue}`,
    MessageBody: message,
    // One group: a FIFO queue is chosen for its order.
    ...(queue.endsWith('.fifo') && { MessageGroupId: 'webhook', MessageDeduplicationId: sha256Hex(id) }),
  };
  return { service: 'sqs', target: 'AmazonSQS.SendMessage', input };
}
