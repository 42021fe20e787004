/**
 * Reads attributes of a queue as settings, for templates and calls (SQS API reference, "CreateQueue",
 * "SetQueueAttributes").
 */
import { asFlag, asInteger, membersOf, parseJson } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { type QueueSettings, DEFAULT_QUEUE } from '../../kernel/delivery/queue-model.ts';

/** Refuses a value. It either throws, or reports the value so that the default is used. */
type Refuse = (attribute: string, message: string) => void;

const RANGES = {
  VisibilityTimeout: [0, 43_200],
  DelaySeconds: [0, 900],
  MessageRetentionPeriod: [60, 1_209_600],
  ReceiveMessageWaitTimeSeconds: [0, 20],
  MaximumMessageSize: [1_024, 1_048_576],
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
      refuse(name, `must be a whole number from ${least} to ${most}`);
    return number;
  };
  const inMs = (name: keyof typeof RANGES, usualMs: number): number => {
    const seconds = inRange(name);
    return seconds === undefined ? usualMs : seconds * 1000;
  };
  const scope = attributes['DeduplicationScope'];
  return {
    isFifo: asFlag(attributes['FifoQueue']) ?? before.isFifo,
    visibilityMs: inMs('VisibilityTimeout', before.visibilityMs),
    delayMs: inMs('DelaySeconds', before.delayMs),
    retentionMs: inMs('MessageRetentionPeriod', before.retentionMs),
    receiveWaitMs: inMs('ReceiveMessageWaitTimeSeconds', before.receiveWaitMs),
    maxMessageBytes: inRange('MaximumMessageSize') ?? before.maxMessageBytes,
    deduplicatesByContent: asFlag(attributes['ContentBasedDeduplication']) ?? before.deduplicatesByContent,
    deduplicatesByGroup: scope === undefined ? before.deduplicatesByGroup : scope === 'messageGroup',
    redrive: readRedrive(attributes['RedrivePolicy'], refuse, before.redrive),
  };
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
  refuse('RedrivePolicy', 'must have deadLetterTargetArn, and maxReceiveCount from 1 to 1000');
  return before;
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
