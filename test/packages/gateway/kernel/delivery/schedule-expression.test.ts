import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  compileRuleSchedule,
  compileSchedule,
} from '../../../../../packages/gateway/kernel/delivery/schedule-expression.ts';

const at = (text: string): number => Date.parse(text);
const START = '2026-11-20T10:07:30Z';

// Source: EventBridge user guide, "Creating a rule that runs on a schedule" ("Cron expressions", "Rate expressions");
// EventBridge Scheduler user guide, "Schedule types", docs/aws §18.4
const rows: readonly {
  readonly expression: string;
  readonly next: readonly string[];
  readonly zone?: string;
  readonly from?: string;
}[] = [
  { expression: 'rate(5 minutes)', next: ['2026-11-20T10:12:30Z', '2026-11-20T10:17:30Z'] },
  { expression: 'rate(1 day)', next: ['2026-11-21T10:07:30Z'] },
  { expression: 'cron(0/15 * * * ? *)', next: ['2026-11-20T10:15:00Z', '2026-11-20T10:30:00Z'] },
  { expression: 'cron(0 10 * * ? *)', next: ['2026-11-21T10:00:00Z', '2026-11-22T10:00:00Z'] },
  { expression: 'cron(15 12 * * ? *)', next: ['2026-11-20T12:15:00Z'] },
  { expression: 'cron(0 18 ? * MON-FRI *)', next: ['2026-11-20T18:00:00Z', '2026-11-23T18:00:00Z'] },
  {
    expression: 'cron(0 18 ? * FRI-MON *)',
    next: [20, 21, 22, 23, 27].map((day) => `2026-11-${day}T18:00:00Z`),
  },
  { expression: 'cron(0 8 1 * ? *)', next: ['2026-12-01T08:00:00Z', '2027-01-01T08:00:00Z'] },
  { expression: 'cron(0 9 ? * 2#1 *)', next: ['2026-12-07T09:00:00Z', '2027-01-04T09:00:00Z'] },
  { expression: 'cron(0 0 L * ? *)', next: ['2026-11-30T00:00:00Z', '2026-12-31T00:00:00Z'] },
  { expression: 'cron(0 0 ? * 6L *)', next: ['2026-11-27T00:00:00Z', '2026-12-25T00:00:00Z'] },
  // 15 November 2026 is a Sunday, 1 August 2026 a Saturday.
  { expression: 'cron(0 0 15W * ? *)', from: '2026-11-01T00:00:00Z', next: ['2026-11-16T00:00:00Z'] },
  { expression: 'cron(0 0 1W * ? *)', from: '2026-07-15T00:00:00Z', next: ['2026-08-03T00:00:00Z'] },
  { expression: 'cron(0 0 LW * ? *)', from: '2026-05-01T00:00:00Z', next: ['2026-05-29T00:00:00Z'] },
  { expression: 'cron(0 12 ? JAN,JUL SUN 2027)', next: ['2027-01-03T12:00:00Z'] },
  { expression: 'cron(0 0 29 2 ? *)', next: ['2028-02-29T00:00:00Z', '2032-02-29T00:00:00Z'] },
  { expression: 'cron(0 0 1 1 ? 2025)', next: [] },
  { expression: 'at(2026-11-20T13:00:05)', next: ['2026-11-20T13:00:05Z'] },
  { expression: 'at(2026-11-20T09:00:00)', next: [] },
  { expression: 'cron(0 9 * * ? *)', zone: 'Europe/Berlin', next: ['2026-11-21T08:00:00Z'] },
  {
    expression: 'cron(0 9 * * ? *)',
    zone: 'Europe/Berlin',
    from: '2026-07-01T10:00:00Z',
    next: ['2026-07-02T07:00:00Z'],
  },
  {
    expression: 'at(2026-07-01T12:00:00)',
    zone: 'America/New_York',
    from: '2026-06-01T00:00:00Z',
    next: ['2026-07-01T16:00:00Z'],
  },
  // Skipped on 29 March 2026, when the clocks go from 2 to 3.
  {
    expression: 'cron(30 2 * * ? *)',
    zone: 'Europe/Berlin',
    from: '2026-03-28T12:00:00Z',
    next: ['2026-03-30T00:30:00Z'],
  },
  // Shown twice on 25 October 2026: once, at the first.
  {
    expression: 'cron(30 2 * * ? *)',
    zone: 'Europe/Berlin',
    from: '2026-10-24T12:00:00Z',
    next: ['2026-10-25T00:30:00Z', '2026-10-26T01:30:00Z'],
  },
];

describe('compileSchedule', () => {
  for (const { expression, next, zone, from = START } of rows)
    it(`finds the next times of ${expression}${zone === undefined ? '' : ` in ${zone}`} after ${from}`, () => {
      const schedule = compileSchedule(expression, at(START), zone);
      let now = at(from);
      for (const expected of next) {
        const found = schedule.next(now);
        assert.equal(
          found === undefined ? undefined : new Date(found).toISOString(),
          new Date(expected).toISOString(),
        );
        now = found ?? now;
      }
      if (next.length === 0) assert.equal(schedule.next(now), undefined);
    });

  for (const expression of [
    'rate(0 minutes)',
    'rate(1 minutes)',
    'rate(5 minute)',
    'rate(5 seconds)',
    'every 5 minutes',
    'cron(0 10 * * *)',
    'cron(0 10 * * * *)',
    'cron(60 10 * * ? *)',
    'cron(0 10 ? ? ? *)',
    'cron(0/0 10 * * ? *)',
    'at(tomorrow)',
    'at(2026-02-30T00:00:00)',
  ])
    it(`refuses ${expression}`, () => {
      assert.throws(() => compileSchedule(expression, 0), { code: 'EVENT_PATTERN' });
    });

  it('names the number after # if no month has so many such days', () => {
    assert.throws(() => compileSchedule('cron(30 9 ? * 6#6 *)', 0), {
      message: /the number after # in "6#6" must be between 1 and 5$/,
    });
  });

  for (const expression of ['cron(0 9 * * ? *)', 'rate(1 hour)', 'at(2026-11-20T13:00:00)'])
    it(`refuses a time zone that does not exist, with ${expression}`, () => {
      assert.throws(() => compileSchedule(expression, 0, 'Europe/Nowhere'), /is not a time zone/);
    });
});

describe('compileRuleSchedule', () => {
  it('refuses a one-time schedule, which only EventBridge Scheduler has', () => {
    assert.throws(() => compileRuleSchedule('at(2026-11-20T13:00:00)', 0), {
      code: 'EVENT_PATTERN',
      message: /^Parameter ScheduleExpression is not valid\. .*AWS::Scheduler::Schedule/,
    });
  });
});
