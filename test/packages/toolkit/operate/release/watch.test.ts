import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cloudWatchMeasurements } from '../../../../../packages/toolkit/operate/release/watch.ts';
import { anAccount, xml, xmlError } from '../../../../support/an-aws-account.ts';
import type { Answers } from '../../../../support/an-aws-account.ts';

const clock = { nowEpochMs: () => Date.parse('2026-01-01T00:10:00Z'), wait: () => Promise.resolve() };
const target = { apiName: 'shop', stage: 'prod' };

/** CloudWatch API reference, "DescribeAlarms" and "GetMetricStatistics". */
const ANSWERS: Answers = {
  'monitoring DescribeAlarms': ({ 'AlarmNames.member.1': name = '' }) =>
    xml(
      'DescribeAlarms',
      name === 'nowhere'
        ? '<MetricAlarms/><CompositeAlarms/>'
        : name === 'both'
          ? '<MetricAlarms/><CompositeAlarms><member><AlarmName>both</AlarmName><StateValue>OK</StateValue></member></CompositeAlarms>'
          : '<MetricAlarms><member><AlarmName>errors</AlarmName><StateValue>ALARM</StateValue></member></MetricAlarms><CompositeAlarms/>',
    ),
  'monitoring GetMetricStatistics': ({ MetricName = '', ...asked }) => {
    assert.partialDeepStrictEqual(asked, {
      Namespace: 'AWS/ApiGateway',
      Period: '60',
      'Statistics.member.1': 'Sum',
      'Dimensions.member.1.Value': 'shop',
      'Dimensions.member.2.Value': 'prod',
    });
    const point = (at: string, sum: number) =>
      `<member><Timestamp>${at}</Timestamp><Sum>${sum}</Sum><Unit>Count</Unit></member>`;
    const [old, fresh] = MetricName === 'Count' ? [10, 200] : [10, 8];
    return xml(
      'GetMetricStatistics',
      `<Label>${MetricName}</Label><Datapoints>${point('2026-01-01T00:07:00Z', old)}${point('2026-01-01T00:09:00Z', fresh)}${point('2026-01-01T00:08:00Z', old)}</Datapoints>`,
    );
  },
};

describe('what a watch reads from CloudWatch', () => {
  it('is the state of an alarm of any kind, and an unknown state if there is none', async () => {
    await using account = await anAccount(ANSWERS);
    const { alarmState } = cloudWatchMeasurements(account.aws, target, clock);

    assert.deepEqual(
      [await alarmState('errors'), await alarmState('both'), await alarmState('nowhere')],
      ['ALARM', 'OK', ''],
    );
  });

  it('is the latest minute of the stage', async () => {
    await using account = await anAccount(ANSWERS);

    assert.deepEqual(await cloudWatchMeasurements(account.aws, target, clock).errors(), {
      requests: 200,
      failed: 8,
    });
  });

  it('does not count as well if it is refused', async () => {
    await using account = await anAccount({
      'monitoring DescribeAlarms': xmlError('AccessDenied', 'not authorized', 403),
    });

    await assert.rejects(
      cloudWatchMeasurements(account.aws, target, clock).alarmState('errors'),
      /AccessDenied/,
    );
  });
});
