import { headerOf } from '../../kernel/calls/aws-operation.ts';
import { lastPartOf } from '../../kernel/event-rows.ts';
import type { EventSource } from '../../kernel/event-rows.ts';
import type {
  CrossOriginReply,
  CrossOriginRequest,
  Service,
  ServiceApi,
  ServicePorts,
} from '../../kernel/service.ts';
import type { StackReading } from '../../kernel/stack-reading.ts';
import { BucketNotifications, SENT_EVENTS } from './bucket-notifications.ts';
import { answerPage, readCorsRules } from './bucket-cors.ts';
import type { CorsRule } from './bucket-cors.ts';
import { readBucketEncryption } from './encryption.ts';
import { RecordedBuckets } from './recorded-s3.ts';
import { asList, asOneOrMore, asText, isJsonObject, isTrue, membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { findWaitingRules, isSilent, OF_CDK } from '../../kernel/delivery/waiting-rules.ts';
import type { BucketNotification, SilentBucket } from './bucket-notifications.ts';
import type { ResourceReader } from '../../kernel/read-resource.ts';

class S3Service implements Service {
  readonly api: ServiceApi;
  readonly #objects: RecordedBuckets;
  readonly #notifications: BucketNotifications;
  readonly #random: ServicePorts['random'];
  #cors: ReadonlyMap<string, readonly CorsRule[]> = new Map();

  constructor(ports: ServicePorts) {
    this.#random = ports.random;
    this.#objects = new RecordedBuckets({ ...ports, written: ports.writtenObjects });
    this.#notifications = new BucketNotifications(ports);
    this.#objects.onChange = (change) => this.#notifications.changed(change);
    this.api = {
      answer: ({ request }) =>
        this.#objects.answer(request, headerOf(request, 'content-type') ?? 'binary/octet-stream'),
    };
  }

  prepare(stacks: StackReading): () => void {
    const notifications = [
      ...stacks.here('AWS::S3::Bucket', 's3', 'NotificationConfiguration').flatMap(readBucket),
      ...stacks.here(OF_CDK, 's3').flatMap(readOfCdk),
    ];
    const buckets = stacks.ofType('AWS::S3::Bucket').map((reader) => ({
      name: reader.resource.physicalId,
      region: reader.stack.region,
      isVersioned: reader.value('VersioningConfiguration.Status') === 'Enabled',
      hasObjectLock: isTrue(reader.value('ObjectLockEnabled')),
      encryption: readBucketEncryption(reader),
    }));
    const cors = new Map(
      stacks
        .ofType('AWS::S3::Bucket')
        .map((reader) => [reader.resource.physicalId, readCorsRules(reader)] as const),
    );
    const silent = stacks.isElsewhere('s3') ? [] : readSilent(stacks);
    return () => {
      this.#cors = cors;
      this.#notifications.replace(notifications, silent);
      this.#objects.replaceBuckets(buckets);
    };
  }

  crossOrigin(request: CrossOriginRequest): CrossOriginReply | undefined {
    const rulesOf = (bucket: string): readonly CorsRule[] | undefined =>
      this.#cors.get(bucket) ?? (this.#objects.hasBucket(bucket) ? [] : undefined);
    return answerPage(request, rulesOf, () => this.#random.hex(16).toUpperCase());
  }

  rows(): readonly EventSource[] {
    return this.#notifications.all.map(({ bucket, event, targetArn }) => ({
      kind: 'bucket',
      name: bucket,
      state: event ?? 'all events',
      targets: [targetArn === undefined ? 'default' : lastPartOf(targetArn)],
    }));
  }

  reset(): void {
    this.#objects.clear();
  }
}

export function open(ports: ServicePorts): Service {
  return new S3Service(ports);
}

/** The lists of notifications in a bucket's properties, each with the member that names the target. */
const KINDS: Kinds = [
  ['LambdaConfigurations', 'Function'],
  ['QueueConfigurations', 'Queue'],
  ['TopicConfigurations', 'Topic'],
];
/** The same lists in CDK's custom resource, which uses the member names of PutBucketNotificationConfiguration. */
const KINDS_OF_CDK: Kinds = [
  ['LambdaFunctionConfigurations', 'LambdaFunctionArn'],
  ['QueueConfigurations', 'QueueArn'],
  ['TopicConfigurations', 'TopicArn'],
];
type Kinds = readonly (readonly [list: string, target: string])[];

function readBucket(reader: ResourceReader): readonly BucketNotification[] {
  return readNotifications(reader, reader.resource.physicalId, KINDS);
}

/** Reads the notifications that CDK sets after CloudFormation has created the bucket. */
function readOfCdk(reader: ResourceReader): readonly BucketNotification[] {
  const bucket = reader.text('BucketName');
  return bucket === undefined ? [] : readNotifications(reader, bucket, KINDS_OF_CDK);
}

function readNotifications(
  reader: ResourceReader,
  bucket: string,
  kinds: Kinds,
): readonly BucketNotification[] {
  const common = { bucket, region: reader.stack.region };
  const listed = kinds.flatMap(([list, target]) =>
    reader
      .list(`NotificationConfiguration.${list}`)
      .filter(isJsonObject)
      .flatMap((given, index) =>
        asOneOrMore(given['Events'] ?? given['Event']).flatMap((event): BucketNotification[] => {
          const { [target]: targetArn } = given;
          if (typeof event !== 'string' || typeof targetArn !== 'string') return [];
          if (SENT_EVENTS.has(event))
            return [{ ...common, event, targetArn, id: `${list}-${index}`, ...readKeyRules(given) }];
          reader.unsupported(
            `NotificationConfiguration.${list}`,
            `the gateway does not send ${event} events`,
          );
          return [];
        }),
      ),
  );
  return isToBus(reader) ? [...listed, { ...common, ...TO_BUS }] : listed;
}

const TO_BUS = { event: undefined, targetArn: undefined, id: 'EventBridge', prefix: '', suffix: '' };

/** Returns the buckets that send no events to EventBridge, with the rules that wait for them. */
function readSilent(stacks: StackReading): readonly SilentBucket[] {
  const all = stacks.stacks.flatMap(({ resources }) => [...resources.values()]);
  return stacks
    .ofType('AWS::S3::Bucket')
    .filter(({ resource }) => isSilent(resource, all))
    .map(({ resource, stack }) => ({
      bucket: resource.physicalId,
      region: stack.region,
      rules: findWaitingRules(resource, all).map(({ rule, detailTypes }) => ({
        name: asText(rule.properties['Name']) ?? lastPartOf(rule.physicalId),
        detailTypes,
      })),
    }));
}

/** Whether the bucket sends its events to EventBridge. An empty `EventBridgeConfiguration` is enough. */
function isToBus(reader: ResourceReader): boolean {
  const path = 'NotificationConfiguration.EventBridgeConfiguration';
  return reader.value(path) !== undefined && reader.flag(`${path}.EventBridgeEnabled`, true);
}

function readKeyRules(given: UnknownMembers): Pick<BucketNotification, 'prefix' | 'suffix'> {
  const filter = membersOf(given['Filter']);
  const rules = membersOf(filter['S3Key'])['Rules'] ?? membersOf(filter['Key'])['FilterRules'];
  const of = (wanted: string): string => {
    for (const { Name: name, Value: value } of asList(rules).map((rule) => membersOf(rule)))
      if (String(name).toLowerCase() === wanted) return String(value);
    return '';
  };
  return { prefix: of('prefix'), suffix: of('suffix') };
}
