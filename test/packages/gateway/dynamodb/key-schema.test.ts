import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Item, Table } from '../../../../packages/gateway/dynamodb/dynalite-store.ts';
import type { DynamoDbEngine } from '../../../../packages/gateway/dynamodb/engine.ts';
import {
  emptyIndexKey,
  oversizedIndexKey,
  partitionKeysOf,
} from '../../../../packages/gateway/dynamodb/key-schema.ts';
import { anEngine } from '../../../support/counters-engine.ts';

const TABLE = {
  TableName: 'usage',
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: ['pk', 'sk', 'list'].map((name) => ({ AttributeName: name, AttributeType: 'S' })),
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'list',
      KeySchema: [
        { AttributeName: 'list', KeyType: 'HASH' },
        { AttributeName: 'pk', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
};

// Source: DynamoDB developer guide, "Quotas": partition keys of 1 to 2048 bytes, sort keys of 1 to 1024, of tables and
// indexes.
describe('keys of an index', () => {
  let engine: DynamoDbEngine;
  before(async () => {
    engine = await anEngine();
    await engine.execute('CreateTable', TABLE);
  });
  after(() => engine.close());

  const put = (pk: string, list?: string): Promise<unknown> =>
    engine.execute('PutItem', {
      TableName: 'usage',
      Item: { pk: { S: pk }, sk: { S: 'HEAD' }, ...(list !== undefined && { list: { S: list } }) },
    });

  it('are subject to the size limits of table keys, in bytes', async () => {
    await put('a'.repeat(1024), 'l');
    await assert.rejects(put('é'.repeat(513), 'l'));
    await assert.rejects(put('a'.repeat(1025), 'l'));
    await assert.rejects(put('b', 'l'.repeat(2049)));
    await put('b', 'l'.repeat(2048));
  });

  it('are the keys of items in the index, and are checked in an update as well', async () => {
    const pk = 'c'.repeat(1500);
    await put(pk);
    const listed = {
      TableName: 'usage',
      Key: { pk: { S: pk }, sk: { S: 'HEAD' } },
      UpdateExpression: 'SET #l = :l',
      ExpressionAttributeNames: { '#l': 'list' },
      ExpressionAttributeValues: { ':l': { S: 'l' } },
    };

    await assert.rejects(engine.execute('UpdateItem', listed));
    await assert.rejects(engine.execute('TransactWriteItems', { TransactItems: [{ Update: listed }] }));

    const { Item: kept } = await engine.execute('GetItem', { TableName: 'usage', Key: listed.Key });
    assert.deepEqual(kept, { pk: { S: pk }, sk: { S: 'HEAD' } });
  });

  // Source: architect/dynalite issue 184, where AWS's answer is quoted.
  it('are not empty, also in an update; the other attributes of the item still change', async () => {
    await assert.rejects(put('d', ''), {
      message:
        'One or more parameter values are not valid. A value specified for a secondary index key is not supported. ' +
        'The AttributeValue for a key attribute cannot contain an empty string value. IndexName: list, IndexKey: list',
    });
    await put('d', 'l');
    const update = (name: string, value: string): Promise<unknown> =>
      engine.execute('UpdateItem', {
        TableName: 'usage',
        Key: { pk: { S: 'd' }, sk: { S: 'HEAD' } },
        UpdateExpression: 'SET #n = :v',
        ExpressionAttributeNames: { '#n': name },
        ExpressionAttributeValues: { ':v': { S: value } },
      });

    await assert.rejects(update('list', ''));
    await update('note', '');
  });

  // praetorian-inc/chariot-ui#353 for an index, moto's KeyIsEmptyStringException for a table
  it('are not empty in the conditions of a Query', async () => {
    const query = (condition: string, IndexName?: string): Promise<unknown> =>
      engine.execute('Query', {
        TableName: 'usage',
        ...(IndexName !== undefined && { IndexName }),
        KeyConditionExpression: condition,
        ExpressionAttributeNames: { '#l': IndexName ?? 'pk' },
        ExpressionAttributeValues: { ':v': { S: '' }, ...(condition.includes(':a') && { ':a': { S: 'a' } }) },
      });
    const said = (rest: string): RegExp => new RegExp(`cannot contain an empty string value\\. ${rest}$`);

    await assert.rejects(query('#l = :v', 'list'), {
      message:
        'One or more parameter values are not valid. A value specified for a secondary index key is not supported. ' +
        'The AttributeValue for a key attribute cannot contain an empty string value. IndexName: list, IndexKey: list',
    });
    await assert.rejects(query('#l = :a AND pk > :v', 'list'), said('IndexName: list, IndexKey: pk'));
    await assert.rejects(query('#l = :v'), {
      message:
        'One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk',
    });
    await assert.rejects(query('#l = :a AND begins_with(sk, :v)'), said('Key: sk'));
  });

  const OF_BYTES: Table = { ...TABLE, TableStatus: 'ACTIVE' };

  it('count the bytes of binary values, and not their base64', () => {
    const listed = (bytes: number): Item => ({
      pk: { S: 'p' },
      list: { B: Buffer.alloc(bytes).toString('base64') },
    });

    assert.equal(oversizedIndexKey(OF_BYTES, listed(2048)), undefined);
    assert.match(oversizedIndexKey(OF_BYTES, listed(2049)) ?? '', /2048/);
    assert.equal(oversizedIndexKey(OF_BYTES, { pk: { S: 'p' }, list: { N: '7' } }), undefined);
  });

  it('are not an empty binary value', () => {
    const item = { pk: { S: 'p' }, list: { B: '' } };

    assert.match(emptyIndexKey(OF_BYTES, undefined, item) ?? '', /empty binary value/);
    assert.equal(emptyIndexKey(OF_BYTES, item, item), undefined);
    assert.equal(emptyIndexKey(OF_BYTES, undefined, { ...item, list: { B: 'AA==' } }), undefined);
    assert.equal(emptyIndexKey(OF_BYTES, undefined, { ...item, list: { N: '0' } }), undefined);
  });
});

describe('partitionKeysOf', () => {
  it('finds the partition key of a table and of its indexes, and none for a table that does not exist', async () => {
    const engine = await anEngine();
    await engine.execute('CreateTable', TABLE);
    const partitionKeyOf = await engine.partitionKeys(['usage', 'none']);
    await engine.close();

    assert.deepEqual(
      [
        partitionKeyOf('usage', undefined),
        partitionKeyOf('usage', 'list'),
        partitionKeyOf('none', undefined),
      ],
      ['pk', 'list', undefined],
    );
    assert.equal((await partitionKeysOf([], () => assert.fail('asked')))('usage', undefined), undefined);
  });
});
