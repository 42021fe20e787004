import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { functionRole, startingRole } from '../../../../../packages/gateway/templates/sam/sam-role.ts';
import { expandPolicyTemplate } from '../../../../../packages/gateway/templates/sam/sam-policy-templates.ts';
import type { Json, JsonObject } from '@gatewright/aws/json-object';

const BASIC = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';
const DOCUMENT = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'sns:Publish', Resource: '*' }],
};
const arnsOf = (properties: JsonObject): Json => functionRole('Fn', properties)['ManagedPolicyArns'] ?? [];
const documentsOf = (Policies: Json): readonly Json[] => {
  const policies = functionRole('Fn', { Policies })['Policies'] ?? [];
  return (policies as readonly { readonly PolicyDocument: Json }[]).map((policy) => policy.PolicyDocument);
};

describe('functionRole', () => {
  // SAM developer guide, "AWS::Serverless::Function".
  for (const { what, properties, arns } of [
    { what: 'logs alone', properties: {}, arns: [BASIC] },
    {
      what: 'a network and traces',
      properties: { VpcConfig: { SubnetIds: ['s'] }, Tracing: 'Active' },
      arns: [
        BASIC,
        'arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole',
        'arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess',
      ],
    },
    { what: 'logs alone, if tracing is disabled', properties: { Tracing: 'Disabled' }, arns: [BASIC] },
    {
      what: 'queues that it reads, once',
      properties: { Events: { A: { Type: 'SQS' }, B: { Type: 'SQS' }, C: { Type: 'Api' } } },
      arns: [BASIC, 'arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole'],
    },
    {
      what: 'a topic that comes over a queue, and none for one that does not',
      properties: {
        Events: {
          A: { Type: 'SNS', Properties: { SqsSubscription: true } },
          B: { Type: 'SNS', Properties: { SqsSubscription: false } },
        },
      },
      arns: [BASIC, 'arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole'],
    },
    {
      what: 'policies by name and by ARN, also by an intrinsic',
      properties: { Policies: ['AmazonSNSFullAccess', 'arn:aws:iam::1:policy/own', { Ref: 'Shared' }] },
      arns: [
        BASIC,
        'arn:aws:iam::aws:policy/AmazonSNSFullAccess',
        'arn:aws:iam::1:policy/own',
        { Ref: 'Shared' },
      ],
    },
  ])
    it(`has managed policies for ${what}`, () => {
      assert.deepEqual(arnsOf(properties), arns);
    });

  it('accepts documents unchanged and expands templates, one policy or several', () => {
    assert.deepEqual(documentsOf(DOCUMENT), [DOCUMENT]);
    assert.deepEqual(documentsOf([DOCUMENT, { SQSSendMessagePolicy: { QueueName: 'q' } }]), [
      DOCUMENT,
      expandPolicyTemplate('SQSSendMessagePolicy', { QueueName: 'q' }),
    ]);
  });

  it('may send what failed if its dead letters go', () => {
    const DeadLetterQueue = { Type: 'SQS', TargetArn: 'arn:aws:sqs:us-east-1:1:dead' };
    assert.match(
      JSON.stringify(functionRole('Fn', { DeadLetterQueue })['Policies']),
      /"Action":"sqs:SendMessage","Resource":"arn:aws:sqs:us-east-1:1:dead"/,
    );
  });
});

describe('functionRole with destinations', () => {
  it('may send to the destinations of asynchronous events', () => {
    const EventInvokeConfig = { DestinationConfig: { OnFailure: { Type: 'SNS', Destination: 'topic' } } };
    assert.match(
      JSON.stringify(functionRole('Fn', { EventInvokeConfig })['Policies']),
      /"Action":"sns:Publish","Resource":"topic"/,
    );
  });
});

describe('startingRole', () => {
  it('starts executions of its machine and does nothing else', () => {
    assert.match(
      JSON.stringify(startingRole('Machine')),
      /"Action":"states:StartExecution","Resource":\{"Ref":"Machine"\}/,
    );
  });
});
