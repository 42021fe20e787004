import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findNearestTests, readImportGraph } from './nearest-tests.ts';

const FILE = 'shared/a/one.ts';
const tests = (sources: Readonly<Record<string, string>>): readonly string[] =>
  findNearestTests(FILE, readImportGraph(Object.entries(sources).map(([path, text]) => ({ path, text }))));

describe('findNearestTests', () => {
  it('puts the test that mirrors the file first, then tests that import the file, then tests that import its importers', () => {
    const found = tests({
      'shared/a/two.ts': "import { one } from './one.ts';",
      'test/shared/b/far.test.ts': "import { two } from '#shared/a/two.ts';",
      'test/shared/b/direct.test.ts': "import { one } from '#shared/a/one.ts';",
      'test/shared/a/one.test.ts': "import { two } from '#shared/a/two.ts';",
    });

    assert.deepEqual(found, [
      'test/shared/a/one.test.ts',
      'test/shared/b/direct.test.ts',
      'test/shared/b/far.test.ts',
    ]);
  });

  it('prefers the mirror folder among equally near tests', () => {
    const found = tests({
      'test/shared/b/direct.test.ts': "import { one } from '#shared/a/one.ts';",
      'test/shared/a/other.test.ts': "import { one } from '#shared/a/one.ts';",
    });

    assert.deepEqual(found, ['test/shared/a/other.test.ts', 'test/shared/b/direct.test.ts']);
  });

  it('distinguishes tests that are far away by their distance, however many imports there are', () => {
    const chain = Array.from({ length: 7 }, (_, n) => [
      `shared/b/c${n}.ts`,
      `import { one } from '${n === 0 ? '../a/one' : `./c${n - 1}`}.ts';`,
    ]);
    const found = tests({
      ...Object.fromEntries(chain),
      'test/shared/a-far.test.ts': "import { c } from '#shared/b/c6.ts';",
      'test/shared/z-near.test.ts': "import { c } from '#shared/b/c5.ts';",
    });

    assert.deepEqual(found, ['test/shared/z-near.test.ts', 'test/shared/a-far.test.ts']);
  });

  it('omits whole starts, tests that start another process of ours, and imports of types', () => {
    const importsIt = "import { one } from '#shared/a/one.ts';";
    const found = tests({
      'test/delivery/start.test.ts': importsIt,
      'test/shared/a/forks.test.ts': `import 'node:child_process';\n${importsIt}\nspawn(process.execPath);`,
      'test/shared/a/runs.test.ts': `import { runCommand } from '../../support/command.ts';\n${importsIt}`,
      'test/shared/a/typed.test.ts': "import type { One } from '#shared/a/one.ts';",
    });

    assert.deepEqual(found, []);
  });

  it('includes tests that start other programs, that name processes, and that import only the type of an exit', () => {
    const importsIt = "import { one } from '#shared/a/one.ts';";
    const sources = {
      'test/shared/a/asks-a-shell.test.ts': `import { spawnSync } from 'node:child_process';\n${importsIt}\nspawnSync('sh');`,
      'test/shared/a/in-a-text.test.ts': `${importsIt}\nconst text = "require('node:child_process').spawn(process.execPath)";`,
      'test/shared/a/of-its-type.test.ts': `import type { Finished } from '../../support/command.ts';\n${importsIt}`,
    };

    assert.deepEqual(tests(sources), Object.keys(sources));
  });

  it('follows imports whose name is known only at run time', () => {
    const found = tests({
      'test/support/fresh.ts': 'await import(`../../shared/a/${name}.ts?instance=${count}`);',
      'test/support/others.ts': 'await import(`../../shared/b/${name}.ts`);',
      'test/functions/one.test.ts': "import { run } from '../support/fresh.ts';",
      'test/functions/other.test.ts': "import { run } from '../support/others.ts';",
      'shared/a/one.ts': '',
      'shared/b/one.ts': '',
    });

    assert.deepEqual(found, ['test/functions/one.test.ts']);
  });

  it('follows the start of a thread, whose program is named by a URL with the file extension', () => {
    const found = tests({
      'shared/a/start.ts': 'new Worker(new URL(`./one${extname(import.meta.url)}`, import.meta.url));',
      'shared/start.ts': 'new URL(`./a/${entry}.${ending}`, import.meta.url);',
      'shared/other.ts': 'new URL(`./${name}`, import.meta.url);\nnew URL(`./b/${name}`, import.meta.url);',
      'test/shared/a/start.test.ts': "import { start } from '#shared/a/start.ts';",
      'test/shared/start.test.ts': "import { start } from '#shared/start.ts';",
      'test/shared/other.test.ts': "import { other } from '#shared/other.ts';",
      'shared/a/one.ts': '',
      'shared/b/one.ts': '',
    });

    assert.deepEqual(found, ['test/shared/a/start.test.ts', 'test/shared/start.test.ts']);
  });

  it('includes tests of the layer and of functions', () => {
    const importsIt = "import { one } from '#shared/a/one.ts';";
    const found = tests({
      'test/functions/one.test.ts': importsIt,
      'test/layers/zip.test.ts': importsIt,
    });

    assert.deepEqual(found, ['test/functions/one.test.ts', 'test/layers/zip.test.ts']);
  });

  it('puts the tests of the folder first if no test has the name of the file, however they reach the file', () => {
    const found = tests({
      'shared/a/two.ts': "import { one } from './one.ts';",
      'shared/a/three.ts': "import { two } from './two.ts';",
      'test/shared/b/direct.test.ts': "import { one } from '#shared/a/one.ts';",
      'test/shared/a/aspect.test.ts': "import { three } from '#shared/a/three.ts';",
    });

    assert.deepEqual(found, ['test/shared/a/aspect.test.ts', 'test/shared/b/direct.test.ts']);
  });

  it('then includes tests with the name of a calling module, if no test has the name of the file', () => {
    const importsIt = "import { one } from '#shared/a/one.ts';";
    const found = tests({
      'shared/way.ts': importsIt,
      'test/shared/b/direct.test.ts': importsIt,
      'test/shared/way-of-all.test.ts': "import { way } from '#shared/way.ts';",
      'test/shared/wayward.test.ts': "import { way } from '#shared/way.ts';",
      'test/shared/a/aspect.test.ts': importsIt,
    });

    assert.deepEqual(found.slice(0, 2), ['test/shared/a/aspect.test.ts', 'test/shared/way-of-all.test.ts']);
  });

  it('returns some tests, whether or not a test has the name of the file', () => {
    const importsIt = "import { one } from '#shared/a/one.ts';";
    const many = Object.fromEntries(
      Array.from({ length: 50 }, (_, n) => [`test/shared/a/t${n}.test.ts`, importsIt]),
    );

    assert.equal(tests({ ...many, 'test/shared/a/one.test.ts': importsIt }).length, 24);
    assert.equal(tests(many).length, 24);
  });
});
