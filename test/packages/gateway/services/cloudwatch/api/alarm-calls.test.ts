import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  DeleteAlarmsCommand,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  DisableAlarmActionsCommand,
  EnableAlarmActionsCommand,
  ListTagsForResourceCommand,
  PutCompositeAlarmCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-cloudwatch';
import type {
  CloudWatchClient,
  DescribeAlarmsCommandInput,
  PutMetricAlarmCommandInput,
} from '@aws-sdk/client-cloudwatch';
import { ACCOUNT, REGION } from '../../../../../support/an-event-engine.ts';
import { aClient } from '../a-client.ts';

const ERRORS = { Namespace: 'Shop', MetricName: 'Errors' };
const RULE: Omit<PutMetricAlarmCommandInput, 'AlarmName'> = {
  ...ERRORS,
  Statistic: 'Sum',
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 0,
  ComparisonOperator: 'GreaterThanThreshold',
};

const OF_EXPRESSIONS = {
  AlarmName: 'a',
  EvaluationPeriods: 1,
  Threshold: 0,
  ComparisonOperator: 'GreaterThanThreshold',
} as const;

const alarm = (AlarmName: string, more: Partial<PutMetricAlarmCommandInput> = {}): PutMetricAlarmCommand =>
  new PutMetricAlarmCommand({ ...RULE, AlarmName, ...more });

async function names(
  client: CloudWatchClient,
  input: DescribeAlarmsCommandInput = {},
): Promise<readonly string[]> {
  const { MetricAlarms = [], CompositeAlarms = [] } = await client.send(new DescribeAlarmsCommand(input));
  return [...MetricAlarms, ...CompositeAlarms].map(({ AlarmName = '' }) => AlarmName);
}

// LocalStack, test_tagging_metric_alarm and test_store_tags, recorded at AWS
describe('the tags of an alarm', () => {
  const arnOf = (name: string): string => `arn:aws:cloudwatch:${REGION}:${ACCOUNT}:alarm:${name}`;
  const tagsOf = async (client: CloudWatchClient, name: string) =>
    (await client.send(new ListTagsForResourceCommand({ ResourceARN: arnOf(name) }))).Tags;

  it('are set when it is created, and changed by calls', async () => {
    const { client } = aClient();
    const first = { Key: 'Environment', Value: 'Production' };
    await client.send(alarm('a', { Tags: [first] }));
    const ResourceARN = arnOf('a');
    await client.send(
      new TagResourceCommand({
        ResourceARN,
        Tags: [
          { Key: 'tag1', Value: 'foo' },
          { Key: 'tag2', Value: 'bar' },
        ],
      }),
    );
    await client.send(new UntagResourceCommand({ ResourceARN, TagKeys: ['tag1'] }));
    // "any tags you specify in this parameter are ignored" when an alarm is updated.
    await client.send(alarm('a', { Threshold: 2, Tags: [{ Key: 'late', Value: 'x' }] }));

    assert.deepEqual(await tagsOf(client, 'a'), [first, { Key: 'tag2', Value: 'bar' }]);
    await client.send(new DeleteAlarmsCommand({ AlarmNames: ['a'] }));
    assert.deepEqual(await tagsOf(client, 'a'), [], 'an alarm that is gone has no tags');
  });

  it('are those of the template', async () => {
    const { client } = aClient(`
  Tagged:
    Type: AWS::CloudWatch::Alarm
    Properties:
      AlarmName: tagged
      Namespace: Shop
      MetricName: Errors
      Statistic: Sum
      Period: 60
      EvaluationPeriods: 1
      Threshold: 0
      ComparisonOperator: GreaterThanThreshold
      Tags: [{ Key: team, Value: shop }]`);
    await client.send(alarm('plain'));

    assert.deepEqual(await tagsOf(client, 'tagged'), [{ Key: 'team', Value: 'shop' }]);
    assert.deepEqual(await tagsOf(client, 'plain'), []);
  });
});

