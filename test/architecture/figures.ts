/**
 * `npm run figures [-- --at COMMIT] [--install] [--json] [--where FILE]`: the shape of the code in figures, of these files
 * or of another commit. `--where`: which tests are those of a file. `--install`: what `npm install` of each published package brings (after `npm run build:package`); slow.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkOut, resolveCommit } from '../../bench/checkout.ts';
import { countFigures } from './count-figures.ts';
import type { CodeFigures } from './count-figures.ts';
import { megabytesOf, weighInstalls } from './install-figures.ts';
import type { InstallFigures } from './install-figures.ts';
import { readTree } from './read-tree.ts';
import { REPOSITORY } from './source-files.ts';
import { findTests } from './tested-by.ts';

type Figures = CodeFigures & {
  /** Of these files alone: another commit's are not installed. */
  readonly nodeModulesMegabytes?: number;
  readonly installs?: readonly InstallFigures[];
};

function print(figures: Figures): string {
  const { mutualImports, importedByNobody, importedByTestsOnly, nodeModulesMegabytes, installs } = figures;
  const lines: [string, string | number][] = [
    ['files outside tests', figures.files],
    ['TypeScript tokens in them', figures.tokens],
    ['exported names', figures.exportedNames],
    ['imported by nobody (entries left out)', importedByNobody.length],
    ['imported by tests only', importedByTestsOnly.length],
    ['arrows that run back up', figures.arrowsUp],
    ...mutualImports.map(({ from, to, up, down }): [string, string] => [
      `  ${from} → ${to}`,
      `${up} (down: ${down})`,
    ]),
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
      : [['node_modules of the root, MB', nodeModulesMegabytes] satisfies [string, number]]),
    ...(installs ?? []).map(({ name, packages, megabytes, ownMegabytes }): [string, string] => [
      `npm install ${name}`,
      `${packages} packages, ${megabytes} MB (own: ${ownMegabytes} MB)`,
    ]),
  ];
  const width = Math.max(...lines.map(([what]) => what.length));
  return lines.map(([what, figure]) => `${what.padEnd(width)}  ${figure}`).join('\n');
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      at: { type: 'string' },
      install: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      where: { type: 'string' },
    },
  });
  const { at, install, json, where } = values;
  if (where !== undefined) {
    const found = findTests(readTree(REPOSITORY)).get(where);
    const through = found?.through === undefined ? '' : ` (through ${found.through})`;
    console.log(found === undefined ? `${where} needs none: no module of the product` : `${where}${through}`);
    for (const test of found?.tests ?? []) console.log(`  ${test}`);
    return;
  }
  if (at !== undefined && install) throw new Error('--install weighs these files: it cannot go with --at');
  const show = (figures: Figures) => console.log(json ? JSON.stringify(figures, null, 2) : print(figures));
  if (at !== undefined) {
    const commit = await resolveCommit(REPOSITORY, at);
    await using tree = await checkOut(REPOSITORY, join(REPOSITORY, '.build/figures'), commit, {
      withPackages: false,
    });
    show(countFigures(readTree(tree.root)));
    return;
  }
  const modules = join(REPOSITORY, 'node_modules');
  show({
    ...countFigures(readTree(REPOSITORY)),
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
