/**
 * Reads attributes of a queue as settings, for templates and calls (SQS API reference, "CreateQueue",
 * "SetQueueAttributes").
 */
import { asFlag, asInteger, membersOf, parseJson, textOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { SqsError } from './error.ts';
import { type QueueSettings, DEFAULT_QUEUE, MAX_SQS_BYTES } from '../../kernel/delivery/queue-model.ts';

/** Refuses the value at a path. It either throws, or reports the value so that the default is used. */
type Refuse = (attribute: string, message: string) => void;

const RANGES = {
  VisibilityTimeout: [0, 43_200],
  DelaySeconds: [0, 900],
  MessageRetentionPeriod: [60, 1_209_600],
  ReceiveMessageWaitTimeSeconds: [0, 20],
  MaximumMessageSize: [1_024, MAX_SQS_BYTES],
} as const;

/**
 * Reads the settings of a queue.
 * @param before the values that apply to absent attributes
 */
export function readQueueSettings(
  attributes: UnknownMembers,
  refuse: Refuse,
  before: QueueSettings = DEFAULT_QUEUE,
): QueueSettings {
  const inRange = (name: keyof typeof RANGES): number | undefined => {
    const value = attributes[name] ?? undefined;
    const [least, most] = RANGES[name];
    const number = asInteger(value, least, most);
    if (value !== undefined && number === undefined)
      refuse(name, `must be a whole number from ${least} to ${most}, not ${JSON.stringify(value)}`);
    return number;
  };
  const inMs = (name: keyof typeof RANGES, usualMs: number): number => {
    const seconds = inRange(name);
    return seconds === undefined ? usualMs : seconds * 1000;
  };
  const scope = attributes['DeduplicationScope'];
  return {
    isFifo: readFlag(attributes['FifoQueue']) ?? before.isFifo,
    visibilityMs: inMs('VisibilityTimeout', before.visibilityMs),
    delayMs: inMs('DelaySeconds', before.delayMs),
    retentionMs: inMs('MessageRetentionPeriod', before.retentionMs),
    receiveWaitMs: inMs('ReceiveMessageWaitTimeSeconds', before.receiveWaitMs),
    maxMessageBytes: inRange('MaximumMessageSize') ?? before.maxMessageBytes,
    deduplicatesByContent: readFlag(attributes['ContentBasedDeduplication']) ?? before.deduplicatesByContent,
    deduplicatesByGroup: scope === undefined ? before.deduplicatesByGroup : scope === 'messageGroup',
    redrive: readRedrive(attributes['RedrivePolicy'], refuse, before.redrive),
  };
}

/** Reads a boolean attribute, whose letters may be of either case, like `True` [obs]. */
export function readFlag(value: unknown): boolean | undefined {
  return asFlag(typeof value === 'string' ? value.toLowerCase() : value);
}

function readRedrive(
  value: unknown,
  refuse: Refuse,
  before: QueueSettings['redrive'],
): QueueSettings['redrive'] {
  if (value === undefined || value === null) return before;
  if (value === '') return undefined;
  const policy = typeof value === 'string' ? parseJson(value) : value;
  const { deadLetterTargetArn: arn, maxReceiveCount } = membersOf(policy);
  const count = asInteger(maxReceiveCount, 1, 1_000);
  if (typeof arn === 'string' && count !== undefined) return { deadLetterArn: arn, maxReceiveCount: count };
  if (typeof arn === 'string' && maxReceiveCount !== undefined) {
    refuse(
      'RedrivePolicy.maxReceiveCount',
      `must be a whole number from 1 to 1000, not ${JSON.stringify(maxReceiveCount)}`,
    );
    return before;
  }
  refuse('RedrivePolicy', 'must have deadLetterTargetArn, and maxReceiveCount from 1 to 1000');
  return before;
}

/** Attributes that queues keep and print, but that the gateway ignores. */
const KEPT_ATTRIBUTES = [
  'FifoThroughputLimit',
  'KmsDataKeyReusePeriodSeconds',
  'KmsMasterKeyId',
  'Policy',
  'RedriveAllowPolicy',
  'SqsManagedSseEnabled',
];
const OF_FIFO = ['FifoQueue', 'ContentBasedDeduplication', 'DeduplicationScope', 'FifoThroughputLimit'];
const ATTRIBUTES: ReadonlySet<string> = new Set([
  ...Object.keys(RANGES),
  ...OF_FIFO,
  ...KEPT_ATTRIBUTES,
  'RedrivePolicy',
]);
/** Names of attributes that only `GetQueueAttributes` accepts, because calls cannot set them. */
const READ_ONLY: ReadonlySet<string> = new Set([
  'All',
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesDelayed',
  'ApproximateNumberOfMessagesNotVisible',
  'CreatedTimestamp',
  'LastModifiedTimestamp',
  'QueueArn',
]);

/** Finds a dead-letter queue; undefined if it belongs to another account or Region. */
export type FindTarget = (arn: string) => Pick<QueueSettings, 'isFifo'> | 'missing' | undefined;

/** @throws SqsError for a name that is not an attribute of queues */
export function checkWantedAttributes(names: readonly unknown[]): void {
  const unknown = names
    .map((name) => (typeof name === 'string' ? name : JSON.stringify(name)))
    .find((name) => !ATTRIBUTES.has(name) && !READ_ONLY.has(name));
  if (unknown !== undefined) throw unknownAttribute(unknown);
}

/**
 * Refuses attributes that a call must not set, in AWS's recorded words.
 * @throws SqsError for an unknown attribute, an attribute of the other type of queue, two kinds of encryption, or an
 * invalid redrive policy
 */
export function checkAttributes(attributes: UnknownMembers, isFifo: boolean, findTarget: FindTarget): void {
  if ((attributes['KmsMasterKeyId'] ?? '') !== '' && readFlag(attributes['SqsManagedSseEnabled']) === true)
    throw new SqsError(
      'InvalidAttributeName',
      'You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.',
    );
  checkRedrive(attributes['RedrivePolicy'], isFifo, findTarget);
  for (const name of Object.keys(attributes)) {
    if (!ATTRIBUTES.has(name)) throw unknownAttribute(name);
    if (isFifo || !OF_FIFO.includes(name)) continue;
    if (name === 'FifoQueue' || name === 'ContentBasedDeduplication') throw unknownAttribute(name);
    throw new SqsError(
      'InvalidAttributeName',
      `You can specify the ${name} only when FifoQueue is set to true.`,
    );
  }
}

/**
 * Refuses an invalid redrive policy that a call sets (crossplane-contrib/provider-aws#443). The code for each of the
 * three faults is recorded (obs: sqs). The message for a count that is out of range is inferred.
 */
function checkRedrive(value: unknown, isFifo: boolean, findTarget: FindTarget): void {
  if (typeof value !== 'string' || value === '') return;
  const policy = membersOf(parseJson(value));
  const refuse = (reason: string): SqsError =>
    new SqsError(
      'InvalidParameterValue',
      `Value ${value} for parameter RedrivePolicy is invalid. Reason: ${reason}`,
    );
  for (const name of ['deadLetterTargetArn', 'maxReceiveCount'])
    if (policy[name] === undefined)
      throw refuse(`Redrive policy does not contain mandatory attribute: ${name}.`);
  if (asInteger(policy['maxReceiveCount'], 1, 1_000) === undefined)
    throw refuse(
      `Invalid value for maxReceiveCount: ${textOf(policy, 'maxReceiveCount')}, valid values are from 1 to 1000 both inclusive.`,
    );
  const target = findTarget(textOf(policy, 'deadLetterTargetArn'));
  if (target === 'missing') throw refuse('Dead letter target does not exist.');
  // AWS prints two full stops.
  if (target !== undefined && target.isFifo !== isFifo)
    throw refuse('Dead-letter queue must be same type of queue as the source..');
}

function unknownAttribute(name: string): SqsError {
  return new SqsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
}

/** Returns the attributes that the gateway ignores, after a call has set some of them. */
export function keepAttributes(
  attributes: UnknownMembers,
  before: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const given = KEPT_ATTRIBUTES.flatMap((name): [string, string][] => {
    const value = attributes[name];
    return typeof value === 'string' ? [[name, value]] : [];
  });
  const all: Record<string, string> = { ...before, ...Object.fromEntries(given) };
  // If the KMS key of a queue is removed, the queue does not return to SQS's own encryption [obs].
  if (before['KmsMasterKeyId'] !== undefined && all['KmsMasterKeyId'] === '') {
    all['SqsManagedSseEnabled'] = String(readFlag(attributes['SqsManagedSseEnabled']) ?? false);
    delete all['KmsDataKeyReusePeriodSeconds'];
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
}

/** Formats the attributes that the gateway ignores, with AWS's defaults. */
export function printKeptAttributes(
  kept: Readonly<Record<string, string>> = {},
  { isFifo }: QueueSettings,
): Readonly<Record<string, string>> {
  return {
    SqsManagedSseEnabled: String(kept['KmsMasterKeyId'] === undefined),
    ...(isFifo && { FifoThroughputLimit: 'perQueue' }),
    ...kept,
  };
}

export function printQueueSettings(settings: QueueSettings): Readonly<Record<string, string>> {
  const inSeconds = (ms: number): string => String(ms / 1000);
  return {
    VisibilityTimeout: inSeconds(settings.visibilityMs),
    DelaySeconds: inSeconds(settings.delayMs),
    MessageRetentionPeriod: inSeconds(settings.retentionMs),
    ReceiveMessageWaitTimeSeconds: inSeconds(settings.receiveWaitMs),
    MaximumMessageSize: String(settings.maxMessageBytes),
    ...(settings.redrive === undefined
      ? {}
      : {
          RedrivePolicy: JSON.stringify({
            deadLetterTargetArn: settings.redrive.deadLetterArn,
            maxReceiveCount: settings.redrive.maxReceiveCount,
          }),
        }),
    ...(settings.isFifo
      ? {
          FifoQueue: 'true',
          ContentBasedDeduplication: String(settings.deduplicatesByContent),
          DeduplicationScope: settings.deduplicatesByGroup ? 'messageGroup' : 'queue',
        }
      : {}),
  };
}
