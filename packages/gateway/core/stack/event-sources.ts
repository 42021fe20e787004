/**
 * The event sources that can invoke functions, except APIs. There is one row for each type of `Events` in SAM (SAM
 * developer guide, "EventSource"). All code that needs a list of event sources reads this table. Some lists have to be
 * repeated in other files; `test/packages/gateway/services/lambda-events/event-source-lists.test.ts` checks that they
 * agree with this table.
 */

import { words } from '../resource-types/words.ts';

export type MappedSource = {
  readonly kind: 'queue' | 'stream';
  /** The service name in the ARNs of the source. */
  readonly service: string;
  /** The SAM property with the ARN of the source. */
  readonly arnProperty: string;
  /** The AWS managed policy that SAM attaches to the role that it creates. */
  readonly policy: string;
  /**
   * The actions that the function's role must allow, because otherwise AWS does not create the mapping (Lambda
   * developer guide, "Execution role permissions").
   */
  readonly rights: readonly string[];
};

type Row = {
  /** The name of the console's sample event; undefined means that no service of the gateway sends these events. */
  readonly sample?: string;
  /** Present if Lambda itself reads the source through an event source mapping. All other sources call the function. */
  readonly mapping?: MappedSource;
  /**
   * The supported SAM properties. For a mapping, these are the settings of its kind (`settingsOf`) and its
   * `arnProperty`.
   */
  readonly properties?: readonly string[];
  /**
   * The AWS managed policy of a source that the gateway does not support. SAM attaches it to the role that it creates,
   * whether or not the gateway supports the source.
   */
  readonly policy?: string;
};

/** The settings of `AWS::Lambda::EventSourceMapping`, without its source and its function. */
export const MAPPING_SETTINGS = {
  every: words(`
    BatchSize Enabled FilterCriteria KmsKeyArn MaximumBatchingWindowInSeconds FunctionResponseTypes MetricsConfig
  `),
  queue: words('ScalingConfig ProvisionedPollerConfig'),
  /**
   * Settings that only stream sources have: "The following error handling options are available only for stream
   * sources."
   */
  stream: words(`
    StartingPosition StartingPositionTimestamp ParallelizationFactor BisectBatchOnFunctionError
    MaximumRecordAgeInSeconds MaximumRetryAttempts TumblingWindowInSeconds DestinationConfig
  `),
} as const;

const OF_RULE = words(`
  Pattern EventBusName RuleName State Enabled Input InputPath InputTransformer Target DeadLetterConfig RetryPolicy
`);

export const EVENT_SOURCES = {
  SQS: {
    sample: 'SQS',
    mapping: {
      kind: 'queue',
      service: 'sqs',
      arnProperty: 'Queue',
      policy: 'AWSLambdaSQSQueueExecutionRole',
      rights: ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'],
    },
  },
  DynamoDB: {
    sample: 'DynamoDB stream',
    mapping: {
      kind: 'stream',
      service: 'dynamodb',
      arnProperty: 'Stream',
      policy: 'AWSLambdaDynamoDBExecutionRole',
      rights: ['GetRecords', 'GetShardIterator', 'DescribeStream', 'ListStreams'],
    },
  },
  Kinesis: {
    sample: 'Kinesis',
    mapping: {
      kind: 'stream',
      service: 'kinesis',
      arnProperty: 'Stream',
      policy: 'AWSLambdaKinesisExecutionRole',
      // `ListStreams` is not required, because AWS accepts roles without it (serverless/serverless issue 8540).
      rights: ['GetRecords', 'GetShardIterator', 'DescribeStream'],
    },
  },
  SNS: {
    sample: 'SNS',
    properties: words('Topic SqsSubscription FilterPolicy FilterPolicyScope Region RedrivePolicy'),
  },
  S3: { sample: 'S3', properties: words('Bucket Events Filter') },
  Schedule: {
    sample: 'Schedule',
    properties: words('Schedule Input Enabled State Name Description DeadLetterConfig RetryPolicy'),
  },
  ScheduleV2: {
    sample: 'Schedule',
    properties: words(`
      ScheduleExpression ScheduleExpressionTimezone FlexibleTimeWindow Name OmitName State Description StartDate
      EndDate GroupName KmsKeyArn Input RoleArn DeadLetterConfig RetryPolicy PermissionsBoundary
    `),
  },
  EventBridgeRule: { sample: 'EventBridge', properties: OF_RULE },
  CloudWatchEvent: { sample: 'EventBridge', properties: OF_RULE },
  CloudWatchLogs: { sample: 'CloudWatch Logs', properties: words('LogGroupName FilterPattern') },
  Cognito: { sample: 'Cognito trigger', properties: words('UserPool Trigger') },
  AlexaSkill: {},
  DocumentDB: {},
  IoTRule: {},
  MQ: {},
  MSK: { policy: 'AWSLambdaMSKExecutionRole' },
  SelfManagedKafka: {},
} as const satisfies Readonly<Record<string, Row>>;

type Table = typeof EVENT_SOURCES;
type TypeWith<Member> = { [Type in keyof Table]: Table[Type] extends Member ? Type : never }[keyof Table];
/** The types of sources that call the function through the resources that SAM creates for them. */
export type CallingSource = Exclude<TypeWith<{ sample: string }>, TypeWith<{ mapping: MappedSource }>>;
export type SampleName = Extract<Table[keyof Table], { sample: string }>['sample'];

const ROWS: Readonly<Record<string, Row>> = EVENT_SOURCES;

export function findEventSource(type: string): Row | undefined {
  return Object.hasOwn(ROWS, type) ? ROWS[type] : undefined;
}

/**
 * Returns the event source with an event source mapping for a service; undefined if there is none.
 * @param service the service name in the source's ARN
 */
export function findMappedSource(service: string): (MappedSource & { readonly type: string }) | undefined {
  for (const [type, { mapping }] of Object.entries(ROWS))
    if (mapping?.service === service) return { type, ...mapping };
  return undefined;
}

export function settingsOf({ kind }: Pick<MappedSource, 'kind'>): readonly string[] {
  return [...MAPPING_SETTINGS.every, ...MAPPING_SETTINGS[kind]];
}
