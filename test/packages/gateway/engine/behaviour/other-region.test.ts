/**
 * samconfig.toml or provider.region may name another region for a stack than the gateway has, which is us-east-1 by
 * default. Roles then allow ARNs with the region of the stack, as `!GetAtt` returns them.
 * A walk in which every asynchronous invocation of a service in eu-central-1 was refused with 429.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { anAdvisedProject } from '../../../../support/an-advised-project.ts';
import type { ServedProject } from '../../../../support/an-advised-project.ts';

type Row = {
  readonly path: string;
  readonly what: string;
  readonly uri: string;
  readonly type?: 'aws' | 'aws_proxy';
  /** The action and the resource that the role of the integration allows. */
  readonly allows: readonly [action: string, resource: string];
  readonly template?: object;
  readonly parameters?: Readonly<Record<string, string>>;
  /** What the story tells about the function that gets the event. */
  readonly tells?: RegExp;
};

const HANDLED = /function echo handled/;

const LAMBDA = 'lambda:path/2015-03-31/functions/${Echo.Arn}/invocations';
const FORM = "'application/x-www-form-urlencoded'";
const JSON_1_0 = "'application/x-amz-json-1.0'";
const TYPE = 'integration.request.header.Content-Type';

const ROWS: readonly Row[] = [
  {
    path: '/invoke',
    what: 'a function',
    uri: LAMBDA,
    type: 'aws_proxy',
    allows: ['lambda:InvokeFunction', '${Echo.Arn}'],
  },
  {
    path: '/event',
    what: 'the queue of a function',
    tells: HANDLED,
    uri: LAMBDA,
    allows: ['lambda:InvokeFunction', '${Echo.Arn}'],
    parameters: { 'integration.request.header.X-Amz-Invocation-Type': "'Event'" },
  },
  {
    path: '/queue',
    what: 'a queue',
    tells: HANDLED,
    uri: 'sqs:path/${AWS::AccountId}/mail',
    allows: ['sqs:SendMessage', '${Mail.Arn}'],
    parameters: { [TYPE]: FORM },
    template: { 'application/json': 'Action=SendMessage&MessageBody=hello' },
  },
  {
    path: '/topic',
    what: 'a topic',
    tells: HANDLED,
    uri: 'sns:action/Publish',
    allows: ['sns:Publish', '${News}'],
    parameters: {
      'integration.request.querystring.Message': "'hello'",
      'integration.request.querystring.TopicArn': "'${News}'",
    },
  },
  {
    path: '/table',
    what: 'a table',
    uri: 'dynamodb:action/PutItem',
    allows: ['dynamodb:PutItem', '${Orders.Arn}'],
    template: { 'application/json': '{"TableName":"orders","Item":{"id":{"S":"1"}}}' },
  },
  {
    path: '/stream',
    what: 'a stream',
    tells: HANDLED,
    uri: 'kinesis:action/PutRecord',
    allows: ['kinesis:PutRecord', '${Clicks.Arn}'],
    template: { 'application/json': '{"StreamName":"clicks","Data":"aGVsbG8=","PartitionKey":"a"}' },
  },
  {
    path: '/bus',
    what: 'an event bus',
    tells: HANDLED,
    uri: 'events:action/PutEvents',
    allows: ['events:PutEvents', '${Bus.Arn}'],
    parameters: {
      'integration.request.header.X-Amz-Target': "'AWSEvents.PutEvents'",
      [TYPE]: "'application/x-amz-json-1.1'",
    },
    template: {
      'application/json':
        '{"Entries":[{"Source":"shop","DetailType":"order","Detail":"{}","EventBusName":"orders"}]}',
    },
  },
  {
    path: '/machine',
    what: 'a state machine, whose role calls a function',
    uri: 'states:action/StartSyncExecution',
    allows: ['states:StartSyncExecution', '${Machine}'],
    parameters: { [TYPE]: JSON_1_0 },
    template: { 'application/json': '{"input":"{}","stateMachineArn":"${Machine}"}' },
  },
];

