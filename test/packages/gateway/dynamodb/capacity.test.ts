/** Units are those of the DynamoDB developer guide, "Read and write operations", and of docs/aws §14. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { CapacityMeter } from '../../../../packages/gateway/dynamodb/capacity.ts';
import { add, anEngine, key } from '../../../support/counters-engine.ts';
import type { DynamoDbEngine } from '../../../../packages/gateway/dynamodb/engine.ts';

const INDEXED = {
  TableName: 'orders',
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    { AttributeName: 'id', AttributeType: 'S' },
    { AttributeName: 'who', AttributeType: 'S' },
  ],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'of-customer',
      KeySchema: [{ AttributeName: 'who', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
};
const counter = (id: string, bytes = 0): object => ({ ...key(id), text: { S: 'x'.repeat(bytes) } });
const put = (table: string, Item: object, more = {}): [string, object] => [
  'PutItem',
  { TableName: table, Item, ...more },
];
const order = (id: string, who?: string): object => ({
  ...key(id),
  ...(who !== undefined && { who: { S: who } }),
});

describe('capacity units of', () => {
  let engine: DynamoDbEngine;
  before(async () => {
    engine = await anEngine();
    await engine.execute('CreateTable', INDEXED);
    for (const [id, bytes] of [
      ['small', 10],
      ['large', 5_000],
    ] as const)
      await engine.execute('PutItem', { TableName: 'counters', Item: counter(id, bytes) });
    await engine.execute('PutItem', { TableName: 'orders', Item: order('there', 'alice') });
  });
  after(() => engine.close());

  const get = (id: string, more = {}): [string, object] => [
    'GetItem',
    { TableName: 'counters', Key: key(id), ...more },
  ];
  const cases: [name: string, call: [string, object], reads: number, writes: number, table?: string][] = [
    ['a read that may be old', get('small'), 0.5, 0],
    ['a consistent read of 5 KB', get('large', { ConsistentRead: true }), 2, 0],
    ['a read that finds nothing', get('nobody'), 0.5, 0],
    [
      'a query that finds nothing',
      [
        'Query',
        {
          TableName: 'counters',
          KeyConditionExpression: 'id = :id',
          ExpressionAttributeValues: { ':id': { S: 'nobody' } },
        },
      ],
      0.5,
      0,
    ],
    ['a write of 5 KB', put('counters', counter('big', 5_000)), 0, 5],
    ['an update', ['UpdateItem', add('one', 1)], 0, 1],
    ['a delete', ['DeleteItem', { TableName: 'counters', Key: key('gone') }], 0, 1],
    [
      'a write whose condition refuses it',
      put('counters', counter('small'), { ConditionExpression: 'attribute_not_exists(id)' }),
      0,
      1,
    ],
    [
      'a transaction of two writes',
      ['TransactWriteItems', { TransactItems: [{ Update: add('two', 1) }, { Update: add('three', 1) }] }],
      0,
      4,
    ],
    [
      'a transaction that reads',
      ['TransactGetItems', { TransactItems: [{ Get: { TableName: 'counters', Key: key('small') } }] }],
      2,
      0,
    ],
    [
      'a batch of writes',
      [
        'BatchWriteItem',
        {
          RequestItems: {
            counters: ['a', 'b', 'c'].map((id) => ({ PutRequest: { Item: counter(id) } })),
          },
        },
      ],
      0,
      3,
    ],
    ['an item that no index takes', put('orders', order('plain')), 0, 1, 'orders'],
    ['an item with its index', put('orders', order('new', 'bob')), 0, 2, 'orders'],
    ['an item that changes its place in an index', put('orders', order('there', 'carl')), 0, 3, 'orders'],
  ];
  for (const [name, [operation, input], reads, writes, table = 'counters'] of cases)
    it(`${name}: ${reads} to read, ${writes} to write`, async () => {
      const meter = new CapacityMeter();
      const execute = (one: string, fields: object) => engine.execute(one, { ...fields });
      const output = await meter.run(operation, { ...input }, execute, 'AKIAONE').catch(() => ({}));

      assert.deepEqual(meter.tables, [{ table, accessKeyId: 'AKIAONE', reads, writes }]);
      assert.ok(!('ConsumedCapacity' in output));
    });

  it('are counted for each caller, and together for callers beyond a limit', async () => {
    const meter = new CapacityMeter();
    const read = (accessKeyId: string) =>
      meter.run(
        'GetItem',
        { TableName: 'orders' },
        () => Promise.resolve({ ConsumedCapacity: { TableName: 'orders', CapacityUnits: 1 } }),
        accessKeyId,
      );
    for (let at = 0; at < 1002; at += 1) await read(`AKIA${at}`);
    await read('AKIA0');

    assert.equal(meter.tables.length, 1001);
    assert.deepEqual(meter.tables[0], { table: 'orders', accessKeyId: 'AKIA0', reads: 2, writes: 0 });
    assert.deepEqual(meter.tables.at(-1), { table: 'orders', accessKeyId: '', reads: 2, writes: 0 });
  });

  it('are returned on request, and nothing is counted for values that are not items', async () => {
    let messages = 0;
    const meter = new CapacityMeter(() => (messages += 1));
    const output = await meter.run(
      'PutItem',
      { TableName: 'orders', Item: order('asked', 'dora'), ReturnConsumedCapacity: 'TOTAL' },
      (operation, input) => engine.execute(operation, input),
    );
    assert.equal(JSON.stringify(output['ConsumedCapacity']), '{"CapacityUnits":2,"TableName":"orders"}');
    assert.equal(messages, 1);
    await meter.run('ListTables', {}, (operation, input) => engine.execute(operation, input));
    assert.equal(messages, 1);
    await meter.run('GetItem', {}, () => Promise.resolve({}));
    assert.deepEqual(
      meter.tables.map(({ table }) => table),
      ['orders'],
    );
  });
});
