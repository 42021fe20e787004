/** The figures of `npm run figures` that follow from source text alone. */
import { posix } from 'node:path';
import { findArrows } from './arrows.ts';
import { isTest } from './module-kinds.ts';
import { findLonelyExports } from './unused-exports.ts';
import type { Arrow, Tree } from './arrows.ts';
import type { SourceModule } from './source-modules.ts';

/** Two rooms that import each other; `up` is the smaller direction, an arrow being one file that imports one file. */
type MutualImport = {
  readonly from: string;
  readonly to: string;
  readonly up: number;
  readonly down: number;
};

export type CodeFigures = {
  readonly files: number;
  readonly tokens: number;
  readonly exportedNames: number;
  /** `path: name`, each: imported neither by source nor by tests. Entries are for others, so they do not count. */
  readonly importedByNobody: readonly string[];
  readonly importedByTestsOnly: readonly string[];
  readonly arrowsUp: number;
  readonly mutualImports: readonly MutualImport[];
  readonly withoutMirror: readonly string[];
  /** Imported by no test file directly. */
  readonly withoutImportingTest: readonly string[];
  /** Of the latter two, those that hold more than types. */
  readonly codeWithoutMirror: number;
  readonly codeWithoutImportingTest: number;
};

export function countFigures(tree: Tree): CodeFigures {
  const arrows = findArrows(tree);
  const source = tree.modules.filter(({ path }) => !isTest(path));
  const lonely = findLonelyExports(tree).filter(({ path }) => !isTest(path));
  const print = (byTests: boolean): readonly string[] =>
    lonely.filter(({ tests }) => tests.length > 0 === byTests).map(({ path, name }) => `${path}: ${name}`);
  const mutualImports = findMutualImports(source, arrows);
  const everything = new Set(tree.modules.map(({ path }) => path));
  const tested = new Set(arrows.filter(({ from }) => isTest(from)).map(({ to }) => to));
  const unmirrored = source.filter(({ path }) => !mirrorsOf(path).some((mirror) => everything.has(mirror)));
  const unimported = source.filter(({ path }) => !tested.has(path));
  const holdCode = (modules: readonly SourceModule[]): number =>
    modules.filter(({ isTypesOnly }) => !isTypesOnly).length;
  return {
    files: source.length,
    tokens: source.reduce((sum, { tokens }) => sum + tokens, 0),
    exportedNames: source.reduce((sum, { exports }) => sum + exports.length, 0),
    importedByNobody: print(false),
    importedByTestsOnly: print(true),
    arrowsUp: mutualImports.reduce((sum, { up }) => sum + up, 0),
    mutualImports,
    withoutMirror: unmirrored.map(({ path }) => path),
    withoutImportingTest: unimported.map(({ path }) => path),
    codeWithoutMirror: holdCode(unmirrored),
    codeWithoutImportingTest: holdCode(unimported),
  };
}

/** Where the test of a module may be: in the mirror of the whole tree, in that of its package, or beside it. */
export function mirrorsOf(path: string): readonly string[] {
  const bare = path.replace(/\.tsx?$/, '');
  const inPackage = /^(packages\/[^/]+)\/(?:src\/)?(.+)$/.exec(bare);
  const own = inPackage === null ? [] : [`${inPackage[1] ?? ''}/test/${inPackage[2] ?? ''}`];
  return [`test/${bare}`, ...own, bare].map((one) => `${one}.test.ts`);
}

/**
 * A room is a folder, but a file beside folders is one of its own: `gateway/compose.ts` stands above all of `gateway/`,
 * and `gateway/ports.ts` below it.
 */
export function roomsOf(paths: readonly string[]): ReadonlyMap<string, string> {
  const parents = new Set(paths.map((path) => posix.dirname(posix.dirname(path))));
  return new Map(paths.map((path) => [path, parents.has(posix.dirname(path)) ? path : posix.dirname(path)]));
}

function findMutualImports(
  source: readonly SourceModule[],
  arrows: readonly Arrow[],
): readonly MutualImport[] {
  const rooms = roomsOf(source.map(({ path }) => path));
  const counts = new Map<string, Map<string, number>>();
  for (const { from, to } of arrows) {
    const [one, other] = [rooms.get(from), rooms.get(to)];
    if (one === undefined || other === undefined || one === other) continue;
    const row = counts.get(one) ?? new Map<string, number>();
    counts.set(one, row.set(other, (row.get(other) ?? 0) + 1));
  }
  const found: MutualImport[] = [];
  for (const [from, row] of counts)
    for (const [to, up] of row) {
      const down = counts.get(to)?.get(from) ?? 0;
      if (up < down || (up === down && from < to)) found.push({ from, to, up, down });
    }
  return found.sort((a, b) => b.up - a.up || a.from.localeCompare(b.from));
}
