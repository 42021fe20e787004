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

  type Asked = readonly [sinceMs: number, stepMs: number];
  const DAY = 24 * 60 * 60_000;
  /** Watches an alarm that stays OK. */
  const counted = async (
    startMs: number,
    forMs: number,
    answer: (...asked: Asked) => Promise<ReadonlyMap<number, number>>,
  ) => {
    const asked: Asked[] = [];
    let nowMs = startMs;
    const verdict = await watchCanary(
      { ...options, forMs, everyMs: forMs },
      {
        alarmState: () => Promise.resolve('OK'),
        errors: () => Promise.reject(new Error('not asked for')),
        requestsSince(...question) {
          asked.push(question);
          return answer(...question);
        },
        nowEpochMs: () => nowMs,
        wait: (ms) => Promise.resolve(void (nowMs += ms)),
      },
    );
    assert.ok(verdict.kind === 'well');
    return { watched: verdict.watched, asked };
  };

  it('counts the requests of the minutes that began after its start, once, at its end', async () => {
    const found = await counted(30_000, 120_000, () =>
      Promise.resolve(
        new Map([
          [0, 90],
          [60_000, 12],
          [120_000, 5],
        ]),
      ),
    );

    assert.deepEqual(found, {
      watched: { kind: 'counted', requests: 17, most: 12, stepMinutes: 1 },
      asked: [[60_000, 60_000]],
    });
  });

  it('does not take requests for watched that CloudWatch has counted late, from before the canary', async () => {
    const { watched } = await counted(30_000, 120_000, () => Promise.resolve(new Map([[0, 15]])));

    assert.deepEqual(watched, { kind: 'counted', requests: 0, most: 0, stepMinutes: 1 });
  });

  // CloudWatch API reference, "GetMetricStatistics": "The maximum number of data points returned from a single call is
  // 1,440"; a later StartTime than EndTime is refused.
  for (const [days, stepMinutes] of [
    [1, 1],
    [25 / 24, 5],
    [5, 5],
    [6, 60],
    [60, 60],
    [61, 1440],
  ] as const)
    it(`of ${Math.round(days * 24)} hours asks for at most 1,440 counts, of ${stepMinutes} minutes`, async () => {
      const startMs = 20_000 * DAY + 90_500;
      const { watched, asked } = await counted(startMs, days * DAY, (since) =>
        Promise.resolve(new Map([[since, 40]])),
      );
      const stepMs = stepMinutes * 60_000;
      const [since = 0, step] = asked[0] ?? [];

      assert.deepEqual(watched, { kind: 'counted', requests: 40, most: 40, stepMinutes });
      assert.equal(step, stepMs);
      assert.ok(since >= startMs && since < startMs + stepMs && since % stepMs === 0);
      assert.ok((startMs + days * DAY - since) / stepMs <= 1440);
    });

  it('says why if the requests could not be counted', async () => {
    const { watched } = await counted(0, 120_000, () => Promise.reject(new Error('AccessDenied: no')));

    assert.deepEqual(watched, { kind: 'refused', why: 'AccessDenied: no' });
  });

  it('asks for no counts if no minute began during it', async () => {
    assert.deepEqual(await counted(30_000, 30_000, () => Promise.reject(new Error('StartTime'))), {
      watched: { kind: 'too short' },
      asked: [],
    });
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

  it('are the requests of each step, from a time on', async () => {
    const questions: (readonly (string | undefined)[])[] = [];
    await using account = await anAccount({
      'monitoring GetMetricStatistics': (asked) => {
        questions.push([asked['StartTime'], asked['EndTime'], asked['Period']]);
        return xml(
          'GetMetricStatistics',
          '<Datapoints><member><Timestamp>2026-01-01T00:05:00Z</Timestamp><Sum>3</Sum></member></Datapoints>',
        );
      },
    });
    const { requestsSince } = cloudWatchMeasurements(account.aws, target, clock);
    const since = Date.parse('2026-01-01T00:05:00Z');

    assert.deepEqual([...(await requestsSince(since, 300_000))], [[since, 3]]);
    assert.deepEqual(questions, [['2026-01-01T00:05:00.000Z', '2026-01-01T00:10:00.000Z', '300']]);
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
