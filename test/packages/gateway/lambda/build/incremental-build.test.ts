import assert from 'node:assert/strict';
import { once } from 'node:events';
import { rmSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

import type { BuildOptions } from 'esbuild';
import fc from 'fast-check';

import { IncrementalBuild } from '../../../../../packages/gateway/lambda/build/incremental-build.ts';
import type { LocatedOptions } from '../../../../../packages/gateway/lambda/build/prebundled-packages.ts';
import { StoredBundles, textsOf } from '../../../../../packages/gateway/lambda/build/stored-bundles.ts';
import { BALLAST, IMPORTS, PACKAGES } from '../package-imports.ts';
import { aFolder, writeFiles } from '../start-runtime.ts';

const THREAD = fileURLToPath(new URL('./bundle-thread.ts', import.meta.url));
const PREAMBLE = 'globalThis.root = __dirname; globalThis.order = globalThis.order ?? [];';

function sourceOf(imports: readonly (typeof IMPORTS)[number][]): string {
  const numbered = imports.map(([statement, seen], at) => [
    statement.replaceAll('#', String(at)),
    seen.replaceAll('#', String(at)),
  ]);
  return [
    'import "./preamble.ts"; import { ballast } from "large";',
    ...numbered.map(([statement]) => statement),
    `export const handler = async () => JSON.stringify([ballast.length, ${numbered.map(([, seen]) => seen).join(', ')}]);`,
  ].join('\n');
}

function aProject(files: Readonly<Record<string, string>>): string {
  const folder = aFolder({
    ...PACKAGES,
    'preamble.ts': PREAMBLE,
    'own.ts':
      'import { state } from "shared"; export const own = () => Object.keys(state); export const kept = {};',
    'lib/index.ts': 'export { version } from "dep";',
    ...files,
  });
  // The files get an older time, as if they had been installed earlier.
  for (const file of ['own.ts', ...Object.keys({ ...PACKAGES, ...files })])
    utimesSync(join(folder, file), 1, 1);
  return folder;
}

function optionsOf(folder: string, entry: string, settings: BuildOptions = {}): LocatedOptions {
  return {
    entryPoints: [join(folder, entry)],
    absWorkingDir: folder,
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    outfile: join(folder, 'out/bundle.js'),
    sourcemap: 'external',
    sourcesContent: false,
    metafile: true,
    logLevel: 'silent',
    ...settings,
  };
}

const aBuild = (...given: Parameters<typeof optionsOf>): IncrementalBuild =>
  new IncrementalBuild(optionsOf(...given), false);

type Built = Awaited<ReturnType<IncrementalBuild['run']>>;

async function answerOf(folder: string, built: Built, format: 'esm' | 'cjs'): Promise<unknown> {
  const bundles = new StoredBundles(join(folder, 'out'), join(folder, 'cache'), false);
  const origin = { file: join(folder, 'a.ts'), format, withRequire: true };
  const code = bundles.store(origin, textsOf(built), built.packages?.texts);
  const worker = new Worker(THREAD, { workerData: { code, taskRoot: folder } });
  const [answer] = (await once(worker, 'message')) as [unknown];
  await worker.terminate();
  return answer;
}

describe('a function with its packages bundled apart', () => {
  it('answers as a single bundle does, for every kind of package and import', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...IMPORTS], { minLength: 1, maxLength: 8 }),
        fc.constantFrom('esm' as const, 'cjs' as const),
        fc.constantFrom('a.ts', 'a.mts'),
        fc.boolean(),
        fc.boolean(),
        fc.boolean(),
        async (imports, format, entry, isModule, minify, isStrict) => {
          const folder = aProject({
            [entry]: sourceOf(imports),
            'package.json': JSON.stringify(isModule ? { type: 'module' } : {}),
            'tsconfig.json': JSON.stringify({ compilerOptions: { strict: isStrict } }),
          });
          const build = aBuild(folder, entry, { format, minify });
          const whole = await build.run(true);
          await build.prepare();
          const apart = await build.run(true);
          await build.dispose();

          assert.equal(whole.packages, undefined);
          assert.notEqual(apart.packages, undefined);
          assert.ok(textsOf(apart).text.length < 20_000);
          assert.deepEqual(await answerOf(folder, apart, format), await answerOf(folder, whole, format));
          rmSync(folder, { recursive: true });
        },
      ),
      {
        numRuns: 10,
        endOnFailure: true,
        examples: [
          [[...IMPORTS], 'esm', 'a.ts', false, false, true],
          [[...IMPORTS], 'cjs', 'a.mts', true, false, true],
          [[...IMPORTS], 'cjs', 'a.ts', false, true, false],
        ],
      },
    );
  });
});

