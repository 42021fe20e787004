import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  DescribeAlarmsCommand,
  PutCompositeAlarmCommand,
  PutMetricAlarmCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import type { StateValue } from '@aws-sdk/client-cloudwatch';
import { ACCOUNT, REGION } from '../../../../../support/an-event-engine.ts';
import { aClient } from '../a-client.ts';

const arnOf = (name: string): string => `arn:aws:cloudwatch:${REGION}:${ACCOUNT}:alarm:${name}`;
const EITHER = 'ALARM(first) OR ALARM(second)';

type Seen = {
  readonly value: StateValue | undefined;
  readonly reason: string | undefined;
  readonly triggers: readonly string[];
};

/** The composite alarm `either` on the metric alarms `first` and `second`. */
async function aComposite() {
  const { bench, client } = aClient();
  const rule = (AlarmRule: string): Promise<object> =>
    client.send(new PutCompositeAlarmCommand({ AlarmName: 'either', AlarmRule }));
  for (const AlarmName of ['first', 'second'])
    await client.send(
      new PutMetricAlarmCommand({
        AlarmName,
        Namespace: 'Shop',
        MetricName: 'Errors',
        Statistic: 'Sum',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 30,
        ComparisonOperator: 'GreaterThanThreshold',
      }),
    );
  await rule(EITHER);
  return {
    rule,
    set: async (AlarmName: string, value: StateValue): Promise<void> => {
      await bench.advance(1000);
      await client.send(new SetAlarmStateCommand({ AlarmName, StateValue: value, StateReason: 'test' }));
    },
    read: async (): Promise<Seen> => {
      const input = { AlarmNames: ['either'], AlarmTypes: ['CompositeAlarm' as const] };
      const [alarm] = (await client.send(new DescribeAlarmsCommand(input))).CompositeAlarms ?? [];
      const { triggeringAlarms } = JSON.parse(alarm?.StateReasonData ?? '{}') as {
        readonly triggeringAlarms: readonly {
          readonly arn: string;
          readonly state: { readonly value: string };
        }[];
      };
      return {
        value: alarm?.StateValue,
        reason: alarm?.StateReason,
        triggers: triggeringAlarms.map(({ arn, state }) => `${arn.replace(/^.*:/, '')} ${state.value}`),
      };
    },
  };
}

describe('the state of a composite alarm', () => {
  // CloudWatch user guide, "Alarm events and EventBridge", the sample event of a composite alarm
  it('is explained by all children when the alarm is created', async () => {
    const { read } = await aComposite();

    assert.deepEqual(await read(), {
      value: 'OK',
      reason: `${arnOf('either')} was created and its alarm rule evaluates to OK`,
      triggers: ['first INSUFFICIENT_DATA', 'second INSUFFICIENT_DATA'],
    });
  });

  // LocalStack, test_cloudwatch.py, recorded on AWS: test_trigger_composite_alarm. The time is printed as in answers of
  // DescribeAlarms that users have pasted ("at Sunday 30 October, 2022 20:47:35 UTC").
  it('is explained by the child that changed it', async () => {
    const { read, set } = await aComposite();
    const seen: object[] = [];
    for (const [name, value] of [
      ['first', 'ALARM'],
      ['first', 'OK'],
      ['second', 'ALARM'],
      ['second', 'OK'],
      ['first', 'ALARM'],
      ['second', 'ALARM'],
    ] as const) {
      await set(name, value);
      seen.push(await read());
    }

    const byFirst = {
      value: 'ALARM',
      reason: `${arnOf('first')} transitioned to ALARM at Monday 14 April, 2025 22:13:43 UTC`,
      triggers: ['first ALARM'],
    };
    assert.partialDeepStrictEqual(seen, [
      { value: 'ALARM', triggers: ['first ALARM'] },
      { value: 'OK', triggers: ['first OK'] },
      { value: 'ALARM', triggers: ['second ALARM'] },
      { value: 'OK', triggers: ['second OK'] },
      byFirst,
      byFirst,
    ]);
  });

  // The output of a check of Nagios (nagios, check-cloudwatch): "was updated and its new alarm rule evaluates to OK"
  it('is explained by all children when a new rule changes it', async () => {
    const { read, rule } = await aComposite();
    await rule('NOT ALARM(first)');

    assert.deepEqual(await read(), {
      value: 'ALARM',
      reason: `${arnOf('either')} was updated and its new alarm rule evaluates to ALARM`,
      triggers: ['first INSUFFICIENT_DATA'],
    });
  });

  it('is explained by the composite alarm below it, if that changed it', async () => {
    const { bench, client } = aClient();
    const composite = (AlarmName: string, AlarmRule: string) =>
      client.send(new PutCompositeAlarmCommand({ AlarmName, AlarmRule }));
    await composite('lower', 'FALSE');
    await composite('upper', 'ALARM(lower)');
    await bench.advance(1000);
    await composite('lower', 'TRUE');
    const { CompositeAlarms = [] } = await client.send(
      new DescribeAlarmsCommand({ AlarmNames: ['upper'], AlarmTypes: ['CompositeAlarm'] }),
    );

    assert.match(CompositeAlarms[0]?.StateReason ?? '', /alarm:lower transitioned to ALARM at /);
  });
});
