/**
 * Attributes of a queue as settings, for templates and calls (SQS API reference, "CreateQueue",
 * "SetQueueAttributes").
 */
import { membersOf, parseJson } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { type QueueSettings, DEFAULT_QUEUE } from '../../kernel/delivery/queue-model.ts';

/** Refuses: throws, or notes it and the default is used. */
type Refuse = (attribute: string, message: string) => void;

type Range = readonly [least: number, most: number];
const RANGES = {
  VisibilityTimeout: [0, 43_200],
  DelaySeconds: [0, 900],
  MessageRetentionPeriod: [60, 1_209_600],
  ReceiveMessageWaitTimeSeconds: [0, 20],
  MaximumMessageSize: [1_024, 1_048_576],
} as const satisfies Record<string, Range>;

/** @param before values for absent attributes */
export function readQueueSettings(
  attributes: UnknownMembers,
  refuse: Refuse,
  before: QueueSettings = DEFAULT_QUEUE,
): QueueSettings {
  const seconds = (name: keyof typeof RANGES, usualMs: number): number => {
    const value = readInteger(attributes[name], RANGES[name]);
    if (value === undefined) return usualMs;
    if (!Number.isNaN(value)) return value * 1000;
    refuse(name, `must be a whole number from ${RANGES[name].join(' to ')}`);
    return usualMs;
  };
  const bytes = readInteger(attributes['MaximumMessageSize'], RANGES.MaximumMessageSize);
  if (Number.isNaN(bytes))
    refuse('MaximumMessageSize', `must be a whole number from ${RANGES.MaximumMessageSize.join(' to ')}`);
  const scope = attributes['DeduplicationScope'];
  return {
    isFifo: readFlag(attributes['FifoQueue']) ?? before.isFifo,
    visibilityMs: seconds('VisibilityTimeout', before.visibilityMs),
    delayMs: seconds('DelaySeconds', before.delayMs),
    retentionMs: seconds('MessageRetentionPeriod', before.retentionMs),
    receiveWaitMs: seconds('ReceiveMessageWaitTimeSeconds', before.receiveWaitMs),
    maxMessageBytes: bytes === undefined || Number.isNaN(bytes) ? before.maxMessageBytes : bytes,
    deduplicatesByContent: readFlag(attributes['ContentBasedDeduplication']) ?? before.deduplicatesByContent,
    deduplicatesByGroup: scope === undefined ? before.deduplicatesByGroup : scope === 'messageGroup',
    redrive: readRedrive(attributes['RedrivePolicy'], refuse, before.redrive),
  };
}

function readInteger(value: unknown, [least, most]: Range): number | undefined {
  if (value === undefined || value === null) return undefined;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= least && number <= most
    ? number
    : NaN;
}

function readFlag(value: unknown): boolean | undefined {
  if (value === true || value === 'true') return true;
  return value === false || value === 'false' ? false : undefined;
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
  const count = readInteger(maxReceiveCount, [1, 1_000]);
  if (typeof arn === 'string' && count !== undefined && !Number.isNaN(count))
    return { deadLetterArn: arn, maxReceiveCount: count };
  refuse('RedrivePolicy', 'must hold deadLetterTargetArn, and maxReceiveCount from 1 to 1000');
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
