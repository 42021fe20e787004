import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CallInput, violationsOf } from '../../../../packages/base/aws/call-input.ts';
import type { InputPolicy, MemberRule } from '../../../../packages/base/aws/call-input.ts';

const POLICY: InputPolicy = {
  names: 'all',
  refuse: (message) => new Error(message),
  wrongType: (message) => new TypeError(message),
};
const failed = (value: string, at: string, must: string): string =>
  `Value ${value} at '${at}' failed to satisfy constraint: Member must ${must}`;

describe('rules of members', () => {
  const rows: { value: unknown; rule: MemberRule; violations: readonly string[] }[] = [
    { value: undefined, rule: {}, violations: [] },
    { value: undefined, rule: { isRequired: true }, violations: [failed('null', 'a', 'not be null')] },
    {
      value: '',
      rule: { least: 1, pattern: '[a-z]+' },
      violations: [
        failed("''", 'a', 'satisfy regular expression pattern: [a-z]+'),
        failed("''", 'a', 'have length greater than or equal to 1'),
      ],
    },
    {
      value: 'ab1',
      rule: { most: 2, pattern: '[a-z]+' },
      violations: [failed("'ab1'", 'a', 'have length less than or equal to 2')],
    },
    {
      value: 'ax',
      rule: { pattern: 'a|b' },
      violations: [failed("'ax'", 'a', 'satisfy regular expression pattern: a|b')],
    },
    {
      value: 'X',
      rule: { values: ['A', 'B'] },
      violations: [failed("'X'", 'a', 'satisfy enum value set: [A, B]')],
    },
    {
      value: 0,
      rule: { least: 1 },
      violations: [failed("'0'", 'a', 'have value greater than or equal to 1')],
    },
    { value: 3, rule: { most: 2 }, violations: [failed("'3'", 'a', 'have value less than or equal to 2')] },
    {
      value: [],
      rule: { least: 1 },
      violations: [failed("'[]'", 'a', 'have length greater than or equal to 1')],
    },
    {
      value: ['A', 'X'],
      rule: { each: { values: ['A'] } },
      violations: [failed("'[A, X]'", 'a', 'satisfy constraint: [Member must satisfy enum value set: [A]]')],
    },
  ];
  for (const { value, rule, violations } of rows)
    it(`${JSON.stringify(value)} and ${JSON.stringify(rule)}`, () =>
      assert.deepEqual(violationsOf(value, 'a', rule), violations));
});

describe('the reader of an input', () => {
  it('refuses all violations together, with the path of each, and counts them', () => {
    const input = new CallInput({ Records: [{ Key: 'k' }, {}], Limit: 0.5 }, POLICY);
    input.objects('Records', { least: 1, most: 5 }).map((record) => record.text('Key'));
    input.optionalInteger('Limit', { least: 1 });

    assert.throws(() => input.check(), {
      message: `2 validation errors detected: ${failed('null', 'records.2.member.key', 'not be null')}; ${failed("'0'", 'limit', 'have value greater than or equal to 1')}`,
    });
  });

  it('refuses the first violation at once, if the service does so', () => {
    const input = new CallInput({}, { ...POLICY, names: 'first' });

    assert.throws(() => input.text('Name'), { message: /^1 validation error detected: .*'name'/ });
  });

  it('names at most ten violations', () => {
    const input = new CallInput({}, POLICY);
    for (let count = 0; count < 11; count += 1) input.text(`M${count}`);

    assert.throws(() => input.check(), { message: /^10 validation errors detected: / });
  });

  it('reads null as an absent member, and no member of a prototype', () => {
    const input = new CallInput({ Name: null }, POLICY);

    assert.deepEqual([input.optionalText('Name'), input.has('constructor')], [undefined, false]);
  });

  for (const [name, read] of [
    ['Text must be a string', (input: CallInput) => input.text('Text')],
    ['Count must be a number', (input: CallInput) => input.optionalInteger('Count')],
    ['Flag must be a boolean', (input: CallInput) => input.flag('Flag')],
    ['List must be a list', (input: CallInput) => input.list('List')],
    ['An item of Texts must be a string', (input: CallInput) => input.texts('Texts')],
    [
      'An item of Texts must be a string',
      (input: CallInput) => input.read('Texts', 'list', { each: { values: ['a'] } }),
    ],
    ['nested.count must be a number', (input: CallInput) => input.object('Nested')?.read('Count', 'number')],
    ['Map must be an object', (input: CallInput) => input.textMap('Map')],
  ] as const)
    it(`refuses another type: ${name}`, () => {
      const members = {
        Text: 1,
        Count: '1',
        Flag: 'true',
        List: {},
        Texts: [1],
        Map: [],
        Nested: { Count: 'x' },
      };

      assert.throws(() => read(new CallInput(members, POLICY)), new TypeError(name));
    });
});
