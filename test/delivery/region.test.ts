/** Region and account: of the stack, of the command line, of the environment; and as clients outside get them. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { WebSocket } from 'ws';
import { readyOf, READY, runCommand, startCommand } from '../support/command.ts';
import type { TestContext } from 'node:test';
import type { Running } from '../support/command.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures/end-to-end');
const REGIONAL = join(FIXTURES, 'regional');
const PRINTER = join(FIXTURES, 'print-environment.yaml');
const MANIFEST = join(import.meta.dirname, '../../package.json');

type ConnectionInfo = { readonly connectionId: string; readonly region: string; readonly account: string };
type Ready = { readonly apis: readonly { readonly url: string; readonly region: string }[] };

async function aStart(
  t: TestContext,
  sources: readonly string[],
  args: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<{ readonly gateway: Running; readonly folder: string; readonly apis: Ready['apis'] }> {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-region-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const ports = ['--port', '0', '--control-port', '0', '--no-reload', '--json'];
  const gateway = await startCommand(['start', ...sources, ...args, ...ports], READY, {
    cwd: folder,
    environment,
  });
  t.after(() => gateway.stop());
  return { gateway, folder, apis: (readyOf(gateway) as Ready).apis };
}

/** Returns the answer of the function in the regional stack, and the open socket. */
async function fetchInfo(
  url: string,
): Promise<{ readonly info: ConnectionInfo; readonly socket: WebSocket }> {
  const socket = new WebSocket(url);
  socket.once('open', () => socket.send('{}'));
  return { info: JSON.parse(await nextOf(socket)) as ConnectionInfo, socket };
}

function nextOf(socket: WebSocket): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.once('message', (data: Buffer) => resolve(data.toString()));
    socket.once('error', reject);
  });
}

async function exportsOf(folder: string): Promise<Record<string, string>> {
  const { stdout, stderr } = await runCommand(['env', '--json'], { cwd: folder });
  assert.notEqual(stdout, '', stderr);
  return JSON.parse(stdout) as Record<string, string>;
}

describe('a stack in eu-central-1', () => {
  it('is reached by programs that only have the exports of `gatewright env`', async (t) => {
    const { folder, apis } = await aStart(t, [REGIONAL]);
    const { info, socket } = await fetchInfo(apis[0]?.url ?? '');
    const exports = await exportsOf(folder);
    const pushed = nextOf(socket);

    const called = await runCommand([info.connectionId], {
      program: [join(REGIONAL, 'call.mjs')],
      environment: exports,
    });
    const news = called.code === 0 ? await pushed : 'nothing';
    socket.close();

    // SDKs read AWS_REGION, boto3 and version 1 of the command line AWS_DEFAULT_REGION.
    assert.deepEqual(
      [exports['AWS_REGION'], exports['AWS_DEFAULT_REGION']],
      ['eu-central-1', 'eu-central-1'],
    );
    assert.equal(called.code, 0, called.stderr);
    assert.deepEqual(JSON.parse(called.stdout), {
      restApis: 0,
      tableArn: 'arn:aws:dynamodb:eu-central-1:123456789012:table/orders',
    });
    assert.equal(news, 'from outside');
    assert.deepEqual(info, {
      connectionId: info.connectionId,
      region: 'eu-central-1',
      tableArn: 'arn:aws:dynamodb:eu-central-1:123456789012:table/orders',
      account: '123456789012',
    });
  });

  it('keeps its region although another stack has another region, and the region of the first stack is exported', async (t) => {
    const { folder, apis } = await aStart(t, [PRINTER, REGIONAL], [], { AWS_DEFAULT_REGION: 'ap-south-1' });
    const printed = (await (await fetch(`${apis[0]?.url ?? ''}/environment`)).json()) as Record<
      string,
      string
    >;
    const { AWS_REGION } = await exportsOf(folder);

    assert.deepEqual(
      apis.map(({ region }) => region),
      ['ap-south-1', 'eu-central-1'],
    );
    assert.deepEqual([printed['AWS_REGION'], AWS_REGION], ['ap-south-1', 'ap-south-1']);
  });

  it('is in another region and account if --region and --account say so', async (t) => {
    const options = ['--region', 'us-gov-west-1', '--account', '210987654321'];
    const { folder, apis } = await aStart(t, [REGIONAL], options, { AWS_REGION: 'ap-south-1' });
    const { info, socket } = await fetchInfo(apis[0]?.url ?? '');
    socket.close();
    const { AWS_REGION } = await exportsOf(folder);

    assert.deepEqual(
      [info.region, info.account, AWS_REGION],
      ['us-gov-west-1', '210987654321', 'us-gov-west-1'],
    );
  });
});

describe('gatewright', () => {
  it('prints its version', async () => {
    const { version } = JSON.parse(readFileSync(MANIFEST, 'utf8')) as { version: string };

    const printed = await runCommand(['--version']);

    assert.deepEqual([printed.code, printed.stdout.trim()], [0, version]);
  });

  for (const { args, environment, says } of [
    { args: ['--region', 'Frankfurt'], environment: {}, says: /A region is written like eu-central-1/ },
    { args: ['--account', '1234'], environment: {}, says: /An account has 12 digits/ },
    {
      args: [],
      environment: { AWS_REGION: 'nowhere' },
      says: /AWS_REGION is not an AWS region: "nowhere"; use a region such as eu-central-1/,
    },
  ])
    it(`refuses ${JSON.stringify({ args, environment })} with one sentence`, async () => {
      const { code, stderr } = await runCommand(['routes', PRINTER, ...args], { environment });

      assert.equal(code, 1);
      assert.match(stderr, says);
    });
});
