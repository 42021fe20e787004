import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  alarmsIn,
  holds,
  parseAlarmRule,
  RuleError,
} from '../../../../../../packages/gateway/services/cloudwatch/alarms/alarm-rule.ts';

/** CloudWatch API reference, PutCompositeAlarm, "AlarmRule". */
const ROWS = [
  { rule: 'ALARM(high) AND ALARM(disk)', holds: false },
  { rule: 'ALARM(high) AND NOT ALARM(disk)', holds: true },
  { rule: '(ALARM(high) OR ALARM(disk)) AND OK(net)', holds: true },
  { rule: 'ALARM(disk) OR ALARM(high) AND OK(net)', holds: true },
  { rule: 'NOT (ALARM(high) OR ALARM(disk))', holds: false },
  { rule: 'NOT NOT ALARM("high")', holds: true },
  { rule: "INSUFFICIENT_DATA('quiet')", holds: true },
  { rule: 'ALARM("arn:aws:cloudwatch:us-east-1:123456789012:alarm:high")', holds: false },
  { rule: 'TRUE AND FALSE', holds: false },
  { rule: 'TRUE OR FALSE', holds: true },
  { rule: 'TRUE', holds: true },
  { rule: `${' '.repeat(10_236)}TRUE`, holds: true },
] as const;

const STATES: Readonly<Record<string, 'ALARM' | 'OK' | 'INSUFFICIENT_DATA'>> = {
  high: 'ALARM',
  disk: 'OK',
  net: 'OK',
  quiet: 'INSUFFICIENT_DATA',
};

describe('a rule of a composite alarm', () => {
  for (const row of ROWS)
    it(`is ${row.holds ? 'true' : 'false'}: ${row.rule.trim()}`, () => {
      assert.equal(
        holds(parseAlarmRule(row.rule), (name) => STATES[name]),
        row.holds,
      );
    });

  it('names the alarms that it looks at, each once', () => {
    assert.deepEqual(alarmsIn(parseAlarmRule('ALARM(a) AND (OK(b) OR NOT ALARM(a))')), ['a', 'b']);
  });

  it('is refused with the place that cannot be read', () => {
    for (const [rule, message] of [
      ['ALARM(a) ALARM(b)', /a|b/],
      ['ALARM(a) XOR ALARM(b)', /XOR/],
      ['(ALARM(a)', /not closed/],
      ['ALARM(a) AND', /ends early/],
      ['AND ALARM(a)', /AND/],
      [`${'NOT '.repeat(60)}TRUE`, /nested/],
      [`${' '.repeat(10_237)}TRUE`, /has 10241 characters; at most 10240/],
    ] as const)
      assert.throws(
        () => parseAlarmRule(rule),
        (error) => error instanceof RuleError && message.test(error.message),
      );
  });
});
