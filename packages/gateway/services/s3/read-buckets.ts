import { asList, isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { BucketNotification } from './bucket-notifications.ts';
import type { ResourceReader } from '../../kernel/read-resource.ts';

const KINDS = [
  ['LambdaConfigurations', 'Function'],
  ['QueueConfigurations', 'Queue'],
  ['TopicConfigurations', 'Topic'],
] as const;

const KNOWN = /^s3:(?:ObjectCreated:(?:\*|Put)|ObjectRemoved:(?:\*|Delete))$/;

export function readBucket(reader: ResourceReader): readonly BucketNotification[] {
  const bucket = reader.resource.physicalId;
  const { region } = reader.stack;
  const common = { bucket, region };
  const listed = KINDS.flatMap(([list, target]) =>
    reader
      .list(`NotificationConfiguration.${list}`)
      .filter(isJsonObject)
      .flatMap((given, index): BucketNotification[] => {
        const { Event: event, [target]: targetArn } = given;
        if (typeof event !== 'string' || typeof targetArn !== 'string') return [];
        if (!KNOWN.test(event)) {
          reader.unsupported(`NotificationConfiguration.${list}`, `${event} does not happen here`);
          return [];
        }
        return [{ ...common, event, targetArn, id: `${list}-${index}`, ...readKeyRules(given) }];
      }),
  );
  if (!isToBus(reader)) return listed;
  return [
    ...listed,
    { ...common, event: undefined, targetArn: undefined, id: 'EventBridge', prefix: '', suffix: '' },
  ];
}

/** An empty `EventBridgeConfiguration` is enough. */
function isToBus(reader: ResourceReader): boolean {
  const path = 'NotificationConfiguration.EventBridgeConfiguration';
  return reader.value(path) !== undefined && reader.flag(`${path}.EventBridgeEnabled`, true);
}

function readKeyRules(given: UnknownMembers): Pick<BucketNotification, 'prefix' | 'suffix'> {
  const { Rules: rules } = membersOf(membersOf(given['Filter'])['S3Key']);
  const of = (wanted: string): string => {
    for (const { Name: name, Value: value } of asList(rules).map((rule) => membersOf(rule)))
      if (String(name).toLowerCase() === wanted) return String(value);
    return '';
  };
  return { prefix: of('prefix'), suffix: of('suffix') };
}
