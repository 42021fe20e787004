import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, linkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { countFigures, findCopiedReaders, mirrorsOf } from './count-figures.ts';
import type { CodeFigures } from './count-figures.ts';
import { findBuilt, megabytesOf, withOwnNeeds } from './install-figures.ts';
import { findCircles } from './room-figures.ts';
import type { Layout } from './room-figures.ts';
import { resolveSpecifier } from './resolve-specifier.ts';
import type { Manifest } from './resolve-specifier.ts';
import { isTest } from './module-kinds.ts';
import { readSources } from './source-files.ts';
import { readModule } from './source-modules.ts';

const MANIFESTS = new Map<string, Manifest>([
  ['.', { name: 'whole', imports: { '#shared/*': './shared/*' } }],
  [
    'packages/velocity',
    { name: '@whole/velocity', exports: { '.': { import: './index.ts' }, './*': './src/*.ts' } },
  ],
]);

const count = (files: Readonly<Record<string, string>>, layout?: Layout): CodeFigures =>
  countFigures(
    {
      modules: Object.entries(files).map(([path, text]) => readModule(path, text)),
      manifests: MANIFESTS,
      paths: Object.keys(files),
      others: new Map(),
    },
    layout,
  );

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
    it(`resolves ${specifier} in ${from} to ${target ?? 'no file of this repository'}`, () =>
      assert.equal(resolveSpecifier(MANIFESTS, from, specifier), target));
});

