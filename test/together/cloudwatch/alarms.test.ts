/** Services together: cloudwatch, lambda-events, sns. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EPOCH_MS } from '../../support/virtual-ports.ts';
import * as monitoring from '../../../packages/gateway/services/cloudwatch/service.ts';
import * as lambda from '../../../packages/gateway/services/lambda-events/service.ts';
import * as sns from '../../../packages/gateway/services/sns/service.ts';
import { anAlarm, anAlarmBench, PAGER, TOPIC } from '../../support/an-alarm-bench.ts';
import type { AlarmBench } from '../../support/an-alarm-bench.ts';

const aBench = (resources: string): AlarmBench => anAlarmBench({ sns, monitoring, lambda }, resources);

type Message = Readonly<Record<string, unknown>>;

/** Returns the messages that the topic delivered to the function. */
function messagesOf({ invoker }: AlarmBench): readonly Message[] {
  return invoker.calls.flatMap(({ event }) => {
    const { Records } = event as {
      readonly Records?: readonly { readonly Sns: { readonly Message: string } }[];
    };
    return (Records ?? []).map(({ Sns }) => JSON.parse(Sns.Message) as Message);
  });
}

const GOOD = 'TreatMissingData: notBreaching';

describe('an alarm of a template', () => {
  it('goes off at the end of the minute, notifies its topic, and recovers when the data does', async () => {
    const bench = aBench(anAlarm('Failing', GOOD));
    assert.deepEqual(await bench.states(), { Failing: 'INSUFFICIENT_DATA' });
    bench.measure('Errors', 2);
    assert.deepEqual(await bench.states(), { Failing: 'INSUFFICIENT_DATA' });

    await bench.minutes(1);

    assert.deepEqual(await bench.states(), { Failing: 'ALARM' });
    assert.partialDeepStrictEqual(messagesOf(bench), [
      {
        AlarmName: 'Failing',
        AlarmDescription: null,
        AWSAccountId: '123456789012',
        NewStateValue: 'ALARM',
        OldStateValue: 'INSUFFICIENT_DATA',
        NewStateReason:
          // The words without DatapointsToAlarm: LocalStack's snapshot of test_put_metric_alarm, 2026-02-26.
          'Threshold Crossed: 1 datapoint [2.0 (14/04/25 22:13:00)] was greater than the threshold (0.0).',
        StateChangeTime: '2025-04-14T22:14:00.000+0000',
        Region: 'US East (N. Virginia)',
        AlarmArn: 'arn:aws:cloudwatch:us-east-1:123456789012:alarm:Failing',
        AlarmActions: [TOPIC],
        Trigger: {
          MetricName: 'Errors',
          Namespace: 'Shop',
          StatisticType: 'Statistic',
          Statistic: 'SUM',
          Unit: null,
          Dimensions: [],
          Period: 60,
          EvaluationPeriods: 1,
          ComparisonOperator: 'GreaterThanThreshold',
          Threshold: 0,
          TreatMissingData: 'notBreaching',
          EvaluateLowSampleCountPercentile: '',
        },
      },
    ]);
    assert.partialDeepStrictEqual(bench.invoker.calls[0]?.event, {
      Records: [{ Sns: { Subject: 'ALARM: "Failing" in US East (N. Virginia)' } }],
    });

    await bench.minutes(3);

    assert.deepEqual(await bench.states(), { Failing: 'OK' });
    assert.deepEqual(
      messagesOf(bench).map(({ NewStateValue }) => NewStateValue),
      ['ALARM', 'OK'],
    );
  });

  it('rests while no data is there, however far the clock jumps', async () => {
    const bench = aBench(anAlarm('Failing', GOOD));
    await bench.minutes(1);

    assert.equal(bench.engine.nextDue, undefined);
    await bench.advance(30 * 86_400_000);
    assert.deepEqual(await bench.states(), { Failing: 'OK' });
    bench.measure('Errors', 1);
    await bench.minutes(1);
    assert.deepEqual(await bench.states(), { Failing: 'ALARM' });
  });

  it('plays every minute of a jump, so that no ring is lost', async () => {
    const bench = aBench(anAlarm('Failing', GOOD));
    bench.measure('Errors', 1);
    await bench.advance(3_600_000);

    assert.deepEqual(
      messagesOf(bench).map(({ NewStateValue }) => NewStateValue),
      ['ALARM', 'OK'],
    );
    assert.equal(messagesOf(bench)[0]?.['StateChangeTime'], '2025-04-14T22:14:00.000+0000');
  });

  it('needs M of N data points', async () => {
    const bench = aBench(anAlarm('Often', 'EvaluationPeriods: 3, DatapointsToAlarm: 2'));
    for (const value of [1, 0, 0]) {
      bench.measure('Errors', value);
      await bench.minutes(1);
    }
    assert.deepEqual(await bench.states(), { Often: 'OK' });
    for (const value of [1, 1]) {
      bench.measure('Errors', value);
      await bench.minutes(1);
    }
    assert.deepEqual(await bench.states(), { Often: 'ALARM' });
    assert.match(
      String((await bench.describe('Often'))['StateReason']),
      /^Threshold Crossed: 2 out of the last 3 datapoints \[1\.0 \(.*\), 1\.0 \(.*\)\] were greater than the threshold \(0\.0\) \(minimum 2 datapoints for OK -> ALARM transition\)\.$/,
    );
  });

  it('compares an expression over several metrics', async () => {
    const metric = (id: string, name: string): string =>
      `{ Id: ${id}, ReturnData: false, MetricStat: { Period: 300, Stat: Sum, Metric: { Namespace: Shop, MetricName: ${name} } } }`;
    const bench = aBench(
      anAlarm(
        'Share',
        `Threshold: 10, TreatMissingData: notBreaching, Metrics: [{ Id: share, Expression: '100 * FILL(bad, 0) / all' }, ${metric('bad', 'Errors')}, ${metric('all', 'Calls')}]`,
      ),
    );
    bench.measure('Calls', 20);
    await bench.minutes(1);
    assert.deepEqual(await bench.states(), { Share: 'OK' });
    bench.measure('Errors', 3);
    await bench.minutes(1);

    assert.deepEqual(await bench.states(), { Share: 'ALARM' });
    assert.match(String((await bench.describe('Share'))['StateReason']), /\[15\.0 /);
  });

  it('compares percentiles, and keeps its state if they are based on too few values', async () => {
    const p99 = 'ExtendedStatistic: p99, MetricName: Took, Threshold: 100';
    const bench = aBench(
      anAlarm('Slow', p99) + anAlarm('Sure', `${p99}, EvaluateLowSampleCountPercentile: ignore`),
    );
    bench.measure('Took', [1, 2, 500]);
    await bench.minutes(1);

    assert.deepEqual(await bench.states(), { Slow: 'ALARM', Sure: 'INSUFFICIENT_DATA' });
  });

  it('evaluates short periods every ten seconds', async () => {
    const bench = aBench(anAlarm('Quick', 'Period: 10'));
    bench.measure('Errors', 1, { resolution: 1 });
    await bench.advance(10_000 - (bench.clock.nowEpochMs() % 10_000));

    assert.deepEqual(await bench.states(), { Quick: 'ALARM' });
  });

  it('passes its change to a function', async () => {
    const bench = aBench(anAlarm('Failing', '', `AlarmActions: ['${PAGER}']`));
    bench.measure('Errors', 1);
    await bench.minutes(1);
    await bench.engine.idle();

    assert.partialDeepStrictEqual(bench.invoker.calls[0]?.event, {
      source: 'aws.cloudwatch',
      alarmArn: 'arn:aws:cloudwatch:us-east-1:123456789012:alarm:Failing',
      accountId: '123456789012',
      time: '2025-04-14T22:14:00.000+0000',
      region: 'us-east-1',
      alarmData: {
        alarmName: 'Failing',
        state: { value: 'ALARM' },
        previousState: { value: 'INSUFFICIENT_DATA' },
        configuration: {
          metrics: [
            {
              id: 'm1',
              returnData: true,
              metricStat: {
                metric: { namespace: 'Shop', name: 'Errors', dimensions: {} },
                period: 60,
                stat: 'Sum',
              },
            },
          ],
        },
      },
    });
  });

  it('watches other alarms if it is composite, and calls nothing while its actions are disabled', async () => {
    const bench = aBench(
      `${anAlarm('Failing', GOOD, 'ActionsEnabled: false, AlarmActions: [!Ref Rings]')}
  Both:
    Type: AWS::CloudWatch::CompositeAlarm
    Properties: { AlarmName: Both, AlarmActions: [!Ref Rings], AlarmRule: !Sub 'ALARM("\${Failing}") AND NOT OK(Other)' }
`,
    );
    bench.measure('Errors', 1);
    await bench.minutes(1);

    assert.deepEqual(await bench.states(), { Failing: 'ALARM', Both: 'ALARM' });
    assert.partialDeepStrictEqual(messagesOf(bench), [
      {
        AlarmName: 'Both',
        OldStateValue: 'OK',
        AlarmRule: 'ALARM("Failing") AND NOT OK(Other)',
        TriggeringChildren: [
          { Arn: 'arn:aws:cloudwatch:us-east-1:123456789012:alarm:Failing', State: { Value: 'ALARM' } },
        ],
      },
    ]);
    assert.equal(messagesOf(bench).length, 1);
  });

  // LocalStack, test_trigger_composite_alarm, run on AWS: the message of OK names the child that is OK again
  it('names the child that let it recover, if it is composite', async () => {
    const bench = aBench(
      `${anAlarm('Failing', GOOD, 'ActionsEnabled: false')}
  Any:
    Type: AWS::CloudWatch::CompositeAlarm
    Properties: { AlarmName: Any, OKActions: [!Ref Rings], AlarmRule: !Sub 'ALARM("\${Failing}")' }
`,
    );
    bench.measure('Errors', 1);
    await bench.minutes(4);

    assert.partialDeepStrictEqual(messagesOf(bench).at(-1), {
      AlarmName: 'Any',
      NewStateValue: 'OK',
      OldStateValue: 'ALARM',
      TriggeringChildren: [
        { Arn: 'arn:aws:cloudwatch:us-east-1:123456789012:alarm:Failing', State: { Value: 'OK' } },
      ],
    });
  });

  it('keeps its state over a reload, and loses it with a reset', async () => {
    const bench = aBench(anAlarm('Failing'));
    bench.measure('Errors', 1);
    await bench.minutes(1);
    bench.reload();
    assert.deepEqual(await bench.states(), { Failing: 'ALARM' });

    await bench.engine.clear(() => Promise.resolve());
    assert.deepEqual(await bench.states(), { Failing: 'INSUFFICIENT_DATA' });
    await bench.minutes(2);
    assert.deepEqual(await bench.states(), { Failing: 'INSUFFICIENT_DATA' });
  });

  it('is a row of the console', async () => {
    const bench = aBench(anAlarm('Failing'));
    await bench.minutes(1);

    assert.deepEqual(
      bench.engine.rows.filter(({ kind }) => kind === 'alarm'),
      [
        {
          kind: 'alarm',
          name: 'Failing',
          targets: ['rings'],
          state: `INSUFFICIENT_DATA since ${new Date(EPOCH_MS).toISOString()}`,
        },
      ],
    );
  });
});

const WRONG: readonly { readonly rule: string; readonly property: string; readonly message: RegExp }[] = [
  { rule: 'Period: 45', property: 'Period', message: /45 must be 10, 20, 30 or a multiple of 60/ },
  {
    rule: 'ComparisonOperator: Above',
    property: 'ComparisonOperator',
    message: /must be one of .*, not "Above"$/,
  },
  {
    rule: 'EvaluationPeriods: 0',
    property: 'EvaluationPeriods',
    message: /must be a whole number from 1 to \d+, not 0$/,
  },
  {
    rule: 'DatapointsToAlarm: 2',
    property: 'DatapointsToAlarm',
    message: /^DatapointsToAlarm must be less than or equal to EvaluationPeriods$/,
  },
  {
    rule: 'TreatMissingData: good',
    property: 'TreatMissingData',
    message: /must be one of breaching.*, not "good"$/,
  },
  { rule: 'Threshold: many', property: 'Threshold', message: /must be a number, not "many"$/ },
  { rule: 'Statistic: Median', property: 'Statistic', message: /must be one of .*, not "Median"$/ },
  {
    rule: 'ExtendedStatistic: p101',
    property: 'ExtendedStatistic',
    message: /p101 is not a supported statistic/,
  },
  { rule: 'EvaluationPeriods: 2000', property: 'EvaluationPeriods', message: /120000 s; at most 86400 s/ },
  {
    rule: "Metrics: [{ Id: a, Expression: '1 +' }]",
    property: 'Metrics.0.Expression',
    message: /ends early/,
  },
  {
    rule: "Metrics: [{ Id: a, Expression: 'SELECT AVG(x)' }]",
    property: 'Metrics.0.Expression',
    message: /Metrics Insights/,
  },
];

describe('an alarm whose clock is moved back', () => {
  it('is evaluated at the next full minute of the earlier time', async () => {
    const bench = aBench(anAlarm('Failing', GOOD));
    await bench.minutes(120);
    bench.measure('Errors', 1);
    await bench.advance(-90 * 60_000);
    bench.measure('Errors', 1);

    await bench.minutes(1);
    const rung = await bench.states();
    await bench.minutes(4);

    assert.deepEqual([rung, await bench.states()], [{ Failing: 'ALARM' }, { Failing: 'OK' }]);
  });
});

describe('a faulty alarm', () => {
  for (const { rule, property, message } of WRONG)
    it(`is reported with its file and line: ${rule}`, () => {
      const { faults } = aBench(anAlarm('Wrong', rule));
      const [fault] = faults.all;

      assert.equal(faults.all.length, 1);
      assert.match(fault?.error.message ?? '', message);
      assert.equal(fault?.error.place.property, property);
      assert.equal(fault.error.place.file, '/app/events.yml');
      assert.ok((fault.error.place.line ?? 0) > 1);
      assert.match(fault.consequences.join(), /never evaluated/);
    });

  it('is reported if its rule, its actions or its metric cannot be had here', () => {
    const { unsupported, faults } = aBench(
      anAlarm('Band', 'ThresholdMetricId: ad1') +
        anAlarm('Flow', 'Namespace: AWS/States') +
        anAlarm('Table', 'Namespace: AWS/DynamoDB, MetricName: ReadThrottleEvents') +
        anAlarm('Scale', '', "AlarmActions: ['arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:x']") +
        `  Any: { Type: AWS::CloudWatch::CompositeAlarm, Properties: { AlarmRule: 'ALARM(Flow) OR ALARM("Gone")' } }\n`,
    );

    assert.deepEqual(faults.all, []);
    assert.deepEqual(
      unsupported.map(({ logicalId, property, consequence }) => [logicalId, property, consequence]),
      [
        [
          'Band',
          'ComparisonOperator',
          'the gateway does not support anomaly detection, so the alarm is never evaluated',
        ],
        [
          'Flow',
          'Namespace',
          'the gateway does not measure AWS/States, so the alarm has no data, and only SetAlarmState changes its state',
        ],
        [
          'Scale',
          'AlarmActions',
          'arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:x is not run, because only topics and functions are supported',
        ],
        [
          'Any',
          'AlarmRule',
          'the rule refers to Gone, which is not in a loaded stack, so this part of the rule is never true',
        ],
      ],
    );
  });
});
