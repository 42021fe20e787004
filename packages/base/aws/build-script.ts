import { existsSync, readFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';

import { escapeForRegExp } from './text/escape-for-regexp.ts';
import { statOf } from './file-marks.ts';
import { entriesOf, readIfReadable } from './readable-files.ts';
import { memberOf, membersOf } from './json-object.ts';
import type { UnknownMembers } from './json-object.ts';

const SCRIPTS = ['build', 'compile', 'bundle', 'tsc'] as const;
/** Matches the folders into which compilers and bundlers write by default or by convention. */
const OUTPUT = /^(?:dist|build|out|output|lib|compiled|\.build|\.webpack|\.esbuild|\.dist)$/;

export type BuildScript = {
  /** The absolute path of the folder with the package.json. */
  readonly folder: string;
  readonly name: string;
  /** Whether the script watches its sources, so that it does not end. */
  readonly watches: boolean;
};

/**
 * Returns the script of the project that builds a missing file, according to its package.json; undefined if nothing
 * indicates that the file is built.
 * @param file the absolute path of the file
 */
export function findBuildScript(file: string): BuildScript | undefined {
  const manifest = findManifest(dirname(file));
  if (manifest === undefined) return undefined;
  const folders = relative(dirname(manifest), dirname(file)).split(sep);
  const scripts = memberOf(readManifest(manifest), 'scripts');
  if (!folders.some((name) => OUTPUT.test(name)) && !isMissingOutput(dirname(manifest), folders[0], scripts))
    return undefined;
  const usual = SCRIPTS.filter((each) => typeof memberOf(scripts, each) === 'string');
  const found = usual.length > 0 ? usual : listBuilders(scripts);
  const ends = found.find((name) => !isWatching(scripts, name));
  const name = ends ?? found[0];
  return name === undefined ? undefined : { folder: dirname(manifest), name, watches: ends === undefined };
}

/** What a script may do beside building, such as setting a variable and removing the output of before. */
const PREPARING = /^(?:export|set|rm|rimraf|mkdir|cp)\s/;
/** Programs that only build. The tasks of gulp and grunt may do anything. */
const NOT_BUILDING = /(?:^|[\s/])(?:gulp|grunt)(?:\s|$)|\s--(?:noEmit|emitDeclarationOnly)\b/;

/** Returns the scripts that bundle or compile and do nothing else, whatever their names are. */
function listBuilders(scripts: unknown): readonly string[] {
  return Object.entries(membersOf(scripts)).flatMap(([name, script]) => {
    const commands = typeof script === 'string' ? commandsOf(script) : [];
    const making = commands.filter((command) => !PREPARING.test(`${command} `) && command !== '');
    const isBuilding = making.every((command) => WRITERS.test(command) && !NOT_BUILDING.test(command));
    return making.length > 0 && isBuilding ? [name] : [];
  });
}

/**
 * Returns the files that name the missing folder of a file as the output of a build, such as webpack.config.js and
 * .gitignore; empty if there are none.
 */
export function findOutputSettings(file: string): {
  readonly folder: string;
  readonly files: readonly string[];
} {
  const manifest = findManifest(dirname(file));
  const project = manifest === undefined ? dirname(dirname(file)) : dirname(manifest);
  const [folder = ''] = relative(project, dirname(file)).split(sep);
  if (folder === '' || folder === '..' || existsSync(join(project, folder))) return { folder, files: [] };
  return { folder, files: configuredIn(project, wordOf(folder)) };
}

/** Matches the names of files that say where compilers, bundlers and build scripts write. */
const CONFIGURATION =
  /^(?:\.gitignore|(?:webpack|rollup|vite|tsup|esbuild|build|gulpfile|Gruntfile)\b.*\.[cm]?[jt]s|tsconfig.*\.json|\.swcrc|\.babelrc)$/;
const CONFIGURATION_LIMIT_BYTES = 64_000;

/**
 * Whether a folder of the project is missing, and its scripts, the configuration of a build, or .gitignore names it. If
 * none of them names it, the handler probably has a typing error.
 */
function isMissingOutput(project: string, folder: string | undefined, scripts: unknown): boolean {
  if (folder === undefined || folder === '' || folder === '..' || existsSync(join(project, folder)))
    return false;
  const word = wordOf(folder);
  if (word.test(JSON.stringify(scripts ?? ''))) return true;
  return isConfigured(project, word);
}

function wordOf(folder: string): RegExp {
  return new RegExp(`(?<![\\w-])${escapeForRegExp(folder)}(?![\\w-])`);
}

/**
 * Whether the configuration of a build in this folder contains the pattern.
 * @param ignored the names of files that do not count
 */
export function isConfigured(project: string, pattern: RegExp, ignored: readonly string[] = []): boolean {
  return configuredIn(project, pattern, ignored).length > 0;
}

function configuredIn(project: string, pattern: RegExp, ignored: readonly string[] = []): readonly string[] {
  return entriesOf(project)
    .map(({ name }) => name)
    .filter((name) => {
      const path = join(project, name);
      if (ignored.includes(name) || !CONFIGURATION.test(name)) return false;
      if ((statOf(path)?.size ?? 0) > CONFIGURATION_LIMIT_BYTES) return false;
      return pattern.test(readIfReadable(path) ?? '');
    });
}

/**
 * Returns the command that builds the file, for example `npm run build in packages/api`. Returns undefined if no
 * script builds it. If the gateway does not run it, the text includes the reason.
 */
export function findBuildCommand(file: string): string | undefined {
  const script = findBuildScript(file);
  if (script === undefined) return undefined;
  const why = script.watches
    ? ' (this script watches files and does not end, so the gateway does not run it)'
    : '';
  return describeScript(script) + why;
}

/** The programs that bundle or compile code and whose flag `-w` means `--watch`. */
const COMPILERS = 'tsc tspc ttsc webpack rollup babel swc tsup parcel ncc microbundle vite'.split(' ');
/** Matches programs that write what they bundle or compile. */
const WRITERS = ofPrograms([...COMPILERS, 'esbuild', 'gulp', 'grunt']);

function ofPrograms(names: readonly string[]): RegExp {
  return new RegExp(`(?:^|[\\s/])(?:${names.join('|')})(?:\\s|$)`);
}

/**
 * Returns the other scripts of the package.json that bundle or compile, as `npm run …`. Scripts that only call this
 * script are left out.
 */
export function listOtherBuilds({ folder, name }: Pick<BuildScript, 'folder' | 'name'>): readonly string[] {
  const scripts = memberOf(readManifest(join(folder, 'package.json')), 'scripts');
  return Object.keys(membersOf(scripts)).flatMap((each) => {
    const script = memberOf(scripts, each);
    if (each === name || typeof script !== 'string') return [];
    return commandsOf(script).some((command) => WRITERS.test(command)) ? [`npm run ${each}`] : [];
  });
}

export function describeScript({ folder, name }: Pick<BuildScript, 'folder' | 'name'>): string {
  const where = relative(process.cwd(), folder);
  return `npm run ${name}${where === '' ? '' : ` in ${where.startsWith('..') ? folder : where}`}`;
}

/** Whether the packages of the project are installed, in its own folder or in its workspace. */
export function hasPackages(folder: string): boolean {
  if (existsSync(join(folder, 'node_modules'))) return true;
  for (let above = dirname(folder); above !== dirname(above); above = dirname(above))
    if (isWorkspace(above)) return existsSync(join(above, 'node_modules'));
  return false;
}

function isWorkspace(folder: string): boolean {
  if (existsSync(join(folder, 'pnpm-workspace.yaml'))) return true;
  return memberOf(readManifest(join(folder, 'package.json')), 'workspaces') !== undefined;
}

/**
 * Finds the nearest package.json, up to the root of the repository. The search also ends at the user's home folder, at
 * the folder for temporary files and at the root of the file system, because unrelated projects share these folders.
 */
export function findManifest(folder: string): string | undefined {
  if ([homedir(), tmpdir(), dirname(folder)].includes(folder)) return undefined;
  const path = join(folder, 'package.json');
  if (existsSync(path)) return path;
  return existsSync(join(folder, '.git')) ? undefined : findManifest(dirname(folder));
}

export function readManifest(file: string): UnknownMembers {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as UnknownMembers;
  } catch {
    // A package.json that is being written or is not JSON counts as having no scripts.
    return {};
  }
}

