/**
 * Finds the tests of a module. The tests of `a/b.ts` are `test/a/b.test.ts` and `test/a/b-<aspect>.test.ts`. Tests of a
 * service's file that need other services are in `test/together/<service>`. A module without tests of its own is tested
 * through the nearest module that imports it and has tests. A program is tested by the tests that run it as a process.
 */
import { PROGRAMS } from './layout.ts';
import { resolveSpecifier } from './resolve-specifier.ts';
import { isTest } from './module-kinds.ts';
import type { Tree } from './arrows.ts';

type TestedBy = {
  /** The module's own tests, or the tests of `through`. Empty if the module is untested. */
  readonly tests: readonly string[];
  /** The nearest importer that has tests. */
  readonly through?: string;
};

/**
 * Returns every source module outside of tests, benchmarks and examples, with its tests. A module that contains only
 * types needs no test.
 */
export function findTests(tree: Tree): ReadonlyMap<string, TestedBy> {
  const tests = tree.modules.map(({ path }) => path).filter(isTest);
  const modules = tree.modules.filter(({ path, isTypesOnly }) => isProduct(path) && !isTypesOnly);
  const own = ownTests(
    tree.modules.map(({ path }) => path).filter((path) => !isTest(path)),
    tests,
  );
  const importers = findImporters(tree);
  return new Map(modules.map(({ path }) => [path, testsOf(path, own, importers, tests)]));
}

function isProduct(path: string): boolean {
  return !isTest(path) && !/^(examples|lab)\//.test(path) && path.includes('/');
}

/** Returns the tests by module. A test with an aspect belongs to the module with the longest matching name. */
function ownTests(sources: readonly string[], tests: readonly string[]): ReadonlyMap<string, string[]> {
  const known = new Set(sources);
  const found = new Map<string, string[]>();
  for (const test of tests) {
    let bare = test
      .replace(/^test\/together\/(?=.*\/)/, 'packages/gateway/services/')
      .replace(/^test\//, '')
      .replace(/\.(test|suite)\.ts$/, '');
    while (!known.has(`${bare}.ts`) && /-[^/-]+$/.test(bare)) bare = bare.replace(/-[^/-]+$/, '');
    if (known.has(`${bare}.ts`)) found.set(`${bare}.ts`, [...(found.get(`${bare}.ts`) ?? []), test]);
  }
  return found;
}

function findImporters({ modules, manifests }: Tree): ReadonlyMap<string, readonly string[]> {
  const importers = new Map<string, string[]>();
  for (const { path, imports } of modules) {
    if (isTest(path)) continue;
    for (const { specifier } of imports) {
      const target = resolveSpecifier(manifests, path, specifier);
      if (target !== undefined) importers.set(target, [...(importers.get(target) ?? []), path]);
    }
  }
  return importers;
}

function testsOf(
  path: string,
  own: ReadonlyMap<string, readonly string[]>,
  importers: ReadonlyMap<string, readonly string[]>,
  tests: readonly string[],
): TestedBy {
  const seen = new Set([path]);
  let ring = [path];
  while (ring.length > 0) {
    for (const module of ring) {
      const program = PROGRAMS.find(([pattern]) => pattern.test(module))?.[1];
      const found =
        own.get(module) ?? (program === undefined ? [] : tests.filter((test) => program.test(test)));
      if (found.length > 0) return { tests: found, ...(module === path ? {} : { through: module }) };
    }
    ring = ring.flatMap((module) => importers.get(module) ?? []).filter((module) => !seen.has(module));
    for (const module of ring) seen.add(module);
  }
  return { tests: [] };
}
