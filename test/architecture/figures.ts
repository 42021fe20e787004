/**
 * `npm run figures [-- --at COMMIT] [--install] [--json]`: the shape of the code in figures, of these files or of another
 * commit. `--install`: what `npm install` of each published package brings (after `npm run build:package`); slow.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { parseArgs } from 'node:util';
import { checkOut, resolveCommit } from '../../bench/checkout.ts';
import { countFigures } from './count-figures.ts';
import type { CodeFigures, Tree } from './count-figures.ts';
import { megabytesOf, weighInstalls } from './install-figures.ts';
import type { InstallFigures } from './install-figures.ts';
import type { Manifest } from './resolve-specifier.ts';
import { REPOSITORY } from './source-files.ts';
import { readModule } from './source-modules.ts';

type Figures = CodeFigures & {
  /** Of these files alone: another commit's are not installed. */
  readonly nodeModulesMegabytes?: number;
  readonly installs?: readonly InstallFigures[];
};

/** Everything that git has or would take, fixtures left out: they are data. */
function readTree(root: string): Tree {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '-z'];
  const listed = execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 }).split('\0');
  const paths = listed.filter((path) => !path.startsWith('test/fixtures/') && existsSync(join(root, path)));
  const read = (path: string): string => readFileSync(join(root, path), 'utf8');
  const manifests = paths.filter((path) => posix.basename(path) === 'package.json');
  return {
    modules: paths.filter((path) => /\.tsx?$/.test(path)).map((path) => readModule(path, read(path))),
    manifests: new Map(manifests.map((path) => [posix.dirname(path), JSON.parse(read(path)) as Manifest])),
  };
}

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
    },
  });
  const { at, install, json } = values;
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
