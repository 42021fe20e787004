import { ListTablesCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { createTablesAt } from '../../../../packages/gateway/services/tables/create-tables.ts';
import { openLateDynamoDb } from '../../../../packages/gateway/dynamodb/late-dynamodb.ts';
import type {
  LateDynamoDb,
  LateDynamoDbOptions,
} from '../../../../packages/gateway/dynamodb/late-dynamodb.ts';
import { aClient, anyTarget, SIGNER, aTable } from '../../../support/orders-table.ts';

async function open(test: TestContext, options: Partial<LateDynamoDbOptions> = {}): Promise<LateDynamoDb> {
  const dynamoDb = await openLateDynamoDb({ signers: [SIGNER], ...options });
  test.after(() => dynamoDb.close());
  return dynamoDb;
}

async function namesAt({ url }: LateDynamoDb): Promise<readonly string[] | undefined> {
  const client = aClient(url);
  try {
    return (await client.send(new ListTablesCommand())).TableNames;
  } finally {
    client.destroy();
  }
}

describe('an embedded DynamoDB that starts on demand', () => {
  it('has an address and no thread until the first call, and answers calls at once', async (test) => {
    const changes: unknown[] = [];
    const dynamoDb = await open(test, { signers: [], onChanges: (more) => changes.push(...more) });
    const { url } = dynamoDb;
    await dynamoDb.admit([SIGNER]);
    dynamoDb.follow(['orders']);
    assert.deepEqual([dynamoDb.isStarted, dynamoDb.consumed], [false, []]);

    const answers = await Promise.all([namesAt(dynamoDb), namesAt(dynamoDb), namesAt(dynamoDb)]);

    assert.deepEqual(answers, [[], [], []]);
    assert.deepEqual([dynamoDb.isStarted, dynamoDb.url], [true, url]);
    await createTablesAt(anyTarget(url), [aTable()]);
    const client = aClient(url);
    await client.send(
      new PutItemCommand({ TableName: 'orders', Item: { customer: { S: 'a' }, number: { N: '1' } } }),
    );
    client.destroy();
    // The thread answers in the order in which it reports changes.
    await dynamoDb.admit([SIGNER]);
    assert.equal(changes.length, 1);
  });

  it('gives its port to the thread that tables need', async (test) => {
    const dynamoDb = await open(test);
    const { url } = dynamoDb;

    await Promise.all([dynamoDb.start(), dynamoDb.start()]);
    await createTablesAt(anyTarget(url), [aTable()]);

    assert.deepEqual(await namesAt(dynamoDb), ['orders']);
    assert.equal(dynamoDb.url, url);
  });

  it('starts with a later connection if the data directory could not be used at first', async (test) => {
    const folder = mkdtempSync(join(tmpdir(), 'gatewright-late-'));
    test.after(() => rmSync(folder, { recursive: true, force: true }));
    const dataDirectory = join(folder, 'data');
    writeFileSync(dataDirectory, 'a file in its place');
    const dynamoDb = await open(test, { dataDirectory });

    await assert.rejects(dynamoDb.start(), { code: 'DATA_DIRECTORY' });
    rmSync(dataDirectory);
    await assert.rejects(fetch(dynamoDb.url));

    assert.deepEqual(await namesAt(dynamoDb), []);
  });

  it('ends without having begun', async () => {
    const dynamoDb = await openLateDynamoDb({ signers: [] });
    await dynamoDb.close();

    await assert.rejects(fetch(dynamoDb.url));
    assert.equal(dynamoDb.isStarted, false);
  });
});
