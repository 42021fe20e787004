import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, linkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { countFigures, mirrorsOf, roomsOf } from './count-figures.ts';
import type { CodeFigures } from './count-figures.ts';
import { findBuilt, megabytesOf, withOwnNeeds } from './install-figures.ts';
import { resolveSpecifier } from './resolve-specifier.ts';
import type { Manifest } from './resolve-specifier.ts';
import { readModule } from './source-modules.ts';

const MANIFESTS = new Map<string, Manifest>([
  ['.', { name: 'whole', imports: { '#shared/*': './shared/*' } }],
  [
    'packages/velocity',
    { name: '@whole/velocity', exports: { '.': { import: './index.ts' }, './*': './src/*.ts' } },
  ],
]);

const count = (files: Readonly<Record<string, string>>): CodeFigures =>
  countFigures({
    modules: Object.entries(files).map(([path, text]) => readModule(path, text)),
    manifests: MANIFESTS,
    others: new Map(),
  });

describe('resolveSpecifier', () => {
  const rows: readonly (readonly [from: string, specifier: string, target: string | undefined])[] = [
    ['a/b/c.ts', './d.ts', 'a/b/d.ts'],
    ['a/b/c.ts', '../d.ts', 'a/d.ts'],
    ['gateway/x.ts', '#shared/errors.ts', 'shared/errors.ts'],
    ['packages/velocity/src/y.ts', '#shared/errors.ts', 'shared/errors.ts'],
    ['gateway/x.ts', '#nothing/x.ts', undefined],
    ['gateway/x.ts', '@whole/velocity', 'packages/velocity/index.ts'],
    ['gateway/x.ts', '@whole/velocity/parse', 'packages/velocity/src/parse.ts'],
    ['gateway/x.ts', '@whole/velocity-other', undefined],
    ['gateway/x.ts', 'node:fs', undefined],
    ['gateway/x.ts', 'yaml', undefined],
  ];
  for (const [from, specifier, target] of rows)
    it(`leads from ${from} by ${specifier} to ${target ?? 'nothing of ours'}`, () =>
      assert.equal(resolveSpecifier(MANIFESTS, from, specifier), target));
});

describe('files and tokens', () => {
  it('are those outside tests', () => {
    const { files, tokens } = count({
      'gateway/a.ts': 'const a = 1;',
      'test/gateway/a.test.ts': 'const a = 1;',
      'packages/velocity/test/a.test.ts': 'const a = 1;',
      'packages/velocity/src/a.test.ts': 'const a = 1;',
      'gateway/latest/b.ts': 'a;',
    });

    assert.deepEqual([files, tokens], [2, 7]);
  });
});

describe('exported names', () => {
  const figures = count({
    'gateway/a.ts':
      'export const used = 1; export const tested = 2; export type Forgotten = 3; export default 4;',
    'gateway/b.ts': "import { used as mine } from './a.ts'; export const b = mine;",
    'gateway/c.ts': "import * as everything from './b.ts'; export const late = 1; export type Shape = 1;",
    'gateway/d.ts': "export const d = (await import('./c.ts')).late;",
    'gateway/index.ts': "export { d } from './d.ts'; export const forUsers = 1;",
    'functions/f.ts': 'export const handler = 1;',
    'test/gateway/a.test.ts': "import { tested, used } from '../../gateway/a.ts';",
  });

  it('that nobody imports are named; entries and default exports are for others', () => {
    assert.deepEqual(figures.importedByNobody, ['gateway/a.ts: Forgotten']);
    assert.equal(figures.exportedNames, 11);
  });

  it('that tests alone import are named apart', () => {
    assert.deepEqual(figures.importedByTestsOnly, ['gateway/a.ts: tested']);
  });
});

