/** The deletion of a customer, with a local gateway whose clock was moved. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { it } from 'node:test';
import * as commands from '@aws-sdk/client-dynamodb';
import { createCustomer } from '#shared/quota/admin/customers.ts';
import { savePlan } from '#shared/quota/admin/plans.ts';
import { printItem } from '#shared/table/dynamodb-expression.ts';
import type { Item } from '#shared/table/item-write.ts';
import { describeFound } from '../../../../../../packages/toolkit/stack/quota/commands/quota-forget.ts';
import { startEmbeddedDynamoDb } from '../../../../../../packages/gateway/dynamodb/embedded-dynamodb.ts';
import { publishCredentials } from '../../../../../../packages/gateway/kernel/files/identity-file.ts';
import { createSystemClock } from '../../../../../../packages/gateway/server/adapters/system-clock.ts';
import type { Finished } from '../../../../../support/command.ts';
import { runCommandHere } from '../../../../../support/command-in-process.ts';
import { SIGNER } from '../../../../../support/orders-table.ts';
import { memoryAdminPorts, requested } from '../../../../../support/quota-admin.ts';

const PLAN = {
  id: 'gold',
  version: 1,
  invoice: { currency: 'EUR' },
  limits: [{ id: 'monthly', level: 'tenant', quota: 1000, period: 'MONTH', price: { fee: '10' } }],
};
const NOW_MS = Date.UTC(2099, 0, 5);

// The walk of a user: after `clock +5d` a draft had the fee of the month, and the deletion gave it up unasked.
it('reads the clock of the local gateway, by which the fees of the customer have begun', async (test) => {
  const items = new Map<string, Item>();
  const ports = memoryAdminPorts(items, { nowEpochMs: () => NOW_MS });
  await savePlan(ports, requested('plan', NOW_MS), 'gold', PLAN);
  await createCustomer(ports, requested('create', NOW_MS), { tenant: 'idle', plan: 'gold' });
  const clockOffset = createSystemClock().offset;
  const dynamoDb = await startEmbeddedDynamoDb({ port: 0, signers: [SIGNER], clockOffset });
  test.after(() => dynamoDb.close());
  const client = new commands.DynamoDBClient({
    region: 'us-east-1',
    credentials: SIGNER,
    endpoint: dynamoDb.url,
  });
  test.after(() => client.destroy());
  await fill(client, 'gatewright-dev-usage', items);
  await fill(client, 'gatewright-dev-access', new Map());
  const gateway = await openClockedGateway(client, NOW_MS);
  test.after(gateway.close);
  const ask = (...args: readonly string[]): Promise<Finished> =>
    runCommandHere(['customers', 'delete', 'idle', ...args], { cwd: gateway.folder });

  const refused = await ask('--confirm', 'idle');
  const done = await ask('--confirm', 'idle', '--even-if-open');

  assert.match(
    refused.stderr,
    /nothing was deleted\. These periods have usage with a price, or a fee, and are not closed: monthly\/2099-01-01T\S+ \(its fee is not recorded; ends at /,
  );
  assert.equal(done.code, 0, done.stderr);
  const left = await client.send(new commands.ScanCommand({ TableName: 'gatewright-dev-usage' }));
  assert.match(JSON.stringify(left.Items), /AUDIT#2099-01-05"/);
});

async function fill(
  client: commands.DynamoDBClient,
  table: string,
  items: ReadonlyMap<string, Item>,
): Promise<void> {
  await client.send(
    new commands.CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk'].map((name) => ({ AttributeName: name, AttributeType: 'S' })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );
  for (const [name, item] of items) {
    const [pk = '', sk = ''] = name.split('\n');
    await client.send(new commands.PutItemCommand({ TableName: table, Item: printItem({ pk, sk }, item) }));
  }
}

/** A gateway that was started from a folder, with the tables of a DynamoDB and a clock of its own. */
async function openClockedGateway(
  client: commands.DynamoDBClient,
  nowEpochMs: number,
): Promise<{ readonly folder: string; readonly close: () => void }> {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-clocked-'));
  const local: Readonly<Record<string, object>> = {
    '/_gatewright/status': { region: 'us-east-1' },
    '/_gatewright/clock': { nowEpochMs, offsetMs: 1 },
  };
  const operations: Readonly<Record<string, (input: never) => Promise<object>>> = {
    Scan: (input) => client.send(new commands.ScanCommand(input)),
    DeleteItem: (input) => client.send(new commands.DeleteItemCommand(input)),
    UpdateItem: (input) => client.send(new commands.UpdateItemCommand(input)),
    PutItem: (input) => client.send(new commands.PutItemCommand(input)),
  };
  const server = createServer((asked, reply) => {
    const [, operation = ''] = String(asked.headers['x-amz-target']).split('.');
    const send = (answer: unknown): void => void reply.end(JSON.stringify(answer));
    const known = local[asked.url ?? ''];
    if (known !== undefined) {
      send(known);
      return;
    }
    void text(asked)
      .then((body) => operations[operation]?.(JSON.parse(body) as never))
      .then(send, (error: unknown) => {
        reply.statusCode = 400;
        send({ __type: error instanceof Error ? error.name : 'Unknown' });
      });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const controlUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await publishCredentials(folder, { ...SIGNER, controlUrl, controlSecret: 'secret' });
  return {
    folder,
    close: () => {
      server.close();
      rmSync(folder, { recursive: true });
    },
  };
}

it('has a line for each kind of record and for each invoice, in words for people who sell access', () => {
  const found = new Map([
    ['ledgers', 2],
    ['heads', 1],
    ['usage records', 3],
  ]);
  const invoices = [{ number: '2026-11-7k', month: '2026-11', currency: 'EUR', total: '55.15' }];
  assert.deepEqual(describeFound({ found, invoices, openMoney: [], nativeKeys: [], isActive: true }), {
    'periods of quotas': '2',
    quotas: '1',
    'usage records': '3',
    'invoice 2026-11-7k': '2026-11: 55.15 EUR',
  });
});
