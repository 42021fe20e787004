import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { anHttpApiTemplate } from '../support/a-small-template.ts';
import { READY, readyOf, runCommand, startCommand } from '../support/command.ts';
import type { Finished, Running } from '../support/command.ts';

const SOURCE = `exports.handler = async (event, context) => {
  if (event.fail) throw new Error('as asked');
  console.log('pizza', event.rawPath ?? 'no path');
  return { statusCode: 200, body: JSON.stringify({ event: event.size, client: context.clientContext }) };
};`;

type Ready = { readonly name: string; readonly control: string; readonly apis: { readonly url: string }[] };

describe('a command that reaches a running gateway', () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'gatewright-loop-')));
  const [shop, bakery, elsewhere] = ['shop', 'bakery', 'elsewhere'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  let running: Running[];

  const start = (cwd: string, ...more: string[]): Promise<Running> =>
    startCommand(['start', 'template.json', '--json', '--port', '0', '--control-port', '0', ...more], READY, {
      cwd,
    });
  const run = (cwd: string, ...args: string[]): Promise<Finished> => runCommand(args, { cwd });

  before(async () => {
    for (const name of [shop, bakery, elsewhere]) {
      mkdirSync(name);
      writeFileSync(join(name, 'template.json'), JSON.stringify(anHttpApiTemplate(SOURCE)));
    }
    running = [await start(shop), await start(bakery, '--name', 'bread')];
  });
  after(async () => {
    await Promise.all(running.map((one) => one.stop()));
    rmSync(folder, { recursive: true });
  });

  const ready = (index: number): Ready => readyOf(running[index]!) as Ready;

  it('names a gateway by its folder, or by its option', () => {
    assert.deepEqual([ready(0).name, ready(1).name], ['shop', 'bread']);
  });

  it('reaches the gateway of the folder, and any other gateway by name, folder or control port', async () => {
    const port = new URL(ready(1).control).port;
    const ROWS: readonly (readonly [string, readonly string[], number])[] = [
      [shop, [], 0],
      [bakery, [], 1],
      [elsewhere, ['--gateway', 'bread'], 1],
      [elsewhere, ['--gateway', shop], 0],
      [elsewhere, ['--control-port', port], 1],
      [shop, ['--gateway', 'bread', '--control-port', port], 1],
    ];
    for (const [cwd, choice, index] of ROWS) {
      const { stdout } = await run(cwd, 'env', '--json', ...choice);
      assert.equal((JSON.parse(stdout) as Record<string, string>)['AWS_ENDPOINT_URL'], ready(index).control);
    }
  });

  it('lists the running gateways if none of them is the intended one', async () => {
    const ports = [0, 1].map((index) => new URL(ready(index).control).port);
    const all = `bread (${bakery}, control port ${ports[1]}); shop (${shop}, control port ${ports[0]})`;
    const anonymous = await run(elsewhere, 'clock');
    const wrong = await run(shop, 'clock', '--gateway', 'cheese');

    assert.equal(anonymous.code, 1);
    assert.ok(
      anonymous.stderr.includes(
        `no running gateway was started from this folder; choose a running one with --gateway NAME: ${all}`,
      ),
    );
    assert.ok(
      wrong.stderr.includes(
        `there is no running gateway with the name or folder cheese; choose a running one with --gateway NAME: ${all}`,
      ),
    );
  });

  it('refuses a second gateway of a name', async () => {
    await assert.rejects(start(elsewhere, '--name', 'bread'), /a gateway named bread is already running/);
  });

  it('invokes a function with an event, and shows its answer and its log', async () => {
    const file = join(shop, 'event.json');
    writeFileSync(file, '{"size":3}');
    const byFile = await run(shop, 'invoke', 'Answer', '--event', file);
    const byText = await run(
      shop,
      'invoke',
      'Answer',
      '--event',
      '{"size":4}',
      '--client-context',
      '{"a":1}',
    );

    assert.deepEqual(JSON.parse(byFile.stdout), { statusCode: 200, body: '{"event":3}' });
    assert.match(byFile.stderr, /INFO\tpizza no path/);
    assert.deepEqual(JSON.parse(byText.stdout), { statusCode: 200, body: '{"event":4,"client":{"a":1}}' });
    assert.deepEqual([byFile.code, byText.code], [0, 0]);
  });

  it('passes events that failed on AWS to the local function', async () => {
    const file = join(shop, 'failed.json');
    const event = (messageId: string, payload: string) => ({
      messageId,
      functionName: 'shop-prod-Answer',
      payload,
    });
    const failed = [event('m-1', '{"size":5}'), event('m-2', '{"fail":true}')];
    writeFileSync(file, failed.map((one) => `${JSON.stringify(one)}\n`).join(''));

    const replayed = await run(shop, 'failures', 'replay', '--stack', 'shop-prod', '--file', file);

    assert.match(
      replayed.stdout,
      /^m-1 {2}shop-prod-Answer {2}succeeded\nm-2 {2}shop-prod-Answer {2}stays in the queue: shop-Answer-\w+: .*as asked/,
    );
    assert.match(replayed.stdout, /1 event succeeded, 1 did not\n$/);
    assert.equal(replayed.code, 2);
  });

  it('ends with 1 if the function has failed, and if there is no such function', async () => {
    const failed = await run(shop, 'invoke', 'Answer', '--event', '{"fail":true}');
    const handedOver = await run(shop, 'invoke', 'Answer', '--event', '{"fail":true}', '--async');
    const unknown = await run(shop, 'invoke', 'Nobody');
    const noJson = await run(shop, 'invoke', 'Answer', '--event', 'no-such-file');

    assert.equal((JSON.parse(failed.stdout) as { errorMessage: string }).errorMessage, 'as asked');
    assert.match(handedOver.stdout, /^sent to /);
    assert.match(unknown.stderr, /there is no function "Nobody"; expected one of shop-Answer/);
    assert.match(noJson.stderr, /"no-such-file" is neither JSON nor a readable file/);
    assert.deepEqual(
      [failed, handedOver, unknown, noJson].map(({ code }) => code),
      [1, 0, 1, 1],
    );
  });

  it('prints what gateway and functions have printed', async () => {
    await fetch(`${ready(0).apis[0]?.url}/margherita`);
    const all = await run(shop, 'logs');
    const ofFunction = await run(shop, 'logs', 'Answer', '--json');
    const none = await run(bakery, 'logs', 'Answer');

    assert.match(all.stdout, /GET \/margherita 200/);
    assert.match(all.stdout, /\[shop-Answer\S*\] \S+\t\S+\tINFO\tpizza \/margherita/);
    const lines = ofFunction.stdout
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text) as { message: string });
    assert.ok(lines.some(({ message }) => message === 'pizza /margherita'));
    assert.ok(!ofFunction.stdout.includes('GET /margherita'));
    assert.equal(none.stdout, '');
  });

  it('follows the lines of a function as they come', async () => {
    const following = await startCommand(['logs', 'Answer', '--follow'], 'pizza', { cwd: shop });
    await run(shop, 'invoke', 'Answer', '--event', '{"rawPath":"/late"}');
    await following.until('pizza /late');
    const { stdout } = await following.stop();

    assert.match(stdout, /pizza \/late/);
  });
});
