import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { openEmulator, readText } from '../../../../packages/conformance/targets/emulator.ts';
import { openMoto } from '../../../../packages/conformance/targets/moto.ts';
import { openUrl } from '../../../../packages/conformance/targets/url.ts';
import { NotAsked } from '../../../../packages/conformance/play/not-asked.ts';
import { aFragment, someOptions } from '../../../support/a-conformance-target.ts';
import { aParityCase } from '../../../support/a-parity-case.ts';
import type { ApiSetup } from '../../../../packages/conformance/schema/parity-case.ts';

type Emulator = Parameters<typeof openEmulator>[0];
const setup = (part: Partial<ApiSetup>) => aParityCase({ setup: { stage: 'dev', ...part } });

describe('openEmulator', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  /** Each call of a function of the emulator is noted. */
  function anEmulator(part: Partial<Emulator> = {}) {
    const asked: (readonly unknown[])[] = [];
    const emulator: Emulator = {
      name: 'pretender',
      program: 'gatewright-no-such-program',
      args: (port) => ['--port', `${port}`],
      healthPath: '/health',
      invokeUrl: (port) => `http://127.0.0.1:${port}/run/{api}/{stage}`,
      lacks: [['websocket', 'it has no WebSockets']],
      readVersion(...given) {
        asked.push(given);
        return '1.0';
      },
      ...part,
    };
    return { emulator, asked };
  }

  it('accepts an emulator that is already running, and knows what it lacks', async () => {
    const { emulator, asked } = anEmulator();
    const target = await openEmulator(emulator, someOptions({ endpoint: 'http://127.0.0.1:4566/' }));

    assert.deepEqual([target.name, target.version, target.concurrency], ['pretender', '1.0', 2]);
    assert.deepEqual(asked, [['http://127.0.0.1:4566', 'gatewright-no-such-program']]);
    assert.equal(target.cannotAsk(aParityCase({ api: 'websocket' })), 'it has no WebSockets');
    assert.equal(target.cannotAsk(setup({ domains: [] })), 'needs custom domains');
    assert.equal(target.cannotAsk(setup({ backend: 'echo' })), undefined);
    assert.deepEqual(await target.close(), []);
  });

  for (const { name, invokeUrl, own, refusal } of [
    {
      name: 'its own address',
      invokeUrl: undefined,
      own: () => 'http://own/{api}',
      refusal: /^the runner cannot set RestApi\.Body with API calls$/,
    },
    {
      name: 'a named address',
      invokeUrl: 'http://a',
      own: () => undefined,
      refusal: /^the runner cannot set RestApi\.Body with API calls$/,
    },
    {
      name: 'none',
      invokeUrl: undefined,
      own: () => undefined,
      refusal: /pretender does not serve requests/,
    },
  ])
    it(`is asked for an API with ${name} for its stages`, async () => {
      const { emulator } = anEmulator({ invokeUrl: own });
      const target = await openEmulator(emulator, someOptions({ endpoint: 'http://127.0.0.1:1', invokeUrl }));

      const asked = aFragment({ setup: { stage: 'dev', restApi: { Body: {} } } });
      await assert.rejects(target.deploy(asked), { message: refusal });
      await target.close();
    });

  it('is started on a free port, is waited for, and ends', async () => {
    const { emulator, asked } = anEmulator({
      environment: (port) => ({ AT: `${port}` }),
      // It serves at once; the program itself only waits.
      args(port) {
        servers.push(createServer((_, response) => response.end('well')).listen(port, '127.0.0.1'));
        return ['20'];
      },
    });

    const target = await openEmulator(emulator, someOptions({ command: ['sleep'] }));

    const [[endpoint, program] = []] = asked;
    assert.equal(await readText(`${String(endpoint)}/health`), 'well');
    assert.equal(program, 'sleep');
    assert.deepEqual(await target.close(), []);
  });

  it('says how it ended before it served: with its arguments and its environment', async () => {
    const { emulator } = anEmulator({ environment: (port) => ({ AT: `${port}` }) });
    const command = ['sh', '-c', 'echo $AT $AWS_ACCESS_KEY_ID $AWS_SECRET_ACCESS_KEY "$@"', 'sh'];

    await assert.rejects(openEmulator(emulator, someOptions({ command })), {
      message: /ended before it was ready: (\d+) test test --port \1$/,
    });
    await assert.rejects(openEmulator(emulator, someOptions()), { message: /ended before it was ready: / });
  });
});