describe('files and tokens', () => {
  it('are counted without tests', () => {
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

  it('names unused exports, except entries and default exports', () => {
    assert.deepEqual(figures.importedByNobody, ['gateway/a.ts: Forgotten']);
    assert.equal(figures.exportedNames, 11);
  });

  it('are listed separately if only tests import them', () => {
    assert.deepEqual(figures.importedByTestsOnly, ['gateway/a.ts: tested']);
  });
});

const FLOORS: Layout = {
  rooms: [
    { name: 'ground', folder: 'packages/ground', floor: 0 },
    { name: 'left', folder: 'packages/left', floor: 1 },
    { name: 'right', folder: 'packages/right', floor: 1 },
    { name: 'top', folder: 'packages/top', floor: 2 },
  ],
};

describe('rooms', () => {
  it('are printed from the lowest floor up, with floor, files, tokens and the files that others import', () => {
    const { rooms } = count(
      { 'packages/left/x/a.ts': "import '../../ground/a.ts';", 'packages/ground/a.ts': 'a;' },
      FLOORS,
    );

    assert.deepEqual(rooms, [
      { name: 'ground', floor: 0, files: 1, tokens: 2, imported: 1 },
      { name: 'left', floor: 1, files: 1, tokens: 3, imported: 0 },
      { name: 'right', floor: 1, files: 0, tokens: 0, imported: 0 },
      { name: 'top', floor: 2, files: 0, tokens: 0, imported: 0 },
    ]);
  });

  it('are folders without floors if no layout is given', () => {
    const { rooms, upwardImports } = count({
      'cli/main.ts': "import '../gateway/definition/sam/a.ts';",
      'gateway/definition/sam/a.ts': "import '../../../cli/main.ts';",
    });

    assert.deepEqual(
      rooms.map(({ name, floor }) => [name, floor]),
      [
        ['cli', undefined],
        ['gateway/definition', undefined],
      ],
    );
    assert.deepEqual(upwardImports, []);
  });
});

describe('edges between rooms', () => {
  it('are pairs of rooms, and an import of a room that is not on a lower floor counts as upward', () => {
    const figures = count(
      {
        'packages/ground/a.ts': "import type { A } from '../left/a.ts';",
        'packages/left/a.ts': "import '../right/a.ts'; import './b.ts';",
        'packages/left/b.ts': "import '../ground/b.ts'; import '../ground/c.ts';",
        'packages/ground/b.ts': '',
        'packages/ground/c.ts': '',
        'packages/right/a.ts': '',
      },
      FLOORS,
    );

    assert.deepEqual(figures.upwardImports, [
      'packages/ground/a.ts → packages/left/a.ts',
      'packages/left/a.ts → packages/right/a.ts',
    ]);
    assert.deepEqual([figures.roomEdges, figures.upwardRoomEdges], [3, 2]);
  });

  it('do not come from tests', () => {
    const { roomEdges, fileCircles } = count({
      'packages/top/a.ts': "import '../../test/b.ts';",
      'test/b.ts': "import '../packages/top/a.ts';",
    });

    assert.deepEqual([roomEdges, fileCircles], [0, []]);
  });
});

describe('circles', () => {
  it('are found between files and between rooms, through type imports and dynamic imports, too', () => {
    const { fileCircles, roomCircles } = count(
      {
        'packages/top/a.ts': "const b = await import('../left/b.ts');",
        'packages/left/b.ts': "import type { C } from './c.ts';",
        'packages/left/c.ts': "import type { A } from '../top/a.ts';",
        'packages/ground/d.ts': "import '../right/e.ts';",
        'packages/right/e.ts': '',
        'packages/right/f.ts': "import '../ground/d.ts';",
      },
      FLOORS,
    );

    assert.deepEqual(fileCircles, [['packages/left/b.ts', 'packages/left/c.ts', 'packages/top/a.ts']]);
    assert.deepEqual(roomCircles, [
      ['left', 'top'],
      ['ground', 'right'],
    ]);
  });

  it('are separate even if one can be reached from another', () => {
    const edges = new Map([
      ['a', new Set(['b'])],
      ['b', new Set(['a', 'c'])],
      ['c', new Set(['d'])],
      ['d', new Set(['c', 'e'])],
    ]);

    assert.deepEqual(findCircles(edges), [
      ['c', 'd'],
      ['a', 'b'],
    ]);
  });
});

describe('habits', () => {
  it('include lines that contain only a spread literal', () => {
    const { spreadLines } = count({
      'gateway/a.ts':
        'const a = {\n  ...{ b, c },\n  ...(b && { c }),\n  d: [\n    ...[e].map(f),\n    ...([e] as const)\n  ],\n};',
      'gateway/b.ts': 'const a = { ...{ b } };\nconst c = {\n  ...{\n    d,\n  },\n};',
      'test/a.test.ts': 'f(\n  ...[1, 2],\n  3,\n);',
    });

    assert.deepEqual(spreadLines, { source: 2, tests: 1 });
  });

  it('include readers of JSON outside the file for such readers, whatever their names are', () => {
    const isObject = (name: string): string =>
      `const f = (${name}) => typeof ${name} === 'object' && ${name} !== null && !Array.isArray(${name});`;
    const { copiedJsonReaders } = count({
      'packages/base/aws/json-object.ts': isObject('value'),
      'packages/gateway/core/a.ts': `${isObject('one')} const g = (b) =>\n  b === true ||\n  b === 'true';`,
      'packages/gateway/core/c.ts':
        'function i(a) { try { return JSON.parse(a) as Json; } catch { return undefined; } }',
      'packages/gateway/core/d.ts':
        "const k = a === true || b === 'true' || (typeof c === 'object' && c !== null);",
    });

    assert.deepEqual(copiedJsonReaders, [
      'packages/gateway/core/a.ts: isJsonObject',
      'packages/gateway/core/a.ts: isTrue',
      'packages/gateway/core/c.ts: parseJson',
    ]);
  });

  it('has no copy of a reader of JSON in this repository', () => {
    const source = readSources().filter(({ path }) => !isTest(path));

    assert.deepEqual(findCopiedReaders(source), []);
  });

  it('include the lengths of the request path and of the top-level folder', () => {
    const { watchedLines, topEntries } = count({
      'packages/gateway/core/pipeline.ts': 'a;\nb;\n',
      'packages/core/websocket/pipeline.ts': 'a;',
      'gateway/trail.ts': 'a;',
      '.ci/a.ts': '',
    });

    assert.deepEqual(watchedLines, { 'packages/gateway/core/pipeline.ts': 2, 'gateway/trail.ts': 1 });
    assert.deepEqual(topEntries, ['gateway', 'packages']);
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

  it('have no test at the path that mirrors theirs', () => {
    assert.deepEqual(figures.withoutMirror, ['gateway/b.ts', 'gateway/model.ts']);
    assert.equal(figures.codeWithoutMirror, 1);
  });

  it('are not imported by any test', () => {
    assert.deepEqual(figures.withoutImportingTest, ['gateway/a.ts', 'gateway/model.ts']);
    assert.equal(figures.codeWithoutImportingTest, 1);
  });

  it('may have a test in the mirror of the tree, in the mirror of their package, or next to them', () => {
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

  it('is counted once if it is linked twice, and without caches', () => {
    write('modules/a/large', 'x'.repeat(3 * 2 ** 20));
    write('modules/.cache/large', 'x'.repeat(3 * 2 ** 20));
    linkSync(join(folder, 'modules/a/large'), join(folder, 'modules/again'));

    const megabytes = megabytesOf(join(folder, 'modules'));
    assert.ok(megabytes >= 3 && megabytes < 4, String(megabytes));
  });

  it('is one package, or all packages of a folder', () => {
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

  it('is installed with the packages of this repository that it needs, and no others', () => {
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
