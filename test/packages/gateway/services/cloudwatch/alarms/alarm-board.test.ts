import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  DescribeAlarmsCommand,
  PutCompositeAlarmCommand,
  PutMetricAlarmCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import type { CloudWatchClient, CompositeAlarm, StateValue } from '@aws-sdk/client-cloudwatch';
import { ACCOUNT, REGION } from '../../../../../support/an-event-engine.ts';
import { aClient } from '../a-client.ts';

const arnOf = (name: string): string => `arn:aws:cloudwatch:${REGION}:${ACCOUNT}:alarm:${name}`;
const EITHER = 'ALARM(first) OR ALARM(second)';

type Seen = {
  readonly value: StateValue | undefined;
  readonly reason: string | undefined;
  readonly triggers: readonly string[];
};

async function putMetricAlarm(client: CloudWatchClient, AlarmName: string): Promise<void> {
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
}

/** The composite alarm `either` on the metric alarms `first` and `second`. */
async function aComposite() {
  const { bench, client } = aClient();
  const rule = (AlarmRule: string): Promise<object> =>
    client.send(new PutCompositeAlarmCommand({ AlarmName: 'either', AlarmRule }));
  for (const name of ['first', 'second']) await putMetricAlarm(client, name);
  await rule(EITHER);
  const describeIt = async (): Promise<CompositeAlarm | undefined> => {
    const input = { AlarmNames: ['either'], AlarmTypes: ['CompositeAlarm' as const] };
    return (await client.send(new DescribeAlarmsCommand(input))).CompositeAlarms?.[0];
  };
  return {
    client,
    rule,
    set: async (AlarmName: string, StateValue: StateValue, StateReason = 'test'): Promise<void> => {
      await bench.advance(1000);
      await client.send(new SetAlarmStateCommand({ AlarmName, StateValue, StateReason }));
    },
    readDataLength: async (): Promise<number> => (await describeIt())?.StateReasonData?.length ?? 0,
    read: async (): Promise<Seen> => {
      const alarm = await describeIt();
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

  // The reason of a new alarm, which a call may repeat.
  it('is explained by the child that changed it, whatever reason a call has set', async () => {
    const { read, set } = await aComposite();
    await set('either', 'OK', 'Unchecked: Initial alarm creation');
    await set('first', 'ALARM');

    assert.match((await read()).reason ?? '', /alarm:first transitioned to ALARM at /);
  });

  it('is explained without a new rule if a call has set another state, and only another alarm is new', async () => {
    const { client, read, set } = await aComposite();
    await set('either', 'ALARM');
    await putMetricAlarm(client, 'third');

    assert.deepEqual(await read(), {
      value: 'OK',
      reason: `${arnOf('either')} was evaluated again and its alarm rule evaluates to OK`,
      triggers: ['first INSUFFICIENT_DATA', 'second INSUFFICIENT_DATA'],
    });
  });

  // "StateReasonData: Maximum length of 4000" (SetAlarmState)
  it('has data of at most 4,000 characters, with as many children as they can name', async () => {
    const { client, read, readDataLength, rule } = await aComposite();
    const names = Array.from({ length: 60 }, (_, index) => `child-${'x'.repeat(40)}-${index}`);
    for (const name of names) await putMetricAlarm(client, name);
    await rule(`NOT (${names.map((name) => `ALARM(${name})`).join(' OR ')})`);

    const [{ triggers }, dataLength] = [await read(), await readDataLength()];
    assert.ok(dataLength <= 4000 && dataLength > 3500, `${dataLength}`);
    assert.deepEqual(
      triggers,
      names.slice(0, triggers.length).map((name) => `${name} INSUFFICIENT_DATA`),
    );
  });
});
