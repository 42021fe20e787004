/** The cache invalidator over sockets: a started gateway with a stage cache, and `gatewright cache` as a process. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { makeId } from '@gatewright/aws/physical-ids';
import { signRequest } from '@gatewright/aws/sign-request';
import { READY, readyOf, runCommand, startCommand } from '../support/command.ts';
import { copyStackDefinition } from '../support/copy-stack-definition.ts';
import { portForLater } from '../support/port-for-later.ts';
import type { Running } from '../support/command.ts';

const CHECKOUT = join(import.meta.dirname, '../..');
const ADMIN = { accessKeyId: 'AKIDCACHEJOURNEY0001', secretAccessKey: 'secret-of-the-cache-journey' };
const DISTRIBUTION = 'E1A2B3C4D5E6F7';

type Ready = {
  readonly apis: readonly { readonly name: string; readonly url: string; readonly id: string }[];
  readonly control: string;
};
type Done = {
  readonly state: string;
  readonly report: Readonly<Record<string, unknown>> & { readonly left: readonly { reason: string }[] };
};

describe('the cache invalidator on a started gateway', () => {
  let directory = '';
  let running: Running;
  let api = { url: '', id: '' };
  let control = '';

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'gatewright-cached-'));
    for (const name of ['layers', 'shared', 'packages', 'node_modules', 'package.json'])
      symlinkSync(join(CHECKOUT, name), join(directory, name));
    // The start compiles the documents, which must not change the documents of the checkout.
    for (const name of ['functions', 'access'])
      cpSync(join(CHECKOUT, name), join(directory, name), { recursive: true });
    copyStackDefinition(directory);
    mkdirSync(join(directory, 'cached'));
    cpSync(join(CHECKOUT, 'test/fixtures/end-to-end/cached'), join(directory, 'cached'), { recursive: true });
    const port = await portForLater();
    const params = [
      `cacheEndpoint=http://{apiId}.execute-api.localhost:${port}`,
      `cacheApis=orders/${makeId(10, 'cached', 'Api')}`,
      `distributionId=${DISTRIBUTION}`,
    ];
    const options = ['--port', String(port), '--control-port', '0', '--json', '--no-reload'];
    const named = params.flatMap((param) => ['--param', param]);
    running = await startCommand(['start', '.', 'cached', ...options, ...named], READY, {
      cwd: directory,
      environment: {
        GATEWRIGHT_ACCESS_KEY_ID: ADMIN.accessKeyId,
        GATEWRIGHT_SECRET_ACCESS_KEY: ADMIN.secretAccessKey,
      },
    });
    const ready = readyOf(running) as Ready;
    api = ready.apis.find(({ name }) => name === 'cached') ?? api;
    control = ready.control;
  });
  after(async () => {
    await running.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const ask = async (path: string, headers: Record<string, string> = {}): Promise<string> => {
    const url = new URL(`${api.url.replace(/\/$/, '')}${path}`);
    const call = { method: 'GET', url, service: 'execute-api', region: 'us-east-1', nowEpochMs: Date.now() };
    const sent = 'Authorization' in headers ? headers : signRequest({ ...call, ...ADMIN });
    // Clients set it themselves.
    Reflect.deleteProperty(sent, 'Host');
    const reply = await fetch(url, { headers: sent });
    return await reply.text();
  };
  const cache = async (...args: readonly string[]): Promise<Done> => {
    const done = await runCommand(['cache', ...args, '--json'], { cwd: directory });
    assert.equal(done.code, 0, `${done.stdout}\n${done.stderr}`);
    return JSON.parse(done.stdout) as Done;
  };

  it('refreshes the entries of the tag, and no others, with signed requests through cacheEndpoint', async () => {
    assert.deepEqual(
      [await ask('/orders?page=1'), await ask('/orders?page=2'), await ask('/orders?page=1')],
      ['1', '2', '1'],
    );
    const dry = await cache('invalidate', 'orders', '--tag', 'page:1', '--dry-run');
    assert.equal(dry.report['refreshed'], 1);
    assert.equal(await ask('/orders?page=1'), '1');

    const { state, report } = await cache('invalidate', 'orders', '--tag', 'page:1');
    assert.deepEqual([state, report['entries'], report['refreshed'], report.left], ['done', 1, 1, []]);
    assert.deepEqual([await ask('/orders?page=1'), await ask('/orders?page=2')], ['3', '2']);
  });

  it('flushes the stage with --allow-flush if an entry cannot be signed for, and reports it without', async () => {
    const mine = () => ask('/mine', { Authorization: 'Bearer canary' });
    const first = await mine();
    assert.equal(await mine(), first);
    const left = await cache('invalidate', 'orders', '--path', '/mine');
    assert.deepEqual(
      left.report.left.map(({ reason }) => reason),
      ['credential'],
    );
    assert.equal(await mine(), first);

    const { report } = await cache('invalidate', 'orders', '--path', '/mine', '--allow-flush');
    assert.deepEqual([report['flushed'], report.left], [[`${api.id}/prod`], []]);
    assert.notEqual(await mine(), first);
  });

  it('flushes answers of authorizers and invalidates CloudFront, as calls to AWS show', async () => {
    const { report } = await cache(
      'invalidate',
      'orders',
      '--authorizers',
      `rest/${api.id}/prod`,
      '--edge',
      '/orders/*',
      '/mine',
    );
    assert.deepEqual(
      [report['authorizersFlushed'], report['edgePaths'], report.left],
      [[`rest/${api.id}/prod`], ['/mine', '/orders/*'], []],
    );
    const published = readFileSync(join(directory, '.gatewright/credentials.json'), 'utf8');
    const { controlSecret } = JSON.parse(published) as { controlSecret: string };
    const recorded = await fetch(`${control}/_gatewright/recorded`, {
      headers: { authorization: `Bearer ${controlSecret}` },
    });
    const { calls = [] } = (await recorded.json()) as {
      calls?: { service: string; path: string; body: string }[];
    };
    const [call] = calls.filter(({ service }) => service === 'cloudfront');
    assert.equal(call?.path, `/2020-05-31/distribution/${DISTRIBUTION}/invalidation`);
    assert.match(call.body, /<Path>\/mine<\/Path><Path>\/orders\/\*<\/Path>/);
  });
});
