/**
 * A message attribute of SQS. The type is `Number`, `String` or `Binary`, which may be followed by a dot and a custom
 * label. A binary value is base64.
 */
export type MessageAttribute = {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
};

export type QueueSettings = {
  readonly isFifo: boolean;
  readonly visibilityMs: number;
  readonly delayMs: number;
  readonly retentionMs: number;
  readonly receiveWaitMs: number;
  readonly maxMessageBytes: number;
  readonly deduplicatesByContent: boolean;
  /**
   * Whether duplicates are detected only within a message group. If so, a message with the deduplication id of a
   * message in another group is not a duplicate.
   */
  readonly deduplicatesByGroup: boolean;
  readonly redrive: { readonly deadLetterArn: string; readonly maxReceiveCount: number } | undefined;
};

/** The maximum size of an SQS message, and of all messages of a batch, which has been 1 MiB since August 2025. */
export const MAX_SQS_BYTES = 1_048_576;

/** The defaults of a queue (SQS API reference, "CreateQueue"). */
export const DEFAULT_QUEUE: QueueSettings = {
  isFifo: false,
  visibilityMs: 30_000,
  delayMs: 0,
  retentionMs: 345_600_000,
  receiveWaitMs: 0,
  maxMessageBytes: MAX_SQS_BYTES,
  deduplicatesByContent: false,
  deduplicatesByGroup: false,
  redrive: undefined,
};

export type NewMessage = {
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  readonly groupId?: string | undefined;
  readonly deduplicationId?: string | undefined;
  /** The delay of this message; absent means the queue's delay. */
  readonly delayMs?: number | undefined;
  readonly traceHeader?: string | undefined;
  readonly senderId: string;
};

export type QueuedMessage = NewMessage & {
  readonly id: string;
  readonly sequence: number;
  readonly sentAt: number;
  /** How often the message was received from this queue. `maxReceiveCount` applies to it. */
  receiveCount: number;
  /** When the message was last received from this queue, in milliseconds since the epoch. */
  receivedAt?: number;
  /** How often the message was received from the queues from which it was moved to a dead-letter queue. */
  readonly receivedBefore?: number | undefined;
  firstReceivedAt: number | undefined;
  /** The time from which the message can be received. */
  visibleAt: number;
  /** The receipt handle of the last receive; undefined if the message was not received yet. */
  receipt: string | undefined;
  /** The ARN of the queue from which the message was moved because it was received too often. */
  readonly diedIn?: string | undefined;
};

export function sizeOf({ body, attributes }: Pick<NewMessage, 'body' | 'attributes'>): number {
  let bytes = bytesOf(body);
  for (const [name, { DataType, StringValue = '', BinaryValue = '' }] of Object.entries(attributes))
    bytes +=
      bytesOf(name) + bytesOf(DataType) + bytesOf(StringValue) + Math.floor((BinaryValue.length * 3) / 4);
  return bytes;
}

const ENCODER = new TextEncoder();

export function bytesOf(text: string): number {
  return ENCODER.encode(text).length;
}
