/** `S3` events: notifications from a bucket to a function. */
import { isJsonList, isJsonObject } from '@gatewright/aws/json-object';
import type { Json } from '@gatewright/aws/json-object';
import { pick } from './sam-expansion.ts';
import type { SamExpansion } from './sam-expansion.ts';
import { allowSource, required, requiredRef, type SamEvent } from './sam-event.ts';

export function noteBucket(expansion: SamExpansion, event: SamEvent): void {
  const { ownerId, eventName, properties } = event;
  const bucketId = requiredRef(expansion, event, 'Bucket', 'bucket');
  const events = required(expansion, event, 'Events');
  const configurations = (isJsonList(events) ? events : [events]).map((each) => ({
    Event: each,
    Function: event.arn,
    ...pick(properties, ['Filter']),
  }));
  allowSource(expansion, event, 's3.amazonaws.com', { SourceAccount: { Ref: 'AWS::AccountId' } });
  expansion.changes.push({
    ownerId,
    eventName,
    resourceId: bucketId,
    type: 'AWS::S3::Bucket',
    change: (bucket) => {
      const config = bucket['NotificationConfiguration'] ?? {};
      const listed = isJsonObject(config) ? (config['LambdaConfigurations'] ?? []) : undefined;
      if (!isJsonObject(config) || !isJsonList(listed))
        return expansion.fail(bucketId, 'LambdaConfigurations must be a list');
      const condition = expansion.conditionOf(ownerId);
      const added = configurations.map((each): Json =>
        condition === undefined ? each : { 'Fn::If': [condition, each, { Ref: 'AWS::NoValue' }] },
      );
      const LambdaConfigurations = [...listed, ...added];
      return { ...bucket, NotificationConfiguration: { ...config, LambdaConfigurations } };
    },
  });
}
