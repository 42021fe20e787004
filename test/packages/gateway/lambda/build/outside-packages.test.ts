import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { build } from 'esbuild';

import {
  findNative,
  findUnloadable,
  leavingOutside,
  packageFolder,
} from '../../../../../packages/gateway/lambda/build/outside-packages.ts';
import { aFolder } from '../start-runtime.ts';

describe('the package of a file', () => {
  for (const [file, folder] of [
    ['/a/node_modules/ms/index.js', '/a/node_modules/ms'],
    ['/a/node_modules/@img/sharp/lib/x.js', '/a/node_modules/@img/sharp'],
    ['/a/node_modules/b/node_modules/c/d.js', '/a/node_modules/b/node_modules/c'],
    ['C:\\a\\node_modules\\ms\\index.js', 'C:\\a\\node_modules\\ms'],
    ['/a/src/f.js', undefined],
    ['/a/node_modules/ms', undefined],
    ['/a/my_node_modules/ms/index.js', undefined],
  ] as const)
    it(`is ${folder ?? 'unknown'} for ${file}`, () => {
      assert.equal(packageFolder(file), folder);
    });
});

/**
 * How packages with native code are recognized: by node-gyp's own file, and by the members that npm and node-pre-gyp
 * read.
 */
const NATIVE: readonly { readonly files: Readonly<Record<string, string>>; readonly isNative: boolean }[] = [
  { files: { 'binding.gyp': '' }, isNative: true },
  { files: { 'package.json': '{ "gypfile": true }' }, isNative: true },
  { files: { 'package.json': '{"binary":{"module_name":"x"}}' }, isNative: true },
  { files: { 'package.json': '{ "gypfile": false, "binary": "no" }' }, isNative: false },
  { files: { 'package.json': '{}' }, isNative: false },
  { files: {}, isNative: false },
];

describe('a package with native code', () => {
  for (const { files, isNative } of NATIVE)
    it(`${isNative ? 'is recognized by' : 'is not recognized in'} ${JSON.stringify(files)}`, async () => {
      const inside = Object.entries({ 'index.js': 'module.exports = 1', ...files });
      const root = aFolder({
        ...Object.fromEntries(inside.map(([name, text]) => [`node_modules/p/${name}`, text])),
        'f.js': 'import p from "p"; console.log(p)',
      });
      const folder = join(root, 'node_modules/p');
      const inputs = { 'f.js': {}, 'node_modules/p/index.js': {}, 'node_modules/p/b.js': {} };
      const metafile = { inputs, outputs: {} } as unknown as Parameters<typeof findNative>[0];
      const { outputFiles } = await build({
        entryPoints: [join(root, 'f.js')],
        bundle: true,
        write: false,
        format: 'cjs',
        platform: 'node',
        plugins: [leavingOutside(new Set())],
      });
      const text = outputFiles[0]?.text ?? '';

      assert.deepEqual(findNative(metafile, root), isNative ? [folder] : []);
      assert.equal(text.includes(`require(${JSON.stringify(join(folder, 'index.js'))})`), isNative);
    });

  it('is not looked for among the packages that are outside of the bundle already', () => {
    const root = aFolder({ 'node_modules/p/binding.gyp': '' });
    const metafile = { inputs: { 'outside:node_modules/p/index.js': {} }, outputs: {} };

    assert.deepEqual(findNative(metafile as unknown as Parameters<typeof findNative>[0], root), []);
  });
});

describe('a package whose files the bundler cannot load', () => {
  const message = (text: string, file?: string): Parameters<typeof findUnloadable>[0][number] => ({
    id: '',
    pluginName: '',
    text,
    location:
      file === undefined
        ? null
        : { file, namespace: 'file', line: 1, column: 0, length: 1, lineText: '', suggestion: '' },
    notes: [],
    detail: undefined,
  });
  const NO_LOADER = 'No loader is configured for ".html" files: x.html';

  it('is found by the place of the error', () => {
    assert.deepEqual(findUnloadable([message(NO_LOADER, 'node_modules/p/x.js')], '/a'), [
      '/a/node_modules/p',
    ]);
  });

  it('is not found for other errors, for errors without a place, or in the own source', () => {
    const others = [
      message('Unexpected "}"', 'node_modules/p/x.js'),
      message(NO_LOADER),
      message(NO_LOADER, 'src/f.js'),
    ];

    assert.deepEqual(findUnloadable(others, '/a'), []);
  });
});
