/**
 * What the role of a rule's target or of a schedule lets EventBridge call (docs/aws §18.13).
 * Sources: https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html,
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html,
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-identity-based.html
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findPowerlessRoles } from '../../../../../packages/gateway/control/deliveries/target-roles.ts';
import { readRoles } from '../../../../../packages/gateway/control/loading/read-roles.ts';
import { Faults } from '../../../../../packages/gateway/core/errors.ts';
import { aGateway } from '../../../../support/a-gateway.ts';
import { ACCOUNT_ID, aStack, functionArn } from '../../../../support/a-stack.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestResource } from '../../../../support/a-stack.ts';

const ROLE = `arn:aws:iam::${ACCOUNT_ID}:role/caller`;
const DEAD = `arn:aws:sqs:us-east-1:${ACCOUNT_ID}:dead`;
const WORK = functionArn('work');

const allow = (action: string, more: JsonObject = {}): JsonObject => ({
  Effect: 'Allow',
  Action: action,
  Resource: '*',
  ...more,
});
const schedule = (target: JsonObject): TestResource => ({
  type: 'AWS::Scheduler::Schedule',
  properties: { ScheduleExpression: 'rate(1 minute)', Target: { Arn: WORK, RoleArn: ROLE, ...target } },
});
const rule = (target: JsonObject): TestResource => ({
  type: 'AWS::Events::Rule',
  properties: { Targets: [{ Id: 'a', Arn: WORK, RoleArn: ROLE, ...target }] },
});

function lacking(asking: TestResource, ...statements: readonly JsonObject[]): readonly string[] {
  const role = {
    type: 'AWS::IAM::Role',
    id: 'caller',
    properties: {
      Policies: [
        { PolicyName: 'own', PolicyDocument: { Version: '2012-10-17', Statement: [...statements] } },
      ],
    },
  };
  const stacks = [aStack({ Role: role, Asking: asking })];
  return findPowerlessRoles(stacks, readRoles(stacks, new Faults(false)).byArn, true).map(
    ({ message = '' }) => message.split(' on ')[0] ?? '',
  );
}

const dead = { DeadLetterConfig: { Arn: DEAD } };
const machine = `arn:aws:states:us-east-1:${ACCOUNT_ID}:stateMachine:cook`;

const ROWS: readonly (readonly [
  name: string,
  asking: TestResource,
  statements: readonly JsonObject[],
  lacks: readonly string[],
])[] = [
  ['a schedule, with the right', schedule({}), [allow('lambda:InvokeFunction')], []],
  ['a schedule, with another right', schedule({}), [allow('sqs:SendMessage')], ['lambda:InvokeFunction']],
  [
    'a schedule, with the right for another function',
    schedule({}),
    [allow('lambda:InvokeFunction', { Resource: `${WORK}-2` })],
    ['lambda:InvokeFunction'],
  ],
  [
    'a schedule with a dead-letter queue, to which its role sends',
    schedule(dead),
    [allow('lambda:InvokeFunction')],
    ['sqs:SendMessage'],
  ],
  ['a rule, with another right', rule({}), [allow('sqs:SendMessage')], ['lambda:InvokeFunction']],
  [
    'a rule with a dead-letter queue, whose own policy decides',
    rule(dead),
    [allow('lambda:InvokeFunction')],
    [],
  ],
  [
    'a rule for a state machine',
    rule({ Arn: machine }),
    [allow('lambda:InvokeFunction')],
    ['states:StartExecution'],
  ],
  [
    'a rule whose role has a condition, which is not decided before the delivery',
    rule({}),
    [
      allow('lambda:InvokeFunction', {
        Condition: { StringEquals: { 'aws:ResourceAccount': 'x' } },
      }),
    ],
    [],
  ],
  ['a schedule with a role of no stack', schedule({ RoleArn: `${ROLE}-2` }), [allow('sqs:SendMessage')], []],
  ['a rule without a role', rule({ RoleArn: null }), [allow('sqs:SendMessage')], []],
];

describe('the role of a target', () => {
  for (const [name, asking, statements, lacks] of ROWS)
    it(`is reported with what it lacks: ${name}`, () => {
      assert.deepEqual(
        lacking(asking, ...statements),
        lacks.map((action) => `role caller does not allow ${action}`),
      );
    });
});

const lambda = (handler: string) => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    Runtime: 'nodejs22.x',
    Handler: `index.${handler}`,
    Code: '.',
    Role: `arn:aws:iam::${ACCOUNT_ID}:role/${handler}`,
  },
});
const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });

/** Starts a schedule that runs at once, whose role has the rights. */
const serve = (rights: readonly string[], roles: boolean) =>
  aGateway(
    {
      Work: lambda('work'),
      Bury: lambda('bury'),
      Dead: { Type: 'AWS::SQS::Queue', Properties: {} },
      Read: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: { EventSourceArn: arnOf('Dead'), FunctionName: { Ref: 'Bury' } },
      },
      Caller: {
        Type: 'AWS::IAM::Role',
        Properties: {
          AssumeRolePolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Principal: { Service: 'scheduler.amazonaws.com' },
                Action: 'sts:AssumeRole',
              },
            ],
          },
          Policies: [
            {
              PolicyName: 'own',
              PolicyDocument: {
                Version: '2012-10-17',
                Statement: [{ Effect: 'Allow', Action: rights, Resource: '*' }],
              },
            },
          ],
        },
      },
      Nightly: {
        Type: 'AWS::Scheduler::Schedule',
        Properties: {
          ScheduleExpression: 'rate(1 minute)',
          FlexibleTimeWindow: { Mode: 'OFF' },
          Target: {
            Arn: arnOf('Work'),
            RoleArn: arnOf('Caller'),
            RetryPolicy: { MaximumRetryAttempts: 0 },
            DeadLetterConfig: { Arn: arnOf('Dead') },
          },
        },
      },
    },
    { roles },
    {
      'index.js': `
exports.work = async () => console.log('delivered');
exports.bury = async ({ Records }) => console.log('buried ' + JSON.stringify(Records[0].messageAttributes));`,
    },
  );

