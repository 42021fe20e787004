/**
 * Finds the rules that wait for events of a bucket. A bucket sends its events to EventBridge only if its
 * NotificationConfiguration has an EventBridgeConfiguration (docs/aws §18.8).
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-event-notifications-eventbridge.html
 */
import { asFlag, asList, asText, membersOf, parseJson } from '@gatewright/aws/json-object';
import type { ResolvedResource } from '../../core/stack/model.ts';

/** CDK's custom resource that sets the notifications of a bucket after CloudFormation has created the bucket. */
export const OF_CDK = 'Custom::S3BucketNotifications';

type WaitingRule = {
  readonly rule: ResolvedResource;
  /** Whether the pattern names the bucket; otherwise it is for every bucket. */
  readonly isNamed: boolean;
  /** The detail types of the pattern; empty if it has none. */
  readonly detailTypes: readonly string[];
};

/** Returns whether the bucket certainly sends no events to EventBridge. */
export function isSilent(bucket: ResolvedResource, all: readonly ResolvedResource[]): boolean {
  const { EventBridgeConfiguration: given } = membersOf(bucket.properties['NotificationConfiguration']);
  const isSet = all.some(
    ({ type, properties }) =>
      type === OF_CDK &&
      properties['BucketName'] === bucket.physicalId &&
      membersOf(properties['NotificationConfiguration'])['EventBridgeConfiguration'] !== undefined,
  );
  return !isSet && (given === undefined || asFlag(membersOf(given)['EventBridgeEnabled']) === false);
}

/** Returns the rules of the default bus whose pattern is for objects of the bucket. */
export function findWaitingRules(
  { physicalId }: Pick<ResolvedResource, 'physicalId'>,
  all: readonly ResolvedResource[],
): readonly WaitingRule[] {
  return all.flatMap((rule) => {
    const { EventBusName: bus = 'default', EventPattern: given, State: state } = rule.properties;
    if (rule.type !== 'AWS::Events::Rule' || bus !== 'default' || state === 'DISABLED') return [];
    const pattern = membersOf(typeof given === 'string' ? parseJson(given) : given);
    const { source, detail } = pattern;
    if (!asList(source).includes('aws.s3')) return [];
    const detailTypes = asList(pattern['detail-type']).flatMap((one) => asText(one) ?? []);
    // CloudTrail reports calls to S3 regardless of the bucket's NotificationConfiguration.
    if (detailTypes.some((one) => one.includes('CloudTrail'))) return [];
    const names = asList(membersOf(membersOf(detail)['bucket'])['name']);
    if (names.length > 0 && !names.some((name) => isMeant(name, physicalId))) return [];
    return [{ rule, isNamed: names.length > 0, detailTypes }];
  });
}

function isMeant(name: unknown, bucket: string): boolean {
  const { prefix } = membersOf(name);
  return name === bucket || (typeof prefix === 'string' && prefix !== '' && bucket.startsWith(prefix));
}
