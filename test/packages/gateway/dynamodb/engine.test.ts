import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { membersOf } from '@gatewright/aws/json-object';
import type { DynamoDbError } from '../../../../packages/gateway/dynamodb/actions.ts';
import { DynamoDbEngine } from '../../../../packages/gateway/dynamodb/engine.ts';
import type { TableChange } from '../../../../packages/gateway/dynamodb/stream-record.ts';
import { add, amountOf, anEngine, CREATE_COUNTERS, key, refusal } from '../../../support/counters-engine.ts';
import { VirtualClock } from '../../../support/virtual-ports.ts';

describe('DynamoDbEngine', () => {
  let engine: DynamoDbEngine;
  before(async () => {
    engine = await anEngine();
  });
  after(() => engine.close());

  it('loses no update among many simultaneous updates', async () => {
    await Promise.all(Array.from({ length: 100 }, () => engine.execute('UpdateItem', add('busy', 1))));
    assert.equal(await amountOf(engine, 'busy'), '100');
  });

  it('reports to each of many simultaneous refused writers the item that refused it', async () => {
    const guarded = add('guarded', 1, {
      ConditionExpression: 'attribute_not_exists(amount) OR amount < :five',
      ExpressionAttributeValues: { ':amount': { N: '1' }, ':five': { N: '5' } },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, () => engine.execute('UpdateItem', guarded)),
    );
    const refused = results
      .filter((result) => result.status === 'rejected')
      .map(({ reason }) => reason as DynamoDbError);
    assert.equal(refused.length, 15);
    for (const { body } of refused)
      assert.deepEqual(body['Item'], { id: { S: 'guarded' }, amount: { N: '5' } });
  });

  // Source: developer guide, "Attribute projections".
  it('accepts an item without an attribute that an index would contain, and reports the consumed capacity', async () => {
    const engine = await anEngine();
    await engine.execute('CreateTable', {
      ...CREATE_COUNTERS,
      TableName: 'indexed',
      GlobalSecondaryIndexes: [
        {
          IndexName: 'all',
          KeySchema: CREATE_COUNTERS.KeySchema,
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['amount'] },
        },
      ],
    });
    const put = { TableName: 'indexed', Item: key('a'), ReturnConsumedCapacity: 'TOTAL' };
    const { ConsumedCapacity: consumed } = await engine.execute('PutItem', put);
    assert.partialDeepStrictEqual(consumed, { TableName: 'indexed', CapacityUnits: 2 });
    const { Items: items } = await engine.execute('Scan', { TableName: 'indexed', IndexName: 'all' });
    assert.deepEqual(items, [key('a')]);
    await engine.close();
  });

  // AWS CLI reference, examples of create-table, update-table and delete-table
  it('answers a change of a table with the status during the change', async () => {
    const engine = await anEngine();
    const TableName = 'changed';
    const statuses: unknown[] = [];
    for (const [operation, input] of [
      ['CreateTable', { ...CREATE_COUNTERS, TableName }],
      ['DescribeTable', { TableName }],
      [
        'UpdateTable',
        { TableName, StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' } },
      ],
      ['DescribeTable', { TableName }],
      ['UpdateTable', { TableName, SSESpecification: { Enabled: true } }],
      ['DeleteTable', { TableName }],
    ] as const) {
      const { TableDescription, Table = TableDescription } = await engine.execute(operation, input);
      statuses.push(membersOf(Table)['TableStatus']);
    }
    assert.deepEqual(statuses, ['CREATING', 'ACTIVE', 'UPDATING', 'ACTIVE', 'ACTIVE', 'DELETING']);
    await engine.close();
  });

  // API reference, UpdateTable; dynalite's recording of the refused equal throughput
  it('changes the throughput of a global index, and refuses other changes of indexes', async () => {
    const engine = await anEngine();
    const throughput = (units: number): object => ({ ReadCapacityUnits: units, WriteCapacityUnits: units });
    const index = {
      IndexName: 'by-amount',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'ALL' },
    };
    const provisioned = { BillingMode: 'PROVISIONED', ProvisionedThroughput: throughput(5) };
    await engine.execute('CreateTable', {
      ...CREATE_COUNTERS,
      ...provisioned,
      TableName: 'provisioned',
      GlobalSecondaryIndexes: [{ ...index, ProvisionedThroughput: throughput(5) }],
    });
    await engine.execute('CreateTable', {
      ...CREATE_COUNTERS,
      TableName: 'on-demand',
      GlobalSecondaryIndexes: [index],
    });
    const update = (change: object, TableName = 'provisioned') =>
      engine.execute('UpdateTable', { TableName, GlobalSecondaryIndexUpdates: [change] });
    const ofIndex = (units: number, IndexName = 'by-amount') => ({
      Update: { IndexName, ProvisionedThroughput: throughput(units) },
    });

    const { TableDescription: changing } = await update(ofIndex(7));
    const indexOf = (table: unknown) => [membersOf(table)['GlobalSecondaryIndexes']].flat()[0];
    const describe = async () =>
      (await engine.execute('DescribeTable', { TableName: 'provisioned' }))['Table'];
    let changed = await describe();
    // Dynalite changes it after a timer of 0 ms.
    for (
      let tries = 0;
      membersOf(indexOf(changed))['IndexStatus'] === 'UPDATING' && tries < 1_000;
      tries += 1
    ) {
      await new Promise(setImmediate);
      changed = await describe();
    }

    assert.partialDeepStrictEqual(indexOf(changing), { IndexStatus: 'UPDATING' });
    assert.partialDeepStrictEqual(indexOf(changed), {
      IndexStatus: 'ACTIVE',
      ProvisionedThroughput: throughput(7),
    });
    for (const [change, name, message, table] of [
      [ofIndex(7), 'ValidationException', /^The provisioned throughput for the table will not change/],
      [ofIndex(8, 'nope'), 'ResourceNotFoundException', /^Requested resource not found$/],
      [
        ofIndex(8),
        'ValidationException',
        /for index: by-amount when BillingMode is PAY_PER_REQUEST$/,
        'on-demand',
      ],
      [
        { Delete: { IndexName: 'by-amount' } },
        'NotImplementedException',
        /does not support adding or removing indexes/,
      ],
      [
        { Update: { IndexName: 'by-amount', OnDemandThroughput: { MaxReadRequestUnits: 1 } } },
        'NotImplementedException',
        /changing any setting of an index except its ProvisionedThroughput/,
      ],
    ] as const)
      await assert.rejects(update(change, table), (error: DynamoDbError) => {
        assert.match(error.message, message);
        assert.ok(String(error.body['__type']).endsWith(name));
        return true;
      });
    await engine.close();
  });

  it('writes a batch', async () => {
    await engine.execute('BatchWriteItem', {
      RequestItems: {
        counters: ['x', 'y'].map((id) => ({ PutRequest: { Item: { ...key(id), amount: { N: '1' } } } })),
      },
    });
    assert.deepEqual([await amountOf(engine, 'x'), await amountOf(engine, 'y')], ['1', '1']);
  });

  // Source: DynamoDB API reference, errors of the operations; dynalite's recorded wordings.
  for (const { name, operation, input, type } of [
    {
      name: 'an unknown table',
      operation: 'GetItem',
      input: { TableName: 'nothing', Key: key('a') },
      type: 'ResourceNotFoundException',
    },
    {
      name: 'a write to an unknown table',
      operation: 'UpdateItem',
      input: add('a', 1, { TableName: 'nothing' }),
      type: 'ResourceNotFoundException',
    },
    {
      name: 'a table that is there',
      operation: 'CreateTable',
      input: CREATE_COUNTERS,
      type: 'ResourceInUseException',
    },
    {
      name: 'a key of the wrong type',
      operation: 'PutItem',
      input: { TableName: 'counters', Item: { id: { N: '1' } } },
      type: 'ValidationException',
    },
    {
      name: 'an unknown choice of the old item',
      operation: 'PutItem',
      input: { TableName: 'counters', Item: key('a'), ReturnValuesOnConditionCheckFailure: 'ALL' },
      type: 'ValidationException',
    },
    {
      name: 'a stream without a view type',
      operation: 'CreateTable',
      input: { ...CREATE_COUNTERS, TableName: 'streamed', StreamSpecification: { StreamEnabled: true } },
      type: 'ValidationException',
    },
    {
      name: 'an expression with more operators than DynamoDB takes',
      operation: 'Scan',
      input: {
        TableName: 'counters',
        FilterExpression: `${'NOT '.repeat(900)}amount = :five`,
        ExpressionAttributeValues: { ':five': { N: '5' } },
      },
      type: 'ValidationException',
    },
    {
      name: 'a time to live twice',
      operation: 'UpdateTimeToLive',
      input: { TableName: 'counters', TimeToLiveSpecification: { Enabled: false, AttributeName: 'x' } },
      type: 'ValidationException',
    },
  ]) {
    it(`refuses ${name}`, async () => {
      const { body, status } = await refusal(engine.execute(operation, input));
      assert.equal(String(body['__type']).split('#')[1], type);
      assert.equal(status, 400);
    });
  }

  // An operation that DynamoDB has (DynamoDB API reference, "Actions") but this engine has not gets 501, as at other
  // services.
  for (const operation of ['ExecuteTransaction', 'ExportTableToPointInTime', 'CreateBackup'])
    it(`says of ${operation} that the engine does not support it`, async () => {
      const { body, status } = await refusal(engine.execute(operation, {}));
      assert.deepEqual([status, String(body['__type']).split('#')[1]], [501, 'NotImplementedException']);
      assert.match(String(body['message']), new RegExp(`does not support ${operation};`));
    });

  it('writes a batch in its turn among updates of the same item', async () => {
    await Promise.all([
      engine.execute('UpdateItem', add('turn', 5)),
      engine.execute('BatchWriteItem', {
        RequestItems: { counters: [{ PutRequest: { Item: { ...key('turn'), amount: { N: '0' } } } }] },
      }),
      engine.execute('UpdateItem', add('turn', 1)),
    ]);

    assert.equal(await amountOf(engine, 'turn'), '1');
  });

  it('refuses calls for a deleted table', async () => {
    const other = await anEngine();
    await other.execute('UpdateItem', add('a', 1));
    await other.execute('DeleteTable', { TableName: 'counters' });

    const { body, status } = await refusal(other.execute('UpdateItem', add('a', 1)));
    assert.deepEqual(
      [status, body['__type']],
      [400, 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException'],
    );
    await other.close();
  });

  it('uses no more memory than it reports', async () => {
    const small = await anEngine(new VirtualClock(), 2_000);
    const put = (id: string, bytes: number) =>
      small.execute('PutItem', {
        TableName: 'counters',
        Item: { ...key(id), text: { S: 'x'.repeat(bytes) } },
      });

    await put('a', 1_500);
    assert.match((await refusal(put('b', 1_500))).message, /start with --data DIR/);
    await put('a', 100);
    await put('b', 1_500);
    await small.execute('DeleteTable', { TableName: 'counters' });
    await small.close();
  });
});

