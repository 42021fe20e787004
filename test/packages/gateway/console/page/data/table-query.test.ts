import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  indexesOf,
  keysOf,
  toCall,
  FULL_SCAN,
} from '../../../../../../packages/gateway/console/page/data/table-query.ts';
import type {
  TableDescription,
  TableQuestion,
} from '../../../../../../packages/gateway/console/page/data/table-query.ts';

const TABLE: TableDescription = {
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'at', KeyType: 'RANGE' },
  ],
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'at', AttributeType: 'N' },
    { AttributeName: 'owner', AttributeType: 'S' },
  ],
  GlobalSecondaryIndexes: [
    { IndexName: 'by-owner', KeySchema: [{ AttributeName: 'owner', KeyType: 'HASH' }] },
  ],
};
const call = (over: Partial<TableQuestion>) => toCall('orders', TABLE, { ...FULL_SCAN, ...over });

describe('a question to a table', () => {
  it('reads every item if no partition is given', () => {
    assert.deepEqual(call({ sort: '7', limit: 10 }), {
      operation: 'Scan',
      input: { TableName: 'orders', Limit: 10 },
    });
  });

  const conditions: readonly (readonly [Partial<TableQuestion>, string, object])[] = [
    [{}, '#p = :p', { ':p': { S: 'a' } }],
    [{ operator: '>=', sort: '7' }, '#p = :p AND #s >= :s', { ':p': { S: 'a' }, ':s': { N: '7' } }],
    [
      { operator: 'begins with', sort: '7' },
      '#p = :p AND begins_with(#s, :s)',
      { ':p': { S: 'a' }, ':s': { N: '7' } },
    ],
    [
      { operator: 'between', sort: '7', sortTo: '9' },
      '#p = :p AND #s BETWEEN :s AND :t',
      { ':p': { S: 'a' }, ':s': { N: '7' }, ':t': { N: '9' } },
    ],
  ];
  for (const [over, condition, values] of conditions)
    it(`is the condition ${condition}`, () => {
      const { operation, input } = call({ partition: 'a', ...over });

      assert.deepEqual(
        [operation, input['KeyConditionExpression'], input['ExpressionAttributeValues']],
        ['Query', condition, values],
      );
      assert.equal(input['ScanIndexForward'], true);
    });

  it('goes by the key of a table without an index', () => {
    const { KeySchema, AttributeDefinitions } = TABLE;

    assert.deepEqual(indexesOf({ KeySchema, AttributeDefinitions }), []);
    assert.deepEqual(keysOf({ KeySchema, AttributeDefinitions }, ''), { partition: 'pk', sort: 'at' });
  });

  it('offers local indexes before global ones, and scans one whose partition has several attributes', () => {
    const LocalSecondaryIndexes = [
      {
        IndexName: 'by-day',
        KeySchema: [...TABLE.KeySchema.slice(0, 1), { AttributeName: 'owner', KeyType: 'RANGE' as const }],
      },
    ];
    const [byOwner] = TABLE.GlobalSecondaryIndexes ?? [];
    const wide = { IndexName: 'wide', KeySchema: [...(byOwner?.KeySchema ?? []), ...TABLE.KeySchema] };
    const table = { ...TABLE, LocalSecondaryIndexes, GlobalSecondaryIndexes: [wide] };

    assert.deepEqual(indexesOf(table), ['by-day', 'wide']);
    assert.deepEqual(keysOf(table, 'by-day'), { partition: 'pk', sort: 'owner' });
    assert.equal(keysOf(table, 'wide').partition, undefined);
    const question = { ...FULL_SCAN, index: 'wide', partition: 'alice' };
    assert.deepEqual(toCall('orders', table, question), {
      operation: 'Scan',
      input: { TableName: 'orders', Limit: 50, IndexName: 'wide' },
    });
  });

  it('uses the key of an index, and takes into account that an index may have no sort key', () => {
    assert.deepEqual(indexesOf(TABLE), ['by-owner']);
    assert.deepEqual(keysOf(TABLE, 'by-owner'), { partition: 'owner', sort: undefined });
    assert.deepEqual(call({ index: 'by-owner', partition: 'alice', sort: '7', isDescending: true }).input, {
      TableName: 'orders',
      Limit: 50,
      IndexName: 'by-owner',
      ScanIndexForward: false,
      KeyConditionExpression: '#p = :p',
      ExpressionAttributeNames: { '#p': 'owner' },
      ExpressionAttributeValues: { ':p': { S: 'alice' } },
    });
  });
});
