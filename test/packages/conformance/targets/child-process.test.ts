import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  freePort,
  isListening,
  makeFolder,
  startProcess,
} from '../../../../packages/conformance/targets/child-process.ts';

const run = (script: string, env?: Readonly<Record<string, string>>) =>
  startProcess({ program: 'sh', args: ['-c', script], cwd: tmpdir(), ...(env !== undefined && { env }) });

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('startProcess', () => {
  it('waits until either output says that it is ready, and ends it', async () => {
    const started = run('echo "$GREETING"; echo "pid $$" >&2; exec sleep 20', { GREETING: 'hello' });

    await started.until((output) => output.includes('hello\n') && /pid \d+\n/.test(output));
    const pid = Number(/pid (\d+)/.exec(started.output())?.[1]);
    assert.deepEqual([started.exitCode, isAlive(pid)], [null, true]);
    await started.stop();

    assert.equal(isAlive(pid), false);
  });

  it('keeps the last 64 KB', async () => {
    const started = run('printf %070000d 0; printf end; exec sleep 20');

    await started.until((output) => output.endsWith('end'));
    const { length } = started.output();
    await started.stop();

    assert.equal(length, 64 * 1024);
  });

  it('says how it ended before it was ready', async () => {
    const started = run('echo it broke; exit 3');

    await assert.rejects(
      started.until(() => false),
      { message: 'sh ended before it was ready: it broke' },
    );
    assert.equal(started.exitCode, 3);
    await started.stop();
  });

  it('reads what arrives after the process has ended', async () => {
    // The child in the background writes only when Node.js has long learned that the shell has ended.
    const started = run('(while kill -0 $$ 2>/dev/null; do :; done; sleep 0.1; echo it broke) & exit 3');

    await assert.rejects(
      started.until(() => false),
      { message: 'sh ended before it was ready: it broke' },
    );
    assert.equal(started.output(), 'it broke\n');
    await started.stop();
  });

  it('says what cannot be started', async () => {
    const started = startProcess({ program: 'gatewright-no-such-program', args: [], cwd: tmpdir() });

    await assert.rejects(
      started.until((output) => output === 'never'),
      {
        message:
          'gatewright-no-such-program ended before it was ready: spawn gatewright-no-such-program ENOENT',
      },
    );
  });
});

describe('makeFolder', () => {
  it('has its files, and finds packages that are installed elsewhere', (t) => {
    const installed = mkdtempSync(join(tmpdir(), 'conformance-installed-'));
    t.after(() => rmSync(installed, { recursive: true }));
    mkdirSync(join(installed, 'node_modules/one'), { recursive: true });

    const folder = makeFolder({ 'a.txt': 'hi' }, installed);
    const { path } = folder;

    assert.equal(readFileSync(join(path, 'a.txt'), 'utf8'), 'hi');
    assert.ok(existsSync(join(path, 'node_modules/one')));
    folder.remove();
    assert.ok(!existsSync(path) && existsSync(join(installed, 'node_modules/one')));
  });
});

describe('freePort', () => {
  it('is one on which nothing listens, until something does', async () => {
    const port = await freePort();
    assert.equal(await isListening(port), false);
    const server = createServer().listen(port, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));

    const found = await isListening(port);
    server.close();

    assert.equal(found, true);
  });
});
