import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileFilterPolicy } from '../../../../../packages/gateway/kernel/delivery/filter-policy.ts';

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

  it('refuses a body that is no JSON object, and a policy that nests attributes', () => {
    assert.equal(compileFilterPolicy({ a: [1] }, 'MessageBody')({ body: 'text', attributes: {} }), false);
    assert.throws(() => compileFilterPolicy({ a: { b: ['c'] } }, 'MessageAttributes'), /not nested/);
  });
});