describe('arrows that run back up', () => {
  it('are the smaller direction of two folders that import each other', () => {
    const { arrowsUp, mutualImports } = count({
      'gateway/server/a.ts':
        "import '../websocket/a.ts'; import '../websocket/b.ts'; import '../routing/r.ts';",
      'gateway/server/b.ts': "import '../websocket/a.ts';",
      'gateway/websocket/a.ts':
        "import type { A } from '../server/a.ts'; import type { B } from '../server/a.ts';",
      'gateway/websocket/b.ts': "import './a.ts';",
      'gateway/routing/r.ts': '',
    });

    assert.deepEqual(mutualImports, [{ from: 'gateway/websocket', to: 'gateway/server', up: 1, down: 3 }]);
    assert.equal(arrowsUp, 1);
  });

  it('are counted once where both directions are as many', () => {
    const { mutualImports } = count({ 'x/a/a.ts': "import '../b/b.ts';", 'x/b/b.ts': "import '../a/a.ts';" });

    assert.deepEqual(mutualImports, [{ from: 'x/a', to: 'x/b', up: 1, down: 1 }]);
  });

  it('do not come from files that stand above and below the folders beside them', () => {
    const { arrowsUp } = count({
      'gateway/compose.ts': "import './server/a.ts';",
      'gateway/ports.ts': '',
      'gateway/server/a.ts': "import '../ports.ts';",
    });

    assert.equal(arrowsUp, 0);
  });

  it('do not come from tests', () => {
    assert.equal(
      count({ 'a/x/a.ts': "import '../../test/b.ts';", 'test/b.ts': "import '../a/x/a.ts';" }).arrowsUp,
      0,
    );
  });
});

describe('rooms', () => {
  it('are folders, and files that have folders beside them', () => {
    const rooms = roomsOf(['gateway/ports.ts', 'gateway/server/http.ts', 'gateway/server/port.ts']);

    assert.deepEqual([...rooms.values()], ['gateway/ports.ts', 'gateway/server', 'gateway/server']);
  });
});

describe('modules without a test', () => {
  const figures = count({
    'gateway/a.ts': 'export const a = 1;',
    'gateway/b.ts': 'export const b = 1;',
    'gateway/model.ts': 'export type C = 1;',
    'packages/velocity/src/parse.ts': 'export const parse = 1;',
    'test/gateway/a.test.ts': "import { b } from '../../gateway/b.ts';",
    'packages/velocity/test/parse.test.ts': "import { parse } from '@whole/velocity/parse';",
  });

  it('have none at the place of their mirror', () => {
    assert.deepEqual(figures.withoutMirror, ['gateway/b.ts', 'gateway/model.ts']);
    assert.equal(figures.codeWithoutMirror, 1);
  });

  it('are imported by none', () => {
    assert.deepEqual(figures.withoutImportingTest, ['gateway/a.ts', 'gateway/model.ts']);
    assert.equal(figures.codeWithoutImportingTest, 1);
  });

  it('may have it in the mirror of the tree, of their package, or beside them', () => {
    assert.deepEqual(mirrorsOf('packages/quota/src/lease.ts'), [
      'test/packages/quota/src/lease.test.ts',
      'packages/quota/test/lease.test.ts',
      'packages/quota/src/lease.test.ts',
    ]);
  });
});

describe('what is installed', () => {
  let folder = '';
  const write = (path: string, text: string): void => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  before(() => (folder = mkdtempSync(join(tmpdir(), 'gatewright-figures-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('weighs what is linked twice once, and no caches', () => {
    write('modules/a/large', 'x'.repeat(3 * 2 ** 20));
    write('modules/.cache/large', 'x'.repeat(3 * 2 ** 20));
    linkSync(join(folder, 'modules/a/large'), join(folder, 'modules/again'));

    const megabytes = megabytesOf(join(folder, 'modules'));
    assert.ok(megabytes >= 3 && megabytes < 4, String(megabytes));
  });

  it('is one package, or all of a folder', () => {
    const dependencies = '"dependencies": { "yaml": "1", "inside": "1" }, "bundleDependencies": ["inside"]';
    write('one/package.json', `{ "name": "one", ${dependencies} }`);
    write('several/quota/package.json', '{ "name": "quota" }');
    write('several/@own/velocity/package.json', '{ "name": "@own/velocity" }');

    assert.deepEqual(findBuilt(join(folder, 'one')), [
      { folder: join(folder, 'one'), name: 'one', needs: ['yaml'] },
    ]);
    const names = findBuilt(join(folder, 'several')).map(({ name }) => name);
    assert.deepEqual(names.sort(), ['@own/velocity', 'quota']);
    assert.throws(() => findBuilt(join(folder, 'nowhere')), /npm run build:package/);
  });

  it('is installed with those of ours that it needs, and no others', () => {
    const all = [
      { name: 'whole', needs: ['gateway', 'yaml'] },
      { name: 'gateway', needs: ['velocity'] },
      { name: 'velocity', needs: [] },
      { name: 'quota', needs: [] },
    ];
    const namesFor = (index: number) => {
      const first = all[index];
      return first === undefined ? [] : withOwnNeeds(all, first).map(({ name }) => name);
    };

    assert.deepEqual(namesFor(0), ['whole', 'gateway', 'velocity']);
    assert.deepEqual(namesFor(3), ['quota']);
  });
});
