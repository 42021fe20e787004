import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { get as httpGet } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { after, describe, it } from 'node:test';
import {
  APIGatewayClient,
  CreateApiKeyCommand,
  CreateDeploymentCommand,
  CreateRestApiCommand,
  CreateUsagePlanCommand,
  CreateUsagePlanKeyCommand,
  GetApiKeysCommand,
  GetRestApisCommand,
  GetUsageCommand,
  PutIntegrationCommand,
  PutIntegrationResponseCommand,
  PutMethodCommand,
  PutMethodResponseCommand,
} from '@aws-sdk/client-api-gateway';
import { DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { anHttpApiTemplate } from '../support/a-small-template.ts';
import { READY, readyOf, runCommand, startCommand } from '../support/command.ts';
import type { Finished, Running } from '../support/command.ts';

const SOURCE = 'exports.handler = async () => ({ statusCode: 200, body: String(Date.now()) });';
const ORDERS = {
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    TableName: 'orders',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  },
};

type Ready = { readonly control: string };

describe('gatewright data, and start --seed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-data-'));
  const file = join(folder, 'kept.data');
  let running: Running | undefined;

  mkdirSync(join(folder, 'seeds'));
  writeFileSync(join(folder, 'template.json'), JSON.stringify(anHttpApiTemplate(SOURCE, { Orders: ORDERS })));
  writeFileSync(join(folder, 'seeds', 'orders.yml'), '- { id: seeded, size: 3, tags: [a, b] }\n');

  after(async () => {
    await running?.stop();
    rmSync(folder, { recursive: true });
  });

  async function start(...more: string[]): Promise<void> {
    const args = ['start', 'template.json', '--json', '--port', '0', '--control-port', '0', ...more];
    running = await startCommand(args, READY, { cwd: folder });
  }
  const run = (...args: string[]): Promise<Finished> => runCommand(args, { cwd: folder });

  async function clients() {
    const { control } = readyOf(running!) as Ready;
    const { accessKeyId = '', secretAccessKey = '' } = JSON.parse(
      readFileSync(join(folder, '.gatewright', 'credentials.json'), 'utf8'),
    ) as Record<string, string>;
    const options = { endpoint: control, region: 'us-east-1', credentials: { accessKeyId, secretAccessKey } };
    return { control, apis: new APIGatewayClient(options), tables: new DynamoDBClient(options) };
  }

  /** Ids of what calls have made. */
  async function makeState(): Promise<{ apiId: string; planId: string; key: string }> {
    const { apis, tables } = await clients();
    const { id: restApiId = '', rootResourceId: resourceId = '' } = await apis.send(
      new CreateRestApiCommand({ name: 'made' }),
    );
    const method = { restApiId, resourceId, httpMethod: 'GET' };
    await apis.send(new PutMethodCommand({ ...method, authorizationType: 'NONE', apiKeyRequired: true }));
    await apis.send(new PutMethodResponseCommand({ ...method, statusCode: '200' }));
    const requestTemplates = { 'application/json': '{"statusCode":200}' };
    await apis.send(new PutIntegrationCommand({ ...method, type: 'MOCK', requestTemplates }));
    await apis.send(
      new PutIntegrationResponseCommand({
        ...method,
        statusCode: '200',
        responseTemplates: { 'application/json': '{"made":true}' },
      }),
    );
    await apis.send(new CreateDeploymentCommand({ restApiId, stageName: 'live' }));
    const { id: planId = '' } = await apis.send(
      new CreateUsagePlanCommand({
        name: 'plan',
        apiStages: [{ apiId: restApiId, stage: 'live' }],
        quota: { limit: 3, period: 'MONTH' },
      }),
    );
    const { id: keyId = '', value: key = '' } = await apis.send(
      new CreateApiKeyCommand({ name: 'key', enabled: true }),
    );
    await apis.send(new CreateUsagePlanKeyCommand({ usagePlanId: planId, keyId, keyType: 'API_KEY' }));
    await tables.send(
      new PutItemCommand({ TableName: 'orders', Item: { id: { S: 'o-1' }, blob: { B: Buffer.from('x') } } }),
    );
    return { apiId: restApiId, planId, key };
  }

  /** Everything that a caller sees of it. */
  async function answers({ apiId, planId, key }: { apiId: string; planId: string; key: string }) {
    const { control, apis, tables } = await clients();
    const { url } = (await listRoutes(control)).find(({ id }) => id === apiId) ?? { url: '' };
    const ask = async (headers: Record<string, string>): Promise<string> => {
      const { port, pathname } = new URL(url);
      const { status, body } = await get(Number(port), pathname, headers);
      return `${status} ${body}`;
    };
    const used = [await ask({ 'x-api-key': key }), await ask({ 'x-api-key': key }), await ask({})];
    const day = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    const { items: usage } = await apis.send(
      new GetUsageCommand({ usagePlanId: planId, startDate: day, endDate: day }),
    );
    const { items: keys } = await apis.send(new GetApiKeysCommand({ includeValues: true }));
    const { items: all } = await apis.send(new GetRestApisCommand({}));
    const { Items: orders } = await tables.send(new ScanCommand({ TableName: 'orders' }));
    const { keys: issuer } = (await (await fetch(`${control}/.well-known/jwks.json`)).json()) as {
      keys: unknown;
    };
    return { used, usage, keys, all: all?.filter(({ id }) => id === apiId), orders, issuer };
  }

  async function listRoutes(control: string): Promise<readonly { id: string; url: string }[]> {
    const { controlSecret } = JSON.parse(
      readFileSync(join(folder, '.gatewright', 'credentials.json'), 'utf8'),
    ) as Record<string, string>;
    const response = await fetch(`${control}/_gatewright/routes`, {
      headers: { Authorization: `Bearer ${controlSecret ?? ''}` },
    });
    return (await response.json()) as { id: string; url: string }[];
  }

  it('fills tables from a folder, once', async () => {
    await start('--seed', 'seeds');
    const { tables } = await clients();

    const { Items } = await tables.send(new ScanCommand({ TableName: 'orders' }));

    assert.deepEqual(Items, [
      { id: { S: 'seeded' }, size: { N: '3' }, tags: { L: [{ S: 'a' }, { S: 'b' }] } },
    ]);
    assert.match(running!.output().stderr, /--seed: items added to orders: 1/);
  });

  it('answers the same after save, kill -9, a start without data, and load', async () => {
    const made = await makeState();
    await run('clock', '+1d');
    const before = await answers(made);
    const saved = await run('data', 'save', file);
    process.kill(running!.pid, 'SIGKILL');
    await start();
    const { Items: empty } = await (await clients()).tables.send(new ScanCommand({ TableName: 'orders' }));

    const loaded = await run('data', 'load', file);
    const { used, usage, ...rest } = await answers(made);

    assert.match(saved.stdout, /^saved 1 table, 2 items, 9 calls: /);
    assert.match(loaded.stdout, /^loaded 1 table, 2 items, 9 calls: /);
    assert.deepEqual(empty, []);
    const { used: usedBefore, usage: usageBefore, ...restBefore } = before;
    assert.deepEqual(rest, restBefore);
    // Two of a quota of three were used before: one is left.
    assert.deepEqual(usedBefore, ['200 {"made":true}', '200 {"made":true}', '403 {"message":"Forbidden"}']);
    assert.deepEqual(used, [
      '200 {"made":true}',
      '429 {"message":"Limit Exceeded"}',
      '403 {"message":"Forbidden"}',
    ]);
    assert.deepEqual(
      [Object.values(usageBefore ?? {})[0]?.[0], Object.values(usage ?? {})[0]?.[0]],
      [
        [2, 1],
        [3, 0],
      ],
    );
    if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it('refuses a file that was truncated or changed, and a gateway that has state of its own', async () => {
    const again = await run('data', 'load', file);
    await running!.stop();
    await start();
    const text = readFileSync(file, 'utf8');
    const reply: Finished[] = [];
    for (const [name, content] of [
      ['cut', text.slice(0, -40)],
      ['changed', text.replace('o-1', 'o-2')],
      ['foreign', '{"orders":[]}'],
    ] as const) {
      writeFileSync(join(folder, name), content);
      reply.push(await run('data', 'load', name));
    }
    const { Items } = await (await clients()).tables.send(new ScanCommand({ TableName: 'orders' }));
    const overwrite = await run('data', 'save', 'template.json');

    assert.match(
      again.stderr,
      /calls have already changed the control plane of this gateway, .*; restart the gateway/,
    );
    assert.match(reply[0]?.stderr ?? '', /cut is incomplete: \d+ of \d+ bytes/);
    assert.match(
      reply[1]?.stderr ?? '',
      /the checksum of .*changed does not match, so the file was changed after it was saved/,
    );
    assert.match(reply[2]?.stderr ?? '', /foreign was not written by `gatewright data save`/);
    assert.deepEqual(
      reply.map(({ code }) => code),
      [1, 1, 1],
    );
    assert.deepEqual(Items, []);
    assert.match(overwrite.stderr, /was not written by gatewright; choose another file/);
  });
});

/** Sends a request with a Host that is not a name of this machine. */
function get(
  port: number,
  path: string,
  headers: Record<string, string>,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    httpGet({ host: '127.0.0.1', port, path, headers }, (response) => {
      readAll(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
    }).on('error', reject);
  });
}
