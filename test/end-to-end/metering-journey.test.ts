/**
 * The journey of somebody who sells an API by usage plans: the seller uses the AWS SDK, and the customer an HTTP
 * client.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  APIGatewayClient,
  CreateApiKeyCommand,
  CreateUsagePlanCommand,
  CreateUsagePlanKeyCommand,
  GetUsageCommand,
  UpdateUsageCommand,
} from '@aws-sdk/client-api-gateway';
import { READY, readyOf, runCommand, startCommand } from '../support/command.ts';
import type { Running } from '../support/command.ts';

const TEMPLATE = fileURLToPath(new URL('../fixtures/end-to-end/metered.yaml', import.meta.url));
const KEY_PAIR = {
  accessKeyId: 'AKIDMETERINGJOURNEY1',
  secretAccessKey: 'secret-of-the-metering-journey',
};

type Ready = {
  readonly apis: readonly { readonly id: string; readonly url: string }[];
  readonly control: string;
};

let folder = '';
let running: Running;
let ready: Ready;
let sdk: APIGatewayClient;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatewright-journey-'));
  running = await startCommand(
    ['start', TEMPLATE, '--port', '0', '--control-port', '0', '--json', '--no-reload'],
    READY,
    {
      cwd: folder,
      environment: {
        GATEWRIGHT_ACCESS_KEY_ID: KEY_PAIR.accessKeyId,
        GATEWRIGHT_SECRET_ACCESS_KEY: KEY_PAIR.secretAccessKey,
      },
    },
  );
  ready = readyOf(running) as Ready;
  sdk = new APIGatewayClient({ endpoint: ready.control, region: 'us-east-1', credentials: KEY_PAIR });
});
after(async () => {
  sdk.destroy();
  await running.stop();
  await rm(folder, { recursive: true, force: true });
});

async function call(headers: Record<string, string> = {}): Promise<[number, string]> {
  const reply = await fetch(ready.apis[0]?.url ?? '', { headers });
  return [reply.status, await reply.text()];
}

describe('selling an API by plan', () => {
  it('creates a key and a plan, serves until Limit Exceeded, extends the quota, serves again, and starts with a new quota on the next day', async () => {
    const forbidden: [number, string] = [403, '{"message":"Forbidden"}'];
    const exceeded: [number, string] = [429, '{"message":"Limit Exceeded"}'];
    const hello: [number, string] = [200, 'hello'];
    assert.deepEqual(await call(), forbidden);
    const key = await sdk.send(new CreateApiKeyCommand({ name: 'customer', enabled: true }));
    const withKey = { 'X-API-Key': key.value ?? '' };
    assert.deepEqual(await call(withKey), forbidden);
    const plan = await sdk.send(
      new CreateUsagePlanCommand({
        name: 'two a day',
        apiStages: [{ apiId: ready.apis[0]?.id, stage: 'dev' }],
        quota: { limit: 2, period: 'DAY' },
      }),
    );
    const member = { usagePlanId: plan.id, keyId: key.id };
    await sdk.send(new CreateUsagePlanKeyCommand({ ...member, keyType: 'API_KEY' }));

    assert.deepEqual([await call(withKey), await call(withKey)], [hello, hello]);
    assert.deepEqual(await call(withKey), exceeded);

    const patchOperations = [{ op: 'replace', path: '/remaining', value: '1' } as const];
    await sdk.send(new UpdateUsageCommand({ ...member, patchOperations }));
    assert.deepEqual([await call(withKey), await call(withKey)], [hello, exceeded]);

    const moved = await runCommand(['clock', '+1d'], { cwd: folder });
    assert.equal(moved.code, 0, moved.stderr);
    assert.deepEqual(await call(withKey), hello);
    const [startDate, endDate] = [0, 1].map((days) =>
      new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10),
    );
    const usage = await sdk.send(new GetUsageCommand({ ...member, startDate, endDate }));
    assert.deepEqual(usage.items, {
      [key.id ?? '']: [
        [3, 0],
        [1, 1],
      ],
    });
  });
});
