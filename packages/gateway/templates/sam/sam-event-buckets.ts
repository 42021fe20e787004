/**
 * `S3` events: notifications from a bucket to a function, written last because the bucket may be declared
 * after it.
 */
import { isJsonList, isJsonObject, membersOf } from '../../core/stack/json-values.ts';
import type { Json } from '../../core/stack/model.ts';
import { pick } from './sam-expansion.ts';
import type { SamExpansion, SamNotification } from './sam-expansion.ts';
import { allowSource, required, type SamEvent } from './sam-event.ts';

export function noteBucket(expansion: SamExpansion, event: SamEvent): void {
  const { ownerId, eventName, properties } = event;
  const bucket = required(expansion, event, 'Bucket');
  const bucketId = membersOf(bucket)['Ref'];
  if (typeof bucketId !== 'string' || !expansion.has(bucketId))
    return expansion.fail(ownerId, `event ${eventName}: Bucket must be a Ref of a bucket of this template`);
  const events = required(expansion, event, 'Events');
  const configurations = (isJsonList(events) ? events : [events]).map((each) => ({
    Event: each,
    Function: event.arn,
    ...pick(properties, ['Filter']),
  }));
  allowSource(expansion, event, 's3.amazonaws.com', { SourceAccount: { Ref: 'AWS::AccountId' } });
  expansion.notifications.push({ bucketId, ownerId, eventName, configurations });
}

export function notifyFunctions(expansion: SamExpansion): void {
  for (const notification of expansion.notifications)
    expansion.attempt(
      'the event starts no function',
      () => {
        addNotification(expansion, notification);
      },
      () => undefined,
    );
}

function addNotification(
  expansion: SamExpansion,
  { bucketId, ownerId, eventName, configurations }: SamNotification,
): void {
  const bucket = expansion.resources.get(bucketId);
  if (!isJsonObject(bucket) || bucket['Type'] !== 'AWS::S3::Bucket')
    return expansion.fail(ownerId, `event ${eventName}: ${bucketId} is not an AWS::S3::Bucket`);
  const { Properties: properties = {} } = bucket;
  const config = isJsonObject(properties) ? (properties['NotificationConfiguration'] ?? {}) : {};
  const listed = isJsonObject(config) ? (config['LambdaConfigurations'] ?? []) : undefined;
  if (!isJsonObject(properties) || !isJsonObject(config) || !isJsonList(listed))
    return expansion.fail(bucketId, 'LambdaConfigurations must be a list');
  const condition = expansion.conditionOf(ownerId);
  const added = configurations.map((each): Json =>
    condition === undefined ? each : { 'Fn::If': [condition, each, { Ref: 'AWS::NoValue' }] },
  );
  const NotificationConfiguration = { ...config, LambdaConfigurations: [...listed, ...added] };
  expansion.copy(bucketId, { ...bucket, Properties: { ...properties, NotificationConfiguration } });
}
