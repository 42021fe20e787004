import { isJson } from '@gatewright/aws/json-object';
import { regionalAddress } from '@gatewright/aws/service-address';
import { sha256Hex } from '@gatewright/aws/sign-request';
import { DomainError } from '../errors.ts';
import type { AwsJsonCall, AwsCaller } from '../ports.ts';
import type { Target } from './compiled-webhooks.ts';
import type { Delivery } from './verify.ts';

/**
 * Maximum size of a message. EventBridge and SQS accept 1 MiB. For EventBridge this includes the other parts of the
 * entry, so some bytes are reserved for them. Source: EventBridge and SQS quotas, as of January 2026.
 */
export const MESSAGE_LIMIT_BYTES = 1_000_000;

/** Region and account of the queues, as in their address `https://sqs.us-east-1.amazonaws.com/123456789012/{name}`. */
type QueueHome = { readonly region: string; readonly accountId: string };

/** The endpoint to which a delivery was sent, and the customer to whom it belongs. */
export type Sender = { readonly customer: string; readonly endpoint: string };

/**
 * Returns the text of the message: `{source, customer?, endpoint?, scheme, key, type, receivedAt}`, and the request's
 * body as `payload` if it is JSON, as `body` if it is other text, otherwise as `bodyBase64`. A payload is copied byte
 * for byte as it was signed, so that large numbers keep all their digits.
 */
export function printMessage(source: string, delivery: Delivery, sender?: Sender): string {
  const { scheme, key, type, body, receivedAtEpochMs } = delivery;
  const receivedAt = new Date(receivedAtEpochMs).toISOString();
  const head = JSON.stringify({
    source,
    ...sender,
    scheme,
    key,
    ...(type !== undefined && { type }),
    receivedAt,
  });
  return `${head.slice(0, -1)},${printBody(body)}}`;
}

function printBody(body: Uint8Array): string {
  const bytes = Buffer.from(body);
  const text = bytes.toString('utf8');
  if (!Buffer.from(text, 'utf8').equals(bytes)) return `"bodyBase64":"${bytes.toString('base64')}"`;
  return isJson(text) ? `"payload":${text}` : `"body":${JSON.stringify(text)}`;
}

/**
 * Sends a message.
 * @throws DomainError TARGET_UNAVAILABLE unless the service confirms that it has stored the message
 */
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
    /** The source, or the endpoint of a customer. Only deliveries to the same source or endpoint can be duplicates. */
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
    throw new DomainError('TARGET_UNAVAILABLE', 'the target of a webhook did not accept a delivery', {
      cause,
    });
  }
  // EventBridge responds with 200 even if it has not accepted the entry.
  const isTaken =
    target.kind === 'sqs' ? typeof answer['MessageId'] === 'string' : answer['FailedEntryCount'] === 0;
  if (!isTaken) throw new DomainError('TARGET_UNAVAILABLE', 'the target of a webhook refused a delivery');
}

function toPutEvents(
  message: string,
  type: string | undefined,
  { bus, source, detailType }: Extract<Target, { kind: 'eventBridge' }>,
): AwsJsonCall {
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
): AwsJsonCall {
  const input = {
    QueueUrl: `${regionalAddress('sqs', region)}/${accountId}/${queue}`,
    MessageBody: message,
    // All messages have the same group, because a FIFO queue is used to keep their order.
    ...(queue.endsWith('.fifo') && { MessageGroupId: 'webhook', MessageDeduplicationId: sha256Hex(id) }),
  };
  return { service: 'sqs', target: 'AmazonSQS.SendMessage', input };
}
