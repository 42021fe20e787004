import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as commands from '@aws-sdk/client-dynamodb';
import { createDynamoDbTable } from '#shared/table/dynamodb-table.ts';
import { parseRefusal } from '#shared/table/dynamodb-failure.ts';
import type { LoadTableClient } from '#shared/table/dynamodb-table.ts';
import { grantWrite } from '#shared/quota/ledger/ledger.ts';
import { createSystemClock } from '../../../packages/gateway/server/adapters/system-clock.ts';
import { startEmbeddedDynamoDb } from '../../../packages/gateway/dynamodb/embedded-dynamodb.ts';
import { aLoopbackServer } from '../../support/signed-tokens.ts';
import { describeLedgerStore, randomTableName } from '../quota/ledger/ledger.suite.ts';
import type { OpenStore } from '../quota/ledger/ledger.suite.ts';
import { describePermitsAndShards } from '../quota/holding/permits-and-shards.suite.ts';
import { SIGNER } from '../../support/orders-table.ts';
import { createKeyedTable } from '../../support/a-keyed-table.ts';

/** Any endpoint accepts this pair, except AWS itself, which gets the developer's own. */
const LOCAL = { region: 'us-east-1', credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' } };

const clientAt =
  (endpoint: string): LoadTableClient =>
  () =>
    Promise.resolve({
      client: new commands.DynamoDBClient({ ...LOCAL, endpoint, maxAttempts: 1 }),
      commands,
    });

async function createTable(endpoint: string): Promise<{ tableName: string; drop: () => Promise<void> }> {
  const tableName = randomTableName();
  const client = new commands.DynamoDBClient({ ...LOCAL, endpoint });
  await createKeyedTable(client, tableName);
  return {
    tableName,
    drop: async () => {
      await client.send(new commands.DeleteTableCommand({ TableName: tableName }));
      client.destroy();
    },
  };
}

const openAt = async (endpoint: string, stop: () => Promise<void>): ReturnType<OpenStore> => {
  const { tableName, drop } = await createTable(endpoint);
  // Emulators of other people may be slow at first; what is tested is what they do.
  const store = createDynamoDbTable({ tableName, timeoutMs: 2000, load: clientAt(endpoint) });
  return { store, close: () => drop().then(stop) };
};

const endpoint = process.env['DYNAMODB_ENDPOINT'];
const STORES: Readonly<Record<string, OpenStore>> = {
  ...(endpoint !== undefined && { [`at ${endpoint}`]: () => openAt(endpoint, () => Promise.resolve()) }),
  'on the embedded DynamoDB': async () => {
    const dynamoDb = await startEmbeddedDynamoDb({
      port: 0,
      signers: [SIGNER],
      clockOffset: createSystemClock().offset,
    });
    return openAt(dynamoDb.url, () => dynamoDb.close());
  },
};
for (const [name, open] of Object.entries(STORES)) {
  describeLedgerStore(name, open);
  describePermitsAndShards(name, open);
}

describe('createDynamoDbTable', () => {
  const write = grantWrite(
    { pk: 'Q#t#l#k', sk: 'P#2026' },
    { units: 1, gate: 1, outstandingMax: undefined, report: 0 },
    { holder: 'a1b2c3d4e5f6', sequence: 1, fence: 1 },
  );

  const CASES = [
    {
      name: 'a throttled write as not applied',
      status: 400,
      type: 'ProvisionedThroughputExceededException',
      expected: { kind: 'rejected', retryable: true },
    },
    {
      name: 'a denied one as not applied',
      status: 400,
      type: 'AccessDeniedException',
      expected: { kind: 'rejected', retryable: false },
    },
    {
      name: 'a missing table as not applied',
      status: 400,
      type: 'ResourceNotFoundException',
      expected: { kind: 'rejected', retryable: false },
    },
    {
      name: 'an internal error as unknown',
      status: 500,
      type: 'InternalServerError',
      expected: { kind: 'unknown' },
    },
    {
      name: 'an overload of the service as unknown',
      status: 503,
      type: 'ServiceUnavailable',
      expected: { kind: 'unknown' },
    },
  ];
  for (const { name, status, type, expected } of CASES)
    it(`takes ${name}, and asks once`, async () => {
      let calls = 0;
      await using server = await aLoopbackServer((_request, response) => {
        calls += 1;
        response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
        response.end(JSON.stringify({ __type: type, message: 'no' }));
      });

      const outcome = await createDynamoDbTable({ tableName: 't', load: clientAt(server.url) }).update(write);

      assert.deepEqual({ ...outcome, reason: undefined }, { ...expected, reason: undefined });
      assert.equal('reason' in outcome && outcome.reason, type);
      assert.equal(calls, 1);
    });

  it('asks once with the client that it makes itself: what the SDK sends again is counted once here', async () => {
    let calls = 0;
    await using server = await aLoopbackServer((_request, response) => {
      calls += 1;
      response.writeHead(500, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify({ __type: 'InternalServerError' }));
    });
    const before = { ...process.env };
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_DYNAMODB: server.url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'secret',
    });
    try {
      const outcome = await createDynamoDbTable({ tableName: 't' }).update(write);

      assert.deepEqual([outcome.kind, calls], ['unknown', 1]);
    } finally {
      process.env = before;
    }
  });

  it('reads consistently on request, and not otherwise', async () => {
    const asked: unknown[] = [];
    await using server = await aLoopbackServer((request, response) => {
      let body = '';
      request.on('data', (part) => (body += String(part)));
      request.on('end', () => {
        asked.push((JSON.parse(body) as { ConsistentRead?: unknown }).ConsistentRead);
        response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
        response.end('{}');
      });
    });
    const store = createDynamoDbTable({ tableName: 't', load: clientAt(server.url) });

    await store.read(write.key, { consistent: true });
    await store.read(write.key);

    assert.deepEqual(asked, [true, false]);
  });

  // Source: the API reference of TransactWriteItems, "Errors": reasons in the order of the items.
  for (const code of ['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'])
    it(`sends a transaction that was cancelled by ${code} again, whatever else failed`, async () => {
      await using server = await aLoopbackServer((_request, response) => {
        response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
        const CancellationReasons = [{ Code: 'ConditionalCheckFailed' }, { Code: code }, { Code: 'None' }];
        response.end(JSON.stringify({ __type: 'TransactionCanceledException', CancellationReasons }));
      });
      const store = createDynamoDbTable({ tableName: 't', load: clientAt(server.url) });

      const outcome = await store.transact([write]);

      assert.deepEqual({ ...outcome, reason: '' }, { kind: 'rejected', retryable: true, reason: '' });
    });

  it('takes the time of the table from the date of its answers, of refusals too', async () => {
    const answers: readonly (readonly [status: number, body: object])[] = [
      [200, { Attributes: {} }],
      [200, { Item: {} }],
      [400, { __type: 'ConditionalCheckFailedException' }],
    ];
    let asked = 0;
    await using server = await aLoopbackServer((_request, response) => {
      const [status = 500, body = {}] = answers[asked++] ?? [];
      response.writeHead(status, {
        'content-type': 'application/x-amz-json-1.0',
        date: 'Fri, 20 Nov 2026 08:00:00 GMT',
      });
      response.end(JSON.stringify(body));
    });
    const store = createDynamoDbTable({ tableName: 't', load: clientAt(server.url) });

    const outcomes = [await store.update(write), await store.read(write.key), await store.update(write)];

    assert.deepEqual(
      outcomes.map((outcome) => 'storeEpochMs' in outcome && outcome.storeEpochMs),
      Array.from({ length: 3 }, () => Date.UTC(2026, 10, 20, 8)),
    );
  });

  it('does not change an item that a newer version of the stack has written', async () => {
    const newer = { Item: { pk: { S: 'p' }, sk: { S: 's' }, layout: { N: '2' } } };
    const conditions: unknown[] = [];
    await using server = await aLoopbackServer((request, response) => {
      let body = '';
      request.on('data', (part) => (body += String(part)));
      request.on('end', () => {
        const sent = JSON.parse(body) as {
          ConditionExpression?: string;
          Key?: object;
          TransactItems?: unknown;
        };
        const isRead = request.headers['x-amz-target']?.toString().endsWith('GetItem') === true;
        if (!isRead)
          conditions.push(
            JSON.stringify(sent).match(/\(attribute_not_exists\(#layout\) OR #layout <= :v\d\)/g),
          );
        response.writeHead(isRead ? 200 : 400, { 'content-type': 'application/x-amz-json-1.0' });
        const CancellationReasons = [{ Code: 'None' }, { Code: 'ConditionalCheckFailed', ...newer }];
        const refused =
          sent.TransactItems === undefined
            ? { __type: 'ConditionalCheckFailedException', ...newer }
            : { __type: 'TransactionCanceledException', CancellationReasons };
        response.end(JSON.stringify(isRead ? newer : refused));
      });
    });
    const store = createDynamoDbTable({ tableName: 't', load: clientAt(server.url) });
    const put = { ...write, change: { kind: 'put', item: { a: 1 } } } as const;

    const outcomes = [await store.update(write), await store.update(put), await store.transact([put, write])];
    const read = await store.read(write.key);

    for (const outcome of outcomes) {
      assert.equal(outcome.kind, 'rejected');
      assert.match(('reason' in outcome && outcome.reason) || '', /layout 2/);
    }
    assert.equal(read.kind, 'unavailable');
    assert.deepEqual(
      conditions.map((found) => (found as readonly string[]).length),
      [1, 1, 2],
    );
  });

  it('does not know the result of a write that was not answered in time', async () => {
    await using server = await aLoopbackServer(() => undefined);
    const store = createDynamoDbTable({ tableName: 't', timeoutMs: 20, load: slowAt(server.url) });

    assert.equal((await store.update(write)).kind, 'unknown');
    assert.equal((await store.read(write.key)).kind, 'unavailable');
  });

  for (const body of ['{}', '', '[]'])
    it(`knows nothing of an update that was answered with ${JSON.stringify(body)}, as DynamoDB answers none`, async () => {
      await using server = await aLoopbackServer((_request, response) => response.end(body));

      const outcome = await createDynamoDbTable({ tableName: 't', load: clientAt(server.url) }).update(write);

      assert.equal(outcome.kind, 'unknown');
    });

  it('calls a connection that was refused no write', async () => {
    const server = await aLoopbackServer(() => undefined);
    await server[Symbol.asyncDispose]();

    const outcome = await createDynamoDbTable({ tableName: 't', load: clientAt(server.url) }).update(write);

    assert.deepEqual(outcome, { kind: 'rejected', retryable: false, reason: 'Error ECONNREFUSED' });
  });

  it('loads the SDK on the first call, once, and again after a failure to', async () => {
    let loads = 0;
    const load: LoadTableClient = () => {
      loads += 1;
      return Promise.reject(new Error('no such package'));
    };
    const store = createDynamoDbTable({ tableName: 't', load });
    assert.equal(loads, 0);

    await store.update(write);
    await store.update(write);

    assert.equal(loads, 2);
  });
});

/** A client whose own patience is short: the first call of a ledger has two seconds. */
function slowAt(url: string): LoadTableClient {
  return () =>
    Promise.resolve({
      client: new commands.DynamoDBClient({
        ...LOCAL,
        endpoint: url,
        maxAttempts: 1,
        requestHandler: { requestTimeout: 50, throwOnRequestTimeout: true },
      }),
      commands,
    });
}

describe('parseRefusal', () => {
  const refused = (fields: object) =>
    Object.assign(new Error('refused'), { name: 'ConditionalCheckFailedException', ...fields });

  it('returns the item, or that there was none', () => {
    assert.deepEqual(parseRefusal(refused({ Item: { units: { N: '7' } } })), { item: { units: 7 } });
    assert.deepEqual(parseRefusal(refused({ Item: undefined })), { item: undefined });
  });

  it('refuses a client that drops the item, as versions before 3.363.0 do', () => {
    assert.throws(() => parseRefusal(refused({})), { code: 'CONFIG_INVALID', message: /3\.363\.0/ });
  });
});
