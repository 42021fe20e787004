import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { compileConditions } from '../../../../../packages/gateway/core/policy/conditions.ts';

type Row = {
  name: string;
  block: Record<string, Record<string, unknown>>;
  values?: Record<string, string[]>;
  expected: boolean;
};

const is = (operator: string, value: unknown): Row['block'] => ({ [operator]: { 'aws:Key': value } });
const has = (...values: string[]): Record<string, string[]> => ({ 'aws:key': values });

/** IAM user guide, "IAM JSON policy elements: Condition operators" and "Multivalued context keys". */
const ROWS: Row[] = [
  { name: 'StringEquals is exact', block: is('StringEquals', 'Ab'), values: has('Ab'), expected: true },
  {
    name: 'StringEquals is case-sensitive',
    block: is('StringEquals', 'Ab'),
    values: has('ab'),
    expected: false,
  },
  {
    name: 'StringEquals has no wildcards',
    block: is('StringEquals', 'a*'),
    values: has('ab'),
    expected: false,
  },
  {
    name: 'one of several values is enough',
    block: is('StringEquals', ['x', 'ab']),
    values: has('ab'),
    expected: true,
  },
  { name: 'a missing key fails', block: is('StringEquals', 'a'), expected: false },
  { name: 'a missing key passes IfExists', block: is('StringEqualsIfExists', 'a'), expected: true },
  {
    name: 'a present key does not pass IfExists by itself',
    block: is('StringEqualsIfExists', 'a'),
    values: has('b'),
    expected: false,
  },
  {
    name: 'StringNotEquals refuses each listed value',
    block: is('StringNotEquals', ['a', 'b']),
    values: has('b'),
    expected: false,
  },
  { name: 'StringNotEquals passes a missing key', block: is('StringNotEquals', 'a'), expected: true },
  {
    name: 'StringNotEquals refuses when one of several request values is listed',
    block: is('StringNotEquals', 'b'),
    values: has('a', 'b'),
    expected: false,
  },
  {
    name: 'StringEqualsIgnoreCase',
    block: is('StringEqualsIgnoreCase', 'AB'),
    values: has('ab'),
    expected: true,
  },
  {
    name: 'StringNotEqualsIgnoreCase',
    block: is('StringNotEqualsIgnoreCase', 'AB'),
    values: has('ab'),
    expected: false,
  },
  {
    name: 'StringLike has wildcards',
    block: is('StringLike', 'a*c?'),
    values: has('abbcd'),
    expected: true,
  },
  { name: 'StringNotLike', block: is('StringNotLike', 'a*'), values: has('ab'), expected: false },
  {
    name: 'NumericEquals compares numbers',
    block: is('NumericEquals', '10'),
    values: has('10.0'),
    expected: true,
  },
  { name: 'NumericNotEquals', block: is('NumericNotEquals', 10), values: has('11'), expected: true },
  { name: 'NumericLessThan', block: is('NumericLessThan', 10), values: has('9'), expected: true },
  {
    name: 'NumericLessThan at the limit',
    block: is('NumericLessThan', 10),
    values: has('10'),
    expected: false,
  },
  {
    name: 'NumericLessThanEquals',
    block: is('NumericLessThanEquals', 10),
    values: has('10'),
    expected: true,
  },
  { name: 'NumericGreaterThan', block: is('NumericGreaterThan', '10'), values: has('10'), expected: false },
  {
    name: 'NumericGreaterThan above the limit',
    block: is('NumericGreaterThan', '10'),
    values: has('11'),
    expected: true,
  },
  {
    name: 'NumericGreaterThanEquals',
    block: is('NumericGreaterThanEquals', '10'),
    values: has('10'),
    expected: true,
  },
  {
    name: 'a request value that is not a number fails',
    block: is('NumericLessThan', 10),
    values: has('x'),
    expected: false,
  },
  {
    name: 'DateEquals across notations',
    block: is('DateEquals', '2025-04-14T22:13:38Z'),
    values: has('1744668818'),
    expected: true,
  },
  { name: 'DateNotEquals', block: is('DateNotEquals', '2025'), values: has('2025-01-01'), expected: false },
  {
    name: 'DateLessThan',
    block: is('DateLessThan', '2025-04-15'),
    values: has('2025-04-14T23:59:59Z'),
    expected: true,
  },
  {
    name: 'DateLessThanEquals',
    block: is('DateLessThanEquals', '2025-04-15'),
    values: has('2025-04-15T00:00:00Z'),
    expected: true,
  },
  {
    name: 'DateGreaterThan',
    block: is('DateGreaterThan', '2025-04-15T02:00:00+02:00'),
    values: has('2025-04-15T00:00:01Z'),
    expected: true,
  },
  {
    name: 'DateGreaterThanEquals of the same instant',
    block: is('DateGreaterThanEquals', '2025-04-15'),
    values: has('2025-04-15T00:00:00Z'),
    expected: true,
  },
  {
    name: 'DateGreaterThanEquals',
    block: is('DateGreaterThanEquals', '2025-04-15'),
    values: has('2025-04-14'),
    expected: false,
  },
  { name: 'Bool', block: is('Bool', true), values: has('true'), expected: true },
  { name: 'Bool with the other value', block: is('Bool', 'False'), values: has('true'), expected: false },
  { name: 'BinaryEquals', block: is('BinaryEquals', 'QmluYXJ5'), values: has('QmluYXJ5'), expected: true },
  {
    name: 'IpAddress',
    block: is('IpAddress', ['203.0.113.0/24', '2001:db8::/32']),
    values: has('2001:db8::1'),
    expected: true,
  },
  {
    name: 'NotIpAddress',
    block: is('NotIpAddress', '203.0.113.0/24'),
    values: has('203.0.113.7'),
    expected: false,
  },
  {
    name: 'ArnLike part by part',
    block: is('ArnLike', 'arn:aws:sns:*:123456789012:a*'),
    values: has('arn:aws:sns:eu-central-1:123456789012:abc:d'),
    expected: true,
  },
  {
    name: 'ArnLike keeps the colons of the last part',
    block: is('ArnLike', 'arn:aws:lambda:*:*:function:f:live'),
    values: has('arn:aws:lambda:eu-central-1:123456789012:function:f:live'),
    expected: true,
  },
  {
    name: 'ArnLike accepts no other text for them',
    block: is('ArnLike', 'arn:aws:lambda:*:*:function:f'),
    values: has('arn:aws:lambda:eu-central-1:123456789012:functionf'),
    expected: false,
  },
  {
    name: 'ArnEquals does not let * reach into the next part',
    block: is('ArnEquals', 'arn:aws:sns:*:a:b'),
    values: has('arn:aws:sns:eu-central-1:1:a:b'),
    expected: false,
  },
  {
    name: 'ArnNotLike',
    block: is('ArnNotLike', 'arn:aws:sns:*:*:*'),
    values: has('arn:aws:sqs:r:1:q'),
    expected: true,
  },
  {
    name: 'ArnNotEquals',
    block: is('ArnNotEquals', 'arn:aws:sns:*:*:*'),
    values: has('arn:aws:sns:r:1:q'),
    expected: false,
  },
  { name: 'Null true asks that the key is missing', block: is('Null', 'true'), expected: true },
  {
    name: 'Null false asks that the key is there',
    block: is('Null', false),
    values: has('x'),
    expected: true,
  },
  { name: 'Null true with the key', block: is('Null', 'true'), values: has('x'), expected: false },
  {
    name: 'ForAllValues asks every request value',
    block: is('ForAllValues:StringEquals', ['a', 'b']),
    values: has('a', 'c'),
    expected: false,
  },
  { name: 'ForAllValues passes a missing key', block: is('ForAllValues:StringEquals', 'a'), expected: true },
  {
    name: 'ForAnyValue asks one request value',
    block: is('ForAnyValue:StringEquals', ['a', 'b']),
    values: has('c', 'a'),
    expected: true,
  },
  { name: 'ForAnyValue fails a missing key', block: is('ForAnyValue:StringEquals', 'a'), expected: false },
  {
    name: 'ForAnyValue fails a missing key also when negated',
    block: is('ForAnyValue:StringNotEquals', 'a'),
    expected: false,
  },
  {
    name: 'ForAnyValue negated matches one unlisted value',
    block: is('ForAnyValue:StringNotEquals', 'a'),
    values: has('a', 'b'),
    expected: true,
  },
  {
    name: 'ForAllValues negated requires that none is listed',
    block: is('ForAllValues:StringNotLike', 'a*'),
    values: has('b', 'ab'),
    expected: false,
  },
  {
    name: 'a quantifier goes with IfExists',
    block: is('ForAnyValue:StringLikeIfExists', 'a'),
    expected: true,
  },
  {
    name: 'all keys must match',
    block: { StringEquals: { 'aws:Key': 'a', 'aws:Other': 'b' } },
    values: { 'aws:key': ['a'], 'aws:other': ['x'] },
    expected: false,
  },
  {
    name: 'all operators must match',
    block: { StringEquals: { 'aws:Key': 'a' }, Bool: { 'aws:SecureTransport': 'true' } },
    values: { 'aws:key': ['a'], 'aws:securetransport': ['true'] },
    expected: true,
  },
  {
    name: 'variables are replaced by values',
    block: is('StringEquals', '${aws:Other}'),
    values: { 'aws:key': ['a'], 'aws:other': ['a'] },
    expected: true,
  },
  {
    name: 'a variable without a value equals nothing',
    block: is('StringEquals', '${aws:Other}'),
    values: has(''),
    expected: false,
  },
  {
    name: 'variables in ARNs are replaced',
    block: is('ArnLike', 'arn:aws:iam::*:user/${aws:Other}'),
    values: { 'aws:key': ['arn:aws:iam::1:user/al'], 'aws:other': ['al'] },
    expected: true,
  },
];

