import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DynamoDbEngine } from '../../../../packages/gateway/dynamodb/engine.ts';
import { add, amountOf, anEngine, key, refusal } from '../../../support/counters-engine.ts';
import { VirtualClock } from '../../../support/virtual-ports.ts';

describe('TransactWriteItems', () => {
  const transact = (engine: DynamoDbEngine, members: object[], more = {}) =>
    engine.execute('TransactWriteItems', { TransactItems: members, ...more });

  it('preserves every sum under any simultaneous transfers', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ from: fc.nat(3), to: fc.nat(3), amount: fc.integer({ min: 1, max: 40 }) }), {
          maxLength: 20,
        }),
        async (transfers) => {
          const engine = await anEngine();
          const names = ['a', 'b', 'c', 'd'];
          await Promise.all(names.map((id) => engine.execute('UpdateItem', add(id, 50))));

          await Promise.allSettled(
            transfers.map(({ from, to, amount }) =>
              transact(engine, [
                {
                  Update: add(names[from]!, -amount, {
                    ConditionExpression: 'amount >= :enough',
                    ExpressionAttributeValues: {
                      ':amount': { N: String(-amount) },
                      ':enough': { N: String(amount) },
                    },
                  }),
                },
                { Update: add(names[to]!, amount) },
              ]),
            ),
          );

          const amounts = await Promise.all(names.map(async (id) => Number(await amountOf(engine, id))));
          assert.equal(
            amounts.reduce((sum, amount) => sum + amount, 0),
            200,
          );
          assert.ok(
            amounts.every((amount) => amount >= 0),
            amounts.join(),
          );
          await engine.close();
        },
      ),
      { seed: 20261120, numRuns: 25 },
    );
  });

  // DynamoDB API reference, TransactWriteItems: TransactItems is required
  it('is refused without items, with and without a token', async () => {
    const engine = await anEngine();
    for (const more of [{}, { ClientRequestToken: 'a' }]) {
      const { message } = await refusal(engine.execute('TransactWriteItems', more));
      assert.match(
        message,
        /Value null at 'transactItems' failed to satisfy constraint: Member must not be null/,
      );
    }
    await engine.close();
  });

  // AWS CLI reference, transact-write-items and transact-get-items
  it('repeats its units by their kind', async () => {
    const engine = await anEngine();
    const asked = { ReturnConsumedCapacity: 'TOTAL' };
    const written = await transact(engine, [{ Update: add('paid', 1) }], asked);
    const read = await engine.execute('TransactGetItems', {
      TransactItems: [{ Get: { TableName: 'counters', Key: key('paid') } }],
      ...asked,
    });

    assert.deepEqual(written['ConsumedCapacity'], [
      { TableName: 'counters', CapacityUnits: 2, WriteCapacityUnits: 2 },
    ]);
    assert.deepEqual(read['ConsumedCapacity'], [
      { TableName: 'counters', CapacityUnits: 2, ReadCapacityUnits: 2 },
    ]);
    await engine.close();
  });

  it('checks a condition without touching the item', async () => {
    const engine = await anEngine();
    await engine.execute('UpdateItem', add('checked', 1));
    const check = (expression: string) => ({
      ConditionCheck: { TableName: 'counters', Key: key('checked'), ConditionExpression: expression },
    });

    await transact(engine, [check('attribute_exists(id)'), { Update: add('done', 1) }]);
    const { body } = await refusal(
      transact(engine, [check('attribute_not_exists(id)'), { Update: add('done', 1) }]),
    );

    assert.deepEqual([await amountOf(engine, 'checked'), await amountOf(engine, 'done')], ['1', '1']);
    assert.deepEqual(body['CancellationReasons'], [
      { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' },
      { Code: 'None' },
    ]);
    // Responses in aws/aws-sdk-net#1292, pynamodb/PynamoDB#1144 and erlcloud/erlcloud#607: `Message`, no `message`.
    assert.deepEqual(Object.keys(body).toSorted(), ['CancellationReasons', 'Message', '__type']);
    assert.match(String(body['Message']), /specific reasons \[ConditionalCheckFailed, None\]$/);
    await engine.close();
  });

  it('does a repeated request once, within ten minutes, and refuses its token for another', async () => {
    const clock = new VirtualClock();
    const engine = await anEngine(clock);
    const once = () => transact(engine, [{ Update: add('once', 1) }], { ClientRequestToken: 'token' });

    await Promise.all([once(), once()]);
    await once();
    assert.equal(await amountOf(engine, 'once'), '1');
    const other = await refusal(
      transact(engine, [{ Update: add('once', 2) }], { ClientRequestToken: 'token' }),
    );
    assert.match(String(other.body['__type']), /IdempotentParameterMismatchException$/);
    // The member's name in the service model (botocore, dynamodb/2012-08-10/service-2.json)
    assert.deepEqual(Object.keys(other.body), ['__type', 'Message']);

    clock.advance(10 * 60_000);
    await once();
    assert.equal(await amountOf(engine, 'once'), '2');
    await engine.close();
  });

  it('is the same request if only the order of its attributes differs', async () => {
    // LocalStack, test_dynamodb.py, test_dynamodb_idempotent_writing, recorded on AWS
    const engine = await anEngine();
    const put = (Item: object) =>
      transact(engine, [{ Put: { TableName: 'counters', Item } }], { ClientRequestToken: 'order' });

    await put({ ...key('a'), b: { S: 'b' } });
    await put({ b: { S: 'b' }, ...key('a') });
    await engine.close();
  });

  it('takes tokens of 1 to 36 characters', async () => {
    const engine = await anEngine();
    const write = (token: unknown) =>
      transact(engine, [{ Update: add('token', 1) }], { ClientRequestToken: token });

    await write('t');
    await write('t'.repeat(36));
    await write(null);
    for (const token of ['', 't'.repeat(37), 7])
      assert.match((await refusal(write(token))).message, /between 1 and 36/);
    assert.equal(await amountOf(engine, 'token'), '3');
    await engine.close();
  });

  it('reads only with Get, one in each member', async () => {
    const engine = await anEngine();
    const Get = { TableName: 'counters', Key: key('a') };

    for (const member of [{}, { Put: Get }, { Get, Put: Get }])
      assert.match(
        (await refusal(engine.execute('TransactGetItems', { TransactItems: [member] }))).message,
        /can only contain Get/,
      );
    await engine.close();
  });

  it('forgets the token of a cancelled transaction', async () => {
    const engine = await anEngine();
    const guarded = () =>
      transact(
        engine,
        [
          { Update: add('late', 1) },
          {
            ConditionCheck: {
              TableName: 'counters',
              Key: key('flag'),
              ConditionExpression: 'attribute_exists(id)',
            },
          },
        ],
        { ClientRequestToken: 'token' },
      );
    await refusal(guarded());
    await engine.execute('PutItem', { TableName: 'counters', Item: key('flag') });
    await guarded();
    assert.equal(await amountOf(engine, 'late'), '1');
    await engine.close();
  });

  it('counts each item twice', async () => {
    const engine = await anEngine();
    const { ConsumedCapacity: capacity } = await transact(
      engine,
      [{ Update: add('a', 1) }, { Update: add('b', 1) }],
      {
        ReturnConsumedCapacity: 'TOTAL',
      },
    );
    assert.deepEqual(capacity, [{ TableName: 'counters', CapacityUnits: 4, WriteCapacityUnits: 4 }]);
    await engine.close();
  });

  for (const { name, members, more = {}, expected } of [
    { name: 'no member at all', members: [], expected: /greater than or equal to 1/ },
    {
      name: 'more than 100 members',
      members: Array.from({ length: 101 }, (_, index) => ({ Update: add(String(index), 1) })),
      expected: /less than or equal to 100/,
    },
    {
      name: 'an item twice',
      members: [{ Update: add('a', 1) }, { Update: add('a', 2) }],
      expected: /cannot include multiple operations on one item/,
    },
    {
      name: 'a member of two kinds',
      members: [{ Update: add('a', 1), Delete: { TableName: 'counters', Key: key('b') } }],
      expected: /can only contain one of/,
    },
    {
      name: 'a check without condition',
      members: [{ ConditionCheck: { TableName: 'counters', Key: key('a') } }],
      expected: /ConditionExpression/,
    },
    {
      name: 'more than 4 MB',
      members: Array.from({ length: 11 }, (_, index) => ({
        Put: { TableName: 'counters', Item: { ...key(String(index)), text: { S: 'x'.repeat(400_000) } } },
      })),
      expected: /cannot exceed 4 MB/,
    },
    {
      name: 'an overlong token',
      members: [{ Update: add('a', 1) }],
      more: { ClientRequestToken: 'x'.repeat(37) },
      expected: /clientRequestToken/,
    },
    {
      name: 'a key of the wrong type, by its place',
      members: [{ Update: add('a', 1) }, { Put: { TableName: 'counters', Item: { id: { N: '1' } } } }],
      expected: /\[None, ValidationError\]$/,
    },
  ]) {
    it(`refuses ${name}, and writes nothing`, async () => {
      const engine = await anEngine();
      assert.match((await refusal(transact(engine, members, more))).message, expected);
      const scan = await engine.execute('Scan', { TableName: 'counters', Select: 'COUNT' });
      assert.equal(scan['Count'], 0);
      await engine.close();
    });
  }
});