const roleOf = (principal: string, [action, resource]: Row['allows']): object => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: principal }, Action: 'sts:AssumeRole' }],
    },
    Policies: [
      {
        PolicyName: 'one',
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: action, Resource: { 'Fn::Sub': resource } }],
        },
      },
    ],
  },
});
const nameOf = ({ path }: Row): string => `${path.slice(1)}Role`;
const inSub = (value: object): object =>
  Object.fromEntries(Object.entries(value).map(([name, text]) => [name, { 'Fn::Sub': text as string }]));

const TEMPLATE = {
  Transform: 'AWS::Serverless-2016-10-31',
  Resources: {
    Echo: {
      Type: 'AWS::Serverless::Function',
      Properties: {
        FunctionName: 'echo',
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Events: {
          Mail: { Type: 'SQS', Properties: { Queue: { 'Fn::GetAtt': ['Mail', 'Arn'] } } },
          News: { Type: 'SNS', Properties: { Topic: { Ref: 'News' } } },
          Clicks: {
            Type: 'Kinesis',
            Properties: { Stream: { 'Fn::GetAtt': ['Clicks', 'Arn'] }, StartingPosition: 'LATEST' },
          },
          Order: {
            Type: 'EventBridgeRule',
            Properties: { EventBusName: { Ref: 'Bus' }, Pattern: { source: ['shop'] } },
          },
        },
        InlineCode: "exports.handler = async () => ({ statusCode: 200, body: 'hello' });",
      },
    },
    Mail: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'mail' } },
    News: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'news' } },
    Orders: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName: 'orders',
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      },
    },
    Clicks: { Type: 'AWS::Kinesis::Stream', Properties: { Name: 'clicks', ShardCount: 1 } },
    Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'orders' } },
    MachineRole: roleOf('states.amazonaws.com', ['lambda:InvokeFunction', '${Echo.Arn}']),
    Machine: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: {
        StateMachineType: 'EXPRESS',
        StateMachineName: 'greet',
        RoleArn: { 'Fn::GetAtt': ['MachineRole', 'Arn'] },
        DefinitionString: {
          'Fn::Sub': JSON.stringify({
            StartAt: 'Greet',
            States: { Greet: { Type: 'Task', Resource: '${Echo.Arn}', End: true } },
          }),
        },
      },
    },
    ...Object.fromEntries(ROWS.map((row) => [nameOf(row), roleOf('apigateway.amazonaws.com', row.allows)])),
    Api: {
      Type: 'AWS::Serverless::Api',
      Properties: {
        StageName: 'dev',
        DefinitionBody: {
          openapi: '3.0.1',
          paths: Object.fromEntries(
            ROWS.map((row) => [
              row.path,
              {
                post: {
                  responses: { '200': { description: 'ok' } },
                  'x-amazon-apigateway-integration': {
                    type: row.type ?? 'aws',
                    httpMethod: 'POST',
                    credentials: { 'Fn::GetAtt': [nameOf(row), 'Arn'] },
                    uri: { 'Fn::Sub': `arn:aws:apigateway:\${AWS::Region}:${row.uri}` },
                    requestParameters: inSub(row.parameters ?? {}),
                    requestTemplates: inSub(row.template ?? {}),
                    responses: { default: { statusCode: '200' } },
                  },
                },
              },
            ]),
          ),
        },
      },
    },
  },
};

describe('an integration of a stack in another region than the gateway’s', () => {
  const project = anAdvisedProject('template.yaml', {
    'template.yaml': JSON.stringify(TEMPLATE),
    'samconfig.toml': 'version = 0.1\n[default.deploy.parameters]\nregion = "eu-central-1"\n',
  });
  let served: ServedProject;
  before(async () => {
    served = await project.serve({ dynamodb: { kind: 'embedded', dataDirectory: undefined } });
  });
  after(async () => {
    await served[Symbol.asyncDispose]();
    project[Symbol.dispose]();
  });

  for (const { path, what, tells } of ROWS)
    it(`reaches ${what}`, async () => {
      const { status, body, sentences } = await served.ask({
        path,
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: '{}',
        ...(tells && { tells }),
      });
      assert.equal(status, 200, sentences.join('\n'));
      assert.doesNotMatch(body, /"status":"FAILED"|"FailedEntryCount":[1-9]/);
    });
});
