import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { dirname, delimiter, join } from 'node:path';

const CHECKOUT = join(import.meta.dirname, '../../../..');

describe('gatewright in the checkout', { skip: process.platform === 'win32' }, () => {
  it('runs as the program of package.json, which npx starts there', () => {
    const { bin, version } = JSON.parse(readFileSync(join(CHECKOUT, 'package.json'), 'utf8')) as {
      readonly bin: { readonly gatewright: string };
      readonly version: string;
    };
    const { PATH = '' } = process.env;

    const printed = execFileSync(join(CHECKOUT, bin.gatewright), ['--version'], {
      encoding: 'utf8',
      env: { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${PATH}` },
    });

    assert.equal(printed.trim(), version);
  });

  // The walk of a user: `gatewright usage invoice … --format csv | head -5` ended with the stack trace of an EPIPE.
  it('ends in silence, and without an error, when the reader of its output has left', async () => {
    const child = spawn(process.execPath, [join(CHECKOUT, 'packages/gatewright/command/main.ts'), '--help'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));

    const [code] = (await once(child, 'close')) as [number | null];

    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  });
});
