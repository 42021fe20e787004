import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isTest } from './module-kinds.ts';
import { readTree } from './read-tree.ts';
import { readModule } from './source-modules.ts';
import { REPOSITORY } from './source-files.ts';
import { findLonelyExports } from './unused-exports.ts';
import type { LonelyExport } from './unused-exports.ts';

/**
 * Matches modules that programs load by their path: cases of a proof, promises of services that are tested with random
 * inputs, parts of the test runner, and modules that the site bundles.
 */
const LOADED_BY_PATH =
  /\.(case|drawn)\.ts$|\/(light-runner|end-of-file|planted-builds)\.ts$|^lab\/cost\/page\.ts$/;
/** Test folders that mirror no source folder: builders that tests share, and programs (proofs, `npm run schemas`). */
const SHARED_TESTS = /^test\/(support|prove|architecture|simulation|delivery|end-to-end)\//;
/** The build loads this module by its path, and replaces Node's module with it. */
const REPLACES_NODE = ['layers/lazy-console.ts: Console'];

const print = ({ path, name }: LonelyExport): string => `${path}: ${name}`;

describe('an export', () => {
  const lonely = findLonelyExports(readTree(REPOSITORY)).filter(({ path }) => !LOADED_BY_PATH.test(path));
  const testedOnly = lonely.filter(({ path, tests }) => !isTest(path) && tests.length > 0);

  it('is imported by another file', () => {
    assert.deepEqual(lonely.filter(({ tests }) => tests.length === 0).map(print), []);
  });

  // A part may be exported so that its rules are tested directly, and not through every caller.
  it('that only tests import is used in its own module, or by a program under test/', () => {
    const unused = testedOnly.filter(
      ({ isUsedAtHome, tests }) => !isUsedAtHome && !tests.some((test) => SHARED_TESTS.test(test)),
    );

    assert.deepEqual(unused.map(print), REPLACES_NODE);
  });

  it('that only tests import is imported only by tests of the same part of the tree, or by shared test code', () => {
    const elsewhere = testedOnly.filter(({ path, tests }) => {
      const own = `test/${path.slice(0, path.indexOf('/') + 1)}`;
      return !tests.some((test) => test.startsWith(own) || SHARED_TESTS.test(test));
    });

    assert.deepEqual(elsewhere.map(print), []);
  });
});

describe('findLonelyExports', () => {
  const find = (files: Readonly<Record<string, string>>, others: Readonly<Record<string, string>> = {}) =>
    findLonelyExports({
      modules: Object.entries(files).map(([path, text]) => readModule(path, text)),
      manifests: new Map(),
      paths: [],
      others: new Map(Object.entries(others)),
    });

  it('finds unused exports of any kind', () => {
    const text =
      'export const lonely = 1; export async function wanted() {} export abstract class Odd {} export type Shape = {}; const mine = 2;';

    const found = find({ 'a.ts': text, 'b.ts': "import { wanted } from './a.ts'; wanted();" });

    assert.deepEqual(found.map(print), ['a.ts: lonely', 'a.ts: Odd', 'a.ts: Shape']);
  });

  it('says which tests import it, and whether its own module uses it', () => {
    const found = find({
      'a.ts': 'export const part = 1; export const double = 2; console.log(part);',
      'test/a.test.ts': "import { double, part } from '../a.ts';",
    });

    assert.deepEqual(found, [
      { path: 'a.ts', name: 'part', tests: ['test/a.test.ts'], isUsedAtHome: true },
      { path: 'a.ts', name: 'double', tests: ['test/a.test.ts'], isUsedAtHome: false },
    ]);
  });

  it('skips names that a template or a CommonJS file next to it uses', () => {
    const files = { 'x/a.ts': 'export const handler = 1;', 'y/b.ts': 'export const handler = 1;' };

    assert.deepEqual(find(files, { 'x/serverless.yml': 'handler: a.handler' }).map(print), [
      'y/b.ts: handler',
    ]);
  });
});
