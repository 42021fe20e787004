/** Says why a rule gets no events of a bucket, and what makes the bucket send them. */
import { findByArn, findRule, placeOf, placeOfFirst } from './find-places.ts';
import { formatOf } from '../../core/stack/source-format.ts';
import type { ResolvedResource, ResolvedStack } from '../../core/stack/model.ts';
import type { StampedStep } from '../../kernel/event-step.ts';
import type { DeliveryNote } from '../explain/circumstances.ts';

type Filtered = Extract<StampedStep, { kind: 'filtered' }>;

const CLOUDFORMATION =
  'set NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } } on the bucket @';

/** See https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-event-notifications-eventbridge.html */
const SETTINGS: Readonly<Record<ReturnType<typeof formatOf>['kind'], string>> = {
  cloudformation: CLOUDFORMATION,
  sam: CLOUDFORMATION,
  serverless: CLOUDFORMATION,
  cdk: 'set eventBridgeEnabled: true on the bucket @',
  terraform: 'add an aws_s3_bucket_notification with bucket = @.id and eventbridge = true',
};

/** Returns the setting with which the bucket sends its events to EventBridge, in the syntax of its template. */
export function adviseBridge(bucket: ResolvedResource, stack: ResolvedStack): string {
  return SETTINGS[formatOf(stack).kind].replace('@', () => bucket.logicalId);
}

export function noteBridge(step: Filtered, stacks: readonly ResolvedStack[]): readonly DeliveryNote[] {
  const bucket = findByArn(stacks, step.from);
  const stack = stacks.find(({ resources }) => [...resources.values()].some((one) => one === bucket));
  if (step.by !== 'EventBridgeConfiguration' || bucket === undefined || stack === undefined) return [];
  const place = placeOfFirst(bucket, ['NotificationConfiguration.EventBridgeConfiguration']) ?? '';
  const waiting = placeOf(findRule(step.rule, stacks), 'EventPattern') ?? '';
  return [
    {
      because: `EventPattern of the rule (${waiting}) waits for events of the bucket, and S3 sends them to EventBridge only if the bucket enables this (${place}).`,
      change: `${upperFirst(adviseBridge(bucket, stack))}${place === '' ? '' : ` (${place})`}.`,
      isCause: true,
    },
  ];
}

function upperFirst(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
