/**
 * Lists SAM's policy templates by name, with their parameters, actions and resources (SAM developer guide, "AWS SAM
 * policy templates"). It contains the templates for services that run or are recorded here. A template for another
 * service grants the whole service. Calls to such a service go to AWS, which checks the developer's own key.
 */
import { membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';

type Grant = readonly [actions: string, ...resources: string[]];

const TABLE = 'dynamodb:table/{TableName}';
const INDEXES = 'dynamodb:table/{TableName}/index/*';
const BUCKET = 's3::{BucketName}';
const OBJECTS = 's3::{BucketName}/*';
const STATE_MACHINE = 'states:stateMachine:{StateMachineName}';

const GRANTS: ReadonlyMap<string, readonly Grant[]> = new Map(
  Object.entries<readonly Grant[]>({
    DynamoDBBackupFullAccessPolicy: [
      ['dynamodb:CreateBackup dynamodb:DescribeContinuousBackups', TABLE],
      [
        'dynamodb:DeleteBackup dynamodb:DescribeBackup dynamodb:ListBackups',
        'dynamodb:table/{TableName}/backup/*',
      ],
    ],
    DynamoDBCrudPolicy: [
      [
        'dynamodb:GetItem dynamodb:DeleteItem dynamodb:PutItem dynamodb:Scan dynamodb:Query dynamodb:UpdateItem dynamodb:BatchWriteItem dynamodb:BatchGetItem dynamodb:DescribeTable dynamodb:ConditionCheckItem',
        TABLE,
        INDEXES,
      ],
    ],
    DynamoDBReadPolicy: [
      [
        'dynamodb:GetItem dynamodb:Scan dynamodb:Query dynamodb:BatchGetItem dynamodb:DescribeTable',
        TABLE,
        INDEXES,
      ],
    ],
    DynamoDBReconfigurePolicy: [['dynamodb:UpdateTable', TABLE]],
    DynamoDBRestoreFromBackupPolicy: [
      ['dynamodb:RestoreTableFromBackup', 'dynamodb:table/{TableName}/backup/*'],
      [
        'dynamodb:PutItem dynamodb:UpdateItem dynamodb:DeleteItem dynamodb:GetItem dynamodb:Query dynamodb:Scan dynamodb:BatchWriteItem',
        TABLE,
      ],
    ],
    DynamoDBStreamReadPolicy: [
      [
        'dynamodb:DescribeStream dynamodb:GetRecords dynamodb:GetShardIterator',
        'dynamodb:table/{TableName}/stream/{StreamName}',
      ],
      ['dynamodb:ListStreams', 'dynamodb:table/{TableName}/stream/*'],
    ],
    DynamoDBWritePolicy: [['dynamodb:PutItem dynamodb:UpdateItem dynamodb:BatchWriteItem', TABLE, INDEXES]],
    EventBridgePutEventsPolicy: [['events:PutEvents', 'events:event-bus/{EventBusName}']],
    KinesisCrudPolicy: [
      [
        'kinesis:AddTagsToStream kinesis:CreateStream kinesis:DecreaseStreamRetentionPeriod kinesis:DeleteStream kinesis:DescribeStream kinesis:DescribeStreamSummary kinesis:GetShardIterator kinesis:IncreaseStreamRetentionPeriod kinesis:ListTagsForStream kinesis:MergeShards kinesis:PutRecord kinesis:PutRecords kinesis:SplitShard kinesis:RemoveTagsFromStream',
        'kinesis:stream/{StreamName}',
      ],
    ],
    KinesisStreamReadPolicy: [
      ['kinesis:ListStreams kinesis:DescribeLimits', 'kinesis:stream/*'],
      [
        'kinesis:DescribeStream kinesis:DescribeStreamSummary kinesis:GetRecords kinesis:GetShardIterator',
        'kinesis:stream/{StreamName}',
      ],
    ],
    LambdaInvokePolicy: [['lambda:InvokeFunction', 'lambda:function:{FunctionName}*']],
    S3CrudPolicy: [
      [
        's3:GetObject s3:ListBucket s3:GetBucketLocation s3:GetObjectVersion s3:PutObject s3:PutObjectAcl s3:GetLifecycleConfiguration s3:PutLifecycleConfiguration s3:DeleteObject',
        BUCKET,
        OBJECTS,
      ],
    ],
    S3FullAccessPolicy: [
      [
        's3:GetObject s3:GetObjectAcl s3:GetObjectVersion s3:PutObject s3:PutObjectAcl s3:DeleteObject s3:DeleteObjectTagging s3:DeleteObjectVersionTagging s3:GetObjectTagging s3:GetObjectVersionTagging s3:PutObjectTagging s3:PutObjectVersionTagging',
        OBJECTS,
      ],
      [
        's3:ListBucket s3:GetBucketLocation s3:GetLifecycleConfiguration s3:PutLifecycleConfiguration',
        BUCKET,
      ],
    ],
    S3ReadPolicy: [
      [
        's3:GetObject s3:ListBucket s3:GetBucketLocation s3:GetObjectVersion s3:GetLifecycleConfiguration',
        BUCKET,
        OBJECTS,
      ],
    ],
    S3WritePolicy: [['s3:PutObject s3:PutObjectAcl s3:PutLifecycleConfiguration', BUCKET, OBJECTS]],
    SNSCrudPolicy: [
      [
        'sns:ListSubscriptionsByTopic sns:CreateTopic sns:SetTopicAttributes sns:Subscribe sns:Publish',
        'sns:{TopicName}*',
      ],
    ],
    SNSPublishMessagePolicy: [['sns:Publish', 'sns:{TopicName}']],
    SQSPollerPolicy: [
      [
        'sqs:ChangeMessageVisibility sqs:ChangeMessageVisibilityBatch sqs:DeleteMessage sqs:DeleteMessageBatch sqs:GetQueueAttributes sqs:ReceiveMessage',
        'sqs:{QueueName}',
      ],
    ],
    SQSSendMessagePolicy: [['sqs:SendMessage*', 'sqs:{QueueName}']],
    StepFunctionsCallbackPolicy: [
      ['states:SendTaskFailure states:SendTaskHeartbeat states:SendTaskSuccess', STATE_MACHINE],
    ],
    StepFunctionsExecutionPolicy: [['states:StartExecution', STATE_MACHINE]],
    StepFunctionsExecutionPolicy_v2: [['states:StartExecution states:StartSyncExecution', STATE_MACHINE]],
  }),
);

/** The templates for services that do not run here, by service. */
const OTHER_SERVICES: Readonly<Record<string, string>> = {
  acm: 'AcmGetCertificatePolicy',
  athena: 'AthenaQueryPolicy',
  ce: 'CostExplorerReadOnlyPolicy',
  cloudformation: 'CloudFormationDescribeStacksPolicy',
  cloudwatch: 'CloudWatchDashboardPolicy CloudWatchDescribeAlarmHistoryPolicy CloudWatchPutMetricPolicy',
  codecommit: 'CodeCommitCrudPolicy CodeCommitReadPolicy',
  codepipeline: 'CodePipelineLambdaExecutionPolicy CodePipelineReadOnlyPolicy',
  comprehend: 'ComprehendBasicAccessPolicy',
  ec2: 'AMIDescribePolicy EC2CopyImagePolicy EC2DescribePolicy VPCAccessPolicy',
  ecs: 'EcsRunTaskPolicy',
  eks: 'EKSDescribePolicy',
  elasticfilesystem: 'EFSWriteAccessPolicy',
  elasticmapreduce:
    'ElasticMapReduceAddJobFlowStepsPolicy ElasticMapReduceCancelStepsPolicy ElasticMapReduceModifyInstanceFleetPolicy ElasticMapReduceModifyInstanceGroupsPolicy ElasticMapReduceSetTerminationProtectionPolicy ElasticMapReduceTerminateJobFlowsPolicy',
  es: 'ElasticsearchHttpPostPolicy',
  firehose: 'FirehoseCrudPolicy FirehoseWritePolicy',
  kms: 'KMSDecryptPolicy KMSEncryptPolicy KMSEncryptPolicy_v2',
  logs: 'FilterLogEventsPolicy',
  mobileanalytics: 'MobileAnalyticsWriteOnlyAccessPolicy',
  mobiletargeting: 'PinpointEndpointAccessPolicy',
  organizations: 'OrganizationsListAccountsPolicy',
  polly: 'PollyFullAccessPolicy',
  rekognition:
    'RekognitionDetectOnlyPolicy RekognitionFacesManagementPolicy RekognitionFacesPolicy RekognitionLabelsPolicy RekognitionNoDataAccessPolicy RekognitionReadPolicy RekognitionWriteOnlyAccessPolicy',
  route53: 'Route53ChangeResourceRecordSetsPolicy',
  sagemaker: 'SageMakerCreateEndpointConfigPolicy SageMakerCreateEndpointPolicy',
  secretsmanager: 'AWSSecretsManagerGetSecretValuePolicy AWSSecretsManagerRotationPolicy',
  serverlessrepo: 'ServerlessRepoReadWriteAccessPolicy',
  ses: 'SESBulkTemplatedCrudPolicy SESBulkTemplatedCrudPolicy_v2 SESCrudPolicy SESEmailTemplateCrudPolicy SESSendBouncePolicy',
  ssm: 'SSMParameterReadPolicy SSMParameterWithSlashPrefixReadPolicy',
  textract: 'TextractDetectAnalyzePolicy TextractGetResultPolicy TextractPolicy',
};

const SERVICES_BY_NAME: ReadonlyMap<string, string> = new Map(
  Object.entries(OTHER_SERVICES).flatMap(([service, names]) =>
    names.split(' ').map((name) => [name, service] as const),
  ),
);

/** Returns whether SAM has a template with this name. None of them is also the name of a managed policy. */
export function isPolicyTemplate(name: string): boolean {
  return GRANTS.has(name) || SERVICES_BY_NAME.has(name);
}

/** Returns the parameters that SAM requires for a template, as far as they are known here. */
export function parametersOf(name: string): readonly string[] {
  const resources = (GRANTS.get(name) ?? []).flatMap(([, ...all]) => all).join(' ');
  return [...new Set(Array.from(resources.matchAll(/\{(\w+)\}/g), ([, parameter = '']) => parameter))];
}

/** Returns the policy document of a template; undefined if SAM has no template with this name. */
export function expandPolicyTemplate(name: string, parameters: Json): JsonObject | undefined {
  const grants = GRANTS.get(name);
  const given = membersOf(parameters);
  if (grants !== undefined)
    return documentOf(
      grants.map(([actions, ...resources]) => [actions, resources.map((one) => arnOf(one, given))]),
    );
  const service = SERVICES_BY_NAME.get(name);
  return service === undefined ? undefined : documentOf([[`${service}:*`, '*']]);
}

function documentOf(statements: readonly (readonly [actions: string, resources: Json])[]): JsonObject {
  return {
    Version: '2012-10-17',
    Statement: statements.map(([actions, Resource]) => ({
      Effect: 'Allow',
      Action: actions.split(' '),
      Resource,
    })),
  };
}

/**
 * Converts a pattern such as `dynamodb:table/{TableName}` to an ARN. The parameter may have any value. ARNs of buckets
 * contain neither a region nor an account.
 */
function arnOf(pattern: string, parameters: JsonObject): Json {
  const [, service = '', resource = ''] = /^(\w+):(.*)$/s.exec(pattern) ?? [];
  const names = [...resource.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const place = service === 's3' ? ':' : '${AWS::Region}:${AWS::AccountId}';
  const text = `arn:\${AWS::Partition}:${service}:${place}:${resource.replace(/^:/, '').replace(/\{(\w+)\}/g, '${$1}')}`;
  if (names.length === 0) return { 'Fn::Sub': text };
  return { 'Fn::Sub': [text, Object.fromEntries(names.map((name) => [name, parameters[name] ?? '']))] };
}
