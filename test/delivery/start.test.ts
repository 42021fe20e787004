import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import {
  ApiGatewayManagementApiClient,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { WebSocket } from 'ws';
import { takeBlocks } from '../support/code-blocks.ts';
import { runCommand, startCommand } from '../support/command.ts';
import type { Running } from '../support/command.ts';

const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));
const shell = promisify(execFile);
const taken = takeBlocks('test/delivery/start.test.ts');

type Ready = {
  readonly ready: boolean;
  readonly apis: readonly {
    readonly kind: string;
    readonly stack: string;
    readonly url: string;
    readonly id: string;
  }[];
  readonly control: string;
  readonly dynamodb: string;
};

/** A separate working directory, so that the `.gatewright/` folders of two tests do not collide. */
function workingDirectory(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-start-'));
  for (const name of [
    'package.json',
    'node_modules',
    'packages',
    'shared',
    'examples',
    'functions',
    'layers',
    'serverless.yml',
  ])
    symlinkSync(join(CHECKOUT, name), join(folder, name));
  return folder;
}

describe('gatewright start', () => {
  const folder = workingDirectory();
  let gateway: Running;

  before(async () => {
    const sources = ['.', 'examples/food-delivery'].map((name) => join(CHECKOUT, name));
    gateway = await startCommand(['start', ...sources, '--port', '0', '--control-port', '0'], 'Ready in', {
      cwd: folder,
    });
  });
  after(async () => {
    await gateway.stop();
    rmSync(folder, { recursive: true });
  });

  it('prints lines that work without changes', async () => {
    const lines = gateway
      .output()
      .stdout.split('\n')
      .map((line) => line.trim());
    const commands = lines.flatMap((line, index) =>
      line.startsWith('curl ') || line.startsWith('npm run')
        ? [{ line, expected: lines[index - 1]?.split('→ ')[1] ?? '' }]
        : [],
    );

    const answers = [];
    for (const { line } of commands) answers.push((await shell('sh', ['-c', line], { cwd: folder })).stdout);

    assert.equal(commands.length, 4);
    for (const [index, { expected }] of commands.slice(0, 3).entries())
      assert.match(answers[index] ?? '', new RegExp(`^HTTP/1\\.1 ${expected.slice(0, 3)} `));
    assert.match(answers[1] ?? '', /"users":\[/);
    assert.deepEqual(JSON.parse(answers[3] ?? ''), {
      type: 'tracking',
      orderId: 'o-1',
      status: 'on its way',
    });
  });

  it('raises no false alarm: short lines, no token, findings as one line', () => {
    const screen = gateway.output().stdout.split('Ready in')[0] ?? '';
    const lines = screen.split('\n');

    assert.ok(lines.every((line) => line.length < 200));
    assert.doesNotMatch(screen, /eyJ|missing|Not enforced|not served as written/);
    // None where the layer has been built.
    assert.ok(lines.filter((line) => line.includes('--verbose')).length <= 1);
  });

  it('looks as the guide shows it', () => {
    const screen = taken.blocks.find(({ text }) => text.includes('\n  Try\n'));
    const portless = (text: string): string => text.replace(/:\d{4,5}\b/g, ':PORT').replace(/ +/g, ' ');
    const printed = portless(gateway.output().stdout).split('\n');
    const promised = portless(screen?.text ?? '')
      .split('\n')
      .filter((line) => line.trim() !== '' && line.trim() !== '…');

    assert.ok(promised.length > 4);
    assert.deepEqual(
      promised.filter((line) => !printed.includes(line)),
      [],
    );
    if (screen !== undefined) taken.executed(screen);
  });

  it('logs each request in one line with API, method, path, status, time and phase', () => {
    const { stdout } = gateway.output();

    assert.match(stdout, /^dev-food-delivery \(REST\) GET \/dev\/users 401 \d+\.\d ms authenticate/m);
    assert.match(stdout, /^dev-food-delivery \(REST\) GET \/dev\/users 200 \d+\.\d ms integrate$/m);
    assert.match(stdout, /^dev-food-delivery \(REST\) GET \/dev\/users 403 \d+\.\d ms authorize/m);
    const timeless = (text: string): string => text.replace(/\d+\.\d ms/g, 'TIME');
    const shown = taken.blocks.filter(({ text }) => timeless(stdout).includes(timeless(text)));
    taken.executed(...shown);
    taken.assertAll();
    assert.match(stdout, /^food-delivery-dev-tracking MESSAGE \/dev track 200 \d+\.\d ms integrate$/m);
  });

  it('shows the routes with authorizer and function', () => {
    assert.match(
      gateway.output().stdout,
      /GET +http:\/\/[\d.:]+\/dev\/users +token-authorizer +→ food-delivery-dev-list-users/,
    );
  });

  it('can still be reached by the other commands if another start in its folder fails', async () => {
    const failed = await runCommand(
      ['start', join(folder, 'nowhere'), '--port', '0', '--control-port', '0'],
      {
        cwd: folder,
      },
    );
    const token = await runCommand(['token'], { cwd: folder });

    assert.equal(failed.code, 1);
    assert.equal(token.code, 0, token.stderr);
  });

  it('moves the clock of issuer and functions: a token of today is too old tomorrow', async () => {
    const { stdout: token } = await runCommand(['token', '--sub', 'alice', '--role', 'admin'], {
      cwd: folder,
    });
    const url = /http:\/\/[\d.:]+\/dev(?=\n)/.exec(gateway.output().stdout)?.[0] ?? '';
    const ask = async (): Promise<number> =>
      (await fetch(`${url}/users/u-1`, { headers: { Authorization: `Bearer ${token.trim()}` } })).status;

    const today = await ask();
    const { stdout: moved } = await runCommand(['clock', '+1d'], { cwd: folder });
    const tomorrow = await ask();
    await runCommand(['clock', 'reset'], { cwd: folder });

    assert.deepEqual([today, tomorrow], [200, 401]);
    assert.match(moved, /\(\+86400 s\)/);
  });

  it('lets the unmodified SDK post to an open WebSocket with the exports of `gatewright env`', async () => {
    const { stdout: token } = await runCommand(['token', '--role', 'admin'], { cwd: folder });
    const { stdout: json } = await runCommand(['env', '--json'], { cwd: folder });
    const exports = JSON.parse(json) as Record<string, string>;
    const [, url = ''] = /gatewright-dev +WebSocket API.*?(ws:\S+)/.exec(gateway.output().stdout) ?? [];
    const socket = new WebSocket(`${url}?token=${token.trim()}`);
    await new Promise((resolve) => socket.once('open', resolve));
    const next = (): Promise<string> =>
      new Promise((resolve) => socket.once('message', (data: Buffer) => resolve(data.toString())));
    socket.send('{"action":"ping"}');
    const { connectionId } = JSON.parse(await next()) as { connectionId: string };

    const client = new ApiGatewayManagementApiClient({
      endpoint: url.replace('ws:', 'http:'),
      region: exports['AWS_REGION'] ?? '',
      credentials: {
        accessKeyId: exports['AWS_ACCESS_KEY_ID'] ?? '',
        secretAccessKey: exports['AWS_SECRET_ACCESS_KEY'] ?? '',
      },
    });
    const received = next();
    await client.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: 'hello' }));

    assert.equal(await received, 'hello');
    socket.close();
    client.destroy();
  });

  it('refuses a web page of another origin on the control port and on @connections', async () => {
    const { stdout: json } = await runCommand(['env', '--json'], { cwd: folder });
    const control = (JSON.parse(json) as Record<string, string>)['AWS_ENDPOINT_URL'] ?? '';
    const websocket = /ws:\/\/([\d.:]+)\/dev/.exec(gateway.output().stdout)?.[1] ?? '';
    const foreign = { method: 'POST', headers: { Origin: 'https://evil.example' }, body: 'x' };

    const statuses = [
      (await fetch(`${control}/_gatewright/clock`, foreign)).status,
      (await fetch(`http://${websocket}/dev/@connections/AAAAAAAAAAAAAAA%3D`, foreign)).status,
    ];

    assert.deepEqual(statuses, [403, 403]);
  });
});

