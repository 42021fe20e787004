/** Requests of an API that knows of no quota, charged by the lines of its access log. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { startCommand } from '../support/command.ts';
import type { Running } from '../support/command.ts';

const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));
const TABLE = 'gatewright-dev-usage';
const PLAN = {
  id: 'tracked',
  version: 1,
  cost: { 'GET /{name}': 2 },
  limits: [{ id: 'daily', level: 'key', quota: 10, period: 'DAY' }],
};

type Ready = {
  readonly apis: readonly { readonly name: string; readonly url: string }[];
  readonly dynamodb: string;
};

let folder = '';
let running: Running;
let url = '';
let table: DynamoDBClient;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatewright-tracker-'));
  running = await startCommand(
    [
      ...['start', CHECKOUT, join(CHECKOUT, 'test/fixtures/end-to-end/tracked.yaml')],
      ...['--port', '0', '--control-port', '0', '--json', '--no-reload'],
    ],
    '"ready":true',
    { cwd: folder },
  );
  const line = running
    .output()
    .stdout.split('\n')
    .find((text) => text.includes('"ready":true'));
  const { apis, dynamodb } = JSON.parse(line ?? '') as Ready;
  url = apis.find(({ name }) => name === 'tracked')?.url ?? '';
  const credentials = { accessKeyId: 'x', secretAccessKey: 'y' };
  table = new DynamoDBClient({ endpoint: dynamodb, region: 'us-east-1', credentials });
});
after(async () => {
  table.destroy();
  await running.stop();
  await rm(folder, { recursive: true, force: true });
});

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
