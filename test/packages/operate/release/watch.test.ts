import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cloudWatchMeasurements, watchCanary } from '../../../../packages/operate/release/watch.ts';
import { anAccount, xml, xmlError } from '../../../support/an-aws-account.ts';
import type { Answers } from '../../../support/an-aws-account.ts';

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

describe('what a watch sees in CloudWatch', () => {
  it('is the state of an alarm of any kind, and of none where there is none', async () => {
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

  it('is no reason to be well where it is refused', async () => {
    await using account = await anAccount({
      'monitoring DescribeAlarms': xmlError('AccessDenied', 'not authorized', 403),
    });

    await assert.rejects(
      cloudWatchMeasurements(account.aws, target, clock).alarmState('errors'),
      /AccessDenied/,
    );
  });
});

describe('a canary that is watched', () => {
  const options = { alarms: ['errors'], errorPercent: 10, forMs: 60_000, everyMs: 20_000 };
  /** One state of the alarm and of requests for each look; an error is thrown. */
  async function watch(
    looks: readonly {
      readonly alarm?: string;
      readonly requests?: number;
      readonly failed?: number;
      readonly fault?: unknown;
    }[],
    more: Partial<typeof options> = {},
  ) {
    const waits: number[] = [];
    let now = 0;
    const look = () => looks[Math.min(waits.length, looks.length - 1)] ?? {};
    const verdict = await watchCanary(
      { ...options, ...more },
      {
        alarmState: () => Promise.resolve(look().alarm ?? 'OK'),
        errors() {
          const { requests = 100, failed = 0, fault } = look();
          return fault === undefined ? Promise.resolve({ requests, failed }) : Promise.reject(fault as Error);
        },
        nowEpochMs: () => now,
        wait(ms) {
          waits.push(ms);
          now += ms;
          return Promise.resolve();
        },
      },
    );
    return { verdict, waits };
  }
  const fault = new Error('AccessDenied: no');
  const blind = { kind: 'blind', why: 'AccessDenied: no' };

  for (const { name, looks, more, verdict, waits } of [
    {
      name: 'is well after its time',
      looks: [{}],
      verdict: { kind: 'well' },
      waits: [20_000, 20_000, 20_000],
    },
    {
      name: 'is ill once an alarm rings',
      looks: [{}, { alarm: 'ALARM' }],
      verdict: { kind: 'ill', why: 'alarm errors is in ALARM' },
      waits: [20_000],
    },
    {
      name: 'is ill at the share of errors, of ten requests or more',
      looks: [{ requests: 10, failed: 1 }],
      verdict: { kind: 'ill', why: '1 of 10 requests in a minute were answered 5xx' },
      waits: [],
    },
    {
      name: 'is well below that share',
      looks: [{ requests: 1000, failed: 99 }],
      more: { forMs: 0 },
      verdict: { kind: 'well' },
      waits: [],
    },
    {
      name: 'is well with fewer requests, whose share means nothing',
      looks: [
        { requests: 9, failed: 9 },
        { requests: 0, failed: 0 },
      ],
      more: { forMs: 30_000 },
      verdict: { kind: 'well' },
      waits: [20_000, 10_000],
    },
    {
      name: 'is unknown after three looks that fail',
      looks: [{ fault }],
      verdict: blind,
      waits: [20_000, 20_000],
    },
    {
      name: 'is well though one look failed',
      looks: [{ fault }, { fault }, {}],
      verdict: { kind: 'well' },
      waits: [20_000, 20_000, 20_000],
    },
    {
      name: 'is unknown without its alarm',
      looks: [{ alarm: '' }],
      more: { forMs: 0 },
      verdict: { kind: 'blind', why: 'there is no alarm errors' },
      waits: [],
    },
    {
      name: 'is unknown for what is no error, too',
      looks: [{ fault: 'gone' }],
      more: { forMs: 0 },
      verdict: { kind: 'blind', why: 'gone' },
      waits: [],
    },
  ])
    it(name, async () => {
      assert.deepEqual(await watch(looks, more), { verdict, waits });
    });
});
