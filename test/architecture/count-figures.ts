/** The figures of `npm run figures` that follow from source text alone. */
import { posix } from 'node:path';
import { resolveSpecifier } from './resolve-specifier.ts';
import type { Manifests } from './resolve-specifier.ts';
import type { SourceModule } from './source-modules.ts';

export type Tree = { readonly modules: readonly SourceModule[]; readonly manifests: Manifests };

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

export function isTest(path: string): boolean {
  return /(^|\/)test\/|\.(test|suite)\.tsx?$/.test(path);
}

/** What is imported from outside the tree: entries of packages, handlers that a template names. */
export function isEntry(path: string): boolean {
  return /(^|\/)(index\.ts$|entries\/|functions\/)/.test(path);
}

export function countFigures(tree: Tree): CodeFigures {
  const arrows = findArrows(tree);
  const source = tree.modules.filter(({ path }) => !isTest(path));
  const names = source.flatMap(({ path, exports }) => exports.map((name) => ({ path, name })));
  const open = names.filter(({ path, name }) => !isEntry(path) && name !== 'default');
  const isImported = ({ path, name }: (typeof names)[number], byTest: boolean): boolean =>
    arrows.some(
      (arrow) =>
        arrow.to === path && isTest(arrow.from) === byTest && (arrow.names.has(name) || arrow.names.has('*')),
    );
  const notBySource = open.filter((one) => !isImported(one, false));
  const byTestsOnly = notBySource.filter((one) => isImported(one, true));
  const print = ({ path, name }: (typeof names)[number]): string => `${path}: ${name}`;
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
    exportedNames: names.length,
    importedByNobody: notBySource.filter((one) => !byTestsOnly.includes(one)).map(print),
    importedByTestsOnly: byTestsOnly.map(print),
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

type Arrow = { readonly from: string; readonly to: string; readonly names: ReadonlySet<string> };

/** One for each file that imports another, however often. */
function findArrows({ modules, manifests }: Tree): readonly Arrow[] {
  const paths = new Set(modules.map(({ path }) => path));
  return modules.flatMap(({ path: from, imports }) => {
    const names = new Map<string, Set<string>>();
    for (const one of imports) {
      const to = resolveSpecifier(manifests, from, one.specifier);
      if (to === undefined || to === from || !paths.has(to)) continue;
      const known = names.get(to) ?? new Set();
      for (const name of one.names) known.add(name);
      names.set(to, known);
    }
    return [...names].map(([to, imported]) => ({ from, to, names: imported }));
  });
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
