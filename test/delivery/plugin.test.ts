/** The npm package as its users have it: compiled, outside the checkout, as command, library and Serverless plug-in. */
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, watch } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import {
  ApiGatewayManagementApiClient,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { WebSocket } from 'ws';
import { SCOPE } from '../../packages/gatewright/package/manifest.ts';
import { anNpmService } from '../support/npm-service.ts';
import { runCommand, startCommand } from '../support/command.ts';
import type { NpmService } from '../support/npm-service.ts';

const run = promisify(execFile);
const CHECKOUT = join(import.meta.dirname, '../..');
const TEMPLATE = join(CHECKOUT, 'test/fixtures/end-to-end/print-environment.yaml');
const FREE_PORTS = ['--httpPort', '0', '--websocketPort', '0', '--lambdaPort', '0'];

let service: NpmService;
let serverless: { readonly cwd: string; readonly program: readonly string[] };

before(async () => {
  service = await anNpmService(join(CHECKOUT, 'test/fixtures/npm-service'));
  serverless = { cwd: service.directory, program: service.serverless };
});
after(() => service.remove());

/** The first address of an API of this kind in what was printed. */
function urlOf(kind: string, printed: string): string {
  return new RegExp(`${kind} API, stage \\S+  (\\S+)`).exec(printed)?.[1] ?? `no ${kind} API in: ${printed}`;
}

async function ask(url: string): Promise<string> {
  const response = await fetch(url);
  return `${response.status} ${await response.text()}`;
}

function nextMessage(websocket: WebSocket): Promise<string> {
  return new Promise((resolve, reject) => {
    websocket.once('message', (data: Buffer) => resolve(data.toString()));
    websocket.once('error', reject);
  });
}

/** Posts to a connection as functions do that use serverless-offline's address, with the credentials of this start. */
async function push(endpoint: string, ConnectionId: string, Data: string): Promise<void> {
  const { stdout } = await runCommand(['env', '--json'], { cwd: service.directory });
  const exports = JSON.parse(stdout) as Record<string, string>;
  const client = new ApiGatewayManagementApiClient({
    endpoint,
    region: exports['AWS_REGION'] ?? '',
    credentials: {
      accessKeyId: exports['AWS_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: exports['AWS_SECRET_ACCESS_KEY'] ?? '',
    },
  });
  await client.send(new PostToConnectionCommand({ ConnectionId, Data }));
  client.destroy();
}

describe('serverless offline start', () => {
  it('serves REST and HTTP on one port and WebSocket on another, works with other plug-ins in any order, and ends on SIGTERM', async (t) => {
    const offline = await startCommand(['offline', 'start', ...FREE_PORTS], 'Ready in', serverless);
    t.after(() => offline.stop());
    const { stdout } = offline.output();
    const [rest, http] = [urlOf('REST', stdout), urlOf('HTTP', stdout)];
    const address = new URL(urlOf('WebSocket', stdout)).host;
    const websocket = new WebSocket(`ws://${address}`);
    const first = nextMessage(websocket);
    websocket.once('open', () => websocket.send('hello'));

    const answers = [await ask(`${rest}/users`), await ask(`${http}/items`), await ask(`${http}/nowhere`)];
    const [connectionId = '', ...said] = (await first).split(' ');
    const pushed = nextMessage(websocket);
    await push(`http://${address}`, connectionId, 'news');
    const news = await pushed;
    const ended = await offline.stop();

    assert.equal(new URL(rest).port, new URL(http).port);
    assert.match(stdout, /^ {2}curl -i http:\/\/127\.0\.0\.1:\d+\/\S+$/m);
    assert.deepEqual(answers, [
      '200 /users dev true',
      '200 /items $default true',
      '404 {"message":"Not Found"}',
    ]);
    assert.deepEqual([said, news], [['dev', 'true'], 'news']);
    assert.equal(ended.code, 0, ended.stderr);
    // Within 2 s on a machine of its own; the suite shares one.
    assert.ok(ended.tookMs < 10_000, `${ended.tookMs} ms`);
    assert.match(ended.stdout, /^\S.* GET \/dev\/users 200 \d+\.\d ms integrate$/m);
    assert.deepEqual((await readFile(join(service.directory, 'hooks.txt'), 'utf8')).trim().split('\n'), [
      'before:offline:start:init',
      'after:offline:start:init',
      'before:offline:functionsUpdated:cleanup',
      'after:offline:functionsUpdated:cleanup',
      'before:offline:start:end',
      'after:offline:start:end',
    ]);
  });
});

describe('serverless offline', () => {
  it('honours custom.serverless-offline and names what has no effect', async (t) => {
    const rest = { ...serverless, cwd: join(service.directory, 'rest') };
    const offline = await startCommand(['offline', '--stage', 'qa', ...FREE_PORTS], 'Ready in', rest);
    t.after(() => offline.stop());
    const url = urlOf('REST', offline.output().stdout);

    const answers = [await ask(`${url}/users`), await ask(`${new URL(url).origin}/qa/users`)];
    const ended = await offline.stop();

    assert.match(url, /:\d+\/api\/v1$/);
    assert.deepEqual(answers, ['200 /users qa true', '403 {"message":"Forbidden"}']);
    assert.match(ended.stderr, /resourceRoutes has no effect in Gatewright/);
    assert.equal(ended.code, 0, ended.stderr);
  });

  for (const { name, args, says } of [
    {
      name: 'an option that would change answers',
      args: ['offline', 'start', '--noAuth'],
      says: /serverless-offline's noAuth is refused: .*gatewright token/,
    },
    {
      name: 'an unknown option',
      args: ['offline', '--colour'],
      says: /unrecognized CLI options: "--colour"/,
    },
    {
      name: 'a configuration file of another name',
      args: ['gateway', 'start', '--config', 'other.yml'],
      says: /the service file must be called serverless\.yml, \.yaml, \.json, \.js or \.ts, not other\.yml/,
    },
    {
      name: 'serverless-offline together with it',
      args: ['offline', '--config', 'both.yml'],
      says: /remove serverless-offline from plugins/,
    },
  ])
    it(`refuses ${name} with one message`, async () => {
      const { code, stdout, stderr } = await runCommand(args, serverless);

      // osls reports errors on stdout, and where it runs on stderr.
      assert.equal(code, 1);
      assert.match(stdout, says);
      assert.doesNotMatch(stdout + stderr, /^ +at /m, 'no stack trace');
    });
});

describe('serverless gateway start', () => {
  it('serves each API on a port of its own and ends on SIGTERM', async (t) => {
    const started = await startCommand(
      ['gateway', 'start', '--port', '0', '--control-port', '0', '--no-reload', '--name', 'by-plugin'],
      'Ready in',
      serverless,
    );
    t.after(() => started.stop());
    const { stdout } = started.output();
    const [rest, http] = [urlOf('REST', stdout), urlOf('HTTP', stdout)];

    const answers = [await ask(`${rest}/users`), await ask(`${http}/items`)];
    // Found by its name, with what it has kept of requests.
    const kept = await runCommand(['requests', '--json', '--gateway', 'by-plugin']);
    const ended = await started.stop();

    assert.notEqual(new URL(rest).port, new URL(http).port);
    assert.deepEqual(answers, ['200 /users dev ', '200 /items $default ']);
    assert.match(kept.stdout, /\/users[^]*\/items|\/items[^]*\/users/, kept.stderr);
    assert.equal(ended.code, 0, ended.stderr);
    // Within 2 s on a machine of its own; the suite shares one.
    assert.ok(ended.tookMs < 10_000, `${ended.tookMs} ms`);
  });
});

/** Its second reading, by the gateway, does not end. */
const ENDLESS_SERVICE = `const { writeFileSync } = require('node:fs');
module.exports = (async () => {
  if (process.env.GATEWRIGHT_READS_TEMPLATE !== undefined) {
    writeFileSync('is-reading', '');
    await new Promise((resolve) => setTimeout(resolve, 600_000));
  }
  const hello = { handler: 'hello.handler', events: [{ httpApi: 'GET /hello' }] };
  return { service: 'endless', provider: { name: 'aws', runtime: 'nodejs22.x' }, plugins: ['gatewright'], functions: { hello } };
})();
`;

describe('a start of the plug-in that the user ends while the service is being read', () => {
  // Ctrl-C in a terminal signals the whole group, so that osls ends as well. It was told as "Uncaught exception".
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    it(`ends on ${signal} without an error`, async () => {
      const cwd = join(service.directory, `endless-${signal}`);
      await mkdir(cwd);
      await service.write(`endless-${signal}/serverless.js`, ENDLESS_SERVICE);
      await service.write(`endless-${signal}/hello.js`, 'exports.handler = async () => "hello";\n');
      const child = spawn(process.execPath, [...service.serverless, 'offline', 'start', ...FREE_PORTS], {
        cwd,
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let printed = '';
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
      const ended = once(child, 'close');
      const watcher = watch(cwd);
      while (!existsSync(join(cwd, 'is-reading'))) await once(watcher, 'change');
      watcher.close();

      assert.ok(child.pid !== undefined);
      process.kill(-child.pid, signal);
      const [code] = await ended;

      assert.equal(code, 0, printed);
      assert.doesNotMatch(printed, /Uncaught|was ended by the signal|^ +at /m);
    });
});

describe('region and account of the plug-in', () => {
  it('are the values of --region and --account, for the functions as for `gatewright env`', async (t) => {
    const args = ['gateway', 'start', '--port', '0', '--control-port', '0', '--no-reload'];
    const started = await startCommand(
      [...args, '--region', 'eu-central-1', '--account', '210987654321'],
      'Ready in',
      serverless,
    );
    t.after(() => started.stop());
    const where = await ask(`${urlOf('REST', started.output().stdout)}/where`);
    const { stdout } = await runCommand(['env', '--json'], { cwd: service.directory });
    const { AWS_REGION, AWS_DEFAULT_REGION } = JSON.parse(stdout) as Record<string, string>;

    assert.equal(where, '200 eu-central-1 210987654321');
    assert.deepEqual([AWS_REGION, AWS_DEFAULT_REGION], ['eu-central-1', 'eu-central-1']);
  });
});

describe('serverless package', () => {
  it('refuses, as a start does, a service that uses the authorizers otherwise than its access document wants', async () => {
    const guarded = { ...serverless, cwd: join(service.directory, 'guarded') };
    const packaging = (TTL: string) => runCommand(['package'], { ...guarded, environment: { TTL } });

    const unsafe = await packaging('3600');
    const unserved = await runCommand(['gateway', 'start', '--port', '0', '--control-port', '0'], {
      ...guarded,
      environment: { TTL: '3600' },
    });
    const safe = await packaging('60');

    for (const { code, stdout } of [unsafe, unserved]) {
      assert.equal(code, 1);
      assert.match(
        stdout,
        /access\/guarded\.yml: authorizer token-authorizer: caches results for 3600 s, but the document allows 60 s/,
      );
    }
    assert.equal(safe.code, 0, safe.stdout + safe.stderr);
  });
});

describe('the package', () => {
  const bin = () => join(service.directory, 'node_modules/gatewright/bin/gatewright.cjs');

  it('serves a template from its bin', async (t) => {
    const ports = ['--json', '--port', '0', '--control-port', '0'];
    const gateway = await startCommand(['start', TEMPLATE, ...ports], '\n', {
      cwd: service.directory,
      program: [bin()],
    });
    t.after(() => gateway.stop());
    const ready = JSON.parse(gateway.output().stdout) as { apis: { url: string }[] };

    const answer = await ask(`${ready.apis[0]?.url ?? ''}/environment`);
    const ended = await gateway.stop();

    assert.match(answer, /^200 .*"GREETING":"hello"/);
    assert.equal(ended.code, 0, ended.stderr);
  });

  it('is a library for import and a plug-in for osls', async () => {
    const script = `
      import { createRequire } from 'node:module';
      import { createGateway } from 'gatewright';
      import Plugin from 'gatewright/plugin';
      const resolved = createRequire(import.meta.url).resolve('gatewright');
      console.log(typeof createGateway, Plugin.name, resolved.endsWith('/plugin/index.js'));`;
    const file = await service.write('use.mjs', script);

    const { stdout } = await run(process.execPath, [file], { cwd: service.directory });

    assert.equal(stdout, 'function GatewrightPlugin true\n');
  });

  it('needs no newer Node for what it depends on than it says', async () => {
    const own = minimumOf(service.manifest.engines.node);
    const others = Object.keys(service.manifest.dependencies).filter((name) => !name.startsWith(SCOPE));
    for (const name of others) {
      const file = join(service.directory, 'node_modules', name, 'package.json');
      const { engines } = JSON.parse(await readFile(file, 'utf8')) as { engines?: { node?: string } };
      assert.ok(isUpTo(minimumOf(engines?.node ?? '>=0'), own), `${name} needs ${engines?.node ?? ''}`);
    }
  });
});

describe('an older Node', () => {
  const sentence = /gatewright needs Node\.js 22\.\d+\.\d+ or newer; this is 20\.20\.2\./;

  it('ends the command with one sentence', async () => {
    const bin = join(service.directory, 'node_modules/gatewright/bin/gatewright.cjs');

    const { code, stdout, stderr } = await runCommand(['start'], {
      program: ['--require', join(service.directory, 'old-node.cjs'), bin],
    });

    assert.equal(code, 1);
    assert.equal(stdout, '');
    assert.match(stderr, new RegExp(`^error: ${sentence.source}\\n$`));
  });

  it('ends the plug-in with one sentence', async () => {
    const { code, stdout, stderr } = await runCommand(['gateway', 'start'], {
      ...serverless,
      program: ['--require', join(service.directory, 'old-node.cjs'), ...service.serverless],
    });

    assert.equal(code, 1);
    assert.match(stdout, sentence);
    assert.doesNotMatch(stdout + stderr, /^ +at /m, 'no stack trace');
  });

  it('that is really there reads the launcher and the plug-in', (t) => {
    const old = findOldNode();
    if (old === undefined) {
      t.skip('every node on the PATH is 22 or newer');
      return;
    }
    const directory = join(service.directory, 'node_modules/gatewright');
    const script = `
      import Plugin from ${JSON.stringify(join(directory, 'packages/gatewright/plugin/index.js'))};
      try { new Plugin({ classes: { Error } }, {}, {}); } catch (error) { console.log(error.message); }`;
    const asked = execFileSync(old, ['--input-type=module', '--eval', script], { encoding: 'utf8' });

    assert.match(asked, /^gatewright needs Node\.js .*\.\n$/);
    assert.throws(
      () => execFileSync(old, [join(directory, 'bin/gatewright.cjs')], { stdio: 'pipe' }),
      ({ status, stderr }: { status: number; stderr: Buffer }) =>
        status === 1 && /^error: gatewright needs Node\.js .*\.\n$/.test(stderr.toString()),
    );
  });
});

/** `>=22.12.0`, `>= 14.6` → [22, 12, 0] */
function minimumOf(range: string): readonly number[] {
  return (/[\d.]+/.exec(range)?.[0] ?? '0').split('.').map(Number);
}

function isUpTo(needed: readonly number[], own: readonly number[]): boolean {
  const at = [0, 1, 2].find((index) => (needed[index] ?? 0) !== (own[index] ?? 0));
  return at === undefined || (needed[at] ?? 0) < (own[at] ?? 0);
}

/** A node on the PATH, below no node_modules, that is older than 22 and can read ES modules. */
function findOldNode(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(':').filter((folder) => !folder.includes('node_modules'));
  return folders
    .map((folder) => join(folder, 'node'))
    .find((file) => {
      try {
        const major = Number(/^v(\d+)/.exec(execFileSync(file, ['--version'], { encoding: 'utf8' }))?.[1]);
        return major >= 16 && major < 22;
      } catch {
        return false;
      }
    });
}
