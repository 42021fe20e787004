/**
 * `npm run figures [-- --at COMMIT] [--install] [--json] [--loaded] [--where FILE]`: prints figures about the code, in
 * these files or in another commit. `--loaded`: the files that a start with a plain template loads. `--where`: the
 * tests of a file. `--install`: what `npm install` of each published package installs (after `npm run build:package`);
 * this is slow.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { checkOut, resolveCommit } from '../../lab/bench/checkout.ts';
import { printColumns } from '../../lab/bench/report.ts';
import { countFigures } from './count-figures.ts';
import type { CodeFigures } from './count-figures.ts';
import { megabytesOf, weighInstalls } from './install-figures.ts';
import type { InstallFigures } from './install-figures.ts';
import { PRODUCT_DOORS } from './layout.ts';
import { printLoaded } from './loaded-files.ts';
import { readTree } from './read-tree.ts';
import type { Layout } from './room-figures.ts';
import { REPOSITORY } from './source-files.ts';
import { findTests } from './tested-by.ts';

/** The maximum number of files in a circle that is printed. */
const SHOWN_MEMBERS = 8;

type Figures = CodeFigures & {
  /** Is known only for these files, because the packages of another commit are not installed. */
  readonly nodeModulesMegabytes?: number;
  readonly installs?: readonly InstallFigures[];
};

function hasFloors({ rooms }: Figures): boolean {
  return rooms.some(({ floor }) => floor !== undefined);
}

/** Whether a commit that has floors breaks them. */
function breaksLayout(figures: Figures): boolean {
  return hasFloors(figures) && figures.upwardImports.length + figures.roomCircles.length > 0;
}

function printRooms({ rooms }: Figures): string {
  return printColumns(
    ['room', 'floor', 'files', 'tokens', 'imported by others'],
    rooms.map(({ name, floor = '-', files, tokens, imported }) => [name, floor, files, tokens, imported]),
  );
}

type Line = readonly [what: string, figure: string | number];

function layoutLines(figures: Figures): readonly Line[] {
  const { upwardImports, fileCircles, roomCircles, watchedLines, spreadLines, copiedJsonReaders } = figures;
  const few = (circle: readonly string[]): string =>
    circle.length <= SHOWN_MEMBERS
      ? circle.join(', ')
      : `${circle.slice(0, SHOWN_MEMBERS).join(', ')}, … (${circle.length})`;
  return [
    [
      'edges between rooms',
      `${figures.roomEdges} (upward: ${hasFloors(figures) ? figures.upwardRoomEdges : '-'})`,
    ],
    ...upwardImports.map((one): Line => [`  ${one}`, 'upward']),
    ['circles between files', fileCircles.length],
    ...fileCircles.map((circle): Line => [`  of ${circle.length}`, few(circle)]),
    ['circles between rooms', roomCircles.length],
    ...roomCircles.map((circle): Line => [`  of ${circle.length}`, few(circle)]),
    ['visible entries at the top', figures.topEntries.length],
    ...Object.entries(watchedLines).map(([path, lines]): Line => [`lines of ${path}`, lines]),
    ['lines with only a spread literal', `${spreadLines.source} (tests: ${spreadLines.tests})`],
    ['copies of readers of JSON', copiedJsonReaders.length],
    ...copiedJsonReaders.map((one): Line => [`  ${one}`, '']),
  ];
}

function print(figures: Figures): string {
  const { importedByNobody, importedByTestsOnly, nodeModulesMegabytes, installs } = figures;
  const lines: readonly Line[] = [
    ['files outside tests', figures.files],
    ['lines of them', `${figures.lines.source} (tests: ${figures.lines.tests})`],
    [
      'imports between the products',
      `gateway → toolkit ${figures.betweenProducts.gatewayToToolkit}, toolkit → gateway ${figures.betweenProducts.toolkitToGateway}; doors: ${PRODUCT_DOORS.map(({ name }) => name).join(', ')}`,
    ],
    [
      'files that another file imports',
      `${figures.oneImporter.all} (up to 100 lines, in its folder: ${figures.oneImporter.smallBesideIt})`,
    ],
    ['TypeScript tokens in them', figures.tokens],
    ['exported names', figures.exportedNames],
    ['imported by nobody (entries left out)', importedByNobody.length],
    ['imported by tests only', importedByTestsOnly.length],
    ...layoutLines(figures),
    [
      'modules without a mirror test',
      `${figures.withoutMirror.length} (with code: ${figures.codeWithoutMirror})`,
    ],
    [
      'modules that no test imports',
      `${figures.withoutImportingTest.length} (with code: ${figures.codeWithoutImportingTest})`,
    ],
    ...(nodeModulesMegabytes === undefined
      ? []
      : [['node_modules of the root, MB', nodeModulesMegabytes] satisfies Line]),
    ...(installs ?? []).map(({ name, packages, megabytes, ownMegabytes }): Line => [
      `npm install ${name}`,
      `${packages} packages, ${megabytes} MB (own: ${ownMegabytes} MB)`,
    ]),
  ];
  const width = Math.max(...lines.filter(([what]) => !what.startsWith('  ')).map(([what]) => what.length));
  const text = lines.map(([what, figure]) => `${what.padEnd(width)}  ${figure}`.trimEnd()).join('\n');
  return `${printRooms(figures)}\n\n${text}`;
}

/** The table of rooms in a commit, or undefined if the commit has no rooms yet. */
async function readLayout(root: string): Promise<Layout | undefined> {
  const layout = join(root, 'test/architecture/layout.ts');
  if (!existsSync(layout)) return undefined;
  const { ROOMS } = (await import(pathToFileURL(layout).href)) as { readonly ROOMS?: Layout['rooms'] };
  return ROOMS === undefined ? undefined : { rooms: ROOMS };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      at: { type: 'string' },
      install: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      loaded: { type: 'boolean', default: false },
      where: { type: 'string' },
    },
  });
  const { at, install, json, loaded, where } = values;
  if (where !== undefined) {
    const found = findTests(readTree(REPOSITORY)).get(where);
    const through = found?.through === undefined ? '' : ` (through ${found.through})`;
    console.log(found === undefined ? `${where} needs none: no module of the product` : `${where}${through}`);
    for (const test of found?.tests ?? []) console.log(`  ${test}`);
    return;
  }
  if (loaded) {
    console.log(await printLoaded());
    return;
  }
  if (at !== undefined && install) throw new Error('--install weighs these files: it cannot go with --at');
  const show = (figures: Figures): void => {
    console.log(json ? JSON.stringify(figures, null, 2) : print(figures));
    if (breaksLayout(figures)) process.exitCode = 1;
  };
  if (at !== undefined) {
    const commit = await resolveCommit(REPOSITORY, at);
    await using tree = await checkOut(REPOSITORY, join(REPOSITORY, '.build/figures'), commit, {
      withPackages: false,
    });
    show(countFigures(readTree(tree.root), await readLayout(tree.root)));
    return;
  }
  const modules = join(REPOSITORY, 'node_modules');
  show({
    ...countFigures(readTree(REPOSITORY), await readLayout(REPOSITORY)),
    ...(existsSync(modules) && { nodeModulesMegabytes: megabytesOf(modules) }),
    ...(install && { installs: weighInstalls(join(REPOSITORY, '.build/npm')) }),
  });
}

try {
  await main();
} catch (error) {
  console.error(`figures: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
