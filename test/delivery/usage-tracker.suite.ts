/** Requests to an API without a quota, charged by the lines of its access log. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DynamoDBClient, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { readCredentials } from '../../packages/gateway/kernel/files/identity-file.ts';
import { startedToolkit } from '../support/started-toolkit.ts';

const TABLE = 'gatewright-dev-usage';
const PLAN = {
  id: 'tracked',
  version: 1,
  cost: { 'GET /{name}': 2 },
  limits: [{ id: 'daily', level: 'key', quota: 10, period: 'DAY' }],
};

let url = '';
let table: DynamoDBClient;
before(async () => {
  const { dynamodb, folder, urlOf } = await startedToolkit();
  url = urlOf(({ name }) => name === 'tracked');
  const credentials = await readCredentials(folder);
  assert.ok(credentials !== undefined);
  table = new DynamoDBClient({ endpoint: dynamodb, region: 'us-east-1', credentials });
});
after(() => table.destroy());

/** The ledger of the key, as soon as it says what is awaited. */
async function ledgerWith(used: number): Promise<Readonly<Record<string, string | undefined>>> {
  for (;;) {
    const { Items = [] } = await table.send(
      new QueryCommand({
        TableName: TABLE,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
        ExpressionAttributeValues: { ':pk': { S: 'Q#tracked-api#daily#everybody' }, ':sk': { S: 'P#' } },
      }),
    );
    const [ledger] = Items.map((item) =>
      Object.fromEntries(Object.entries(item).map(([name, value]) => [name, value.N])),
    );
    if (ledger !== undefined && Number(ledger['used']) >= used) return ledger;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('usage-tracker', { timeout: 30_000 }, () => {
  it('charges what was served, failures of the backend too, and nothing that never reached it', async () => {
    const Item = {
      pk: { S: 'PLAN#tracked' },
      sk: { S: 'V' },
      ver: { N: '1' },
      doc: { S: JSON.stringify(PLAN) },
      list: { S: 'PLANS' },
    };
    await table.send(new PutItemCommand({ TableName: TABLE, Item }));

    const statuses = [];
    for (const path of ['/a', '/b', '/fail', '/no/such/route', '/c', '/d', '/e'])
      statuses.push((await fetch(`${url}${path}`)).status);
    const { used, rem, out } = await ledgerWith(12);

    assert.deepEqual(statuses, [200, 200, 500, 404, 200, 200, 200]);
    assert.deepEqual({ used, rem, out }, { used: '12', rem: '-2', out: '0' });
  });
});
