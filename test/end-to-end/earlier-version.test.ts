/** Names in the code may change, but data that an earlier version wrote must stay readable. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { membersOf } from '@gatewright/aws/json-object';
import { APIGatewayClient, GetApiKeysCommand, GetUsagePlansCommand } from '@aws-sdk/client-api-gateway';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { parseApiKey } from '#shared/access/keys/api-key.ts';
import { createApiKeyReader } from '#shared/access/keys/api-key-store.ts';
import { createApiKeyVerifier } from '#shared/access/keys/verify-api-key.ts';
import { parseItem } from '#shared/table/dynamodb-expression.ts';
import type { DynamoDbItem } from '#shared/table/dynamodb-expression.ts';
import type { Plan } from '../../packages/toolkit/operate/attach/journal.ts';
import { startCommand as startOptions } from '../../packages/gatewright/command/start/start.ts';
import { applySettings } from '../../packages/toolkit/terminal/settings-file.ts';
import { ADMIN } from '../support/a-rest-control.ts';
import { NOON_SECONDS } from '../support/api-key-table.ts';
import { API_ID, aRestApiToAttach } from '../support/an-api-to-attach.ts';
import { READY, readyOf, runCommand, startCommand } from '../support/command.ts';
import { assertSame } from '../support/every-get-answer.ts';
import { createMemoryTable } from '../support/memory-table.ts';
import { QuotaTable } from '../support/quota-table.ts';

const EARLIER = join(import.meta.dirname, '../fixtures/earlier-version');
const folder = mkdtempSync(join(tmpdir(), 'gatewright-earlier-'));
after(() => rmSync(folder, { recursive: true }));

const read = (name: string): string => readFileSync(join(EARLIER, name), 'utf8');

/** Reads an export of DynamoDB into the items of a table in memory. */
function readExport(name: string) {
  const lines = read(name).trim().split('\n');
  return lines.map((line) => {
    const { Item } = JSON.parse(line) as { readonly Item: DynamoDbItem };
    return [`${Item['pk']?.S ?? ''}\n${Item['sk']?.S ?? ''}`, parseItem(Item)] as const;
  });
}

