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
  // aws/aws-cdk#37692: AT_LEAST(threshold, state, (alarm, alarm, ...)), a number or a percentage, and NOT before a
  // state
  { rule: 'AT_LEAST(1, ALARM, ("high", "disk", "net"))', holds: true },
  { rule: 'AT_LEAST(2, ALARM, ("high", "disk", "net"))', holds: false },
  { rule: 'AT_LEAST(60%, OK, (high, disk, net))', holds: true },
  { rule: 'AT_LEAST(67%, OK, (high, disk, net))', holds: false },
  { rule: 'AT_LEAST(1, NOT OK, (high, disk)) AND AT_LEAST(50%, NOT ALARM, (high,disk))', holds: true },
  { rule: "AT_LEAST(2, NOT INSUFFICIENT_DATA, ('quiet', 'net'))", holds: false },
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
    assert.deepEqual(alarmsIn(parseAlarmRule('AT_LEAST(1, OK, (a, b)) OR OK(b)')), ['a', 'b']);
  });

  const CONDITIONS = "'(', 'NOT', AT_LEAST, TRUE or FALSE, ALARM, OK, or INSUFFICIENT_DATA";
  const LONG = '(ALARM(arn:aws:cloudwatch:us-east-1:123456789012:alarm:SampleQueue Oldest Age Alarm))';
  for (const { rule, message, source } of [
    {
      rule: '()',
      message: "Error in AlarmRule [Unsupported token ')' at char 1]",
      source: 'aws/aws-cdk#34662',
    },
    {
      rule: LONG,
      message: "Error in AlarmRule [Unsupported token 'Oldest' at char 67, must be: ')']",
      source: 'aws/aws-cdk#13953',
    },
    {
      rule: ' ALARM(a)\n',
      message: 'AlarmRule must not contain leading or trailing whitespace or be null',
      source: 'hashicorp/terraform-provider-aws#19575',
    },
    {
      rule: 'alarms OR ALARM(a)',
      message: `Error in AlarmRule [Unsupported token 'alarms' at char 0, must be: ${CONDITIONS}]`,
      source: 'the list that badmintoncryer/cdk-preflight quotes; that the place is in it is inferred',
    },
    {
      rule: 'ALARM(a) ALARM(b)',
      message: "Error in AlarmRule [Unsupported token 'ALARM' at char 9]",
      source: 'inferred from the first row',
    },
    {
      rule: 'ALARM(a) XOR ALARM(b)',
      message: "Error in AlarmRule [Unsupported token 'XOR' at char 9]",
      source: 'inferred from the first row',
    },
    {
      rule: 'AND ALARM(a)',
      message: `Error in AlarmRule [Unsupported token 'AND' at char 0, must be: ${CONDITIONS}]`,
      source: 'inferred from the fourth row',
    },
    {
      rule: 'AT_LEAST(two, ALARM, (a))',
      message: "Error in AlarmRule [Unsupported token 'two' at char 9, must be: a number or a percentage]",
      source: 'the form is recorded, the list is inferred',
    },
    {
      rule: '(ALARM(a)',
      message: "Error in AlarmRule [The rule ends where it must have: ')']",
      source: 'the words of AWS are unknown',
    },
    {
      rule: 'ALARM(a) AND',
      message: `Error in AlarmRule [The rule ends where it must have: ${CONDITIONS}]`,
      source: 'the words of AWS are unknown',
    },
    {
      rule: `${'NOT '.repeat(60)}TRUE`,
      message: 'Error in AlarmRule [The rule is nested more than 50 deep]',
      source: 'a limit of this product',
    },
    {
      rule: `TRUE${' OR TRUE'.repeat(500)}`,
      message: 'Error in AlarmRule [The rule has 501 elements; at most 500 are allowed]',
      source: 'API reference, PutCompositeAlarm, AlarmRule',
    },
    {
      rule: Array.from({ length: 101 }, (_, index) => `ALARM(a${index})`).join(' OR '),
      message: 'Error in AlarmRule [The rule has 101 alarms; at most 100 are allowed]',
      source: 'API reference, PutCompositeAlarm, AlarmRule',
    },
  ])
    it(`is refused with the place that cannot be read (${source}): ${rule.slice(0, 30)}`, () => {
      assert.throws(
        () => parseAlarmRule(rule),
        (error) => error instanceof RuleError && error.message === message,
      );
    });
});
