import { ListTablesCommand, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { createSystemClock } from '../../../../../packages/gateway/server/adapters/system-clock.ts';
import { createTablesAt } from '../../../../../packages/gateway/services/tables/create-tables.ts';
import { checkTables, loadTables } from '../../../../../packages/gateway/services/tables/saved-tables.ts';
import { StateFileError } from '../../../../../packages/gateway/kernel/files/state-file.ts';
import { startEmbeddedDynamoDb } from '../../../../../packages/gateway/dynamodb/embedded-dynamodb.ts';
import type { EmbeddedDynamoDb } from '../../../../../packages/gateway/dynamodb/embedded-dynamodb.ts';
import { aClient, anyTarget, aTable, SIGNER } from '../../../../support/orders-table.ts';

/** A table that a file may name: whatever it is, checkTables() lets it through, and DynamoDB may not. */
const other = (more: UnknownMembers, items: readonly UnknownMembers[] = []): UnknownMembers => ({
  region: 'us-east-1',
  timeToLive: null,
  items,
  definition: {
    TableName: 'other',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  },
  ...more,
});

describe('loadTables', () => {
  let store: EmbeddedDynamoDb;
  before(async () => {
    const clock = createSystemClock();
    store = await startEmbeddedDynamoDb({ port: 0, signers: [SIGNER], clockOffset: clock.offset });
    await createTablesAt(anyTarget(store.url), [aTable()]);
    const Item = { customer: { S: 'ann' }, number: { N: '1' } };
    await aClient(store.url).send(new PutItemCommand({ TableName: 'orders', Item }));
  });
  after(() => store.close());

  const ROWS: readonly (readonly [string, UnknownMembers])[] = [
    ['an item whose key is empty', other({}, [{ id: { S: '' } }])],
    ['a time to live without a name', other({ timeToLive: '' })],
  ];
  for (const [what, table] of ROWS)
    it(`changes nothing if the file has ${what}`, async () => {
      const client = aClient(store.url);
      await assert.rejects(loadTables(anyTarget(store.url), checkTables([table])), (error) => {
        assert.ok(error instanceof StateFileError);
        assert.match(error.message, /ValidationException.*nothing was changed/s);
        return true;
      });

      const { Items } = await client.send(new ScanCommand({ TableName: 'orders' }));
      assert.deepEqual(
        Items?.map(({ customer }) => customer),
        [{ S: 'ann' }],
      );
      assert.deepEqual((await client.send(new ListTablesCommand({}))).TableNames, ['orders']);
    });
});
