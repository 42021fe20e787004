/**
 * The AWS managed policies that functions commonly have (AWS managed policy reference guide). List and read actions of
 * services that the gateway does not run are omitted, because no call uses these actions.
 */
import { compilePolicy } from './evaluate.ts';
import { POLICIES_BY_PATH } from './managed-policy-paths.ts';
import type { CompiledPolicy } from './model.ts';

type Grant = readonly [actions: string, resource?: string];

const LOGS: Grant = ['logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents'];
const NETWORK: Grant = [
  'ec2:CreateNetworkInterface ec2:DescribeNetworkInterfaces ec2:DescribeSubnets ec2:DeleteNetworkInterface ec2:AssignPrivateIpAddresses ec2:UnassignPrivateIpAddresses',
];
const XRAY: Grant = [
  'xray:PutTraceSegments xray:PutTelemetryRecords xray:GetSamplingRules xray:GetSamplingTargets xray:GetSamplingStatisticSummaries',
];

/**
 * The permissions of each managed policy. The key is the part after the last slash of the policy's ARN, which is unique
 * among AWS managed policies.
 */
const GRANTS: Readonly<Record<string, readonly Grant[]>> = {
  AdministratorAccess: [['*']],
  AWSLambdaBasicExecutionRole: [LOGS],
  AWSLambdaVPCAccessExecutionRole: [LOGS, NETWORK],
  AWSLambdaDynamoDBExecutionRole: [
    LOGS,
    ['dynamodb:DescribeStream dynamodb:GetRecords dynamodb:GetShardIterator dynamodb:ListStreams'],
  ],
  AWSLambdaKinesisExecutionRole: [
    LOGS,
    [
      'kinesis:DescribeStream kinesis:DescribeStreamSummary kinesis:GetRecords kinesis:GetShardIterator kinesis:ListShards kinesis:ListStreams kinesis:SubscribeToShard',
    ],
  ],
  AWSLambdaSQSQueueExecutionRole: [LOGS, ['sqs:ReceiveMessage sqs:DeleteMessage sqs:GetQueueAttributes']],
  AWSLambdaMSKExecutionRole: [LOGS, NETWORK, ['kafka:*']],
  AWSXRayDaemonWriteAccess: [XRAY],
  AWSXrayWriteOnlyAccess: [XRAY],
  CloudWatchLambdaInsightsExecutionRolePolicy: [LOGS],
  CloudWatchLambdaApplicationSignalsExecutionRolePolicy: [XRAY, LOGS],
  CloudWatchLogsFullAccess: [['logs:* cloudwatch:GenerateQuery']],
  AmazonAPIGatewayPushToCloudWatchLogs: [['logs:*']],
  AWSLambdaRole: [['lambda:InvokeFunction']],
  AWSLambda_FullAccess: [
    ['lambda:* logs:DescribeLogGroups states:DescribeStateMachine states:ListStateMachines'],
  ],
  AWSLambda_ReadOnlyAccess: [['lambda:Get* lambda:List*']],
  AmazonAPIGatewayInvokeFullAccess: [
    ['execute-api:Invoke execute-api:ManageConnections', 'arn:aws:execute-api:*:*:*'],
  ],
  AmazonAPIGatewayAdministrator: [['apigateway:*', 'arn:aws:apigateway:*::/*']],
  AmazonDynamoDBFullAccess: [['dynamodb:* dax:* cloudwatch:* sns:CreateTopic sns:ListTopics sns:Subscribe']],
  AmazonDynamoDBFullAccess_v2: [['dynamodb:* dax:* cloudwatch:*']],
  AmazonDynamoDBFullAccesswithDataPipeline: [
    ['dynamodb:* cloudwatch:* sns:CreateTopic sns:ListTopics sns:Subscribe'],
  ],
  AmazonDynamoDBReadOnlyAccess: [
    [
      'dynamodb:BatchGetItem dynamodb:Describe* dynamodb:List* dynamodb:GetAbacStatus dynamodb:GetItem dynamodb:GetResourcePolicy dynamodb:Query dynamodb:Scan dynamodb:PartiQLSelect',
    ],
  ],
  AWSLambdaInvocation_DynamoDB: [
    ['lambda:InvokeFunction'],
    ['dynamodb:DescribeStream dynamodb:GetRecords dynamodb:GetShardIterator dynamodb:ListStreams'],
  ],
  'AWSLambdaInvocation-DynamoDB': [
    ['lambda:InvokeFunction'],
    ['dynamodb:DescribeStream dynamodb:GetRecords dynamodb:GetShardIterator dynamodb:ListStreams'],
  ],
  AmazonSQSFullAccess: [['sqs:*']],
  AmazonSQSReadOnlyAccess: [['sqs:GetQueueAttributes sqs:GetQueueUrl sqs:List*']],
  AmazonSNSFullAccess: [['sns:* sms-voice:*']],
  AmazonSNSReadOnlyAccess: [['sns:GetTopicAttributes sns:List* sns:GetSubscriptionAttributes']],
  AmazonS3FullAccess: [['s3:* s3-object-lambda:*']],
  AmazonS3ReadOnlyAccess: [['s3:Get* s3:List* s3:Describe* s3-object-lambda:Get* s3-object-lambda:List*']],
  AmazonKinesisFullAccess: [['kinesis:*']],
  AmazonKinesisReadOnlyAccess: [['kinesis:Get* kinesis:List* kinesis:Describe*']],
  AmazonKinesisFirehoseFullAccess: [['firehose:*']],
  AmazonEventBridgeFullAccess: [['events:* schemas:* scheduler:* pipes:*']],
  CloudWatchEventsFullAccess: [['events:*']],
  AWSStepFunctionsFullAccess: [['states:*']],
  AmazonSESFullAccess: [['ses:*']],
  AmazonSSMReadOnlyAccess: [['ssm:Describe* ssm:Get* ssm:List*']],
  AmazonSSMFullAccess: [['ssm:* cloudwatch:PutMetricData']],
  SecretsManagerReadWrite: [['secretsmanager:*']],
  AmazonCognitoPowerUser: [['cognito-identity:* cognito-idp:* cognito-sync:*']],
  AmazonCognitoReadOnly: [
    [
      'cognito-identity:Describe* cognito-identity:Get* cognito-identity:List* cognito-idp:Describe* cognito-idp:AdminGet* cognito-idp:List*',
    ],
  ],
  AmazonBedrockFullAccess: [['bedrock:*']],
  AmazonRekognitionFullAccess: [['rekognition:*']],
  ComprehendFullAccess: [['comprehend:*']],
  TranslateFullAccess: [['translate:*']],
  AmazonPollyFullAccess: [['polly:*']],
  AmazonTranscribeFullAccess: [['transcribe:*']],
  AmazonTextractFullAccess: [['textract:*']],
};

