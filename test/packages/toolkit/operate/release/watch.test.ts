import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  cloudWatchMeasurements,
  watchCanary,
} from '../../../../../packages/toolkit/operate/release/watch.ts';
import { anAccount, xml, xmlError } from '../../../../support/an-aws-account.ts';
import type { Answers } from '../../../../support/an-aws-account.ts';

const clock = { nowEpochMs: () => Date.parse('2026-01-01T00:10:00Z'), wait: () => Promise.resolve() };
const target = { apiName: 'shop', stage: 'prod' };

/**
 * CloudWatch API reference, "DescribeAlarms" ("If you omit this parameter, only metric alarms are returned, even if
 * composite alarms exist in the account") and "GetMetricStatistics".
 */
const ANSWERS: Answers = {
  'monitoring DescribeAlarms': ({ 'AlarmNames.member.1': name = '', ...asked }) =>
    xml(
      'DescribeAlarms',
      name === 'nowhere' || (name === 'both' && !Object.values(asked).includes('CompositeAlarm'))
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

describe('the watch of a canary', () => {
  const options = { alarms: ['errors'], errorPercent: undefined, forMs: 120_000, everyMs: 60_000 };
  /** @param states what CloudWatch answers, one read a minute; undefined means that the read fails */
  const watch = async (...states: readonly (string | undefined)[]) => {
    let read = 0;
    let nowMs = 0;
    const verdict = await watchCanary(options, {
      alarmState() {
        const state = states[read];
        read += 1;
        return state === undefined ? Promise.reject(new Error('Throttling')) : Promise.resolve(state);
      },
      errors: () => Promise.reject(new Error('not asked for')),
      requestsSince: () => Promise.reject(new Error('AccessDenied')),
      nowEpochMs: () => nowMs,
      wait: (ms) => Promise.resolve(void (nowMs += ms)),
    });
    return [verdict.kind, nowMs / 60_000];
  };

  it('ends after three failed reads, and never after fewer, even at its end', async () => {
    assert.deepEqual(await watch('OK', 'OK', 'OK'), ['well', 2]);
    assert.deepEqual(await watch('OK', 'OK', undefined, 'OK'), ['well', 3]);
    assert.deepEqual(await watch('OK', undefined, undefined, 'ALARM'), ['ill', 3]);
    assert.deepEqual(await watch('OK', 'OK', undefined, undefined, undefined), ['blind', 4]);
    assert.deepEqual(await watch(undefined, undefined, undefined), ['blind', 2]);
  });

  it('counts the requests that came after its start', async () => {
    const counts: readonly ReadonlyMap<number, number>[] = [
      new Map([[0, 7]]),
      new Map([
        [0, 9],
        [60_000, 12],
        [120_000, 5],
      ]),
    ];
    let read = 0;
    let nowMs = 30_000;
    const verdict = await watchCanary(options, {
      alarmState: () => Promise.resolve('OK'),
      errors: () => Promise.reject(new Error('not asked for')),
      requestsSince(since) {
        assert.equal(since, 30_000);
        read += 1;
        return Promise.resolve(counts[read - 1] ?? new Map());
      },
      nowEpochMs: () => nowMs,
      wait: (ms) => Promise.resolve(void (nowMs += ms)),
    });

    assert.deepEqual(verdict, { kind: 'well', watched: { requests: 19, most: 12 } });
  });
});

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

  it('are the requests of each minute, from the beginning of a minute on', async () => {
    const starts: (string | undefined)[] = [];
    await using account = await anAccount({
      'monitoring GetMetricStatistics': (asked) => {
        starts.push(asked['StartTime']);
        return xml(
          'GetMetricStatistics',
          '<Datapoints><member><Timestamp>2026-01-01T00:08:00Z</Timestamp><Sum>3</Sum></member></Datapoints>',
        );
      },
    });
    const { requestsSince } = cloudWatchMeasurements(account.aws, target, clock);

    assert.deepEqual(
      [...(await requestsSince(Date.parse('2026-01-01T00:08:30Z')))],
      [[Date.parse('2026-01-01T00:08:00Z'), 3]],
    );
    assert.deepEqual(starts, ['2026-01-01T00:08:00.000Z']);
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