const EMPTY_KEY =
  'One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: id';
const NO_SUCH_KEY = 'The provided key element does not match the schema';
const NOT_TEXT = 'One or more parameter values were invalid: Type mismatch for key id expected: S actual: N';
const CONFORMANCE = 'paritysuite/dynamodb-conformance#60';

describe('A transaction with a key that does not fit the table', () => {
  const on = (kind: string, keys: object): object => {
    const place = { TableName: 'counters', ...(kind === 'Put' ? { Item: keys } : { Key: keys }) };
    if (kind === 'ConditionCheck')
      return { [kind]: { ...place, ConditionExpression: 'attribute_exists(id)' } };
    return { [kind]: kind === 'Update' ? { ...add('', 1), ...place } : place };
  };
  const check = on('ConditionCheck', key('absent'));

  for (const { kind, source } of [
    { kind: 'Update', source: 'getmoto/moto, test_transaction_with_empty_key' },
    { kind: 'Delete', source: CONFORMANCE },
    { kind: 'ConditionCheck', source: CONFORMANCE },
    { kind: 'Put', source: 'paritysuite/dynamodb-conformance#46' },
  ])
    it(`is refused as a whole if the key of ${kind} is empty (${source})`, async () => {
      const engine = await anEngine();
      const TransactItems = [check, on(kind, key(''))];
      const { body } = await refusal(engine.execute('TransactWriteItems', { TransactItems }));
      assert.match(String(body['__type']), /#ValidationException$/);
      assert.equal(body['message'], EMPTY_KEY);
      await engine.close();
    });

  for (const { kind, keys, message, source } of [
    { kind: 'Update', keys: { id: { N: '1' } }, message: NO_SUCH_KEY, source: CONFORMANCE },
    { kind: 'Delete', keys: { id: { M: {} } }, message: NO_SUCH_KEY, source: CONFORMANCE },
    { kind: 'ConditionCheck', keys: { id: { N: '1' } }, message: NO_SUCH_KEY, source: CONFORMANCE },
    { kind: 'Delete', keys: { other: { S: 'a' } }, message: NO_SUCH_KEY, source: 'floci-io/floci#3674' },
    {
      kind: 'Put',
      keys: { id: { N: '1' } },
      message: NOT_TEXT,
      source: 'paritysuite/dynamodb-conformance#46',
    },
    { kind: 'Get', keys: { other: { S: 'a' } }, message: NO_SUCH_KEY, source: 'nubo-db/dynoxide#19' },
    { kind: 'Get', keys: key(''), message: EMPTY_KEY, source: 'nubo-db/dynoxide#102' },
  ])
    it(`is cancelled, with one reason, for ${kind} of ${JSON.stringify(keys)} (${source})`, async () => {
      const engine = await anEngine();
      const isRead = kind === 'Get';
      const other = isRead ? on('Get', key('absent')) : check;
      const { body } = await refusal(
        engine.execute(isRead ? 'TransactGetItems' : 'TransactWriteItems', {
          TransactItems: [other, on(kind, keys), on(kind, keys)],
        }),
      );
      assert.match(String(body['__type']), /#TransactionCanceledException$/);
      const none = { Code: 'None' };
      assert.deepEqual(body['CancellationReasons'], [
        none,
        { Code: 'ValidationError', Message: message },
        none,
      ]);
      await engine.close();
    });
});
