/** What of the loaded stacks makes events or takes them, read together: a mapping must know its queue. */
import type { Tolerance } from '../../errors.ts';
import type { ResolvedResource, ResolvedStack, UnsupportedItem } from '../../definition/model.ts';
import type { AsyncConfig } from './async-invocations.ts';
import type { QueueMapping } from './queue-consumer.ts';
import type { QueueDefinition } from './queues.ts';
import { readInvokeConfig } from './read-async.ts';
import { readRule, type ReadRule } from './read-rules.ts';
import { readScheduler, type ReadSchedule } from './read-scheduler.ts';
import { readBucket } from './read-buckets.ts';
import type { BucketNotification } from './bucket-notifications.ts';
import { readStream } from './read-streams.ts';
import type { StreamMapping } from './stream-consumer.ts';
import type { TableStream } from './stream-record.ts';
import { readOwnSubscriptions, readSubscription, readTopic } from './read-topics.ts';
import type { Subscription, TopicDefinition } from './topics.ts';
import { SourceReader } from './read-mappings.ts';
import { readQueue } from './read-queues.ts';
import { ResourceReader } from './read-resource.ts';

export type EventDefinitions = {
  readonly queues: readonly QueueDefinition[];
  readonly queueMappings: readonly QueueMapping[];
  readonly buckets: readonly BucketNotification[];
  readonly streams: readonly TableStream[];
  readonly streamMappings: readonly StreamMapping[];
  readonly rules: readonly ReadRule[];
  readonly schedules: readonly ReadSchedule[];
  readonly topics: readonly TopicDefinition[];
  readonly subscriptions: readonly Subscription[];
  /** By `asyncKey`. */
  readonly async: ReadonlyMap<string, AsyncConfig>;
  /** ARNs by name of the function. */
  readonly deadLetters: ReadonlyMap<string, string>;
  /** ARNs by name. */
  readonly functionArns: ReadonlyMap<string, string>;
  /** Parts that are taken and not done. */
  readonly unsupported: readonly UnsupportedItem[];
};

export const NO_EVENTS: EventDefinitions = {
  ...{ queues: [], queueMappings: [], rules: [], schedules: [], topics: [], subscriptions: [] },
  ...{ buckets: [], streams: [], streamMappings: [], unsupported: [] },
  ...{ async: new Map(), deadLetters: new Map(), functionArns: new Map() },
};

/**
 * @param isElsewhere services whose calls go to an endpoint of the user
 * @param anchorMs from when rates count
 */
export function readEvents(
  stacks: readonly ResolvedStack[],
  {
    isElsewhere,
    anchorMs,
  }: { readonly isElsewhere: (service: string) => boolean; readonly anchorMs: number },
  tolerance: Tolerance,
): EventDefinitions {
  const unsupported: UnsupportedItem[] = [];
  const readers = stacks.flatMap((stack) =>
    [...stack.resources.values()].map(
      (resource) => new ResourceReader(stack, resource, tolerance, unsupported),
    ),
  );
  const ofType = (type: string): ResourceReader[] =>
    readers.filter(({ resource }) => resource.type === type && isWhole(resource));
  /** Of a service that the user has elsewhere, nothing is here. */
  const here = (type: string, service: string, property?: string): ResourceReader[] =>
    ofType(type).filter((reader) => {
      if (!isElsewhere(service)) return true;
      if (property !== undefined && reader.value(property) === undefined) return false;
      reader.unsupported(
        undefined,
        `${service} lies at the endpoint that you have named: it starts no function here`,
      );
      return false;
    });
  const queues = isElsewhere('sqs') ? [] : ofType('AWS::SQS::Queue').map(readQueue);
  const streams = ofType('AWS::DynamoDB::Table').flatMap(readStream);
  const functions = stacks.flatMap((stack) => stack.functions);
  const sources = new SourceReader({ queues, streams, functions, isElsewhere });
  const mappings = ofType('AWS::Lambda::EventSourceMapping').map((reader) => sources.read(reader));
  const topics = here('AWS::SNS::Topic', 'sns');
  return {
    queues,
    queueMappings: mappings.flatMap(({ ofQueue = [] }) => ofQueue),
    buckets: here('AWS::S3::Bucket', 's3', 'NotificationConfiguration').flatMap(readBucket),
    streams,
    streamMappings: mappings.flatMap(({ ofStream = [] }) => ofStream),
    rules: here('AWS::Events::Rule', 'events').map((reader) => readRule(reader, anchorMs)),
    schedules: here('AWS::Scheduler::Schedule', 'scheduler').flatMap(
      (reader) => readScheduler(reader, anchorMs) ?? [],
    ),
    topics: topics.map(readTopic),
    subscriptions: [
      ...topics.flatMap(readOwnSubscriptions),
      ...here('AWS::SNS::Subscription', 'sns').flatMap(readSubscription),
    ],
    async: new Map(ofType('AWS::Lambda::EventInvokeConfig').map(readInvokeConfig)),
    deadLetters: new Map(
      ofType('AWS::Lambda::Function').flatMap((reader) => {
        const arn = reader.text('DeadLetterConfig.TargetArn');
        return arn === undefined ? [] : [[reader.resource.physicalId, arn]];
      }),
    ),
    functionArns: new Map(functions.map(({ name, arn }) => [name, arn])),
    unsupported,
  };
}

function isWhole({ fault }: ResolvedResource): boolean {
  return fault === undefined;
}
