import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  DescribeContinuousBackupsCommand,
  DescribeEndpointsCommand,
  DescribeTimeToLiveCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactionCanceledException,
  TransactGetItemsCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createSystemClock } from '../../../../packages/gateway/server/adapters/system-clock.ts';
import {
  describeLateStart,
  type EmbeddedDynamoDb,
  EmbeddedDynamoDbError,
  startEmbeddedDynamoDb,
  startLimitMs,
} from '../../../../packages/gateway/dynamodb/embedded-dynamodb.ts';
import { createTablesAt } from '../../../../packages/gateway/services/tables/create-tables.ts';
import { aClient, anyTarget, SIGNER, aTable } from '../../../support/orders-table.ts';

const DAY_MS = 24 * 3_600_000;

describe('startEmbeddedDynamoDb', () => {
  const clock = createSystemClock();
  let dynamoDb: EmbeddedDynamoDb;
  let client: DynamoDBClient;

  before(async () => {
    dynamoDb = await startEmbeddedDynamoDb({ port: 0, signers: [SIGNER], clockOffset: clock.offset });
    await createTablesAt(anyTarget(dynamoDb.url), [aTable()]);
    client = aClient(dynamoDb.url);
  });
  after(async () => {
    client.destroy();
    await dynamoDb.close();
  });

  it('reports that nothing is backed up, as Terraform asks for every table, and that it is its own endpoint', async () => {
    const { ContinuousBackupsDescription: backups } = await client.send(
      new DescribeContinuousBackupsCommand({ TableName: 'orders' }),
    );
    const { Endpoints: endpoints } = await client.send(new DescribeEndpointsCommand());

    assert.deepEqual(backups, {
      ContinuousBackupsStatus: 'ENABLED',
      PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'DISABLED' },
    });
    assert.deepEqual(endpoints, [{ Address: new URL(dynamoDb.url).host, CachePeriodInMinutes: 1440 }]);
    await assert.rejects(client.send(new DescribeContinuousBackupsCommand({ TableName: 'none' })), {
      name: 'TableNotFoundException',
      message: 'Table not found: none',
    });
  });

  const put = (customer: string, number: number, more: Record<string, { S: string } | { N: string }> = {}) =>
    client.send(
      new PutItemCommand({
        TableName: 'orders',
        Item: { customer: { S: customer }, number: { N: String(number) }, ...more },
      }),
    );
  const get = async (customer: string, number: number) => {
    const Key = { customer: { S: customer }, number: { N: String(number) } };
    return (await client.send(new GetItemCommand({ TableName: 'orders', Key }))).Item;
  };

  it('answers an unmodified AWS SDK: items, indexes, expressions', async () => {
    await put('ann', 1, { state: { S: 'open' } });
    await put('ann', 2, { state: { S: 'paid' } });
    const updated = await client.send(
      new UpdateItemCommand({
        TableName: 'orders',
        Key: { customer: { S: 'ann' }, number: { N: '1' } },
        UpdateExpression: 'SET #s = :paid ADD amount :three',
        ExpressionAttributeNames: { '#s': 'state' },
        ExpressionAttributeValues: { ':paid': { S: 'paid' }, ':three': { N: '3' } },
        ReturnValues: 'ALL_NEW',
      }),
    );
    const byState = await client.send(
      new QueryCommand({
        TableName: 'orders',
        IndexName: 'by-state',
        KeyConditionExpression: '#s = :paid',
        ExpressionAttributeNames: { '#s': 'state' },
        ExpressionAttributeValues: { ':paid': { S: 'paid' } },
      }),
    );
    const open = await client.send(
      new QueryCommand({
        TableName: 'orders',
        IndexName: 'by-state',
        KeyConditionExpression: '#s = :open',
        ExpressionAttributeNames: { '#s': 'state' },
        ExpressionAttributeValues: { ':open': { S: 'open' } },
      }),
    );

    assert.deepEqual(updated.Attributes?.['amount'], { N: '3' });
    assert.deepEqual(byState.Items?.map((item) => item['number']?.N).sort(), ['1', '2']);
    assert.equal(open.Count, 0, 'the index entry of the old state is gone');
  });

  it('names the item that refused a condition, when asked for ALL_OLD', async () => {
    await put('bob', 1, { amount: { N: '7' } });
    const refused = client.send(
      new PutItemCommand({
        TableName: 'orders',
        Item: { customer: { S: 'bob' }, number: { N: '1' } },
        ConditionExpression: 'attribute_not_exists(customer)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );

    await assert.rejects(refused, (error) => {
      assert.ok(error instanceof ConditionalCheckFailedException);
      assert.deepEqual(error.Item?.['amount'], { N: '7' });
      return true;
    });
  });

  it('writes a transaction completely or not at all, and says which member refused it', async () => {
    await put('cat', 1, { amount: { N: '1' } });
    const transact = (condition: string) =>
      client.send(
        new TransactWriteItemsCommand({
          TransactItems: [
            {
              Update: {
                TableName: 'orders',
                Key: { customer: { S: 'cat' }, number: { N: '1' } },
                UpdateExpression: 'ADD amount :one',
                ExpressionAttributeValues: { ':one': { N: '1' } },
              },
            },
            {
              Put: {
                TableName: 'orders',
                Item: { customer: { S: 'cat' }, number: { N: '2' } },
                ConditionExpression: condition,
                ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
              },
            },
          ],
        }),
      );

    await transact('attribute_not_exists(customer)');
    await assert.rejects(transact('attribute_not_exists(customer)'), (error) => {
      assert.ok(error instanceof TransactionCanceledException);
      assert.deepEqual(
        error.CancellationReasons?.map(({ Code }) => Code),
        ['None', 'ConditionalCheckFailed'],
      );
      assert.deepEqual(error.CancellationReasons[1]?.Item?.['number'], { N: '2' });
      return true;
    });

    const read = await client.send(
      new TransactGetItemsCommand({
        TransactItems: ['1', '2', '3'].map((number) => ({
          Get: { TableName: 'orders', Key: { customer: { S: 'cat' }, number: { N: number } } },
        })),
      }),
    );
    assert.deepEqual(
      read.Responses?.map(({ Item }) => Item?.['amount']?.N ?? (Item === undefined ? 'none' : 'there')),
      ['2', 'there', 'none'],
    );
  });

  it('takes expired items out when the clock moves, from the table and from its indexes', async () => {
    const inAnHour = String(Math.floor(clock.nowEpochMs() / 1000) + 3600);
    await put('eve', 1, { expires: { N: inAnHour }, state: { S: 'late' } });
    await put('eve', 2, { expires: { S: inAnHour }, state: { S: 'late' } });
    const beforeShift = await get('eve', 1);

    clock.shift(DAY_MS);
    try {
      const afterShift = await get('eve', 1);
      const scan = await client.send(new ScanCommand({ TableName: 'orders', IndexName: 'by-state' }));

      assert.ok(beforeShift);
      assert.equal(afterShift, undefined);
      assert.deepEqual(
        scan.Items?.filter((item) => item['state']?.S === 'late').map((item) => item['number']?.N),
        ['2'],
        'a TTL that is no Number does not count',
      );
    } finally {
      clock.reset();
      // An SDK continues signing by the time that it has learned from the last Date.
      client.destroy();
      client = aClient(dynamoDb.url);
    }
  });

  it('dates its answers by the clock', async () => {
    clock.shift(2 * DAY_MS);
    try {
      const { headers } = await fetch(dynamoDb.url);
      const aheadMs = Date.parse(headers.get('date') ?? '') - Date.now();
      assert.ok(Math.abs(aheadMs - 2 * DAY_MS) < 5_000, `${aheadMs} ms ahead`);
    } finally {
      clock.reset();
      // An SDK continues signing by the time that it has learned from the last Date.
      client.destroy();
      client = aClient(dynamoDb.url);
    }
  });

  it('reports the time to live of a table', async () => {
    const { TimeToLiveDescription } = await client.send(
      new DescribeTimeToLiveCommand({ TableName: 'orders' }),
    );
    assert.deepEqual(TimeToLiveDescription, { TimeToLiveStatus: 'ENABLED', AttributeName: 'expires' });
  });

  it('says which port is taken', async () => {
    const port = Number(new URL(dynamoDb.url).port);
    await assert.rejects(
      startEmbeddedDynamoDb({ port, signers: [SIGNER], clockOffset: clock.offset }),
      (error) => {
        assert.ok(error instanceof EmbeddedDynamoDbError);
        assert.equal(error.message, `port ${port} for the embedded DynamoDB is in use`);
        return true;
      },
    );
  });
});

describe('calls of a signer that is judged', () => {
  const JUDGED = { accessKeyId: 'AKIDJUDGED', secretAccessKey: 'secret-of-judged', isJudged: true };
  const asked: unknown[] = [];
  let dynamoDb: EmbeddedDynamoDb;
  let judged: DynamoDBClient;

  before(async () => {
    dynamoDb = await startEmbeddedDynamoDb({
      port: 0,
      signers: [SIGNER],
      judge(question) {
        asked.push(question);
        return question.rights.some(({ action }) => action === 'dynamodb:GetItem') ? undefined : 'not that';
      },
    });
    await createTablesAt(anyTarget(dynamoDb.url), [aTable()]);
    judged = aClient(dynamoDb.url, JUDGED);
  });
  after(async () => {
    judged.destroy();
    await dynamoDb.close();
  });

  const Key = { customer: { S: 'ada' }, number: { N: '1' } };
  const read = () => judged.send(new GetItemCommand({ TableName: 'orders', Key }));

  it('are unknown until they are admitted, and are then checked with the key of the table', async () => {
    await assert.rejects(read(), { name: 'UnrecognizedClientException' });
    await dynamoDb.admit([SIGNER, JUDGED]);
    await read();
    assert.deepEqual(asked, [
      {
        accessKeyId: 'AKIDJUDGED',
        region: 'us-east-1',
        rights: [
          {
            action: 'dynamodb:GetItem',
            resource: 'orders',
            conditions: {
              'dynamodb:leadingkeys': ['ada'],
              'dynamodb:attributes': ['customer', 'number'],
            },
          },
        ],
      },
    ]);
  });

  it('are refused as DynamoDB refuses them, before the table is looked up', async () => {
    await dynamoDb.admit([SIGNER, JUDGED]);
    for (const TableName of ['orders', 'none'])
      await assert.rejects(judged.send(new ScanCommand({ TableName })), {
        name: 'AccessDeniedException',
        message: 'not that',
      });
  });
});

describe('calls that are judged at once', () => {
  it('get each its own verdict', async (test) => {
    const signer = { ...SIGNER, isJudged: true };
    const dynamoDb = await startEmbeddedDynamoDb({
      port: 0,
      signers: [signer],
      judge: ({ rights }) => rights.find(({ resource }) => resource !== 'none')?.resource,
    });
    const client = aClient(dynamoDb.url, signer);
    test.after(() => {
      client.destroy();
      return dynamoDb.close();
    });

    const results = await Promise.allSettled(
      ['a', 'none', 'b', 'c'].map((TableName) => client.send(new ScanCommand({ TableName }))),
    );

    assert.deepEqual(
      results.map((result) => result.status === 'rejected' && (result.reason as Error).message),
      ['a', 'Requested resource not found', 'b', 'c'],
    );
  });
});

describe('the end of the embedded DynamoDB', () => {
  it('is not a fault if it was requested', async () => {
    const faults: string[] = [];
    const dynamoDb = await startEmbeddedDynamoDb({
      port: 0,
      signers: [SIGNER],
      onFault: (message) => faults.push(message),
    });

    await dynamoDb.close();

    assert.deepEqual(faults, []);
  });
});

describe('the start of the embedded DynamoDB', () => {
  const rows: readonly [waiting: number, cores: number, limitMs: number][] = [
    [0, 2, 20_000],
    [2, 2, 20_000],
    [6, 2, 60_000],
    [35, 2, 120_000],
    [35, 64, 20_000],
  ];
  for (const [waiting, cores, limitMs] of rows)
    it(`may take ${limitMs / 1000} s at a load of ${waiting} on ${cores} cores`, () => {
      assert.equal(startLimitMs({ waiting, cores }), limitMs);
    });

  it('is given up after its time limit', async (test) => {
    test.mock.timers.enable({ apis: ['setTimeout'] });
    const started = startEmbeddedDynamoDb({ port: 0, signers: [SIGNER] });
    test.mock.timers.tick(120_000);

    await assert.rejects(started, {
      code: 'DYNAMODB_NOT_STARTED',
      message: /^the embedded DynamoDB did not start in \d+ s; /,
    });
  });

  it('that is late on a busy machine names it, the way out and the last that was printed', () => {
    const output = ['one', 'two', 'three', 'four', 'five', 'six', ''].join('\n');

    assert.equal(
      describeLateStart(120_000, { waiting: 35, cores: 2 }, output),
      'the embedded DynamoDB did not start in 120 s; this machine is overloaded (load 35.0 on 2 cores): stop other programs and start again. ' +
        'Or use another DynamoDB, such as DynamoDB Local: --dynamodb http://127.0.0.1:8000\n' +
        'Its last output:\ntwo\nthree\nfour\nfive\nsix',
    );
  });

  it('that is late on an idle machine has no known reason', () => {
    assert.match(
      describeLateStart(20_000, { waiting: 0, cores: 4 }, ''),
      /^the embedded DynamoDB did not start in 20 s; the cause is unknown: .* --dynamodb http:\/\/127\.0\.0\.1:8000$/,
    );
  });
});