const USING_LARGE =
  'import { ballast } from "large"; export const handler = async () => ballast.length + VERSION;';

async function prepared(folder: string, settings?: BuildOptions) {
  const build = aBuild(folder, 'a.ts', { define: { VERSION: '1' }, ...settings });
  await build.run(true);
  await build.prepare();
  return build;
}

describe('packages', () => {
  for (const [what, files, settings] of [
    [
      'that are small',
      { 'a.ts': 'import { state } from "shared"; export const handler = async () => state;' },
    ],
    [
      'that are ES modules',
      {
        'node_modules/wide/package.json': '{ "type": "module", "exports": "./index.js" }',
        'node_modules/wide/index.js': `export const wide = "${'x'.repeat(100_000)}";`,
        'a.ts': 'import { wide } from "wide"; export const handler = async () => wide;',
      },
    ],
    [
      'that load third-party ES modules first of all',
      {
        'node_modules/wide/package.json': '{}',
        'node_modules/wide/index.js': `${BALLAST} exports.held = require("held");`,
        'node_modules/held/package.json': '{ "type": "module", "exports": "./index.js" }',
        'node_modules/held/index.js': 'import ext from "ext"; export default ext;',
        'a.ts': 'import { held } from "wide"; export const handler = async () => held;',
      },
      { external: ['ext'] },
    ],
    ['whose properties are renamed', { 'a.ts': USING_LARGE }, { mangleProps: /_$/ }],
    ['into which a file of the project is injected', { 'a.ts': USING_LARGE }, { inject: ['./own.ts'] }],
    ['after code that would run twice', { 'a.ts': USING_LARGE }, { banner: { js: 'console.log(1);' } }],
    [
      'before code that changes what they export',
      { 'a.ts': USING_LARGE },
      { footer: { js: 'module.exports = {};' } },
    ],
    ['to which an alias refers', { 'a.ts': USING_LARGE }, { alias: { dep: './own.ts' } }],
    ['of a function that is debugged', { 'a.ts': USING_LARGE }, { sourcesContent: true }],
  ] as const satisfies readonly (readonly [string, Readonly<Record<string, string>>, BuildOptions?])[])
    it(`are bundled with the sources: ${what}`, async () => {
      const build = await prepared(aProject(files), settings);
      const { packages } = await build.run(true);
      await build.dispose();
      assert.equal(packages, undefined);
    });

  for (const [what, change] of [
    [
      'has changed',
      (folder: string) => writeFiles(folder, { 'node_modules/large/index.js': `${BALLAST} exports.v = 2` }),
    ],
    [
      'is installed nearer',
      (folder: string) =>
        writeFiles(folder, { 'node_modules/user/node_modules/dep/index.js': 'exports.version = 3' }),
    ],
    [
      'is linked elsewhere',
      (folder: string) => {
        rmSync(join(folder, 'node_modules/linked'));
        symlinkSync(join(folder, 'lib/node_modules/dep'), join(folder, 'node_modules/linked'));
      },
    ],
    [
      'has another main file',
      (folder: string) =>
        writeFiles(folder, {
          'node_modules/dep/package.json': '{ "main": "b.js" }',
          'node_modules/dep/b.js': '',
        }),
    ],
    [
      'has a file that is found first',
      (folder: string) => writeFiles(folder, { 'node_modules/user/part.js': '' }),
    ],
  ] as const)
    it(`are bundled again once one of them ${what}`, async () => {
      const folder = aProject({
        'node_modules/user/package.json': '{}',
        'node_modules/user/index.js':
          'module.exports = [require("dep"), require("linked"), require("./part")];',
        'node_modules/user/part/index.js': '',
        'a.ts': `import "user"; ${USING_LARGE}`,
      });
      symlinkSync(join(folder, 'node_modules/dep'), join(folder, 'node_modules/linked'));
      const build = await prepared(folder);
      const isApart = async (): Promise<boolean> => (await build.run(true)).packages !== undefined;
      const seen = [await isApart()];
      change(folder);
      seen.push(await isApart());
      await build.prepare();
      seen.push(await isApart());
      await build.dispose();
      assert.deepEqual(seen, [true, false, true]);
    });

  it('are bundled again once large ones are imported, and small ones with the sources', async () => {
    const folder = aProject({
      'node_modules/wide/package.json': '{}',
      'node_modules/wide/index.js': BALLAST,
      'a.ts': USING_LARGE,
    });
    const build = await prepared(folder);
    const seen: boolean[] = [];
    for (const imported of ['plain', 'wide']) {
      writeFiles(folder, { 'a.ts': `import "${imported}"; ${USING_LARGE}` });
      seen.push((await build.run(true)).packages !== undefined);
    }
    await build.prepare();
    seen.push((await build.run(true)).packages !== undefined);
    await build.dispose();
    assert.deepEqual(seen, [true, false, true]);
  });

  for (const [what, change] of [
    [
      'one of their files, which no source has imported',
      'import { inner } from "inner"; console.log(inner);',
    ],
    ['another mode', '"use strict";'],
  ] as const)
    it(`are bundled again once the sources have ${what}`, async () => {
      const source = `import "mixed"; ${USING_LARGE}`;
      const folder = aProject({ 'a.ts': source });
      const build = await prepared(folder, { format: 'cjs' });
      const isApart = async (): Promise<boolean> => (await build.run(true)).packages !== undefined;
      const seen = [await isApart()];
      writeFiles(folder, { 'a.ts': `${change} ${source}` });
      seen.push(await isApart());
      await build.prepare();
      seen.push(await isApart());
      await build.dispose();
      assert.deepEqual(seen, [true, false, true]);
    });

  it('are bundled again once one of them is not imported any more: it may be one that does not load', async () => {
    const folder = aProject({ 'a.ts': `import "plain"; ${USING_LARGE}` });
    const build = await prepared(folder);
    writeFiles(folder, { 'a.ts': USING_LARGE });
    const { packages } = await build.run(true);
    await build.dispose();
    assert.equal(packages, undefined);
  });

  it('do not change errors of imports', async () => {
    const folder = aProject({ 'a.ts': USING_LARGE });
    const build = await prepared(folder);
    writeFiles(folder, { 'a.ts': `import { nothing } from "modern"; nothing(); ${USING_LARGE}` });
    await assert.rejects(
      build.run(true),
      /No matching export in "node_modules\/modern\/index.js" for import "nothing"/,
    );
    await build.dispose();
  });

  it('may be prepared again while they are, and given up', async () => {
    const build = aBuild(aProject({ 'a.ts': USING_LARGE }), 'a.ts', { define: { VERSION: '1' } });
    await build.run(true);
    const both = [build.prepare(), build.prepare()];
    await build.dispose();
    await Promise.all(both);
  });

  it('do not hide what is wrong with the sources, and are kept in the meantime', async () => {
    const folder = aProject({ 'a.ts': USING_LARGE });
    const build = await prepared(folder);
    writeFiles(folder, { 'a.ts': 'export const handler = ;' });
    await assert.rejects(build.run(true), /a\.ts:1:23: ERROR: Unexpected ";"/);
    writeFiles(folder, { 'a.ts': USING_LARGE });
    const mended = await build.run(true);
    await build.dispose();
    assert.notEqual(mended.packages, undefined);
  });

  it('are built whole for a start, which nothing has changed before', async () => {
    const build = await prepared(aProject({ 'a.ts': USING_LARGE }));
    const { packages } = await build.run(false);
    await build.dispose();
    assert.equal(packages, undefined);
  });
});
