/** What a build has read and where it has looked, so that the next start need not build. */
import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { isUnchanged, markBuild } from '../../../../../packages/gateway/lambda/build/build-inputs.ts';
import { aFolder, writeFiles } from '../start-runtime.ts';
import type { BuildOptions, Metafile } from 'esbuild';

type Imports = Readonly<Record<string, readonly (readonly [path: string, original?: string])[]>>;

/** As esbuild reports a build of `index.ts`, a module next to it, a package and a built-in module. */
function aBuild(imports: Imports = {}) {
  // Files of the run itself count as settled, however new they are.
  const folder = aFolder({ 'index.ts': '', 'own.ts': '', 'node_modules/dep/package.json': '{}' });
  const read: Imports = {
    'index.ts': [['own.ts', './own'], ['dep', 'dep/deep'], ['fs']],
    'own.ts': [],
    ...imports,
  };
  const inputs = Object.fromEntries(
    Object.entries(read).map(([file, found]) => [
      file,
      {
        bytes: 0,
        imports: found.map(([path, original]) => ({ path, kind: 'import-statement', original })),
      },
    ]),
  );
  const mark = (options: BuildOptions = {}, startedEpochMs = Date.now(), runDirectory = folder) =>
    markBuild(
      { inputs, outputs: {} } as unknown as Metafile,
      { absWorkingDir: folder, ...options },
      { startedEpochMs, runDirectory },
    );
  return { folder, mark };
}

describe('the inputs of a build', () => {
  it('are the files that were read, and what would be found before them', () => {
    const { folder, mark } = aBuild();
    const found = mark();
    const marked = (look: string) =>
      found?.marks
        .filter((one) => one.look === look && one.file.startsWith(folder))
        .map(({ file }) => file.slice(folder.length + 1))
        .toSorted();

    assert.deepEqual(marked('content'), [
      'index.ts',
      'jsconfig.json',
      'own.ts',
      'package.json',
      'tsconfig.json',
    ]);
    assert.deepEqual(marked('names'), ['', 'own']);
    assert.deepEqual(marked('there'), ['.pnp.cjs', '.pnp.data.json', '.pnp.js']);
    assert.deepEqual(
      found?.packages.map(([, name]) => name),
      ['dep'],
    );
  });

  it('are unchanged until one of them changes', () => {
    const changes: readonly ((folder: string) => void)[] = [
      (folder) => writeFiles(folder, { 'own.ts': 'changed' }),
      (folder) => writeFiles(folder, { 'own.tsx': '' }),
      (folder) => writeFiles(folder, { 'own/index.ts': '' }),
      (folder) => writeFiles(folder, { 'tsconfig.json': '{}' }),
      (folder) => writeFiles(folder, { 'node_modules/dep/package.json': '{"version":"2.0.0"}' }),
      (folder) => rmSync(join(folder, 'node_modules'), { recursive: true }),
    ];
    for (const change of changes) {
      const { folder, mark } = aBuild();
      const found = mark();
      assert.ok(found !== undefined);
      assert.equal(isUnchanged(found), true);
      change(folder);
      assert.equal(isUnchanged(found), false, String(change));
    }
  });

  const unknown: readonly (readonly [name: string, options: BuildOptions, files: Record<string, string>])[] =
    [
      ['an alias', { alias: { a: 'b' } }, {}],
      ['folders to look in', { nodePaths: ['/lib'] }, {}],
      ['links that are kept', { preserveSymlinks: true }, {}],
      ['own settings with paths', { tsconfigRaw: { compilerOptions: { paths: {} } } }, {}],
      ['folders that count as one', {}, { 'tsconfig.json': '{"compilerOptions":{"rootDirs":["a","b"]}}' }],
      ['settings that extend nothing readable', {}, { 'tsconfig.json': '{"extends": base}' }],
      ['named settings with a comment in paths', { tsconfig: 'my.json' }, { 'my.json': '{"paths":{/**/}}' }],
      ['Plug’n’Play', {}, { '.pnp.cjs': '' }],
    ];
  for (const [name, options, files] of unknown)
    it(`are unknown with ${name}`, () => {
      const { folder, mark } = aBuild();
      writeFiles(folder, files);

      assert.equal(mark(options), undefined);
    });

  it('include settings and what they extend, but not if the build has its own', () => {
    const { folder, mark } = aBuild();
    writeFiles(folder, {
      'tsconfig.json': '{"extends":["./base","dep/tsconfig.json"]}',
      'base.json': '{}',
      'node_modules/dep/tsconfig.json': '{}',
    });
    const looksAt = (options: BuildOptions, path: string): boolean | undefined =>
      mark(options)?.marks.some((one) => one.file === join(folder, path));

    assert.deepEqual(
      ['tsconfig.json', 'base.json', 'node_modules/dep/tsconfig.json'].map((path) => looksAt({}, path)),
      [true, true, true],
    );
    assert.equal(looksAt({ tsconfigRaw: { compilerOptions: { strict: true } } }, 'tsconfig.json'), false);
  });

  it('are unknown right after a save, or if one is not a file', () => {
    const { folder, mark } = aBuild();
    const elsewhere = join(folder, 'elsewhere');

    assert.ok(!existsSync(elsewhere));
    assert.equal(mark({}, Date.now(), elsewhere), undefined);
    assert.ok(mark({}, Date.now() + 3_600_000, elsewhere) !== undefined);
    assert.equal(aBuild({ '<stdin>': [] }).mark(), undefined);
  });
});
