/** Functions whose folder or file is not there: found at the start, with what makes it; the rest runs. */
import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { Faults } from '../../../../../packages/gateway/core/errors.ts';
import {
  aFolder,
  aFolderFunction,
  anInlineFunction,
  failed,
  returned,
  startRuntime,
  writeFiles,
} from '../start-runtime.ts';

const BUILT = JSON.stringify({ scripts: { build: 'tsc' } });
const OK = 'exports.handler = async () => 1;';

describe('a function whose code does not exist', () => {
  const rows: readonly {
    readonly name: string;
    readonly files: Readonly<Record<string, string>>;
    readonly make?: (folder: string) => void;
    readonly directory: string;
    readonly handler?: string;
    readonly runtime?: string;
    readonly finding: RegExp;
  }[] = [
    {
      name: 'names the script that builds its folder',
      files: { 'package.json': BUILT },
      directory: 'dist',
      finding: /there is no folder \S+\/dist; run npm run build in \S+$/,
    },
    {
      name: 'names the script if the handler is in such a folder',
      files: { 'package.json': BUILT },
      directory: '.',
      handler: 'dist/app.handler',
      finding: /there is no folder \S+\/dist; run npm run build in \S+$/,
    },
    {
      name: 'says that the folder is missing if nothing builds it',
      files: {},
      directory: 'src',
      finding: /there is no folder \S+\/src; build the function first, or correct the path$/,
    },
    {
      name: 'names the folder that a path of Windows means',
      files: { 'src/list/app.js': OK },
      directory: 'src\\list',
      finding:
        /there is no \S+\/src\\list, but there is \S+\/src\/list: only Windows uses backslashes as path separators; write slashes$/,
    },
    {
      name: 'names the folder of another spelling',
      files: { 'src/app.js': OK },
      directory: 'Src',
      finding: /there is no \S+\/Src, but there is src: .*upper and lower case/,
    },
    {
      name: 'names the file of another spelling',
      files: { 'src/App.js': OK },
      directory: 'src',
      finding: /there is no \S+\/src\/app\.js, but there is App\.js: .*upper and lower case/,
    },
    {
      name: 'says that its folder is a link without target',
      files: {},
      make: (folder) => symlinkSync('gone', join(folder, 'src')),
      directory: 'src',
      finding: /src is a symbolic link to gone, which does not exist; correct the link$/,
    },
    {
      name: 'says that its file is a link without target',
      files: {},
      make(folder) {
        mkdirSync(join(folder, 'src'));
        symlinkSync('gone', join(folder, 'src/app.js'));
      },
      directory: 'src',
      finding: /src\/app\.js is a symbolic link to gone, which does not exist; correct the link$/,
    },
    {
      name: 'says that its folder is a file',
      files: { src: 'text' },
      directory: 'src',
      finding: /src is a file, not a folder$/,
    },
    {
      name: 'is not taken for a machine without Python',
      files: {},
      directory: 'src',
      runtime: 'python3.8',
      finding: /there is no folder \S+\/src; build the function first/,
    },
    {
      name: 'is not taken for a machine without Python if the folder is a file',
      files: { src: 'text' },
      directory: 'src',
      runtime: 'python3.12',
      finding: /src is a file, not a folder$/,
    },
  ];
  for (const { name, files, make, directory, handler = 'app.handler', runtime, finding } of rows)
    it(`${name}, and the others run`, async () => {
      const folder = aFolder(files);
      make?.(folder);
      const faults = new Faults(false);
      const { runtime: started, invoke } = await startRuntime([], { reload: true });
      const broken = aFolderFunction(join(folder, directory), handler, {
        name: 'broken',
        ...(runtime !== undefined && { runtime }),
      });
      const other = anInlineFunction('other', OK);

      const replace = await started.prepare([broken, other], new Map(), faults);
      replace();

      const [first, ...more] = faults.all.filter(({ consequences: [one = ''] }) => /fail/.test(one));
      assert.match(first?.error.message ?? '', finding);
      assert.deepEqual([first?.error.place.line, more], [7, []]);
      assert.equal(returned(await invoke('other')), 1);
      assert.equal((await invoke('broken')).kind === 'returned', false);
    });

  it('runs once its folder is there', async () => {
    const folder = aFolder({});
    const { runtime, invoke } = await startRuntime([], { reload: true });
    const replace = await runtime.prepare(
      [aFolderFunction(join(folder, 'src'), 'app.handler', { name: 'late' })],
      new Map(),
      new Faults(false),
    );
    replace();
    failed(await invoke('late'));

    writeFiles(folder, { 'src/app.js': OK });

    assert.equal(returned(await invoke('late')), 1);
  });
});
