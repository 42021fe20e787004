/**
 * Finds the files that a gateway loads for a plain template: an HTTP API with one function is started, called once, and
 * stopped.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ANY_PORTS, plainSource, plainTemplate } from '../../lab/bench/plain-stack.ts';
import { printColumns } from '../../lab/bench/report.ts';
import { logFile, readyLine, stop } from '../../lab/bench/targets.ts';
import { roomOf } from './layout.ts';
import { readSource, REPOSITORY } from './source-files.ts';
import { readModule } from './source-modules.ts';

const COMMAND = 'packages/gatewright/command/main.ts';
const BUILT = '.build/npm/gatewright';
const BUNDLED = `${BUILT}/packages/gatewright/command/bundled/`;

/** Modules that a plain template does not need. */
const UNUSED = /^packages\/gateway\/(services\/[^/]+|cognito|control\/api)\//;
/** The tables of resource types, which are loaded for every template. */
const RESOURCE_TYPES = /(^|\/)resource-types(\.ts$|\/)/;

/**
 * Returns the files of this repository that a start loads, sorted and relative to the root. Other packages are left
 * out.
 * @param command the path of the command, relative to the root of the repository
 */
async function recordLoads(command: string): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-loads-'));
  try {
    const record = join(folder, 'loads');
    writeFileSync(record, '');
    writeFileSync(join(folder, 'template.json'), JSON.stringify(plainTemplate(1, plainSource())));
    const preload = pathToFileURL(join(import.meta.dirname, 'record-loads.mjs')).href;
    const words = ['--import', preload, join(REPOSITORY, command), 'start', 'template.json', ...ANY_PORTS];
    const child = spawn(process.execPath, words, {
      cwd: folder,
      stdio: ['ignore', 'pipe', logFile('loads')],
      env: { ...process.env, GATEWRIGHT_HOME: join(folder, 'home'), RECORD_LOADS_TO: record },
    });
    try {
      const { apis } = JSON.parse(await readyLine(child)) as { readonly apis: readonly { url: string }[] };
      const { status } = await fetch(apis[0]?.url ?? '');
      if (status !== 200) throw new Error(`the plain template answered ${status}`);
    } finally {
      await stop({ process: child });
    }
    const loaded = new Set(readFileSync(record, 'utf8').trimEnd().split('\n'));
    const root = realpathSync(REPOSITORY);
    const paths = [...loaded].map((url) => relative(root, fileURLToPath(url)).split(sep).join('/'));
    return paths.filter((path) => !/^\.\.\/|(^|\/)node_modules\//.test(path)).sort();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Returns the files of rooms that the plain template loads. */
export async function loadPlainTemplate(): Promise<readonly string[]> {
  return (await recordLoads(COMMAND)).filter((path) => roomOf(path) !== undefined);
}

/** Modules of services, Cognito and AWS's own APIs, except their tables of types. */
export function findUnused(paths: readonly string[]): readonly string[] {
  return paths.filter((path) => UNUSED.test(path) && !RESOURCE_TYPES.test(path));
}

/** The parts of the built command that are opened, or undefined if `npm run build:package` has not run yet. */
async function loadBuiltParts(): Promise<readonly string[] | undefined> {
  if (!existsSync(join(REPOSITORY, BUNDLED))) return undefined;
  const loaded = await recordLoads(`${BUILT}/bin/gatewright.cjs`);
  return loaded.filter((path) => path.startsWith(BUNDLED));
}

/** Prints the output of `npm run figures -- --loaded`. */
export async function printLoaded(): Promise<string> {
  const paths = await loadPlainTemplate();
  const tokens = new Map(paths.map((path) => [path, readModule(path, readSource(path).text).tokens]));
  const sum = (some: readonly string[]): number =>
    some.reduce((total, path) => total + (tokens.get(path) ?? 0), 0);
  const rows = [...Map.groupBy(paths, (path) => roomOf(path)?.name ?? '')].map(
    ([room, files]): [string, number, number] => [room, files.length, sum(files)],
  );
  const unused = findUnused(paths);
  const types = paths.filter((path) => RESOURCE_TYPES.test(path));
  const parts = await loadBuiltParts();
  return [
    printColumns(
      ['room', 'files', 'tokens'],
      [...rows.sort((a, b) => b[2] - a[2]), ['in all', paths.length, sum(paths)]],
    ),
    '',
    `of services, cognito and control/api, without resource-types: ${unused.length} files, ${sum(unused)} tokens`,
    ...unused.map((path) => `  ${path}`),
    `resource-types: ${types.length} files, ${sum(types)} tokens`,
    ...(parts === undefined
      ? ['the built package: none here (npm run build:package)']
      : [`parts of the built command: ${parts.length}, ${kilobytesOf(parts)} kB`, ...parts.map(shortNameOf)]),
  ].join('\n');
}

function kilobytesOf(parts: readonly string[]): number {
  const bytes = parts.reduce((total, path) => total + readFileSync(join(REPOSITORY, path)).length, 0);
  return Math.round(bytes / 1_000);
}

function shortNameOf(part: string): string {
  return `  ${part.slice(BUNDLED.length)} (${kilobytesOf([part])} kB)`;
}