describe('gatewright start --json', () => {
  it('says in one line what it serves, seals functions from the developer, and ends on SIGTERM within 2 s', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatewright-json-'));
    const template = join(CHECKOUT, 'test/fixtures/end-to-end/print-environment.yaml');
    const gateway = await startCommand(
      ['start', template, '--json', '--port', '0', '--control-port', '0'],
      '\n',
      {
        cwd: folder,
        environment: {
          AWS_PROFILE: 'production',
          AWS_SECRET_ACCESS_KEY: 'the-real-one',
          AWS_SESSION_TOKEN: 'real',
        },
      },
    );
    const line = JSON.parse(gateway.output().stdout) as Ready;

    const url = line.apis[0]?.url ?? '';
    const environment = (await (await fetch(`${url}/environment`)).json()) as Record<string, string>;
    const ended = await gateway.stop();

    assert.equal(line.ready, true);
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.match(line.control, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.match(line.dynamodb, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.equal(environment['AWS_PROFILE'], undefined);
    assert.equal(environment['AWS_SESSION_TOKEN'], undefined);
    assert.notEqual(environment['AWS_SECRET_ACCESS_KEY'], 'the-real-one');
    assert.equal(environment['HOME'], undefined);
    assert.equal(environment['GREETING'], 'hello');
    assert.equal(ended.code, 0);
    // Within 2 s on a machine of its own; the suite shares one.
    assert.ok(ended.tookMs < 10_000, `${ended.tookMs} ms`);
    assert.equal(ended.stdout.trim().split('\n').length, 1, 'stdout carries nothing but the line');
    assert.match(ended.stderr, /GET \/environment 200/);
    assert.match(ended.stderr, /written to stdout/, 'what a function prints goes to stderr');
    rmSync(folder, { recursive: true });
  });

  it('takes a changed template while it runs, and keeps the old if the new is broken', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatewright-reload-'));
    const template = join(folder, 'template.yaml');
    const text = readFileSync(join(CHECKOUT, 'test/fixtures/end-to-end/print-environment.yaml'), 'utf8');
    writeFileSync(template, text);
    mkdirSync(join(folder, 'access'));
    const gateway = await startCommand(
      ['start', template, '--json', '--port', '0', '--control-port', '0'],
      '\n',
      {
        cwd: folder,
      },
    );
    const url = (JSON.parse(gateway.output().stdout) as Ready).apis[0]?.url ?? '';
    const greeting = async (): Promise<string | undefined> =>
      ((await (await fetch(`${url}/environment`)).json()) as Record<string, string>)['GREETING'];

    const before = await greeting();
    writeFileSync(template, text.replace('GREETING: hello', 'GREETING: [broken'));
    await until(() =>
      gateway.output().stderr.includes('could not reload the stacks, so the previous version stays in use'),
    );
    assert.match(
      gateway.output().stderr,
      /loading the stacks again…\n[^]*could not reload the stacks, so the previous version stays in use/,
    );
    const meanwhile = await greeting();
    // A plug-in may have refused it for a document, so it is tried again when one changes.
    writeFileSync(join(folder, 'access/orders.yml'), 'version: 1\n');
    await until(
      () =>
        gateway.output().stderr.split('could not reload the stacks, so the previous version stays in use')
          .length === 3,
    );
    writeFileSync(template, text.replace('GREETING: hello', 'GREETING: welcome'));
    await until(() => gateway.output().stderr.includes('reloaded the stacks'));
    const afterwards = await greeting();
    await gateway.stop();

    assert.deepEqual([before, meanwhile, afterwards], ['hello', 'hello', 'welcome']);
    rmSync(folder, { recursive: true });
  });
});

/** Looks again at every turn of the event loop until it is so; the runner's own time limit bounds it. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10));
}
