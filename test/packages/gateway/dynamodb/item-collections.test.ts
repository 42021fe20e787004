import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { DynamoDbEngine } from '../../../../packages/gateway/dynamodb/engine.ts';
import { anEngine, key, refusal } from '../../../support/counters-engine.ts';

const SONGS = {
  TableName: 'songs',
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: ['artist', 'title', 'album'].map((AttributeName) => ({
    AttributeName,
    AttributeType: 'S',
  })),
  KeySchema: [
    { AttributeName: 'artist', KeyType: 'HASH' },
    { AttributeName: 'title', KeyType: 'RANGE' },
  ],
  LocalSecondaryIndexes: [
    {
      IndexName: 'of-album',
      KeySchema: [
        { AttributeName: 'artist', KeyType: 'HASH' },
        { AttributeName: 'album', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
};
const Key = { artist: { S: 'acme' }, title: { S: 'happy' } };
const of = (artist: string): object => ({
  ItemCollectionKey: { artist: { S: artist } },
  SizeEstimateRangeGB: [0, 1],
});

// AWS CLI reference, put-item, delete-item, batch-write-item, transact-write-items
describe('the item collections of a write', () => {
  let engine: DynamoDbEngine;
  before(async () => {
    engine = await anEngine();
    await engine.execute('CreateTable', SONGS);
  });
  after(() => engine.close());
  const ask = async (
    operation: string,
    input: object,
    mode: string | undefined = 'SIZE',
  ): Promise<unknown> => {
    const output = await engine.execute(operation, { ...input, ReturnItemCollectionMetrics: mode });
    return output['ItemCollectionMetrics'];
  };

  for (const [operation, input] of [
    ['PutItem', { Item: Key }],
    [
      'UpdateItem',
      { Key, UpdateExpression: 'SET album = :a', ExpressionAttributeValues: { ':a': { S: 'a' } } },
    ],
    ['DeleteItem', { Key }],
  ] as const)
    it(`is returned by ${operation} on request, if the table has a local index`, async () => {
      assert.deepEqual(await ask(operation, { TableName: 'songs', ...input }), of('acme'));
      assert.equal(await ask(operation, { TableName: 'songs', ...input }, 'NONE'), undefined);
    });

  it('is not returned for a table without a local index', async () => {
    assert.equal(await ask('PutItem', { TableName: 'counters', Item: key('a') }), undefined);
  });

  it('are returned by table, each once, by a batch and a transaction', async () => {
    const items = ['acme', 'acme', 'other'].map((artist, index) => ({
      artist: { S: artist },
      title: { S: String(index) },
    }));
    const expected = { songs: [of('acme'), of('other')] };
    const RequestItems = {
      songs: items.map((Item) => ({ PutRequest: { Item } })),
      counters: [{ PutRequest: { Item: key('a') } }],
    };
    const TransactItems = items.map((Item) => ({ Put: { TableName: 'songs', Item } }));

    assert.deepEqual(await ask('BatchWriteItem', { RequestItems }), expected);
    assert.deepEqual(await ask('TransactWriteItems', { TransactItems }), expected);
  });

  it('are refused in a mode that does not exist, by a transaction as by every write', async () => {
    const TransactItems = [{ Put: { TableName: 'songs', Item: Key } }];
    const { message } = await refusal(ask('TransactWriteItems', { TransactItems }, 'ALL'));

    assert.match(message, /Value 'ALL' at 'returnItemCollectionMetrics' failed to satisfy constraint/);
  });
});