describe('the data that an earlier version wrote', () => {
  it('gives the remaining quota, from a usage table', async () => {
    const table = new QuotaTable();
    for (const [key, item] of readExport('usage-table.jsonl')) table.items.set(key, item);
    table.nowMs += 1000;
    const quotas = table.holder([
      { id: 'daily', level: 'key', quota: 100, period: 'DAY' },
      { id: 'monthly', level: 'tenant', quota: 1000, period: 'MONTH', lease: false },
    ]);

    assert.equal(await table.spend(quotas, 100), 70);
  });

  it('gives a valid key and a revoked key, from an access table', async () => {
    const { live, revoked } = JSON.parse(read('keys.json')) as Record<string, { key: string; keyId: string }>;
    const items = new Map(readExport('access-table.jsonl'));
    const clock = { nowEpochMs: () => NOON_SECONDS * 1000 };
    const verify = createApiKeyVerifier(createApiKeyReader(createMemoryTable({ clock, items })));
    const check = (text = '') => {
      const key = parseApiKey(text);
      assert.ok(key);
      return verify(text, key, NOON_SECONDS);
    };

    const { record } = await check(live?.key);
    assert.deepEqual(
      [record.keyId, record.tenant, record.roles, record.scopes],
      [live?.keyId, 'acme', ['support'], ['orders:read']],
    );
    await assert.rejects(check(revoked?.key), { code: 'TOKEN_REVOKED' });
  });

  it('gives the state of a gateway, from a file of `gatewright data save`', async () => {
    for (const name of ['template.json', 'saved.data']) cpSync(join(EARLIER, name), join(folder, name));
    const args = ['start', 'template.json', '--json', '--port', '0', '--control-port', '0'];
    const running = await startCommand(args, READY, { cwd: folder });
    try {
      const loaded = await runCommand(['data', 'load', 'saved.data'], { cwd: folder });
      const { control } = readyOf(running) as { readonly control: string };
      const { accessKeyId, secretAccessKey } = JSON.parse(
        readFileSync(join(folder, '.gatewright/credentials.json'), 'utf8'),
      ) as { accessKeyId: string; secretAccessKey: string };
      const options = {
        endpoint: control,
        region: 'us-east-1',
        credentials: { accessKeyId, secretAccessKey },
      };
      const apis = new APIGatewayClient(options);

      assert.match(loaded.stdout, /^loaded 1 table, 1 item, 3 calls: /, loaded.stderr);
      const { Items } = await new DynamoDBClient(options).send(new ScanCommand({ TableName: 'orders' }));
      assert.deepEqual(Items, [
        { id: { S: 'o-1' }, blob: { B: new Uint8Array(Buffer.from('x')) }, size: { N: '3' } },
      ]);
      const { items: keys } = await apis.send(new GetApiKeysCommand({ includeValues: true }));
      const { items: plans } = await apis.send(new GetUsagePlansCommand({}));
      assert.deepEqual(
        keys?.map(({ name, value }) => [name, value]),
        [['partner', 'partner-key-of-20-characters']],
      );
      assert.deepEqual(
        plans?.map(({ name, quota }) => [name, quota?.limit, quota?.period]),
        [['gold', 3, 'MONTH']],
      );
      const { stdout } = await runCommand(['clock'], { cwd: folder });
      assert.match(stdout, /\(\+86400 s\)/);
    } finally {
      await running.stop();
    }
  });

  it('lets `gatewright detach` undo an attachment, from an undo file', async () => {
    await using api = await aRestApiToAttach({ resources: 2, methods: ['GET', 'POST'] });
    const before = await api.everything();
    const { plan } = await api.plan();
    assert.ok(plan);
    const { id, steps } = JSON.parse(read('attach/undo.json')) as Pick<Plan, 'id' | 'steps'>;
    await api.apply({ ...plan, id, steps });
    assert.notEqual(await api.everything(), before);
    cpSync(join(EARLIER, 'attach'), api.journal().folder, { recursive: true });

    const opened = ['GET', 'POST'].flatMap((method) =>
      [1, 2].flatMap((number) => ['--open', `${method} /things-${number}`]),
    );
    const { code, stderr } = await runCommand(
      ['detach', '--api', API_ID, '--stage', 'prod', '--state', api.root, '--yes', ...opened],
      {
        environment: {
          AWS_ACCESS_KEY_ID: ADMIN.accessKeyId,
          AWS_SECRET_ACCESS_KEY: ADMIN.secretAccessKey,
          AWS_REGION: 'us-east-1',
          AWS_ENDPOINT_URL: api.control.url,
        },
      },
    );

    assert.equal(code, 0, stderr);
    assertSame(await api.everything(), before);
  });

  it('gives the same settings, from a gatewright.yml', () => {
    const command = startOptions().exitOverride();
    const warnings: string[] = [];
    let found: unknown;
    command.action(() => undefined);
    command.hook('preAction', (_, { args }) => {
      applySettings(command, { warn: (sentence) => warnings.push(sentence), isPart: false });
      assert.deepEqual(args, [EARLIER]);
      found = command.opts();
    });
    command.parse([EARLIER], { from: 'user' });

    const { options } = JSON.parse(read('gatewright.read.json')) as {
      readonly options: Readonly<Record<string, unknown>>;
    };
    const plain = (_key: string, value: unknown): unknown =>
      value instanceof Map ? Object.fromEntries(value) : value;
    const now = JSON.parse(
      JSON.stringify(found, plain).replaceAll(JSON.stringify(EARLIER).slice(1, -1), '.'),
    ) as Record<string, unknown>;
    assert.deepEqual(warnings, []);
    // The file does not contain options and assumptions that were added later.
    const { assume, ...others } = pickNames(now, options);
    const known = membersOf(options['assume']);
    assert.deepEqual(
      { ...others, assume: pickNames(membersOf(assume), known) },
      { ...options, assume: { ...known, ...OTHER_DEFAULTS } },
    );
  });
});

/**
 * Assumptions that the file does not set, and whose defaults have changed since then because of new evidence
 * (docs/aws §1.5).
 */
const OTHER_DEFAULTS = { 'throttled-function-status': '500' };

function pickNames(from: Readonly<Record<string, unknown>>, names: object): Record<string, unknown> {
  return Object.fromEntries(Object.keys(names).map((name) => [name, from[name]]));
}