/** Matches programs that only watch. */
const WATCHERS =
  /(?:^|[\s/])(?:nodemon|tsc-watch|ts-node-dev|webpack-dev-server)(?:\s|$)|\bwebpack\s+(?:serve|watch)\b/;
/** Matches programs whose flag `-w` means `--watch`. */
const WITH_SHORT_FLAG = ofPrograms([...COMPILERS, 'sass']);
const WATCH_FLAG = /\s--watch(?:=(?!false)\S*)?(?=\s|$)/;
/** Matches the flag `-w`, or a group of short flags that contains it, as in `rollup -cw`. */
const SHORT_FLAG = /\s-[a-z]*w(?:\s|$)/;
const CALL = /^(?:npm|pnpm|yarn|bun)(?:\s+run(?:-script)?)?\s+([\w:.-]+)/;
const SETTINGS = /^(?:(?:npx|cross-env|env|[A-Za-z_]\w*=\S*)\s+)*/;

/**
 * Whether a script, or its `pre` or `post` script, watches its sources and so does not end.
 * @param scripts the scripts of the package.json; if a script calls other scripts, these are also checked
 */
function isWatching(scripts: unknown, name: string, followed: ReadonlySet<string> = new Set()): boolean {
  if (followed.has(name)) return false;
  const seen = new Set([...followed, name]);
  return [`pre${name}`, name, `post${name}`].some((each) => {
    const script = memberOf(scripts, each);
    return (
      typeof script === 'string' && commandsOf(script).some((command) => watches(command, scripts, seen))
    );
  });
}

function watches(command: string, scripts: unknown, seen: ReadonlySet<string>): boolean {
  const called = CALL.exec(command)?.[1];
  if (called !== undefined && typeof memberOf(scripts, called) === 'string')
    return isWatching(scripts, called, seen);
  return (
    WATCHERS.test(command) ||
    WATCH_FLAG.test(command) ||
    (WITH_SHORT_FLAG.test(command) && SHORT_FLAG.test(command))
  );
}

export function commandsOf(script: string): readonly string[] {
  return script.split(/&&|\|\||[;&|]/).map((command) => command.trim().replace(SETTINGS, ''));
}
