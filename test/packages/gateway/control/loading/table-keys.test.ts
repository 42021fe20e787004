import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { partitionKeyOf } from '../../../../../packages/gateway/control/loading/table-keys.ts';
import { aStack } from '../../../../support/a-stack.ts';

const keys = (hash: string, range: string) => [
  { AttributeName: range, KeyType: 'RANGE' },
  { AttributeName: hash, KeyType: 'HASH' },
];
const STACKS = [
  aStack({}),
  aStack({
    Orders: {
      type: 'AWS::DynamoDB::Table',
      id: 'orders',
      properties: {
        KeySchema: keys('customer', 'day'),
        GlobalSecondaryIndexes: [
          { IndexName: 'by-state', KeySchema: keys('state', 'customer') },
          { IndexName: 'by-several', KeySchema: [...keys('state', 'day'), ...keys('customer', 'price')] },
        ],
        LocalSecondaryIndexes: [{ IndexName: 'by-price', KeySchema: keys('customer', 'price') }],
      },
    },
    Queue: { type: 'AWS::SQS::Queue', id: 'queue', properties: { KeySchema: keys('a', 'b') } },
  }),
];

describe('partitionKeyOf', () => {
  for (const [table, index, expected] of [
    ['orders', undefined, 'customer'],
    ['orders', 'by-state', 'state'],
    ['orders', 'by-price', 'customer'],
    ['orders', 'by-day', undefined],
    // If the leading key has several attributes, none of them is the leading key by itself.
    ['orders', 'by-several', undefined],
    ['unknown', undefined, undefined],
    ['queue', undefined, undefined],
  ] as const)
    it(`is ${String(expected)} of ${table}${index === undefined ? '' : ` and its index ${index}`}`, () => {
      assert.equal(partitionKeyOf(STACKS, table, index), expected);
    });
});
