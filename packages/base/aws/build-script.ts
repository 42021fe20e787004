import { existsSync, readFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';

import { escapeForRegExp } from './text/escape-for-regexp.ts';
import { statOf } from './file-marks.ts';
import { foldersAbove, managerOf } from './package-managers.ts';
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
 * indicates that the file is built. The gateway may run this script, so its name must say that it builds.
 * @param file the absolute path of the file
 */
export function findBuildScript(file: string): BuildScript | undefined {
  const made = findMaker(file);
  if (made === undefined) return undefined;
  const { folder, scripts } = made;
  const found = SCRIPTS.filter((each) => typeof memberOf(scripts, each) === 'string');
  const ends = found.find((name) => !isWatching(scripts, name));
  const name = ends ?? found[0];
  return name === undefined ? undefined : { folder, name, watches: ends === undefined };
}

/** Returns the project and its scripts, if its package.json indicates that the file is built. */
function findMaker(file: string): { readonly folder: string; readonly scripts: unknown } | undefined {
  const manifest = findManifest(dirname(file));
  if (manifest === undefined) return undefined;
  const folder = dirname(manifest);
  const folders = relative(folder, dirname(file)).split(sep);
  const scripts = memberOf(readManifest(manifest), 'scripts');
  const isBuilt = folders.some((name) => OUTPUT.test(name)) || isMissingOutput(folder, folders[0], scripts);
  return isBuilt ? { folder, scripts } : undefined;
}

/** What a script may do beside building: set a variable, and remove the output of before. */
const PREPARING = /^(?:export|set|rm|rimraf|mkdir)\s/;
/** What comes before the program in a command: a runner of packages, or the folder of the package's programs. */
const RUNNER = String.raw`(?:(?:npx|yarn|pnpm|bunx)\s+(?:exec\s+)?)?(?:\.\/)?(?:node_modules\/\.bin\/)?`;
/** Matches commands whose program is a bundler or a compiler, and which are no servers. */
const BUILDING = new RegExp(
  String.raw`^${RUNNER}(?:(?:tsc|tspc|ttsc|webpack|rollup|babel|swc|tsup|ncc|microbundle|esbuild)(?:\s|$)|(?:vite|parcel)\s+build(?:\s|$))`,
);
const NOT_BUILDING = /\$\(|`|\s--(?:noEmit|emitDeclarationOnly|serve)\b|\s(?:serve|preview)(?:\s|$)/;

/**
 * Returns the first script that bundles or compiles and does nothing else, whatever its name is. It is only named in
 * messages: the user did not ask for a run, and the name does not say that the script builds.
 */
function findNamedBuilder(scripts: unknown): string | undefined {
  const commandsIn = (name: string): readonly string[] | undefined => {
    const script = memberOf(scripts, name);
    return typeof script === 'string'
      ? commandsOf(script).filter((command) => command !== '' && !PREPARING.test(`${command} `))
      : undefined;
  };
  return Object.keys(membersOf(scripts)).find((name) => {
    const commands = commandsIn(name) ?? [];
    const around = [`pre${name}`, `post${name}`].flatMap((each) => commandsIn(each) ?? []);
    const isBuilding = [...commands, ...around].every(
      (command) => BUILDING.test(command) && !NOT_BUILDING.test(command),
    );
    return commands.length > 0 && isBuilding && !isWatching(scripts, name);
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
 * Returns the command that builds the file, for example `npm run build in packages/api`. It begins with the command that
 * installs the packages of the project, if they are not installed. Returns undefined if no script builds the file. If
 * the gateway does not run the script, the text includes the reason.
 */
export function findBuildCommand(file: string): string | undefined {
  const script = findBuildScript(file);
  if (script === undefined) {
    const { folder = '', scripts } = findMaker(file) ?? {};
    const name = findNamedBuilder(scripts);
    return name === undefined ? undefined : withInstall({ folder, name });
  }
  const why = script.watches
    ? ' (this script watches files and does not end, so the gateway does not run it)'
    : '';
  return withInstall(script) + why;
}

function withInstall(script: Pick<BuildScript, 'folder' | 'name'>): string {
  const { dependencies, devDependencies } = readManifest(join(script.folder, 'package.json'));
  const isNeeded = Object.keys({ ...membersOf(dependencies), ...membersOf(devDependencies) }).length > 0;
  const install =
    isNeeded && !hasPackages(script.folder) ? `${managerOf(foldersAbove(script.folder)).all} and ` : '';
  return install + describeScript(script);
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
