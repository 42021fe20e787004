/** The figures of `npm run figures` that are computed from source text only. */
import { posix } from 'node:path';
import { findArrows } from './arrows.ts';
import { isTest } from './module-kinds.ts';
import { findLonelyExports } from './unused-exports.ts';
import { countRooms } from './room-figures.ts';
import { productOf } from './layout.ts';
import type { Arrow, Tree } from './arrows.ts';
import type { Layout, LayoutFigures } from './room-figures.ts';
import type { SourceFile } from './source-files.ts';
import type { SourceModule } from './source-modules.ts';

/** The files whose lengths are watched, because a reader of the request path opens them first. */
const WATCHED = ['pipeline.ts', 'trail.ts'];
/** The maximum length of a file that could be part of its only importer instead. */
const SMALL_LINES = 100;
/** Where the request path is now, and where it was before the rooms existed. */
const CORE_FOLDERS = ['packages/gateway/core', 'gateway'];

/** Patterns for the code of JSON readers, whatever their names are. Only one file may contain such code. */
const JSON_READERS: Readonly<Record<string, RegExp>> = {
  isJsonObject: /typeof (\S+) === 'object'\s+&&\s+\1 !== null\s+&&\s+!Array\.isArray\(\1\)/g,
  isTrue: /(\S+) === true\s+\|\|\s+\1 === 'true'/g,
  parseJson: /try \{\s+return JSON\.parse\(\S+\)(?: as \w+)?;\s+\} catch \{\s+return undefined;/g,
};
const JSON_FILE = 'json-object.ts';

export type CodeFigures = LayoutFigures & {
  readonly files: number;
  readonly lines: { readonly source: number; readonly tests: number };
  readonly tokens: number;
  /** The number of imports between files of different products. */
  readonly betweenProducts: { readonly gatewayToToolkit: number; readonly toolkitToGateway: number };
  /**
   * The number of files that exactly one other file imports, and how many of them are small and in the same folder as
   * their importer.
   */
  readonly oneImporter: { readonly all: number; readonly smallBesideIt: number };
  readonly exportedNames: number;
  /**
   * The exports, as `path: name`, that neither source nor tests import. Entries are not listed, because other programs
   * import them.
   */
  readonly importedByNobody: readonly string[];
  readonly importedByTestsOnly: readonly string[];
  /** The names in the repository's top folder that are not hidden. */
  readonly topEntries: readonly string[];
  readonly watchedLines: Readonly<Record<string, number>>;
  /** Lines that contain only the spread of a literal. */
  readonly spreadLines: { readonly source: number; readonly tests: number };
  /** The copies of JSON readers, as `path: reader`. */
  readonly copiedJsonReaders: readonly string[];
  readonly withoutMirror: readonly string[];
  /** The modules that no test file imports directly. */
  readonly withoutImportingTest: readonly string[];
  /** The number of modules without a mirror test that contain more than types. */
  readonly codeWithoutMirror: number;
  readonly codeWithoutImportingTest: number;
};

export function countFigures(tree: Tree, layout?: Layout): CodeFigures {
  const arrows = findArrows(tree);
  const source = tree.modules.filter(({ path }) => !isTest(path));
  const lonely = findLonelyExports(tree).filter(({ path }) => !isTest(path));
  const print = (byTests: boolean): readonly string[] =>
    lonely.filter(({ tests }) => tests.length > 0 === byTests).map(({ path, name }) => `${path}: ${name}`);
  const tokens = new Map(source.map((module) => [module.path, module.tokens]));
  const inSource = arrows.filter(({ from, to }) => tokens.has(from) && tokens.has(to));
  const spreadLinesOf = (modules: readonly SourceModule[]): number =>
    modules.reduce((sum, { spreadLines }) => sum + spreadLines, 0);
  const everything = new Set(tree.modules.map(({ path }) => path));
  const tested = new Set(arrows.filter(({ from }) => isTest(from)).map(({ to }) => to));
  const unmirrored = source.filter(({ path }) => !mirrorsOf(path).some((mirror) => everything.has(mirror)));
  const unimported = source.filter(({ path }) => !tested.has(path));
  const holdCode = (modules: readonly SourceModule[]): number =>
    modules.filter(({ isTypesOnly }) => !isTypesOnly).length;
  return {
    ...countRooms(tokens, inSource, layout),
    files: source.length,
    lines: { source: linesOf(source), tests: linesOf(tree.modules.filter(({ path }) => isTest(path))) },
    betweenProducts: countBetweenProducts(inSource),
    oneImporter: countOneImporter(source, inSource),
    tokens: [...tokens.values()].reduce((sum, one) => sum + one, 0),
    exportedNames: source.reduce((sum, { exports }) => sum + exports.length, 0),
    importedByNobody: print(false),
    importedByTestsOnly: print(true),
    topEntries: topEntriesOf(tree.paths),
    watchedLines: countWatched(source),
    spreadLines: {
      source: spreadLinesOf(source),
      tests: spreadLinesOf(tree.modules.filter(({ path }) => isTest(path))),
    },
    copiedJsonReaders: findCopiedReaders(source),
    withoutMirror: unmirrored.map(({ path }) => path),
    withoutImportingTest: unimported.map(({ path }) => path),
    codeWithoutMirror: holdCode(unmirrored),
    codeWithoutImportingTest: holdCode(unimported),
  };
}

function linesOf(modules: readonly SourceModule[]): number {
  return modules.reduce((sum, { lines }) => sum + lines, 0);
}

function countBetweenProducts(arrows: readonly Arrow[]): CodeFigures['betweenProducts'] {
  const count = (of: string, other: string): number =>
    arrows.filter(({ from, to }) => productOf(from) === of && productOf(to) === other).length;
  return { gatewayToToolkit: count('gateway', 'toolkit'), toolkitToGateway: count('toolkit', 'gateway') };
}

function countOneImporter(
  source: readonly SourceModule[],
  arrows: readonly Arrow[],
): CodeFigures['oneImporter'] {
  const importers = Map.groupBy(arrows, ({ to }) => to);
  const lonely = source.filter(({ path }) => importers.get(path)?.length === 1);
  const isBesideIt = ({ path, lines }: SourceModule): boolean =>
    lines <= SMALL_LINES && posix.dirname(importers.get(path)?.[0]?.from ?? '') === posix.dirname(path);
  return { all: lonely.length, smallBesideIt: lonely.filter(isBesideIt).length };
}

/**
 * Returns the paths where the test of a module may be: in the mirror of the whole tree, in the mirror of its package,
 * or next to the module.
 */
export function mirrorsOf(path: string): readonly string[] {
  const bare = path.replace(/\.tsx?$/, '');
  const inPackage = /^(packages\/[^/]+)\/(?:src\/)?(.+)$/.exec(bare);
  const own = inPackage === null ? [] : [`${inPackage[1] ?? ''}/test/${inPackage[2] ?? ''}`];
  return [`test/${bare}`, ...own, bare].map((one) => `${one}.test.ts`);
}

function topEntriesOf(paths: readonly string[]): readonly string[] {
  const names = new Set(paths.map((path) => path.split('/', 1).join()));
  return [...names].filter((name) => !name.startsWith('.')).sort();
}

function countWatched(source: readonly SourceModule[]): Readonly<Record<string, number>> {
  const watched = CORE_FOLDERS.flatMap((folder) => WATCHED.map((name) => `${folder}/${name}`));
  const found = source.filter(({ path }) => watched.includes(path));
  return Object.fromEntries(found.map(({ path, lines }) => [path, lines]));
}

/** Returns, as `path: reader`, each place with JSON-reading code that belongs in one module. */
export function findCopiedReaders(source: readonly SourceFile[]): readonly string[] {
  const others = source.filter(({ path }) => posix.basename(path) !== JSON_FILE);
  return others.flatMap(({ path, text }) =>
    Object.entries(JSON_READERS).flatMap(([name, code]) =>
      [...text.matchAll(code)].map(() => `${path}: ${name}`),
    ),
  );
}
