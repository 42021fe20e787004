import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  findManagedPolicy,
  managedPolicyArn,
} from '../../../../../packages/gateway/core/policy/managed-policies.ts';

const TABLE = 'arn:aws:dynamodb:us-east-1:123456789012:table/orders';

describe('findManagedPolicy', () => {
  // AWS managed policy reference guide.
  for (const { name, gives, lacks } of [
    {
      name: 'service-role/AWSLambdaBasicExecutionRole',
      gives: 'logs:PutLogEvents',
      lacks: 'dynamodb:GetItem',
    },
    {
      name: 'service-role/AWSLambdaDynamoDBExecutionRole',
      gives: 'dynamodb:GetRecords',
      lacks: 'dynamodb:GetItem',
    },
    {
      name: 'service-role/AWSLambdaSQSQueueExecutionRole',
      gives: 'sqs:DeleteMessage',
      lacks: 'sqs:SendMessage',
    },
    {
      name: 'service-role/AWSLambdaVPCAccessExecutionRole',
      gives: 'ec2:CreateNetworkInterface',
      lacks: 's3:GetObject',
    },
    { name: 'service-role/AWSLambdaMSKExecutionRole', gives: 'kafka:DescribeCluster', lacks: 's3:GetObject' },
    {
      name: 'service-role/AWSLambdaMSKExecutionRole',
      gives: 'ec2:CreateNetworkInterface',
      lacks: 'sqs:SendMessage',
    },
    { name: 'AWSXRayDaemonWriteAccess', gives: 'xray:PutTraceSegments', lacks: 'logs:PutLogEvents' },
    { name: 'AmazonDynamoDBFullAccess', gives: 'dynamodb:DeleteTable', lacks: 'sqs:SendMessage' },
    { name: 'AmazonDynamoDBReadOnlyAccess', gives: 'dynamodb:PartiQLSelect', lacks: 'dynamodb:PutItem' },
    {
      name: 'service-role/AmazonAPIGatewayPushToCloudWatchLogs',
      gives: 'logs:PutLogEvents',
      lacks: 's3:GetObject',
    },
    { name: 'AmazonKinesisFullAccess', gives: 'kinesis:PutRecord', lacks: 'firehose:PutRecord' },
    { name: 'AmazonSSMReadOnlyAccess', gives: 'ssm:GetParameter', lacks: 'ssm:PutParameter' },
    {
      name: 'AmazonCognitoReadOnly',
      gives: 'cognito-idp:AdminGetUser',
      lacks: 'cognito-idp:AdminCreateUser',
    },
    { name: 'AdministratorAccess', gives: 'sns:Publish', lacks: undefined },
  ])
    it(`contains the rights of ${name}`, () => {
      const policy = findManagedPolicy(`arn:aws:iam::aws:policy/${name}`);
      const ask = (action: string) => policy?.decide({ action, resource: TABLE, conditions: new Map() });
      assert.equal(ask(gives), 'allow');
      if (lacks !== undefined) assert.equal(ask(lacks), 'implicit-deny');
    });

  for (const arn of [
    'arn:aws:iam::aws:policy/NobodyKnowsThis',
    'arn:aws:iam::123456789012:policy/AdministratorAccess',
    'arn:aws:iam::aws:policy/toString',
    'AdministratorAccess',
  ])
    it(`does not contain ${arn}`, () => {
      assert.equal(findManagedPolicy(arn), undefined);
    });
});

/**
 * AWS managed policy reference guide: an action of each service that the policy opens, and one that it leaves closed.
 */