const PATHS: ReadonlyMap<string, string> = new Map(
  Object.entries(POLICIES_BY_PATH).flatMap(([path, names]) =>
    names
      .trim()
      .split(/\s+/)
      .map((name) => [name, path] as const),
  ),
);

const ARN = /^arn:aws[a-z-]*:iam::aws:policy\/(?:[\w-]+\/)*([\w+=,.@-]+)$/;

/** Returns the managed policy with this ARN; undefined if the gateway does not know its permissions. */
export function findManagedPolicy(arn: string): CompiledPolicy | undefined {
  const name = ARN.exec(arn)?.[1] ?? '';
  const grants = Object.hasOwn(GRANTS, name) ? GRANTS[name] : undefined;
  if (grants === undefined) return undefined;
  const compiled = compilePolicy({
    Version: '2012-10-17',
    Statement: grants.map(([actions, resource = '*']) => ({
      Effect: 'Allow',
      Action: actions.split(' '),
      Resource: resource,
    })),
  });
  return compiled.kind === 'compiled' ? compiled.policy : undefined;
}

/** Returns the ARN of an AWS managed policy, which SAM derives from a bare name. */
export function managedPolicyArn(name: string): string {
  const path = PATHS.get(name);
  return `arn:aws:iam::aws:policy/${path === undefined ? '' : `${path}/`}${name}`;
}

/**
 * Returns whether the name belongs to an AWS managed policy that the gateway knows, because its ARN has a path or
 * because its permissions are in GRANTS.
 */
export function isManagedPolicy(name: string): boolean {
  return PATHS.has(name) || Object.hasOwn(GRANTS, name);
}
