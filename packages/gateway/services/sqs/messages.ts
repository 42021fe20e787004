import { createHash } from 'node:crypto';
import { listOf, mapOf, membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import {
  type MessageAttribute,
  type NewMessage,
  type QueuedMessage,
  sizeOf,
} from '../../kernel/delivery/queue-model.ts';
import { digestOfAttributes, digestOfBody } from './message-digest.ts';
import type { QueueDefinition } from './queues.ts';
import { invalid, missing, SqsError } from './error.ts';
import { readRequired } from './read-input.ts';
import { numberOf, readTextField } from '../../kernel/calls/query-input.ts';

/** Characters that XML 1.0 does not allow. "A message can include only XML, JSON, and unformatted text" */
const FORBIDDEN = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
const ALLOWED =
  'the set of allowed characters is #x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF].';
const MAX_ATTRIBUTES = 10;
const MAX_NAME_BYTES = 256;
const MAX_TYPE_BYTES = 256;
export const NO_DEDUPLICATION =
  'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly';
/** "up to 128 alphanumeric characters and punctuation" */
const TOKEN = /^[a-zA-Z0-9!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]{1,128}$/;

/** The account that sends a message, and the trace header of its call. */
export type Sender = { readonly senderId: string; readonly trace: string | undefined };

/**
 * Reads the message that a call sends.
 * @throws SqsError if the message is invalid
 */
export function readNewMessage(
  input: UnknownMembers,
  { settings }: QueueDefinition,
  { senderId, trace }: Sender,
  /** The verb of AWS's error about a message that is too long, which is different in a batch [obs]. */
  verdict = 'are invalid',
): NewMessage {
  const body = readRequired(input, 'MessageBody');
  const wrong = findForbidden(body);
  if (wrong !== undefined)
    throw new SqsError(
      'InvalidMessageContents',
      `Invalid binary character '${wrong}' was found in the message body, ${ALLOWED}`,
    );
  const attributes = readAttributes(mapOf(input, 'MessageAttributes'));
  if (sizeOf({ body, attributes }) > settings.maxMessageBytes)
    throw invalid(
      `One or more parameters ${verdict}. Reason: Message must be shorter than ${settings.maxMessageBytes} bytes.`,
    );
  const traceHeader = readSystemAttributes(input)['AWSTraceHeader']?.StringValue ?? trace;
  const common = { body, attributes, senderId, ...(traceHeader === undefined ? {} : { traceHeader }) };
  const groupId = readToken(input, 'MessageGroupId');
  const delay = numberOf(input, 'DelaySeconds');
  if (delay !== undefined && !(delay >= 0 && delay <= 900))
    throw invalid(
      `Value ${readTextField(input, 'DelaySeconds') ?? ''} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.`,
    );
  const deduplicationId = readToken(input, 'MessageDeduplicationId');
  if (!settings.isFifo && deduplicationId !== undefined)
    throw notOfQueueType(deduplicationId, 'MessageDeduplicationId');
  if (!settings.isFifo)
    return { ...common, groupId, ...(delay === undefined ? {} : { delayMs: delay * 1000 }) };
  if (groupId === undefined) throw missing('MessageGroupId');
  if (delay !== undefined && delay > 0) throw notOfQueueType(String(delay), 'DelaySeconds');
  if (deduplicationId === undefined && !settings.deduplicatesByContent) throw invalid(NO_DEDUPLICATION);
  const digest = (): string => createHash('sha256').update(body).digest('hex');
  return { ...common, groupId, deduplicationId: deduplicationId ?? digest() };
}

function notOfQueueType(value: string, parameter: string): Error {
  return invalid(
    `Value ${value} for parameter ${parameter} is invalid. Reason: The request include parameter that is not valid for this queue type.`,
  );
}

function readToken(input: UnknownMembers, name: string): string | undefined {
  const value = readTextField(input, name);
  if (value === undefined) return undefined;
  if (TOKEN.test(value)) return value;
  throw invalid(
    `Value ${value} for parameter ${name} is invalid. Reason: ${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
  );
}

function readAttributes(given: UnknownMembers): Record<string, MessageAttribute> {
  const entries = Object.entries(given);
  if (entries.length > MAX_ATTRIBUTES)
    throw invalid(`Number of message attributes [${entries.length}] exceeds the allowed maximum [10].`);
  return Object.fromEntries(entries.map(([name, value]) => [name, readAttribute(name, value)]));
}

/** @see SQS developer guide, "Message metadata for Amazon SQS", for the rules; docs/aws §22.5 for the words */
function checkAttributeName(name: string): void {
  if (name === '') throw invalid('The request must contain non-empty message attribute name.');
  if (Buffer.byteLength(name) > MAX_NAME_BYTES)
    throw invalid('Message (user) attribute names must be shorter than 256 Bytes');
  if (!/^[\p{L}\p{N}_.-]+$/u.test(name))
    throw invalid(
      'Message (user) attributes name can only contain upper and lower score characters, digits, periods, hyphens and underscores. ',
    );
  if (/^(?:aws\.|amazon\.|\.)|\.$/i.test(name))
    throw invalid(
      "You can't use message attribute names beginning with 'AWS.' or 'Amazon.'. These strings are reserved for internal use. Additionally, they cannot start or end with '.'.",
    );
}

function readAttribute(name: string, value: unknown): MessageAttribute {
  checkAttributeName(name);
  const fields: UnknownMembers = membersOf(value);
  const type = readTextField(fields, 'DataType') ?? '';
  if (!/^(?:String|Number|Binary)(?:\..+)?$/.test(type) || Buffer.byteLength(type) > MAX_TYPE_BYTES)
    throw invalid(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    );
  const text = type.startsWith('Binary') ? undefined : readTextField(fields, 'StringValue');
  const bytes = type.startsWith('Binary') ? readTextField(fields, 'BinaryValue') : undefined;
  if ((text ?? bytes ?? '') === '')
    throw invalid(`Message (user) attribute '${name}' must contain a non-empty value of type '${type}'.`);
  const wrong = text === undefined ? undefined : findForbidden(text);
  if (wrong !== undefined)
    throw invalid(
      `Invalid binary character '${wrong}' was found in the message attribute '${name}' value, ${ALLOWED}`,
    );
  if (type.startsWith('Number') && !/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/.test(text ?? ''))
    throw invalid(`Can't cast the value of message (user) attribute '${name}' to a number.`);
  return { DataType: type, ...(text === undefined ? { BinaryValue: bytes ?? '' } : { StringValue: text }) };
}

/** @param input the call or the entry of a batch that sent the message */
export function printSent(
  message: QueuedMessage,
  { settings }: QueueDefinition,
  input: UnknownMembers,
): UnknownMembers {
  const attributes = digestOfAttributes(message.attributes);
  const system = digestOfAttributes(readSystemAttributes(input));
  return {
    MD5OfMessageBody: digestOfBody(message.body),
    ...(attributes === undefined ? {} : { MD5OfMessageAttributes: attributes }),
    ...(system === undefined ? {} : { MD5OfMessageSystemAttributes: system }),
    MessageId: message.id,
    ...(settings.isFifo ? { SequenceNumber: printSequence(message.sequence) } : {}),
  };
}

/** Reads the system attributes of a call. AWSTraceHeader is the only one that a call may set. */
function readSystemAttributes(input: UnknownMembers): Record<string, MessageAttribute> {
  const trace = mapOf(input, 'MessageSystemAttributes')['AWSTraceHeader'];
  return trace === undefined ? {} : { AWSTraceHeader: readAttribute('AWSTraceHeader', trace) };
}

/** Returns the first character that is not allowed in a message, as AWS writes it (`#x1`). */
function findForbidden(text: string): string | undefined {
  const code = FORBIDDEN.exec(text)?.[0].codePointAt(0);
  return code === undefined ? undefined : `#x${code.toString(16).toUpperCase()}`;
}

/** Formats a sequence number with 20 digits, like AWS's. */
function printSequence(sequence: number): string {
  return `188${String(sequence).padStart(17, '0')}`;
}

export function printReceived(
  message: QueuedMessage,
  input: UnknownMembers,
  definition: QueueDefinition,
): UnknownMembers {
  const system = [...listOf(input, 'AttributeNames'), ...listOf(input, 'MessageSystemAttributeNames')];
  const all = systemAttributes(message, definition);
  const attributes = Object.fromEntries(
    Object.entries(all).filter(([name]) => system.includes('All') || system.includes(name)),
  );
  const wanted = listOf(input, 'MessageAttributeNames');
  const own = Object.fromEntries(
    Object.entries(message.attributes).filter(([name]) => wanted.some((pattern) => isNamed(name, pattern))),
  );
  const digest = digestOfAttributes(own);
  return {
    MessageId: message.id,
    ReceiptHandle: Buffer.from(message.receipt ?? '').toString('base64'),
    MD5OfBody: digestOfBody(message.body),
    Body: message.body,
    ...(Object.keys(attributes).length === 0 ? {} : { Attributes: attributes }),
    ...(digest === undefined ? {} : { MD5OfMessageAttributes: digest, MessageAttributes: own }),
  };
}

/**
 * Whether a pattern matches a name. A pattern is `All`, `*`, a name, or a prefix (or nothing) followed by `.*` [obs].
 */
function isNamed(name: string, pattern: unknown): boolean {
  if (typeof pattern !== 'string') return false;
  if (pattern === 'All' || pattern === '*' || pattern === name) return true;
  return pattern.endsWith('.*') && name.startsWith(pattern.slice(0, -2));
}

export function systemAttributes(
  message: QueuedMessage,
  { settings }: QueueDefinition,
): Readonly<Record<string, string>> {
  const { groupId, deduplicationId, traceHeader, diedIn, receiveCount, receivedBefore = 0 } = message;
  return {
    ApproximateReceiveCount: String(receiveCount + receivedBefore),
    SentTimestamp: String(message.sentAt),
    SenderId: message.senderId,
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt ?? message.sentAt),
    ...(settings.isFifo ? { SequenceNumber: printSequence(message.sequence) } : {}),
    ...(groupId === undefined ? {} : { MessageGroupId: groupId }),
    ...(deduplicationId === undefined ? {} : { MessageDeduplicationId: deduplicationId }),
    ...(traceHeader === undefined ? {} : { AWSTraceHeader: traceHeader }),
    ...(diedIn === undefined ? {} : { DeadLetterQueueSourceArn: diedIn }),
  };
}

/**
 * Reads the receipt of a message from the receipt handle, which is the Base64 form of the gateway's own receipt.
 * @throws SqsError unless the handle has the form of a handle
 */
export function receiptOf(input: UnknownMembers): string {
  const handle = readRequired(input, 'ReceiptHandle');
  const receipt = Buffer.from(handle, 'base64').toString();
  if (receipt.includes(':')) return receipt;
  throw new SqsError(
    'ReceiptHandleIsInvalid',
    `The input receipt handle "${handle}" is not a valid receipt handle.`,
  );
}