// CloudWatch API reference.
describe('alarms by calls', () => {
  it('are created, go off, are changed without a change of state, and are deleted', async () => {
    const { bench, client } = aClient();
    await client.send(alarm('Failing', { TreatMissingData: 'notBreaching' }));
    await client.send(
      new PutMetricDataCommand({ Namespace: 'Shop', MetricData: [{ MetricName: 'Errors', Value: 1 }] }),
    );
    await bench.advance(60_000);
    const read = async () =>
      (await client.send(new DescribeAlarmsCommand({ AlarmNames: ['Failing'] }))).MetricAlarms?.[0];
    const rung = await read();

    assert.partialDeepStrictEqual(rung, {
      AlarmArn: 'arn:aws:cloudwatch:us-east-1:123456789012:alarm:Failing',
      ...RULE,
      Dimensions: [],
      StateValue: 'ALARM',
      StateUpdatedTimestamp: new Date('2025-04-14T22:14:00Z'),
      StateTransitionedTimestamp: new Date('2025-04-14T22:14:00Z'),
      ActionsEnabled: true,
      TreatMissingData: 'notBreaching',
    });
    assert.deepEqual(JSON.parse(rung?.StateReasonData ?? ''), {
      version: '1.0',
      queryDate: '2025-04-14T22:14:00.000+0000',
      startDate: '2025-04-14T22:13:00.000+0000',
      statistic: 'Sum',
      period: 60,
      recentDatapoints: [1],
      threshold: 0,
      evaluatedDatapoints: [{ timestamp: '2025-04-14T22:13:00.000+0000', sampleCount: 1, value: 1 }],
    });

    await client.send(alarm('Failing', { Threshold: 5 }));
    assert.deepEqual([(await read())?.StateValue, (await read())?.Threshold], ['ALARM', 5]);
    await bench.advance(60_000);
    assert.equal((await read())?.StateValue, 'OK');

    await client.send(new DeleteAlarmsCommand({ AlarmNames: ['Failing'] }));
    assert.deepEqual(await names(client), []);
  });

  it('are set manually until the next evaluation, with a history', async () => {
    const { bench, client } = aClient();
    await client.send(alarm('Failing', { TreatMissingData: 'notBreaching' }));
    await bench.advance(60_000);
    const set = { AlarmName: 'Failing', StateValue: 'ALARM', StateReason: 'test' } as const;
    await client.send(new SetAlarmStateCommand(set));
    assert.deepEqual(await names(client, { StateValue: 'ALARM' }), ['Failing']);
    await bench.advance(60_000);
    assert.deepEqual(await names(client, { StateValue: 'ALARM' }), []);

    const { AlarmHistoryItems = [] } = await client.send(
      new DescribeAlarmHistoryCommand({ AlarmName: 'Failing' }),
    );
    assert.deepEqual(
      AlarmHistoryItems.map(({ HistoryItemType, HistorySummary }) => [HistoryItemType, HistorySummary]),
      [
        ['StateUpdate', 'Alarm updated from ALARM to OK'],
        ['StateUpdate', 'Alarm updated from OK to ALARM'],
        ['StateUpdate', 'Alarm updated from INSUFFICIENT_DATA to OK'],
        ['ConfigurationUpdate', 'Alarm "Failing" created'],
      ],
    );
    // LocalStack's snapshot of test_put_metric_alarm: a state is kept with the data of its reason.
    assert.partialDeepStrictEqual(JSON.parse(AlarmHistoryItems[0]?.HistoryData ?? ''), {
      oldState: { stateValue: 'ALARM', stateReason: 'test' },
      newState: { stateValue: 'OK', stateReasonData: { version: '1.0', statistic: 'Sum', period: 60 } },
    });
    const page = new DescribeAlarmHistoryCommand({
      MaxRecords: 1,
      HistoryItemType: 'StateUpdate',
      ScanBy: 'TimestampAscending',
    });
    const { AlarmHistoryItems: [first] = [], NextToken } = await client.send(page);
    assert.equal(first?.HistorySummary, 'Alarm updated from INSUFFICIENT_DATA to OK');
    assert.ok(NextToken);
    await assert.rejects(client.send(new SetAlarmStateCommand({ ...set, StateReasonData: 'no JSON' })), {
      name: 'InvalidFormatFault',
    });
  });

  it('are found by name, prefix, type, action and metric, in pages', async () => {
    const { client } = aClient();
    const topic = 'arn:aws:sns:us-east-1:123456789012:rings';
    for (const name of ['shop-a', 'shop-b']) await client.send(alarm(name));
    await client.send(alarm('other', { AlarmActions: [topic], MetricName: 'Calls' }));
    await client.send(
      new PutCompositeAlarmCommand({ AlarmName: 'any', AlarmRule: 'ALARM("shop-a") OR ALARM(other)' }),
    );

    assert.deepEqual(await names(client), ['other', 'shop-a', 'shop-b']);
    assert.deepEqual(await names(client, { AlarmNamePrefix: 'shop' }), ['shop-a', 'shop-b']);
    assert.deepEqual(await names(client, { AlarmTypes: ['CompositeAlarm'] }), ['any']);
    assert.deepEqual(await names(client, { AlarmNames: ['any', 'other'] }), ['other', 'any']);
    assert.deepEqual(await names(client, { ActionPrefix: 'arn:aws:sns' }), ['other']);
    assert.deepEqual(await names(client, { ChildrenOfAlarmName: 'any' }), ['other', 'shop-a']);
    assert.deepEqual(await names(client, { ParentsOfAlarmName: 'shop-a' }), ['any']);
    const first = await client.send(new DescribeAlarmsCommand({ MaxRecords: 2 }));
    assert.equal(first.MetricAlarms?.length, 2);
    assert.deepEqual(await names(client, { MaxRecords: 2, NextToken: first.NextToken }), ['shop-b']);
  });

  // DeleteAlarms: "If you specify any incorrect alarm names, the alarms you specify with correct names are still
  // deleted."
  it('are deleted even if another name in the call does not exist', async () => {
    const { client } = aClient();
    await client.send(alarm('a'));

    const deleting = client.send(new DeleteAlarmsCommand({ AlarmNames: ['none', 'a'] }));

    await assert.rejects(deleting, { name: 'ResourceNotFound' });
    assert.deepEqual(await names(client), []);
  });

  // ekristen/aws-nuke#462
  it('are not deleted before the composite alarms that look at them, unless both are deleted together', async () => {
    const { client } = aClient();
    await client.send(alarm('a'));
    await client.send(new PutCompositeAlarmCommand({ AlarmName: 'any', AlarmRule: 'ALARM(a)' }));

    await assert.rejects(client.send(new DeleteAlarmsCommand({ AlarmNames: ['a'] })), {
      message: 'Cannot delete a as there are composite alarm(s) depending on it.',
    });
    assert.deepEqual(await names(client), ['a']);
    await client.send(new DeleteAlarmsCommand({ AlarmNames: ['any', 'a'] }));
    assert.deepEqual(await names(client), []);
  });

  // SetAlarmState: "It returns to its actual state only once any of its children alarms change state."
  it('that depend on other alarms keep the state that was set until one of those changes', async () => {
    const { client } = aClient();
    for (const name of ['a', 'b']) await client.send(alarm(name));
    await client.send(new PutCompositeAlarmCommand({ AlarmName: 'any', AlarmRule: 'ALARM(a) OR ALARM(b)' }));
    const set = (AlarmName: string, StateValue: 'ALARM' | 'OK') =>
      client.send(new SetAlarmStateCommand({ AlarmName, StateValue, StateReason: 'test' }));
    const ringing = () => names(client, { StateValue: 'ALARM', AlarmTypes: ['CompositeAlarm'] });

    await set('any', 'ALARM');
    assert.deepEqual(await ringing(), ['any']);
    await set('a', 'OK');
    assert.deepEqual(await ringing(), []);
  });

  it('have actions that are switched off and on', async () => {
    const { client } = aClient();
    await client.send(alarm('Failing'));
    const isEnabled = async (): Promise<boolean | undefined> =>
      (await client.send(new DescribeAlarmsCommand({}))).MetricAlarms?.[0]?.ActionsEnabled;

    await client.send(new DisableAlarmActionsCommand({ AlarmNames: ['Failing'] }));
    assert.equal(await isEnabled(), false);
    await client.send(new EnableAlarmActionsCommand({ AlarmNames: ['Failing'] }));
    assert.equal(await isEnabled(), true);
  });

  for (const { name, command, error, isGap = false } of [
    { name: 'a period of 45 s', command: alarm('a', { Period: 45 }), error: /Period 45 must be/ },
    {
      name: 'two statistics',
      command: alarm('a', { ExtendedStatistic: 'p9' }),
      error: /or ExtendedStatistic instead of it, but not both/,
    },
    {
      name: 'a band',
      command: alarm('a', { ComparisonOperator: 'LessThanLowerThreshold' }),
      error: /needs anomaly detection/,
      isGap: true,
    },
    {
      name: 'a metric together with expressions',
      command: alarm('a', { Statistic: undefined, Metrics: [{ Id: 'a', Expression: '1' }] }),
      error: /^MetricName should not be set if list of Metrics is set\.$/,
    },
    // hashicorp/terraform#24070
    {
      name: 'more datapoints than periods',
      command: alarm('a', { DatapointsToAlarm: 2 }),
      error: /^DatapointsToAlarm must be less than or equal to EvaluationPeriods$/,
    },
    // aws-cloudformation/cfn-lint#766
    {
      name: 'a statistic together with expressions',
      command: new PutMetricAlarmCommand({
        ...OF_EXPRESSIONS,
        Statistic: 'Sum',
        Metrics: [{ Id: 'a', Expression: '1' }],
      }),
      error: /^Statistic should not be set if list of Metrics is set\.$/,
    },
    // hashicorp/terraform-provider-aws#29894
    {
      name: 'two expressions that return data',
      command: new PutMetricAlarmCommand({
        ...OF_EXPRESSIONS,
        Metrics: ['a', 'b'].map((Id) => ({ Id, Expression: '1' })),
      }),
      error: /^Exactly one element of the metrics list should return data\.$/,
    },
    // hashicorp/terraform-provider-aws#19567
    {
      name: 'a statistic in a list that does not exist',
      command: new PutMetricAlarmCommand({
        ...OF_EXPRESSIONS,
        Metrics: [{ Id: 'a', MetricStat: { Metric: ERRORS, Period: 60, Stat: 'Middle' } }],
      }),
      error: /^Invalid metrics list$/,
    },
    {
      name: 'an expression that names no query',
      command: new PutMetricAlarmCommand({
        ...OF_EXPRESSIONS,
        Metrics: [{ Id: 'a', Expression: 'b * 2' }],
      }),
      error: /^Invalid metrics list$/,
    },
    {
      name: 'a query of Metrics Insights',
      command: new PutMetricAlarmCommand({
        ...OF_EXPRESSIONS,
        Metrics: [{ Id: 'a', Expression: 'SELECT SUM(Errors) FROM Shop', Period: 60 }],
      }),
      error: /Metrics Insights query, which the gateway does not support/,
      isGap: true,
    },
    {
      name: 'a query in PromQL',
      command: alarm('a', { EvaluationCriteria: { PromQLCriteria: { Query: 'up' } } }),
      error: /EvaluationCriteria is not supported here/,
      isGap: true,
    },
    {
      name: 'a suppressor of actions, which the gateway does not support, after what CloudWatch refuses',
      command: new PutCompositeAlarmCommand({
        AlarmName: 'a',
        AlarmRule: 'ALARM(none)',
        ActionsSuppressor: 'none',
      }),
      error: /names none, which does not exist/,
    },
    {
      name: 'a suppressor of actions',
      command: new PutCompositeAlarmCommand({
        AlarmName: 'a',
        AlarmRule: 'TRUE',
        ActionsSuppressor: 'none',
      }),
      error: /ActionsSuppressor is not supported here/,
      isGap: true,
    },
    {
      name: 'a rule over an unknown alarm',
      command: new PutCompositeAlarmCommand({ AlarmName: 'a', AlarmRule: 'ALARM(none)' }),
      error: /names none, which does not exist/,
    },
    {
      name: 'a rule that cannot be read',
      command: new PutCompositeAlarmCommand({ AlarmName: 'a', AlarmRule: 'ALARM(' }),
      error: /The rule ends where it must have/,
    },
  ])
    it(`are refused with ${name}`, async () => {
      const { client } = aClient();

      await assert.rejects(client.send(command as PutMetricAlarmCommand), (thrown) => {
        assert.ok(thrown instanceof Error);
        assert.equal(thrown.name, isGap ? 'NotImplementedException' : 'ValidationException');
        assert.match(thrown.message, error);
        return true;
      });
    });
});
