/**
 * Compares the inputs of a service's compilation, which `serverless-inputs.cjs` has recorded, with the current files.
 */
import { createRequire } from 'node:module';
import { hostname } from 'node:os';
import { existsSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { hash, isFresh, isOfPackage, isSame, markOf, packageNames, statOf } from '@gatewright/aws/file-marks';
import type { Look, Mark } from '@gatewright/aws/file-marks';

export type SeenInputs = {
  /** The reason why the record may lack an input; absent if all inputs were observed. */
  readonly blind?: string;
  readonly files: readonly (readonly [file: string, looks: readonly Look[]])[];
  /**
   * The modules that were not found, with the module that imports them. `paths` has the form that `require.resolve`
   * accepts.
   */
  readonly missing: readonly MissingModule[];
  /**
   * The sources of functions that a plug-in has only searched for mistakes, so that they do not influence the template;
   * absent means none.
   */
  readonly checked?: readonly string[];
};

type MissingModule = readonly [from: string, request: string, paths: readonly string[] | null];

export type Inputs = {
  readonly marks: readonly Mark[];
  readonly missing: readonly MissingModule[];
  readonly checked?: readonly string[];
  readonly environment: string;
  readonly machine: string;
};

/**
 * Maximum number of input files. A service that reads more files probably searches whole folders, so its inputs count
 * as unknown.
 */
const FILE_LIMIT = 20_000;
const OF_THE_SHELL =
  /^(?:_|SHLVL|OLDPWD|WINDOWID|COLUMNS|LINES|TERM_SESSION_ID|XDG_SESSION_ID|SSH_(?:CLIENT|CONNECTION|TTY|AUTH_SOCK)|npm_(?:lifecycle_\w+|command|config_user_agent)|GATEWRIGHT_(?:CONTROL_SECRET|INSTANCE|START))$/;
const DRAWN = new Set(['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_ENDPOINT_URL']);

const INSTALLED = ['.package-lock.json', '.modules.yaml', '.yarn-state.yml', '.yarn-integrity'];

/** Maximum number of input files that are watched for one service. */
const WATCHED_LIMIT = 500;

/**
 * Returns the files of the project that osls has read. They are the files that a `serverless.ts` imports, files that
 * scripts read, and `.env` files, even if they do not exist yet. Files of packages and files outside of the project are
 * left out, and so are sources of functions that a plug-in has only checked: saving one of them reloads its function,
 * but not the template.
 */
export function listProjectInputs(
  files: Iterable<readonly [file: string, looks: readonly Look[]]>,
  serviceFolder: string,
  checked: readonly string[] = [],
): readonly string[] {
  const root = projectFolderOf(serviceFolder);
  const found = new Set<string>();
  const omitted = new Set(checked);
  for (const [file, looks] of files) {
    if (found.size === WATCHED_LIMIT) break;
    if (!file.startsWith(root + sep) || isOfPackage(file) || omitted.has(file)) continue;
    if (looks.includes('content') || basename(file).startsWith('.env')) found.add(file);
  }
  return [...found];
}

/** Returns the folder of the repository; without a repository, the folder above the service. */
function projectFolderOf(serviceFolder: string): string {
  for (let folder = serviceFolder; dirname(folder) !== folder; folder = dirname(folder))
    if (existsSync(join(folder, '.git'))) return folder;
  return dirname(serviceFolder);
}

/** The state of the packages before osls runs. If a package is installed while osls runs, it then counts as changed. */
export type RunStart = { readonly epochMs: number; readonly packages: readonly Mark[] };

export function markStart(serviceFolder: string, epochMs: number): RunStart {
  const folders: string[] = [];
  for (let folder = serviceFolder; ; folder = dirname(folder)) {
    folders.push(join(folder, 'node_modules'));
    if (dirname(folder) === folder) break;
  }
  const packages = folders.flatMap((folder): Mark[] => [
    { file: folder, look: 'names', value: packageNames(folder) },
    ...INSTALLED.map((name) => join(folder, name)).map((file) => markOf(file, 'content')),
  ]);
  return { epochMs, packages };
}

/**
 * Returns the marks of all inputs. The result of osls is valid as long as they stay the same. Returns undefined if the
 * inputs are unknown, because osls was not fully traced or a file has changed while osls ran.
 */
export function markInputs(
  seen: SeenInputs,
  beginning: RunStart,
  environment: Readonly<Record<string, string | undefined>>,
): Inputs | undefined {
  if (seen.blind !== undefined || seen.files.length > FILE_LIMIT) return undefined;
  const marks: Mark[] = [];
  for (const [file, looks] of seen.files) {
    const stats = statOf(file);
    const isRead = looks.includes('content') || looks.includes('names');
    if (isRead && isFresh(file, stats, beginning.epochMs)) return undefined;
    // If the content of a file is compared, its modification time is ignored. Otherwise, switching branches back and
    // forth would count as a change.
    const counted = looks.filter((look) => look !== 'state' || !looks.includes('content'));
    for (const look of counted) marks.push(markOf(file, look, stats));
  }
  for (const manifest of manifestsOf(seen.files)) marks.push(markOf(manifest, 'content'));
  return {
    marks: [...beginning.packages, ...marks],
    missing: seen.missing,
    ...(seen.checked !== undefined && { checked: seen.checked }),
    environment: hashEnvironment(environment),
    machine: machineNow(),
  };
}

/** Returns what has changed, as a word or a path; undefined if nothing has changed. */
export function findChange(
  inputs: Inputs,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  if (inputs.machine !== machineNow()) return 'the machine';
  if (inputs.environment !== hashEnvironment(environment)) return 'the environment';
  const changed = inputs.marks.find((mark) => !isSame(mark));
  if (changed !== undefined) return changed.file;
  return inputs.missing.find((module) => isThere(module))?.[1];
}

/**
 * Returns the package.json files that Node reads to find modules and to detect ES modules. These reads are not
 * observed.
 */
function manifestsOf(files: SeenInputs['files']): ReadonlySet<string> {
  const known = new Map<string, string | undefined>();
  const find = (folder: string): string | undefined => {
    if (known.has(folder)) return known.get(folder);
    const own = join(folder, 'package.json');
    const parent = dirname(folder);
    let found: string | undefined;
    if (statOf(own)?.isFile() === true) found = own;
    else if (parent !== folder) found = find(parent);
    known.set(folder, found);
    return found;
  };
  const manifests = files
    .filter(([file, looks]) => looks.includes('content') && /\.(?:[cm]?[jt]s|json)$/.test(file))
    .map(([file]) => find(dirname(file)));
  return new Set(manifests.filter((manifest) => manifest !== undefined));
}

function isThere([from, request, paths]: MissingModule): boolean {
  try {
    createRequire(from).resolve(request, paths === null ? undefined : { paths: [...paths] });
    return true;
  } catch {
    return false;
  }
}

export function hashEnvironment(environment: Readonly<Record<string, string | undefined>>): string {
  const names = Object.keys(environment).filter((name) => !OF_THE_SHELL.test(name) && !DRAWN.has(name));
  return hash(names.toSorted().map((name) => `${name}=${environment[name] ?? ''}`));
}

function machineNow(): string {
  return [process.version, process.platform, process.arch, hostname()].join(' ');
}
