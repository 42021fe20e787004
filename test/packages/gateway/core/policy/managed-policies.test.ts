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
    it(`knows what ${name} gives`, () => {
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
    it(`does not know ${arn}`, () => {
      assert.equal(findManagedPolicy(arn), undefined);
    });
});

describe('managedPolicyArn', () => {
  it('puts execution roles among those of services, as their ARNs are', () => {
    assert.deepEqual(['AWSLambdaBasicExecutionRole', 'AmazonDynamoDBFullAccess'].map(managedPolicyArn), [
      'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole',
      'arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess',
    ]);
  });
});
