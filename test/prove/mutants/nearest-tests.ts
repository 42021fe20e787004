/**
 * Finds the tests that are most likely to notice a mistake in a file: the test that mirrors it, and then the tests with
 * the shortest path of imports to it.
 */
import { basename, dirname, posix } from 'node:path';
import { resolveImport, runtimeImportsOf } from '../../architecture/source-files.ts';
import type { SourceFile } from '../../architecture/source-files.ts';

/**
 * The tests near the code. Tests that reach almost every file are excluded: whole starts, recorded answers, simulations
 * and proofs.
 */
const NEAR = /^test\/(shared|packages|functions|layers|properties|together)\/.*\.test\.ts$/;
/** Imports of tests that start other processes and therefore do not run the mutants in their own process. */
const OTHER_PROCESS = /support\/(?:command|printing-process)\.ts$/;
const STARTS_NODE = /\bprocess\.execPath\b/;
const TEMPLATE_IMPORT = /\bimport\(`(\.[^`$]*\/)\$\{\w+\}\.ts/g;
/** Matches programs of threads, whose files have the same extension as the file that starts them. */
const TEMPLATE_PROGRAM = /\bnew URL\(`(\.{1,2}\/[^`$]+)\$\{/g;
/** The number of tests that are asked first, if a test has the file's name. */
export const NEAREST = 5;
/** The number of tests if no test has the file's name, because several tests are then named after its aspects. */
const NEAREST_OF_ASPECTS = 24;
/** The maximum number of tests, including those of modules that call the file. */
const MOST = 36;
/** Added to the rank of a test of a calling module, so that tests of the file's own folder come first. */
const OF_A_CALLER = 0.5;

type ImportGraph = {
  /** The modules that import a module, except imports of types. */
  readonly importers: ReadonlyMap<string, readonly string[]>;
  readonly tests: ReadonlySet<string>;
};

export function readImportGraph(sources: readonly SourceFile[]): ImportGraph {
  const importers = new Map<string, string[]>();
  const files = sources.map(({ path }) => path);
  const tests = new Set<string>();
  for (const source of sources) {
    const imports = runtimeImportsOf(source);
    if (NEAR.test(source.path) && !looksAtProcesses(source, imports)) tests.add(source.path);
    const literal = imports.flatMap((name) => resolveImport(source.path, name) ?? []);
    for (const target of [...literal, ...templateImportsOf(source, files)]) {
      const known = importers.get(target);
      if (known === undefined) importers.set(target, [source.path]);
      else known.push(source.path);
    }
  }
  return { importers, tests };
}

/**
 * Whether a test runs code in other Node processes. Shells and other programs are not excluded, because the code under
 * test may have produced their command lines.
 */
function looksAtProcesses({ text }: SourceFile, imports: readonly string[]): boolean {
  return (
    imports.some((name) => OTHER_PROCESS.test(name)) ||
    (imports.includes('node:child_process') && STARTS_NODE.test(text))
  );
}

/**
 * Files that `import(`../functions/${name}.ts?…`)` may load, or `new URL(`./worker${ending}`, …)` may name for a
 * thread: all files of a folder whose names begin with this text.
 */
function templateImportsOf({ path, text }: SourceFile, files: readonly string[]): readonly string[] {
  const found = [TEMPLATE_IMPORT, TEMPLATE_PROGRAM].flatMap((template) => [...text.matchAll(template)]);
  return found.flatMap(([, beginning = '']) => {
    const from = posix.join(dirname(path), beginning);
    return files.filter((file) => file.startsWith(from) && !file.slice(from.length).includes('/'));
  });
}

/**
 * Returns some tests, the nearest first. Among equally near tests, those in the mirror folder and those with a similar
 * name come first.
 */
export function findNearestTests(file: string, { importers, tests }: ImportGraph): readonly string[] {
  const distances = new Map([[file, 0]]);
  const queue = [file];
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    const distance = distances.get(at) ?? 0;
    for (const importer of importers.get(at) ?? []) {
      if (distances.has(importer)) continue;
      distances.set(importer, distance + 1);
      queue.push(importer);
    }
  }
  const mirror = mirrorOf(file);
  const rank = (test: string): number => {
    if (test === mirror) return -1;
    const distance = distances.get(test) ?? Infinity;
    // If no test mirrors the file, the tests of its folder count, however they reach it, and so do tests with the name
    // of a calling module.
    if (!tests.has(mirror) && dirname(test) === dirname(mirror)) return 0;
    if (!tests.has(mirror) && callers.some((caller) => bearsName(test, caller))) return OF_A_CALLER;
    return dirname(test) === dirname(mirror) ? distance - 1.5 : distance;
  };
  const callers = importers.get(file) ?? [];
  const likeness = (test: string): number =>
    10 * countShared(wordsOf(basename(test)), wordsOf(basename(file))) +
    countShared(test.split('/'), mirror.split('/'));
  return [...distances.keys()]
    .filter((path) => tests.has(path))
    .map((test) => ({ test, rank: rank(test), likeness: likeness(test) }))
    .sort(
      (one, other) =>
        one.rank - other.rank || other.likeness - one.likeness || one.test.localeCompare(other.test),
    )
    .filter(({ rank: found }, index) => index < NEAREST_OF_ASPECTS || found === OF_A_CALLER)
    .slice(0, MOST)
    .map(({ test }) => test);
}

export function mirrorOf(file: string): string {
  return `test/${file.replace(/\.ts$/, '.test.ts')}`;
}

/** `test/packages/gateway/core/pipeline-mock.test.ts` has the name of `packages/gateway/core/pipeline.ts`. */
function bearsName(test: string, file: string): boolean {
  const name = `test/${file.replace(/\.ts$/, '')}`;
  return test.startsWith(`${name}-`) || test === `${name}.test.ts`;
}

function wordsOf(name: string): readonly string[] {
  return name.replace(/(\.test)?\.ts$/, '').split('-');
}

function countShared(some: readonly string[], others: readonly string[]): number {
  return some.filter((word) => others.includes(word)).length;
}