describe('compileConditions', () => {
  for (const { name, block, values = {}, expected } of ROWS)
    it(`evaluates conditions: ${name}`, () => {
      const condition = compileConditions(block, true);

      assert.equal(condition(new Map(Object.entries(values))), expected, 'IAM user guide');
    });

  it('is true if there is no block', () => {
    assert.equal(compileConditions(undefined, true)(new Map()), true);
  });

  it('takes variables for text before Version 2012-10-17', () => {
    const condition = compileConditions(is('StringEquals', '${aws:Other}'), false);

    assert.equal(condition(new Map([['aws:key', ['${aws:Other}']]])), true);
  });

  const unreadable: [operator: string, value: unknown][] = [
    ['NumericEquals', 'ten'],
    ['NumericEquals', ''],
    ['DateEquals', 'tomorrow'],
    ['DateEquals', '2025-04-14T22:13:38'],
    ['Bool', 'yes'],
    ['Null', 'maybe'],
    ['IpAddress', '203.0.113.0/99'],
    ['ArnLike', 'sns'],
    ['StringEquals', null],
    ['stringequals', 'a'],
    ['StringEqualsIfexists', 'a'],
  ];
  for (const [operator, value] of unreadable)
    it(`refuses ${operator} with ${JSON.stringify(value)}`, () => {
      assert.throws(() => compileConditions(is(operator, value), true), { name: 'PolicyInvalid' });
    });
});
