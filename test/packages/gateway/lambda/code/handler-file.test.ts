import assert from 'node:assert/strict';
import { join, relative } from 'node:path';
import { describe, it } from 'node:test';

import { findHandlerFile, isTypeScript } from '../../../../../packages/gateway/lambda/code/handler-file.ts';
import type { WebpackService } from '../../../../../packages/gateway/core/stack/function.ts';
import { aFolder } from '../start-runtime.ts';

const PLACE = { file: 'template.yml', line: 1, logicalId: 'F' };

/** Lambda developer guide, "Define Lambda function handler in Node.js": `file.export`, and folders before the file. */
const NAMES: readonly (readonly [handler: string, module: string | undefined, exportPath?: string])[] = [
  ['index.handler', 'index', 'handler'],
  ['./index.handler', 'index', 'handler'],
  ['src/a-b/users.list', 'src/a-b/users', 'list'],
  ['src/users.admin.list', 'src/users', 'admin.list'],
  ['v1.2/users.list', 'v1.2/users', 'list'],
  ['handler', undefined],
  ['index.', undefined],
  ['.handler', undefined],
  ['src/.handler', undefined],
  ['../index.handler', undefined],
  ['a/../index.handler', undefined],
];

const TYPESCRIPT = ['f.ts', 'f.mts', 'f.cts', 'f.tsx'];
const JAVASCRIPT = ['f.js', 'f.mjs', 'f.cjs'];
const SOURCES = [...TYPESCRIPT, ...JAVASCRIPT, 'f.jsx'];
const inFolder = (files: readonly string[]) => files.map((file) => file.replace('f.', 'f/index.'));

/** Sources: docs/aws §8.2 for code that is deployed as it is; for a bundler, its entry point is the source. */
const ORDERS = [
  {
    whose: 'deployed as they are',
    settings: {},
    preferred: [...JAVASCRIPT, ...inFolder(JAVASCRIPT), ...TYPESCRIPT, 'f.jsx', ...inFolder(TYPESCRIPT)],
  },
  ...[{ esbuild: {} }, { isBundled: true } as const, { webpack: {} as WebpackService }].map((settings) => ({
    whose: `bundled, with the setting ${Object.keys(settings).join()}`,
    settings,
    preferred: [...SOURCES, ...inFolder([...TYPESCRIPT, ...JAVASCRIPT])],
  })),
];

describe('the file of a handler', () => {
  for (const [handler, module, exportPath] of NAMES)
    it(`${handler} is ${module === undefined ? 'refused' : `${module} with ${exportPath}`}`, () => {
      const folder = aFolder({ [`${module ?? 'index'}.js`]: '' });
      const find = (): unknown => findHandlerFile({ handler, place: PLACE }, folder);
      if (module === undefined)
        assert.throws(find, {
          message: /"[^"]+" does not have the form path\/to\/file\.export, or it contains "\.\."$/,
        });
      else assert.deepEqual(find(), { file: join(folder, `${module}.js`), name: { module, exportPath } });
    });

  for (const { whose, settings, preferred } of ORDERS)
    it(`is the first of these, of files ${whose}: ${preferred.join(', ')}`, () => {
      for (const [at, name] of preferred.entries()) {
        const files = Object.fromEntries(preferred.slice(at).map((file) => [file, '']));
        const folder = aFolder(name.includes('/') ? files : { ...files, 'f/index.json': '' });
        const code = { kind: 'directory', directory: folder, esbuild: undefined, ...settings } as const;
        const { file } = findHandlerFile({ handler: 'f.h', place: PLACE, code }, folder);
        assert.equal(relative(folder, file), name);
      }
    });

  it('is not a TypeScript file if the folder is what would be deployed', () => {
    const folder = aFolder({ 'f.ts': '', 'f.tsx': '', 'f.jsx': '', 'f/index.mjs': '' });
    const { file } = findHandlerFile({ handler: 'f.h', place: PLACE }, folder, true);

    assert.equal(relative(folder, file), 'f/index.mjs');
    assert.throws(() => findHandlerFile({ handler: 'g.h', place: PLACE }, folder, true), {
      message: /there is no g\.js, \.mjs or \.cjs in \S+; create it with an export named "h"$/,
    });
  });

  // https://github.com/CodeGenieApp/serverless-express/issues/473
  it('that is missing is another file of the folder if that has the export', () => {
    const folder = aFolder({ 'main.js': 'exports.h = async () => ({});', 'other.js': 'exports.hide = 1;' });
    assert.throws(() => findHandlerFile({ handler: 'index.h', place: PLACE }, folder), {
      message: /; set the handler to main\.h, or create it with an export named "h"$/,
    });
    assert.ok(findHandlerFile({ handler: 'main.h', place: PLACE }, folder).file.endsWith('main.js'));
  });

  it('may have the name of the module without an ending', () => {
    const folder = aFolder({ f: '', 'f.js': '' });

    assert.equal(findHandlerFile({ handler: 'f.h', place: PLACE }, folder).file, join(folder, 'f'));
  });

  it('is first looked for where another build has written the module', () => {
    const folder = aFolder({ 'f.ts': '', 'src/g.ts': '' });
    const { file } = findHandlerFile({ handler: 'f.h', place: PLACE }, folder, false, { f: 'src/g.ts' });

    assert.equal(relative(folder, file), 'src/g.ts');
  });

  it('that is missing is awaited at every place where it would be found', () => {
    const folder = aFolder({});
    const expected = ['f', ...SOURCES, 'f/index', ...inFolder([...TYPESCRIPT, ...JAVASCRIPT])];
    let awaited: readonly string[] = [];
    try {
      findHandlerFile({ handler: 'f.a.b', place: PLACE }, folder);
    } catch (error) {
      assert.match(
        String(error),
        /there is no f\.ts, \.mts, \.cts, \.tsx, \.js, \.mjs or \.cjs in .*; create it with an export named "a"$/,
      );
      awaited = Reflect.get(error as Error, 'awaited') as readonly string[];
      assert.equal(Reflect.get(error as Error, 'path'), join(folder, 'f'));
    }

    assert.deepEqual(awaited.map((file) => relative(folder, file)).toSorted(), expected.toSorted());
  });

  it('is reported with its other spelling', () => {
    const folder = aFolder({ 'Users.js': '' });

    assert.throws(() => findHandlerFile({ handler: 'users.list', place: PLACE }, folder), {
      message: /handler "users\.list": there is no \S+users\.js, but there is Users\.js: /,
    });
  });
});

it('is recognized as TypeScript by its extension', () => {
  assert.deepEqual(['a.ts', 'a.mts', 'a.cts', 'a.tsx', 'a.js', 'a.ts.map', 'ts'].map(isTypeScript), [
    true,
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});
