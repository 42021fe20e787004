import assert from 'node:assert/strict';
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { listLargePackages } from '../../../lab/tools/large-packages.ts';

describe('listLargePackages', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-large-'));
  after(() => rmSync(folder, { recursive: true }));
  const write = (path: string, bytes: number): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), Buffer.alloc(bytes));
  };

  it('lists packages of more than 2 MB with their reasons, the largest first', () => {
    write('zod/a/b.js', 1_500_000);
    write('zod/c.js', 1_000_000);
    write('small/index.js', 2_000_000);
    write('small/node_modules/@scope/unknown/index.js', 2_000_001);
    write('@esbuild/linux-x64/bin/esbuild', 3_000_000);
    mkdirSync(join(folder, 'esbuild'));
    linkSync(join(folder, '@esbuild/linux-x64/bin/esbuild'), join(folder, 'esbuild/esbuild'));
    write('.cache/gatewright', 9_000_000);
    symlinkSync(join(folder, 'zod'), join(folder, 'own-workspace'));

    assert.deepEqual(listLargePackages(folder), [
      { name: '@esbuild/linux-x64', bytes: 3_000_000, reason: 'bundles functions, packages and the console' },
      { name: 'zod', bytes: 2_500_000, reason: 'the MCP packages import it' },
      { name: '@scope/unknown', bytes: 2_000_001, reason: undefined },
    ]);
  });
});
