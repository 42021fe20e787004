/** The tests that say most about a file: its mirror, then those with the shortest way to it by imports. */
import { basename, dirname, posix } from 'node:path';
import { resolveImport, runtimeImportsOf } from '../../architecture/source-files.ts';
import type { SourceFile } from '../../architecture/source-files.ts';

/**
 * The tests near the code. Excluded are dozens that reach everything: whole starts, recorded answers, simulations,
 * proofs.
 */
const NEAR = /^test\/(shared|packages|functions|layers|properties|together)\/.*\.test\.ts$/;
/** Imports of tests that start other processes and therefore do not run the mutants in their own process. */
const OTHER_PROCESS = /support\/(?:command|printing-process)\.ts$/;
const STARTS_NODE = /\bprocess\.execPath\b/;
const TEMPLATE_IMPORT = /\bimport\(`(\.[^`$]*\/)\$\{\w+\}\.ts/g;
/** Matches programs of threads, whose files have the same extension as the file that starts them. */
const TEMPLATE_PROGRAM = /\bnew URL\(`(\.{1,2}\/[^`$]+)\$\{/g;
const NEAREST = 5;
/** The number of tests if no test has the file's name, because several tests are then named after its aspects. */
const NEAREST_OF_ASPECTS = 24;
/** The maximum number of tests, including those of modules that call the file. */
const MOST = 36;
const FARTHEST = 4;
/** Added to the rank of a test that a calling module has, so that tests of the own folder come first. */
const OF_A_CALLER = 0.5;

type ImportGraph = {
  /** Modules that import it, types aside. */
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

/** A shell or another program that a test starts says something of the code that made its words. */
function looksAtProcesses({ text }: SourceFile, imports: readonly string[]): boolean {
  return (
    imports.some((name) => OTHER_PROCESS.test(name)) ||
    (imports.includes('node:child_process') && STARTS_NODE.test(text))
  );
}

/**
 * Files that `import(`../functions/${name}.ts?…`)` may load, or `new URL(`./worker${ending}`, …)` may name for a thread:
 * all of a folder whose names begin so.
 */
function templateImportsOf({ path, text }: SourceFile, files: readonly string[]): readonly string[] {
  const found = [TEMPLATE_IMPORT, TEMPLATE_PROGRAM].flatMap((template) => [...text.matchAll(template)]);
  return found.flatMap(([, beginning = '']) => {
    const from = posix.join(dirname(path), beginning);
    return files.filter((file) => file.startsWith(from) && !file.slice(from.length).includes('/'));
  });
}

/** A handful, the nearest first; of those as far away, tests of the mirror folder and with a name like its own. */
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
  const mirror = `test/${file.replace(/\.ts$/, '.test.ts')}`;
  const rank = (test: string): number => {
    if (test === mirror) return -1;
    const distance = Math.min(distances.get(test) ?? Infinity, FARTHEST);
    // Aspects are the tests of the folder, by whatever way they reach the file, and those that bear a caller's name.
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
    .slice(0, tests.has(mirror) ? NEAREST : MOST)
    .map(({ test }) => test);
}

/** `test/packages/gateway/core/pipeline-mock.test.ts` speaks of `packages/gateway/core/pipeline.ts`. */
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