describe('DynamoDbEngine time to live', () => {
  it('removes exactly the items that have expired, and not those that were written again', async () => {
    const clock = new VirtualClock();
    const engine = await anEngine(clock);
    const nowSeconds = Math.floor(clock.nowEpochMs() / 1000);
    const put = (id: string, expires: number) =>
      engine.execute('PutItem', {
        TableName: 'counters',
        Item: { ...key(id), amount: { N: '1' }, expires: { N: String(expires) } },
      });
    await put('before', nowSeconds + 10);
    await engine.execute('UpdateTimeToLive', {
      TableName: 'counters',
      TimeToLiveSpecification: { Enabled: true, AttributeName: 'expires' },
    });
    await put('soon', nowSeconds + 10);
    await put('later', nowSeconds + 1_000);
    await put('renewed', nowSeconds + 10);
    await put('renewed', nowSeconds + 1_000);
    await put('mistake', nowSeconds - 6 * 365 * 86_400);

    clock.advance(11_000);
    const amounts = await Promise.all(
      ['before', 'soon', 'later', 'renewed', 'mistake'].map((id) => amountOf(engine, id)),
    );

    assert.deepEqual(amounts, [undefined, undefined, '1', '1', '1']);
    await engine.close();
  });
});

// Source: DynamoDB developer guide, "Change data capture for DynamoDB Streams"
describe('DynamoDbEngine, followed', () => {
  it('reports each change of followed tables, in order, and nothing that stayed as it was', async () => {
    const clock = new VirtualClock();
    const messages: TableChange[] = [];
    const engine = await DynamoDbEngine.open({ clock, onChanges: (changes) => messages.push(...changes) });
    after(() => engine.close());
    await engine.execute('CreateTable', CREATE_COUNTERS);
    await engine.execute('UpdateItem', add('before', 1));
    engine.follow(['counters']);
    const dueSeconds = Math.floor(clock.nowEpochMs() / 1000) + 60;
    await engine.execute('UpdateTimeToLive', {
      TableName: 'counters',
      TimeToLiveSpecification: { AttributeName: 'due', Enabled: true },
    });
    const put = (Item: object) => engine.execute('PutItem', { TableName: 'counters', Item });
    const [one, two] = [1, 2].map((n) => ({
      ...key('a'),
      amount: { N: `${n}` },
      due: { N: `${dueSeconds}` },
    }));
    await put(one ?? {});
    await put(one ?? {});
    await put(two ?? {});
    await engine.execute('DeleteItem', { TableName: 'counters', Key: key('none') });
    await assert.rejects(
      engine.execute('PutItem', {
        TableName: 'counters',
        Item: one,
        ConditionExpression: 'attribute_not_exists(id)',
      }),
    );
    await engine.execute('TransactWriteItems', {
      TransactItems: [{ Delete: { TableName: 'counters', Key: key('before') } }],
    });
    clock.advance(61_000);
    await engine.removeExpired();
    const change = { table: 'counters', keys: key('a'), isExpiry: false };
    const sequences = messages.map(({ sequence }) => sequence);
    assert.deepEqual(sequences, sequences.toSorted());
    assert.partialDeepStrictEqual(messages, [
      { ...change, before: undefined, after: one },
      { ...change, before: one, after: two },
      { ...change, keys: key('before'), before: { ...key('before'), amount: { N: '1' } }, after: undefined },
      { ...change, before: two, after: undefined, isExpiry: true },
    ]);
  });
});
