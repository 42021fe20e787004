import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

import { aFolder, aFolderFunction, failed, returned, startRuntime } from '../start-runtime.ts';

const FILES = {
  'node_modules/wrap/package.json': '{ "name": "wrap", "main": "index.js" }',
  'node_modules/wrap/index.js': 'module.exports = (text) => `wrapped ${text}`; module.exports.depth = 1;',
  'lib/wrapped.ts':
    "import * as wrap from 'wrap';\nimport * as Class from './thing.ts';\nexport const wrapped = (text: string) => [wrap(text), wrap.depth, Class.name];",
  'lib/thing.ts': "export const name = 'thing';",
  'a.ts': "import { wrapped } from './lib/wrapped.ts';\nexport const handler = async () => wrapped('a');",
};

function aProject(compilerOptions: object, hasTypeScript = true): string {
  const folder = aFolder({ ...FILES, 'tsconfig.json': JSON.stringify({ compilerOptions }) });
  const own = dirname(dirname(fileURLToPath(import.meta.resolve('typescript'))));
  if (hasTypeScript) symlinkSync(own, join(folder, 'node_modules', 'typescript'), 'dir');
  else mkdirSync(join(folder, 'other'));
  return folder;
}

// typescriptlang.org/tsconfig#esModuleInterop: without it, `import * as` is the value of `require`.
describe('a namespace that is called', () => {
  it('is the function itself if the project compiles without esModuleInterop', async () => {
    const folder = aProject({ module: 'commonjs', esModuleInterop: false });
    const { invoke } = await startRuntime([aFolderFunction(folder, 'a.handler')]);

    assert.deepEqual(returned(await invoke('a-handler')), ['wrapped a', 1, 'thing']);
  });

  const crashes: readonly {
    readonly name: string;
    readonly folder: () => string;
    readonly esbuild?: object;
  }[] = [
    { name: 'with esModuleInterop', folder: () => aProject({ module: 'commonjs', esModuleInterop: true }) },
    { name: 'with a module system that implies it', folder: () => aProject({ module: 'nodenext' }) },
    { name: 'if only esbuild compiles', folder: () => aProject({ module: 'commonjs' }, false) },
    { name: 'if the service names esbuild', folder: () => aProject({}), esbuild: { bundle: true } },
  ];
  for (const { name, folder, esbuild } of crashes)
    it(`fails ${name}, as deployed`, async () => {
      const definition = aFolderFunction(
        folder(),
        'a.handler',
        esbuild === undefined ? {} : { esbuild: { ...esbuild } },
      );
      const { invoke } = await startRuntime([definition]);

      assert.match(failed(await invoke('a-handler')).errorMessage, /is not a function/);
    });
});
