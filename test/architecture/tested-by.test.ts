import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { JOURNEYS } from './layout.ts';
import { isTest } from './module-kinds.ts';
import { readTree } from './read-tree.ts';
import { readModule } from './source-modules.ts';
import { REPOSITORY } from './source-files.ts';
import { findTests } from './tested-by.ts';

const tree = readTree(REPOSITORY);

describe('the tests of a module', () => {
  it('can be found for every module', () => {
    const untested = [...findTests(tree)].filter(([, { tests }]) => tests.length === 0).map(([path]) => path);

    assert.deepEqual(untested, []);
  });

  it('are in the mirror of an existing folder, or in a folder for tests of the whole repository', () => {
    const folders = new Set(tree.modules.map(({ path }) => path.slice(0, path.lastIndexOf('/'))));
    const astray = tree.modules
      .map(({ path }) => path)
      .filter((path) => isTest(path) && /\.(test|suite)\.ts$/.test(path) && !JOURNEYS.test(path))
      .filter((path) => !folders.has(path.slice('test/'.length, path.lastIndexOf('/'))));

    assert.deepEqual(astray, []);
  });

  it('are the test that mirrors it, the tests of its aspects or, without these, the tests of the nearest importer', () => {
    const source = {
      'packages/gateway/services/bells/ring.ts': '',
      'a/b.ts': '',
      'a/b-c.ts': '',
      'a/part.ts': '',
      'a/lost.ts': '',
    };
    const text: Readonly<Record<string, string>> = {
      'a/b.ts': "import './part.ts';\nexport const b = 1;",
      'test/a/b.test.ts': '',
      'test/a/b-speed.test.ts': '',
      'test/a/b-c-limits.test.ts': '',
      'test/together/bells/ring.test.ts': '',
    };
    const modules = [...Object.keys(source), ...Object.keys(text)].map((path) =>
      readModule(path, text[path] ?? 'export const x = 1;'),
    );

    const found = findTests({ modules, manifests: new Map(), paths: [], others: new Map() });

    assert.deepEqual(found.get('a/b.ts')?.tests, ['test/a/b.test.ts', 'test/a/b-speed.test.ts']);
    assert.deepEqual(found.get('a/b-c.ts')?.tests, ['test/a/b-c-limits.test.ts']);
    assert.deepEqual(found.get('packages/gateway/services/bells/ring.ts')?.tests, [
      'test/together/bells/ring.test.ts',
    ]);
    assert.equal(found.get('a/part.ts')?.through, 'a/b.ts');
    assert.deepEqual(found.get('a/lost.ts')?.tests, []);
  });
});
