import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Metafile } from 'esbuild';
import { assertShippedOnce } from '../../layers/build-layer.ts';
import { LAYER_PACKAGES } from '../../layers/contents.ts';
import { assertPackagesInLayer, bundleFunctions } from '../../layers/bundle-functions.ts';

const ROOT = join(import.meta.dirname, '../..');

function aMetafile(inputs: readonly string[], imports: readonly string[], bytesInOutput = 1): Metafile {
  const entries = Object.fromEntries(
    inputs.map((input) => [input, { bytes: 1, bytesInOutput, imports: [] }]),
  );
  const external = imports.map((path) => ({ path, kind: 'import-statement' as const, external: true }));
  const output = { bytes: 1, inputs: entries, imports: external, exports: [] };
  return { inputs: entries, outputs: { 'a.mjs': output, 'b.mjs': output } };
}

/**
 * 69 KB of code (access-admin: keys with their replaced secrets, customers and their schemas), and
 * the size of this checkout's access documents, which include the documents of three examples.
 */
const LIMIT_BYTES = 69 * 1024 + readFileSync(join(ROOT, 'access/compiled.json')).length;

describe('bundleFunctions', () => {
  it('bundles every function small, without packages', async () => {
    const bundles = await bundleFunctions(ROOT);

    assert.ok(bundles.length >= 5);
    for (const { name, startBytes } of bundles) assert.ok(startBytes < LIMIT_BYTES, `${name}: ${startBytes}`);
    for (const { startFiles, files, packages } of bundles) {
      assert.deepEqual(
        startFiles.filter((file) => !files.has(file)),
        [],
      );
      assert.deepEqual(
        packages.filter((one) => !LAYER_PACKAGES.some(({ name }) => name === one)),
        [],
      );
    }
  });

  it('bundles with the given aliases and format', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'gatewright-bundle-'));
    t.after(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'a.ts'), "import { name } from 'alias';\nconsole.log(name);\n");
    writeFileSync(join(folder, 'b.ts'), "export const name = 'aliased';\n");

    const esbuild = { format: 'esm' as const, alias: { alias: join(folder, 'b.ts') } };
    const [bundle] = await bundleFunctions(folder, { pattern: 'a.ts', esbuild });

    assert.match(Buffer.from(bundle?.files.get('functions/a.mjs') ?? []).toString(), /aliased/);
  });
});

describe('assertPackagesInLayer', () => {
  it('accepts what the layer contains and what Node provides', () => {
    assertPackagesInLayer('f', aMetafile(['functions/f.ts'], ['@middy/core', 'node:https']));
  });

  it('refuses a package in the bundle', () => {
    assert.throws(
      () => assertPackagesInLayer('f', aMetafile(['node_modules/x/index.js'], [])),
      /must be in the layer/,
    );
  });

  it('refuses an import that nothing provides', () => {
    assert.throws(() => assertPackagesInLayer('f', aMetafile([], ['left-pad'])), /left-pad/);
  });
});

describe('assertShippedOnce', () => {
  it('refuses a file in two outputs, unless nothing of it is there', () => {
    assert.throws(() => assertShippedOnce(aMetafile(['x.js'], [])), /x\.js is packaged twice/);
    assertShippedOnce(aMetafile(['x.js'], [], 0));
  });
});
