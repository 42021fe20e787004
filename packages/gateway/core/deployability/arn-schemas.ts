/**
 * Properties whose value must be an ARN of certain services, or must not be an ARN at all. A frequent mistake in
 * templates is a Ref where an ARN is required, or an ARN where a name is required.
 */
import type { JsonObject } from '@gatewright/aws/json-object';
import { notASource, SERVICES_OF_MAPPINGS } from './call-words.ts';

type Row = {
  readonly type: string;
  /** The paths of the properties, in which `*` stands for each item of a list. */
  readonly at: string;
  readonly pattern: string;
  readonly says: string;
};

/** Returns the pattern of ARNs of the services. Without `resource`, an ARN must not end before the resource's name. */
const of = (services: string, resource = '[^:]*:[^:]*:.*[^:/]'): string =>
  `^arn:[^:]+:(${services}):${resource}`;
const NOT_AN_ARN = '^(?!arn:)';

const rows = (types: string, at: string, pattern: string, says: string): readonly Row[] =>
  types
    .split(' ')
    .flatMap((type) => at.split(' ').map((one) => ({ type: `AWS::${type}`, at: one, pattern, says })));

const ROWS: readonly Row[] = [
  ...rows(
    'Lambda::EventSourceMapping',
    'EventSourceArn',
    of(SERVICES_OF_MAPPINGS.join('|')),
    notASource('{value}'),
  ),
  // EventBridge Scheduler user guide, "Templated targets" and "Universal targets"
  ...rows(
    'Scheduler::Schedule',
    'Target.Arn',
    of(
      'lambda|sqs|sns|states|kinesis|firehose|events|ecs|codebuild|codepipeline|inspector|sagemaker|scheduler',
    ),
    'Provided Arn is not in correct format. (A schedule cannot have this service as its target; use arn:aws:scheduler:::aws-sdk:SERVICE:ACTION)',
  ),
  // localstack/localstack, test_sns.snapshot.json, recorded
  ...rows(
    'SNS::Subscription',
    'RedrivePolicy.deadLetterTargetArn',
    of('sqs'),
    'Invalid parameter: RedrivePolicy: deadLetterTargetArn is an invalid arn',
  ),
  ...rows(
    'SNS::Subscription',
    'TopicArn',
    of('sns'),
    'Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1',
  ),
  ...rows('SNS::TopicPolicy', 'Topics.*', of('sns'), 'Invalid parameter: TopicArn'),
  // SQS API reference, SetQueueAttributes, RedrivePolicy: "The Amazon Resource Name (ARN) of the dead-letter queue"
  ...rows(
    'SQS::Queue',
    'RedrivePolicy.deadLetterTargetArn',
    of('sqs'),
    'Value for parameter RedrivePolicy is invalid. Reason: Invalid value for deadLetterTargetArn.',
  ),
  // S3 user guide, "Granting permissions to publish event notification messages to a destination"
  ...(
    [
      ['LambdaConfigurations.*.Function', 'lambda'],
      ['QueueConfigurations.*.Queue', 'sqs'],
      ['TopicConfigurations.*.Topic', 'sns'],
    ] as const
  ).flatMap(([at, service]) =>
    rows('S3::Bucket', `NotificationConfiguration.${at}`, of(service), 'The ARN is not well formed'),
  ),
  // localstack/localstack, test_s3.snapshot.json, recorded
  ...rows(
    'S3::Bucket',
    'ReplicationConfiguration.Rules.*.Destination.Bucket',
    of('s3'),
    'Invalid bucket ARN.',
  ),
  // CloudWatch Logs API reference, PutSubscriptionFilter, destinationArn
  ...rows(
    'Logs::SubscriptionFilter',
    'DestinationArn',
    of('kinesis|firehose|lambda|logs'),
    'PutSubscriptionFilter operation cannot work with destinationArn {value}; it must be the ARN of a Kinesis stream, a Firehose stream, a function, or a CloudWatch Logs destination',
  ),
  // CloudWatch API reference, PutMetricAlarm, AlarmActions, "Valid Values"
  ...rows(
    'CloudWatch::Alarm CloudWatch::CompositeAlarm',
    'AlarmActions.* OKActions.* InsufficientDataActions.*',
    of('sns|lambda|autoscaling|automate|ssm|ssm-incidents|swf|ec2|aiops'),
    'Invalid arn syntax: {value} (an alarm action can be a topic, a function, or an action of Auto Scaling, EC2 or Systems Manager)',
  ),
  // Step Functions API reference, CloudWatchLogsLogGroup: "The ARN must end with :*"
  ...rows(
    'StepFunctions::StateMachine',
    'LoggingConfiguration.Destinations.*.CloudWatchLogsLogGroup.LogGroupArn',
    of('logs', String.raw`.*:\*$`),
    'Invalid Logging Configuration: the ARN of the log group must end with :*, but {value} does not',
  ),
  // WAF API reference, IPSetReferenceStatement: "The Amazon Resource Name (ARN) of the IPSet"
  ...rows(
    'WAFv2::WebACL WAFv2::RuleGroup',
    ['IPSetReference', 'RegexPatternSetReference', 'RuleGroupReference']
      .map((name) => `Rules.*.Statement.${name}Statement.Arn`)
      .join(' '),
    of('wafv2'),
    "Error reason: The ARN isn't valid. A valid ARN begins with arn: and includes other information separated by colons or slashes., field: RESOURCE_ARN, parameter: {value}",
  ),
  ...rows(
    'WAFv2::WebACLAssociation',
    'WebACLArn',
    of('wafv2|waf-regional'),
    "Error reason: The ARN isn't valid. A valid ARN begins with arn: and includes other information separated by colons or slashes., field: RESOURCE_ARN, parameter: {value}",
  ),
  // IAM API reference, PutRolePolicy, AddRoleToInstanceProfile: RoleName
  ...rows(
    'IAM::Policy IAM::ManagedPolicy IAM::InstanceProfile',
    'Roles.*',
    NOT_AN_ARN,
    'The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-',
  ),
  // CloudFormation template reference, AWS::SQS::QueuePolicy: "The URLs of the queues"
  ...rows(
    'SQS::QueuePolicy',
    'Queues.*',
    NOT_AN_ARN,
    'use the URL of the queue, which Ref returns, instead of its ARN',
  ),
  // localstack/localstack, test_s3.snapshot.json, recorded
  ...rows('S3::BucketPolicy', 'Bucket', NOT_AN_ARN, 'The specified bucket is not valid.'),
  // aws/aws-cdk#25115; Cognito API reference, EmailConfigurationType, SourceArn
  ...rows(
    'Cognito::UserPool',
    'EmailConfiguration.SourceArn',
    of('ses', '[^:]+:[^:]*:identity/.'),
    'Email arn does not belong to your account.',
  ),
  // CloudWatch Logs API reference, logGroupName
  ...rows(
    'Logs::MetricFilter Logs::SubscriptionFilter Logs::LogStream',
    'LogGroupName',
    NOT_AN_ARN,
    String.raw`Value '{value}' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\.\-_/#A-Za-z0-9]+`,
  ),
];

function nested(path: readonly string[], value: JsonObject): JsonObject {
  return path.reduceRight<JsonObject>(
    (inner, name) => (name === '*' ? { items: inner } : { properties: { [name]: inner } }),
    value,
  );
}

export const ARN_SCHEMAS: Readonly<Record<string, JsonObject>> = Object.fromEntries(
  [...Map.groupBy(ROWS, ({ type }) => type)].map(([type, of]) => [
    type,
    { allOf: of.map(({ at, pattern, says }) => nested(at.split('.'), { pattern, says })) },
  ]),
);
