import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { refusal } from '../stack-builders.ts';
import { samEvents, samSources } from '../sam-event-builders.ts';

// SAM developer guide, "Schedule", "ScheduleV2", "EventBridgeRule", "CloudWatchEvent" of functions.

const Arn = { 'Fn::GetAtt': ['F', 'Arn'] };
const PATTERN = { source: ['shop'] };
const event = (Type: string, Properties: JsonObject): JsonObject => ({ E: { Type, Properties } });
const propertiesOf = (resources: Readonly<Record<string, Json>>, id: string): JsonObject =>
  (resources[id] as { Properties: JsonObject }).Properties;

describe('rules of SAM events', () => {
  for (const { type, given, rule } of [
    {
      type: 'Schedule',
      given: { Schedule: 'rate(1 day)', Name: 'nightly', Input: '{}', Enabled: false },
      rule: {
        ScheduleExpression: 'rate(1 day)',
        Name: 'nightly',
        State: 'DISABLED',
        Targets: [{ Id: 'FELambdaTarget', Arn, Input: '{}' }],
      },
    },
    {
      type: 'CloudWatchEvent',
      given: { Pattern: PATTERN, EventBusName: 'bus', InputPath: '$.detail', State: 'ENABLED' },
      rule: {
        EventPattern: PATTERN,
        EventBusName: 'bus',
        State: 'ENABLED',
        Targets: [{ Id: 'FELambdaTarget', Arn, InputPath: '$.detail' }],
      },
    },
    {
      type: 'EventBridgeRule',
      given: {
        Pattern: PATTERN,
        RuleName: 'own',
        Target: { Id: 'T' },
        RetryPolicy: { MaximumRetryAttempts: 1 },
        InputTransformer: { InputTemplate: '"x"' },
        DeadLetterConfig: { Arn: 'dead' },
      },
      rule: {
        EventPattern: PATTERN,
        Name: 'own',
        Targets: [
          {
            Id: 'T',
            Arn,
            InputTransformer: { InputTemplate: '"x"' },
            RetryPolicy: { MaximumRetryAttempts: 1 },
            DeadLetterConfig: { Arn: 'dead' },
          },
        ],
      },
    },
  ])
    it(`are created from ${type}, and may invoke the function`, () => {
      const { resources, findings } = samEvents(event(type, given));

      assert.deepEqual(resources, {
        FE: { Type: 'AWS::Events::Rule', Properties: rule },
        FEPermission: {
          Type: 'AWS::Lambda::Permission',
          Properties: {
            Action: 'lambda:InvokeFunction',
            FunctionName: { Ref: 'F' },
            Principal: 'events.amazonaws.com',
            SourceArn: { 'Fn::GetAtt': ['FE', 'Arn'] },
          },
        },
      });
      assert.deepEqual(findings, []);
    });

  it('have a dead-letter queue made, which the rule may send to', () => {
    const made = samSources(
      event('Schedule', { Schedule: 'rate(1 day)', DeadLetterConfig: { Type: 'SQS' } }),
    );
    const queueArn = { 'Fn::GetAtt': ['FEQueue', 'Arn'] };

    assert.deepEqual(Object.keys(made).toSorted(), ['FE', 'FEQueue', 'FEQueuePolicy']);
    assert.deepEqual(propertiesOf(made, 'FE')['Targets'], [
      { Id: 'FELambdaTarget', Arn, DeadLetterConfig: { Arn: queueArn } },
    ]);
    const document = JSON.stringify(propertiesOf(made, 'FEQueuePolicy')['PolicyDocument']);
    assert.match(document, /"Principal":\{"Service":"events.amazonaws.com"\}/);
    assert.match(document, /"aws:SourceArn":\{"Fn::GetAtt":\["FE","Arn"\]\}/);
  });

  it('may share a dead-letter queue by its logical id', () => {
    const one = { Schedule: 'rate(1 day)', DeadLetterConfig: { Type: 'SQS', QueueLogicalId: 'Dead' } };
    const made = samSources({
      A: { Type: 'Schedule', Properties: one },
      B: { Type: 'Schedule', Properties: one },
    });

    assert.deepEqual(Object.keys(made).toSorted(), ['Dead', 'FA', 'FAQueuePolicy', 'FB', 'FBQueuePolicy']);
  });

  for (const [type, properties, message] of [
    ['Schedule', {}, /event E: Schedule is required/],
    ['EventBridgeRule', {}, /event E: Pattern is required/],
    ['Schedule', { Schedule: 'r', State: 'ENABLED', Enabled: true }, /use State or Enabled, not both/],
    [
      'Schedule',
      { Schedule: 'r', DeadLetterConfig: {} },
      /No 'Arn' or 'Type' property provided for DeadLetterConfig/,
    ],
    ['Schedule', { Schedule: 'r', DeadLetterConfig: { Type: 'SNS' } }, /must be SQS/],
    ['ScheduleV2', { ScheduleExpression: 'r', Name: 'n', OmitName: true }, /use Name or OmitName, not both/],
  ] as const)
    it(`are refused of ${type} with ${JSON.stringify(properties)}`, () => {
      assert.match(
        refusal(() => samEvents(event(type, properties))),
        message,
      );
    });
});

describe('expandSchedulerSchedule', () => {
  const ScheduleExpression = 'cron(0 9 * * ? *)';

  it('makes a schedule with a role that may invoke the function and send what failed', () => {
    const given = {
      ScheduleExpression,
      ScheduleExpressionTimezone: 'Europe/Rome',
      Input: '{}',
      DeadLetterConfig: { Type: 'SQS' },
      PermissionsBoundary: 'bound',
    };
    const made = samEvents(event('ScheduleV2', given)).resources;
    const dead = { 'Fn::GetAtt': ['FEQueue', 'Arn'] };

    assert.deepEqual(Object.keys(made).toSorted(), ['FE', 'FEQueue', 'FERole']);
    assert.deepEqual(propertiesOf(made, 'FE'), {
      ScheduleExpression,
      ScheduleExpressionTimezone: 'Europe/Rome',
      Name: 'FE',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn,
        RoleArn: { 'Fn::GetAtt': ['FERole', 'Arn'] },
        Input: '{}',
        DeadLetterConfig: { Arn: dead },
      },
    });
    const role = propertiesOf(made, 'FERole');
    assert.equal(role['PermissionsBoundary'], 'bound');
    assert.deepEqual(
      (role['Policies'] as { PolicyDocument: { Statement: Json } }[]).map(
        (one) => one.PolicyDocument.Statement,
      ),
      [
        [{ Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: Arn }],
        [{ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: dead }],
      ],
    );
  });

  it("uses the given role, and keeps CloudFormation's name on request", () => {
    const made = samEvents(
      event('ScheduleV2', { ScheduleExpression, RoleArn: 'role', OmitName: true }),
    ).resources;

    assert.deepEqual(Object.keys(made), ['FE']);
    assert.deepEqual(propertiesOf(made, 'FE'), {
      ScheduleExpression,
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn, RoleArn: 'role' },
    });
  });
});