/** Waits until a line of the log matches, for at most five seconds. */
async function heard(lines: readonly string[], wanted: RegExp): Promise<string> {
  for (let tries = 0; tries < 100; tries += 1) {
    const found = lines.find((line) => wanted.test(line));
    if (found !== undefined) return found;
    await new Promise((done) => setTimeout(done, 50));
  }
  return lines.join('\n');
}

describe('a schedule', () => {
  it('goes to its dead-letter queue if its role may not invoke the function', async () => {
    const at = await serve(['sqs:SendMessage'], true);
    try {
      const line = await heard(at.lines, /^buried /);
      const attributes = JSON.parse(line.replace('buried ', '')) as Record<string, { stringValue: string }>;
      const { ERROR_CODE: code, ERROR_MESSAGE: message, IS_PAYLOAD_TRUNCATED: isCut } = attributes;
      assert.equal(code?.stringValue, 'AccessDeniedException');
      assert.match(
        message?.stringValue ?? '',
        /not authorized to perform: lambda:InvokeFunction on resource: /,
      );
      assert.equal(isCut?.stringValue, 'false');
      assert.match(attributes['SCHEDULED_TIME']?.stringValue ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      assert.match(attributes['EXECUTION_ID']?.stringValue ?? '', /./);
      assert.match(attributes['SCHEDULE_ARN']?.stringValue ?? '', /:schedule\/default\//);
      assert.ok(!at.lines.includes('delivered'));
    } finally {
      await at.close();
    }
  });

  for (const [rights, roles] of [
    [['lambda:InvokeFunction'], true],
    [['sqs:SendMessage'], false],
  ] as const)
    it(`runs its function if its role may ${rights.join()} and roles are ${roles ? 'on' : 'off'}`, async () => {
      const at = await serve(rights, roles);
      try {
        assert.equal(await heard(at.lines, /^delivered$/), 'delivered');
      } finally {
        await at.close();
      }
    });
});
