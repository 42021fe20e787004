/** Handlers in TypeScript run here; Lambda loads JavaScript only. */
import assert from 'node:assert/strict';
import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { Faults } from '../../../../../packages/gateway/core/errors.ts';
import type { FunctionCode } from '../../../../../packages/gateway/core/stack/function.ts';
import { aFolder, aFolderFunction, startRuntime } from '../start-runtime.ts';

const TYPESCRIPT = { 'a.ts': 'export const handler = async (): Promise<number> => 1;' };
const JAVASCRIPT = { 'a.js': 'exports.handler = async () => 1;' };

// Source: Lambda developer guide, "Building Lambda functions with TypeScript": code is transpiled before it is
// deployed.
describe('a start', () => {
  const rows: readonly {
    readonly name: string;
    readonly files: Readonly<Record<string, string>>;
    readonly code?: Partial<Extract<FunctionCode, { kind: 'directory' }>>;
    readonly isSaid: boolean;
  }[] = [
    {
      name: 'says that Lambda cannot load TypeScript, once for all functions',
      files: TYPESCRIPT,
      isSaid: true,
    },
    { name: 'reports nothing about JavaScript', files: JAVASCRIPT, isSaid: false },
    { name: 'reports nothing if esbuild bundles', files: TYPESCRIPT, code: { esbuild: {} }, isSaid: false },
    {
      name: 'reports nothing if another tool bundles',
      files: TYPESCRIPT,
      code: { isBundled: true },
      isSaid: false,
    },
  ];
  for (const { name, files, code, isSaid } of rows)
    it(name, async () => {
      const directory = aFolder(files);
      const definitions = ['f', 'g'].map((each) =>
        aFolderFunction(directory, 'a.handler', {
          name: each,
          code: { kind: 'directory', directory, esbuild: undefined, ...code },
        }),
      );
      const { runtime } = await startRuntime([]);
      (await runtime.prepare(definitions, new Map(), new Faults(false)))();

      const said = runtime.takeInterpreters();

      assert.equal(said.length, isSaid ? 1 : 0, said.join());
      if (isSaid)
        assert.match(said[0] ?? '', /^test: handlers are TypeScript and no bundler is configured, so Lambda/);
    });

  // docs/aws §8.2: the .js file is what Lambda loads.
  for (const [secondsLater, isSaid] of [
    [60, true],
    [1, false],
  ] as const)
    it(`${isSaid ? 'says' : 'does not say'} that TypeScript was changed ${secondsLater} s after its JavaScript`, async () => {
      const directory = aFolder({ ...TYPESCRIPT, ...JAVASCRIPT });
      utimesSync(join(directory, 'a.js'), 1_000, 1_000);
      utimesSync(join(directory, 'a.ts'), 1_000, 1_000 + secondsLater);
      const { runtime } = await startRuntime([]);
      const definitions = [aFolderFunction(directory, 'a.handler')];
      (await runtime.prepare(definitions, new Map(), new Faults(false)))();

      const said = runtime.takeInterpreters();

      assert.equal(said.length, isSaid ? 1 : 0, said.join());
      if (isSaid)
        assert.match(said[0] ?? '', /^test: the \.ts file of a handler is newer than its \.js file/);
    });
});
