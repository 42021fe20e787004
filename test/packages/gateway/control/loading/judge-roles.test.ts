/**
 * The rights of roles that services require when a resource is created: with all of them nothing is refused, and
 * without any one of them the property is. Sources: the pages and issues that the module names with each use.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judgeRoles } from '../../../../../packages/gateway/control/loading/judge-roles.ts';
import { readRoles } from '../../../../../packages/gateway/control/loading/read-roles.ts';
import { Faults } from '../../../../../packages/gateway/core/errors.ts';
import { ACCOUNT_ID, aStack } from '../../../../support/a-stack.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestResource } from '../../../../support/a-stack.ts';

const ROLE = `arn:aws:iam::${ACCOUNT_ID}:role/own`;
const QUEUE = `arn:aws:sqs:us-east-1:${ACCOUNT_ID}:jobs`;
const TOPIC = `arn:aws:sns:us-east-1:${ACCOUNT_ID}:news`;
const WAITS = 'arn:aws:states:::states:startExecution.sync:2';
const LOGS = { Level: 'ALL', Destinations: [{ CloudWatchLogsLogGroup: {} }] };

/** Returns the refused properties of a resource whose role has these rights, and the trust of the service. */
function refused(asking: TestResource, service: string, actions: readonly string[]): readonly string[] {
  const Role = {
    type: 'AWS::IAM::Role',
    id: 'own',
    properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
      },
      Policies: [
        {
          PolicyName: 'own',
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Action: ['x:y', ...actions], Resource: '*' }],
          },
        },
      ],
    },
  };
  const stack = aStack({ Role, Asking: asking });
  return judgeRoles(stack, readRoles([stack], new Faults(false))).map(({ property }) => property);
}

const machine = (properties: JsonObject): TestResource => ({
  type: 'AWS::StepFunctions::StateMachine',
  properties: { RoleArn: ROLE, ...properties },
});
const aFunction = (properties: JsonObject): TestResource => ({
  type: 'AWS::Lambda::Function',
  id: 'asking',
  properties: { Role: ROLE, ...properties },
});

type Row = readonly [
  what: string,
  asking: TestResource,
  service: string,
  property: string,
  actions: readonly string[],
];
const EVERY_ONE: readonly Row[] = [
  [
    'a state machine that logs',
    machine({ LoggingConfiguration: LOGS }),
    'states.amazonaws.com',
    'LoggingConfiguration',
    ['logs:CreateLogDelivery', 'logs:PutResourcePolicy', 'logs:DescribeResourcePolicies'],
  ],
  [
    'a state machine that waits for another one',
    machine({ Definition: { States: { A: { Resource: WAITS } } } }),
    'states.amazonaws.com',
    'RoleArn',
    ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
  ],
  [
    'a pipe from a queue',
    { type: 'AWS::Pipes::Pipe', properties: { RoleArn: ROLE, Source: QUEUE } },
    'pipes.amazonaws.com',
    'RoleArn',
    ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
  ],
  [
    'a user pool that sends text messages',
    { type: 'AWS::Cognito::UserPool', properties: { SmsConfiguration: { SnsCallerArn: ROLE } } },
    'cognito-idp.amazonaws.com',
    'SmsConfiguration.SnsCallerArn',
    ['sns:Publish'],
  ],
  [
    'a function in a VPC',
    aFunction({ VpcConfig: { SubnetIds: ['subnet-1'], SecurityGroupIds: ['sg-1'] } }),
    'lambda.amazonaws.com',
    'VpcConfig',
    ['ec2:CreateNetworkInterface'],
  ],
  [
    'a function that is traced',
    aFunction({ TracingConfig: { Mode: 'Active' } }),
    'lambda.amazonaws.com',
    'TracingConfig',
    ['xray:PutTraceSegments'],
  ],
  [
    'a function with a dead-letter queue',
    aFunction({ DeadLetterConfig: { TargetArn: QUEUE } }),
    'lambda.amazonaws.com',
    'DeadLetterConfig.TargetArn',
    ['sqs:SendMessage'],
  ],
  [
    'a function with a dead-letter topic',
    aFunction({ DeadLetterConfig: { TargetArn: TOPIC } }),
    'lambda.amazonaws.com',
    'DeadLetterConfig.TargetArn',
    ['sns:Publish'],
  ],
];

describe('the role of', () => {
  for (const [what, asking, service, property, actions] of EVERY_ONE)
    it(`${what} needs every one of ${actions.join(', ')}`, () => {
      assert.deepEqual(refused(asking, service, actions), []);
      for (const missing of actions)
        assert.deepEqual(
          refused(
            asking,
            service,
            actions.filter((action) => action !== missing),
          ),
          [property],
          `without ${missing}`,
        );
    });

  // AmazonAPIGatewayPushToCloudWatchLogs; which of its actions API Gateway tries is not documented.
  it('API Gateway for its logs needs any of the actions of the managed policy', () => {
    const account = { type: 'AWS::ApiGateway::Account', properties: { CloudWatchRoleArn: ROLE } };
    const judge = (...actions: readonly string[]) => refused(account, 'apigateway.amazonaws.com', actions);
    for (const action of [
      'CreateLogGroup',
      'CreateLogStream',
      'DescribeLogGroups',
      'DescribeLogStreams',
      'PutLogEvents',
      'GetLogEvents',
      'FilterLogEvents',
    ])
      assert.deepEqual(judge(`logs:${action}`), [], action);
    assert.deepEqual(judge(), ['CloudWatchRoleArn']);
    assert.deepEqual(judge('logs:DeleteLogGroup'), ['CloudWatchRoleArn']);
  });

  for (const [what, asking] of [
    ['a state machine whose logging is off', machine({ LoggingConfiguration: { ...LOGS, Level: 'OFF' } })],
    ['a state machine without a destination', machine({ LoggingConfiguration: { Level: 'ALL' } })],
    [
      'a state machine that does not wait',
      machine({ Definition: { A: { Resource: WAITS.replace('.sync:2', '') } } }),
    ],
    ['a function that is not traced', aFunction({ TracingConfig: { Mode: 'PassThrough' } })],
    ['a function without subnets', aFunction({ VpcConfig: { SubnetIds: [] } })],
  ] as const)
    it(`${what} needs none`, () => {
      const service = asking.type === 'AWS::Lambda::Function' ? 'lambda' : 'states';
      assert.deepEqual(refused(asking, `${service}.amazonaws.com`, []), []);
    });

  it('is refused for its trust alone, if the service cannot assume it', () => {
    const account = { type: 'AWS::ApiGateway::Account', properties: { CloudWatchRoleArn: ROLE } };
    assert.deepEqual(refused(account, 'logs.amazonaws.com', []), ['CloudWatchRoleArn']);
    // Some services have a principal for each region or partition.
    for (const name of ['states.us-east-1.amazonaws.com', 'states.amazonaws.com'])
      assert.deepEqual(refused(machine({}), name, []), []);
    assert.deepEqual(refused(machine({}), 'lambda.amazonaws.com', []), ['RoleArn']);
  });
});