const OPENED: readonly (readonly [name: string, gives: string, lacks: string])[] = [
  ['service-role/AWSLambdaKinesisExecutionRole', 'kinesis:GetRecords', 'kinesis:PutRecord'],
  ['service-role/AWSLambdaKinesisExecutionRole', 'logs:CreateLogStream', 'kinesis:PutRecord'],
  ['AWSXrayWriteOnlyAccess', 'xray:PutTraceSegments', 'xray:GetGroups'],
  ['CloudWatchLambdaInsightsExecutionRolePolicy', 'logs:PutLogEvents', 'logs:DeleteLogGroup'],
  ['CloudWatchLambdaApplicationSignalsExecutionRolePolicy', 'xray:PutTraceSegments', 's3:GetObject'],
  ['CloudWatchLambdaApplicationSignalsExecutionRolePolicy', 'logs:PutLogEvents', 's3:GetObject'],
  ['CloudWatchLogsFullAccess', 'logs:DeleteLogGroup', 's3:GetObject'],
  ['service-role/AWSLambdaRole', 'lambda:InvokeFunction', 'lambda:DeleteFunction'],
  ['AWSLambda_FullAccess', 'lambda:DeleteFunction', 'dynamodb:GetItem'],
  ['AWSLambda_FullAccess', 'logs:DescribeLogGroups', 'logs:DeleteLogGroup'],
  ['AWSLambda_ReadOnlyAccess', 'lambda:GetFunction', 'lambda:InvokeFunction'],
  ['AmazonDynamoDBFullAccess_v2', 'dynamodb:DeleteTable', 'sns:Subscribe'],
  ['AmazonDynamoDBFullAccesswithDataPipeline', 'dynamodb:DeleteTable', 'sqs:SendMessage'],
  ['AWSLambdaInvocation-DynamoDB', 'lambda:InvokeFunction', 'dynamodb:PutItem'],
  ['AWSLambdaInvocation-DynamoDB', 'dynamodb:GetRecords', 'dynamodb:PutItem'],
  ['AmazonSQSFullAccess', 'sqs:SendMessage', 'sns:Publish'],
  ['AmazonSQSReadOnlyAccess', 'sqs:GetQueueUrl', 'sqs:ReceiveMessage'],
  ['AmazonSNSFullAccess', 'sns:Publish', 'sqs:SendMessage'],
  ['AmazonSNSReadOnlyAccess', 'sns:GetTopicAttributes', 'sns:Publish'],
  ['AmazonS3FullAccess', 's3:PutObject', 'dynamodb:GetItem'],
  ['AmazonS3ReadOnlyAccess', 's3:GetObject', 's3:PutObject'],
  ['AmazonKinesisReadOnlyAccess', 'kinesis:GetRecords', 'kinesis:PutRecord'],
  ['AmazonKinesisFirehoseFullAccess', 'firehose:PutRecord', 'kinesis:PutRecord'],
  ['AmazonEventBridgeFullAccess', 'events:PutEvents', 'sqs:SendMessage'],
  ['AmazonEventBridgeFullAccess', 'scheduler:CreateSchedule', 'sqs:SendMessage'],
  ['CloudWatchEventsFullAccess', 'events:PutEvents', 'scheduler:CreateSchedule'],
  ['AWSStepFunctionsFullAccess', 'states:StartExecution', 'lambda:InvokeFunction'],
  ['AmazonSESFullAccess', 'ses:SendEmail', 'sns:Publish'],
  ['AmazonSSMFullAccess', 'ssm:PutParameter', 'secretsmanager:GetSecretValue'],
  ['SecretsManagerReadWrite', 'secretsmanager:GetSecretValue', 'ssm:GetParameter'],
  ['AmazonCognitoPowerUser', 'cognito-idp:AdminCreateUser', 'dynamodb:GetItem'],
  ['AmazonBedrockFullAccess', 'bedrock:InvokeModel', 's3:PutObject'],
  ['AmazonRekognitionFullAccess', 'rekognition:DetectLabels', 's3:PutObject'],
  ['ComprehendFullAccess', 'comprehend:DetectSentiment', 's3:PutObject'],
  ['TranslateFullAccess', 'translate:TranslateText', 's3:PutObject'],
  ['AmazonPollyFullAccess', 'polly:SynthesizeSpeech', 's3:PutObject'],
  ['AmazonTranscribeFullAccess', 'transcribe:StartTranscriptionJob', 'polly:SynthesizeSpeech'],
  ['AmazonTextractFullAccess', 'textract:AnalyzeDocument', 's3:PutObject'],
];

describe('a managed policy', () => {
  for (const [name, gives, lacks] of OPENED)
    it(`${name} opens ${gives}, and leaves ${lacks} closed`, () => {
      const policy = findManagedPolicy(`arn:aws:iam::aws:policy/${name}`);
      const decisions = [gives, lacks].map((action) =>
        policy?.decide({ action, resource: TABLE, conditions: new Map() }),
      );

      assert.deepEqual(decisions, ['allow', 'implicit-deny']);
    });
});

describe('managedPolicyArn', () => {
  it('places execution roles among service roles, as their ARNs show', () => {
    assert.deepEqual(['AWSLambdaBasicExecutionRole', 'AmazonDynamoDBFullAccess'].map(managedPolicyArn), [
      'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole',
      'arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess',
    ]);
  });
});
