import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  compileFilterPolicy,
  type FilterScope,
} from '../../../../../packages/gateway/kernel/delivery/filter-policy.ts';
import { refusalOf } from '../../../../../packages/gateway/kernel/delivery/pattern-error.ts';

const refusal = (policy: unknown, scope: FilterScope) => refusalOf(() => compileFilterPolicy(policy, scope));
const text = (StringValue: string) => ({ DataType: 'String', StringValue });
const MESSAGE = {
  body: '{"store":{"city":"Oslo"},"price":12}',
  attributes: {
    event: text('order_placed'),
    price: { DataType: 'Number', StringValue: '100.5' },
    colours: { DataType: 'String.Array', StringValue: '["red","blue"]' },
    raw: { DataType: 'Binary', BinaryValue: 'AA==' },
  },
};

// Source: SNS developer guide, "Amazon SNS subscription filter policies", docs/aws §18.6
const rows: readonly (readonly [
  policy: object,
  scope: 'MessageAttributes' | 'MessageBody',
  taken: boolean,
])[] = [
  [{}, 'MessageAttributes', true],
  [{ event: ['order_placed'] }, 'MessageAttributes', true],
  [{ event: ['order_cancelled'] }, 'MessageAttributes', false],
  [{ event: [{ prefix: 'order_' }], price: [{ numeric: ['>=', 100] }] }, 'MessageAttributes', true],
  [{ price: ['100.5'] }, 'MessageAttributes', false],
  [{ colours: ['blue'] }, 'MessageAttributes', true],
  [{ colours: ['green'] }, 'MessageAttributes', false],
  [{ missing: ['x'] }, 'MessageAttributes', false],
  [{ missing: [{ exists: false }] }, 'MessageAttributes', true],
  [{ event: [{ 'anything-but': ['order_placed'] }] }, 'MessageAttributes', false],
  [{ raw: ['AA=='] }, 'MessageAttributes', false],
  [{ store: { city: ['Oslo'] }, price: [{ numeric: ['<', 20] }] }, 'MessageBody', true],
  [{ store: { city: ['Rome'] } }, 'MessageBody', false],
];

describe('compileFilterPolicy', () => {
  for (const [policy, scope, taken] of rows)
    it(`${taken ? 'takes' : 'refuses'} a message by ${JSON.stringify(policy)} over its ${scope}`, () => {
      assert.equal(compileFilterPolicy(policy, scope)(MESSAGE), taken);
    });

  it('takes no body that is not a JSON object', () => {
    assert.equal(compileFilterPolicy({ a: [1] }, 'MessageBody')({ body: 'text', attributes: {} }), false);
  });
});

const many = (count: number): readonly string[] =>
  Array.from({ length: count }, (_unused, index) => `v${index}`);
const TOO_COMPLEX = 'FilterPolicy: Filter policy is too complex';

// Source: LocalStack, test_sns_filter_policy, recorded May 2024, but for the lines marked otherwise
const refusals: readonly (readonly [policy: unknown, scope: FilterScope, reason: string])[] = [
  [
    { a: { b: ['c'] } },
    'MessageAttributes',
    'Filter policy scope MessageAttributes does not support nested filter policy',
  ],
  [
    Object.fromEntries(many(6).map((name) => [name, ['x']])),
    'MessageBody',
    'FilterPolicy: Filter policy can not have more than 5 keys',
  ],
  [{ a: many(151) }, 'MessageAttributes', TOO_COMPLEX],
  [{ a: many(100), b: many(51) }, 'MessageAttributes', TOO_COMPLEX],
  // 3 × 4 × 2 × 3 × 3 = 216
  [{ a: { b: { c: many(4) } }, d: { e: many(3) }, f: many(3) }, 'MessageBody', TOO_COMPLEX],
  // 4 × 6 + 4 × 4 × 4 + 4 × 4 × 4 = 152
  [
    { a: many(4), $or: [{ b: many(6) }, { c: many(4), $or: [{ d: many(4) }, { e: many(4) }] }] },
    'MessageAttributes',
    TOO_COMPLEX,
  ],
  [
    { a: [{ 'anything-but': { suffix: 'x' } }] },
    'MessageAttributes',
    'FilterPolicy: Unsupported anything-but pattern: suffix',
  ],
  [
    { a: [{ 'anything-but': { prefix: false } }] },
    'MessageAttributes',
    'FilterPolicy: prefix match pattern must be a string',
  ],
  // Source: SNS developer guide, "String value matching", which has neither.
  [{ a: [{ wildcard: 'x*' }] }, 'MessageAttributes', 'FilterPolicy: Unrecognized match type wildcard'],
  [
    { a: [{ 'anything-but': { wildcard: 'x*' } }] },
    'MessageBody',
    'FilterPolicy: Unsupported anything-but pattern: wildcard',
  ],
  [{ a: [{ numeric: ['>', 3, '<', 1] }] }, 'MessageAttributes', 'FilterPolicy: Bottom must be less than top'],
  [{ a: 'x' }, 'MessageAttributes', 'FilterPolicy: "a" must be an object or an array'],
  [{ a: [{ cidr: ['bad'] }] }, 'MessageAttributes', 'FilterPolicy: prefix match pattern must be a string'],
];

describe('a refused filter policy', () => {
  for (const [policy, scope, reason] of refusals)
    it(`refuses ${JSON.stringify(policy).slice(0, 100)} over the ${scope}`, () => {
      assert.equal(refusal(policy, scope), `Invalid parameter: Attributes Reason: ${reason}`);
    });

  it('takes as many combinations as allowed', () => {
    assert.equal(refusal({ a: many(150) }, 'MessageAttributes'), undefined);
    assert.equal(refusal({ a: { b: many(75) } }, 'MessageBody'), undefined);
    assert.equal(refusal({}, 'MessageAttributes'), undefined);
  });
});
