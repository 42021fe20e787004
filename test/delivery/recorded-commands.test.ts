/** The commands that read what was recorded, as a person types them. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { READY, readyOf, runCommand, startCommand } from '../support/command.ts';
import type { Running } from '../support/command.ts';

const STACK = join(import.meta.dirname, '../fixtures/end-to-end/metered.yaml');

describe('gatewright requests, explain, replay and export', () => {
  let folder = '';
  let running: Running;
  let url = '';
  const run = (...args: string[]) => runCommand(args, { cwd: folder, environment: { EDITOR: 'true' } });

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gatewright-recorded-'));
    const ports = ['--port', '0', '--control-port', '0', '--json', '--no-reload', '--dynamodb', 'embedded'];
    running = await startCommand(['start', STACK, ...ports], READY, { cwd: folder });
    const { apis } = readyOf(running) as { apis: { url: string }[] };
    url = apis[0]?.url ?? '';
  });
  after(async () => {
    await running.stop();
    rmSync(folder, { recursive: true });
  });

  it('show why a request was refused and what would change that', async () => {
    await (await fetch(url, { headers: { 'x-api-key': 'a-key-that-nobody-has' } })).text();

    const listed = await run('requests', '--status', '4xx');
    const [id = ''] = listed.stdout.split(' ');
    const [story, phases] = await Promise.all([run('explain', id), run('explain', 'last', '--phases')]);

    assert.match(
      listed.stdout,
      /^[0-9a-f]{8} {2}\d\d:\d\d:\d\d\.\d{3} {2}403 .* GET {2}\/dev {2}invalid API key/,
    );
    assert.match(story.stdout, /^GET \/ was refused with 403 in the phase meter\./);
    assert.match(story.stdout, /does not match any key of the account/);
    // The stack has no key at all, so there is no key whose value could be sent.
    assert.match(
      story.stdout,
      /To change the outcome\n {2}No key is accepted for the stage dev yet\. Add .*\n/,
    );
    assert.match(
      phases.stdout,
      /\nauthenticate {2}.* ms {2,}the route is open, so no authorizer is called\n/,
    );
    assert.ok(!story.stdout.includes('a-key-that'));
  });

  it('replay it, edited or as another caller, and show the difference', async () => {
    await (await fetch(url)).text();

    const again = await run('replay', 'last', '--diff');
    const edited = await run('replay', 'last', '--edit', '--at', '+1d', '--json');
    const unknown = await run('replay', 'last', '--as', 'key:none');

    assert.equal(again.stdout, 'The replies are the same.\n');
    assert.equal((JSON.parse(edited.stdout) as { status: number }).status, 403);
    assert.deepEqual([unknown.code, unknown.stderr], [1, 'error: There is no API key none.\n']);
  });

  it('list as JSON lines and write an archive', async () => {
    const { stdout } = await run('requests', '--json', '--limit', '2');
    const file = join(folder, 'all.har');
    const exported = await run('export', '--har', file);
    const missing = join(folder, 'missing/all.har');
    const unwritten = await run('export', '--har', missing);

    assert.equal(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { status: number }).length,
      2,
    );
    assert.match(exported.stdout, /^\d+ requests in .*all\.har\n$/);
    assert.deepEqual(
      [unwritten.code, unwritten.stderr],
      [1, `error: ${missing} cannot be written: its folder does not exist\n`],
    );
    const { log } = JSON.parse(readFileSync(file, 'utf8')) as {
      log: { entries: { response: { status: number } }[] };
    };
    assert.ok(log.entries.length >= 4 && log.entries.every(({ response }) => response.status === 403));
  });

  it('follow new requests of the requested kind, each once', async () => {
    const call = async (query: string): Promise<string> => (await fetch(`${url}${query}`)).text();
    await call('?late=before');

    const wanted = ['--follow', '--status', '4xx', '--search', 'LATE='];
    const following = await startCommand(['requests', ...wanted], 'late=before', { cwd: folder });
    await call('?early=1');
    await call('?late=1');
    await call('?late=2');
    await following.until('late=2');
    const { stdout, stderr } = await following.stop();

    assert.deepEqual(stdout.match(/\w+=\w+/g), ['late=before', 'late=1', 'late=2']);
    assert.equal(stderr, '');
  });

  it('reach a gateway that was started elsewhere by its folder, and say so if there is none', async () => {
    const elsewhere = (...args: string[]) => runCommand([...args, '--gateway', folder], { cwd: tmpdir() });
    const messages = await Promise.all([
      elsewhere('requests', '--limit', '1'),
      elsewhere('explain'),
      elsewhere('replay', 'last', '--json'),
      elsewhere('export', '--har', join(folder, 'elsewhere.har')),
    ]);
    assert.deepEqual(
      messages.map(({ code, stderr }) => [code, stderr]),
      messages.map(() => [0, '']),
    );
    const none = await run('explain', '--gateway', 'nobody');
    assert.equal(none.code, 1);
    assert.match(none.stderr, /there is no running gateway with the name or folder nobody/);
  });

  it('say what is wrong with the arguments, and which request is no longer stored', async () => {
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [
        ['explain', 'ffffffff'],
        /This gateway has no record of the request ffffffff\. `gatewright requests` lists the recorded requests/,
      ],
      [['requests', '--status', 'bad'], /Write it as 404 or 4xx/],
      [['replay', 'last', '--at', 'soon'], /"soon" is not a time shift/],
    ];
    const messages = await Promise.all(cases.map(([args]) => run(...args)));
    for (const [index, { code, stderr }] of messages.entries()) {
      assert.equal(code, 1);
      assert.match(stderr, cases[index]?.[1] ?? /never/);
    }
  });
});