describe('readText', () => {
  it('is undefined if nothing answers', async () => {
    assert.equal(await readText('http://127.0.0.1:1/'), undefined);
  });
});

describe('openMoto', () => {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-moto-'));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('has the version that its Python knows: the Python next to the program, otherwise python3', async (t) => {
    const { PATH = '' } = process.env;
    t.after(() => void (process.env['PATH'] = PATH));
    process.env['PATH'] = `${folder}:${PATH}`;
    for (const name of ['python', 'python3'])
      writeFileSync(join(folder, name), `#!/bin/sh\necho "${name} of $2"\n`, { mode: 0o755 });
    const versionOf = async (command?: readonly string[]): Promise<string | undefined> =>
      (await openMoto(someOptions({ endpoint: 'http://127.0.0.1:1', command }))).version;
    const code = 'from importlib.metadata import version; print(version("moto"))';

    assert.equal(await versionOf(), `python3 of ${code}`);
    assert.equal(await versionOf([join(folder, 'moto_server')]), `python of ${code}`);
    assert.equal(await versionOf(['/none/moto_server']), undefined);
  });

  it('answers no requests to a deployed API', async () => {
    const target = await openMoto(
      someOptions({ endpoint: 'http://127.0.0.1:1', command: ['/none/moto_server'] }),
    );

    await assert.rejects(target.deploy(aFragment({})), {
      message: 'moto does not serve requests to a deployed API',
    });
  });
});

describe('openUrl', () => {
  it('lacks what a mere address does not have, and creates no functions', async () => {
    const target = openUrl(someOptions({ endpoint: 'http://127.0.0.1:1/', invokeUrl: 'http://127.0.0.1:1' }));

    assert.deepEqual([target.name, target.version, target.concurrency], ['http://127.0.0.1:1', undefined, 4]);
    for (const [part, need] of [
      [{ awsBackend: { service: 'sqs', respond: { status: 200 } } }, 'a stand-in for an AWS service'],
      [{ domains: [] }, 'custom domains'],
      [{ identities: {} }, 'IAM identities that the case defines'],
      [{ waf: { webAcl: {} } }, 'AWS WAF'],
      [{ alarm: {} }, 'CloudWatch alarms on a clock that can be moved'],
      [{ cloudfront: { of: 'api' } }, 'CloudFront in front of an API'],
      [{ accessLog: 'x' }, 'access logs'],
      [{ canaryDeployment: { methods: [] } }, 'a second deployment, created with API calls'],
      [{ withoutPermission: [] }, 'permissions for Lambda functions'],
    ] as const)
      assert.equal(target.cannotAsk(setup(part)), `needs ${need}`);
    const request = { method: 'GET', path: '/' };
    assert.equal(
      target.cannotAsk(aParityCase({ request: { ...request, sign: { as: 'a' } } })),
      'needs requests signed by the runner',
    );
    assert.equal(
      target.cannotAsk(aParityCase({ then: [{ advanceMs: 1, request, expect: {} }] })),
      'needs a clock that can be moved',
    );
    assert.equal(target.cannotAsk(setup({ functions: { fn: '' } })), undefined);
    const withFunction = aFragment({ setup: { stage: 'dev', functions: { fn: '' } } });
    await assert.rejects(target.deploy(withFunction), (error) => error instanceof NotAsked);
    assert.deepEqual(await target.close(), []);
  });
});
