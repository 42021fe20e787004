/** What a service was compiled from, as `serverless-inputs.cjs` has seen it, and whether that is still the same. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { createRequire } from 'node:module';
import { hostname } from 'node:os';
import { dirname, join, sep } from 'node:path';

/** How a file was looked at: whether it is there, what kind and size it has, which names a folder has, its text. */
type Look = 'there' | 'state' | 'names' | 'content';

/** What the driver leaves behind, beside its result. */
export type SeenInputs = {
  /** Why something may have been missed; absent = nothing was. */
  readonly blind?: string;
  readonly files: readonly (readonly [file: string, looks: readonly Look[]])[];
  /** Modules that were not there, by who asked: `paths` as `require.resolve` takes them. */
  readonly missing: readonly MissingModule[];
};

type MissingModule = readonly [from: string, request: string, paths: readonly string[] | null];

/** One look at one file. `state` tells that its text need not be read again. */
type Mark = {
  readonly file: string;
  readonly look: Look;
  readonly value: string;
  readonly state?: string;
};

export type Inputs = {
  readonly marks: readonly Mark[];
  readonly missing: readonly MissingModule[];
  readonly environment: string;
  readonly machine: string;
};

/** Times of files are as exact as the clock of the kernel's ticks. */
const TICK_MS = 20;
/** A service that reads more looks for files by a rule of its own. */
const FILE_LIMIT = 20_000;
/** Names that differ from one shell to the next and say nothing about the service. */
const OF_THE_SHELL =
  /^(?:_|SHLVL|OLDPWD|WINDOWID|COLUMNS|LINES|TERM_SESSION_ID|XDG_SESSION_ID|SSH_(?:CLIENT|CONNECTION|TTY|AUTH_SOCK)|npm_(?:lifecycle_\w+|command|config_user_agent)|GATEWRIGHT_\w+)$/;
/** Of the stand-in for AWS: they are drawn anew for each run. */
const DRAWN = new Set(['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_ENDPOINT_URL']);

/** What npm, pnpm and Yarn write at the end of each installation. */
const INSTALLED = ['.package-lock.json', '.modules.yaml', '.yarn-state.yml', '.yarn-integrity'];

/** Taken before osls runs, since a package that is installed meanwhile must not count as seen. */
export type Beginning = { readonly epochMs: number; readonly packages: readonly Mark[] };

export function begin(serviceFolder: string, epochMs: number): Beginning {
  const folders: string[] = [];
  for (let folder = serviceFolder; ; folder = dirname(folder)) {
    folders.push(join(folder, 'node_modules'));
    if (dirname(folder) === folder) break;
  }
  const packages = folders.flatMap((folder): Mark[] => [
    { file: folder, look: 'names', value: packageNames(folder) },
    ...INSTALLED.map((name) => join(folder, name)).map((file) => markOf(file, 'content', statOf(file))),
  ]);
  return { epochMs, packages };
}

/**
 * What must be the same for the result to be the same; undefined where that cannot be known, because osls was not
 * seen through or a file has changed while it ran.
 */
export function markInputs(
  seen: SeenInputs,
  beginning: Beginning,
  environment: Readonly<Record<string, string | undefined>>,
): Inputs | undefined {
  if (seen.blind !== undefined || seen.files.length > FILE_LIMIT) return undefined;
  const marks: Mark[] = [];
  for (const [file, looks] of seen.files) {
    const stats = statOf(file);
    const changedMs =
      stats === undefined ? 0 : Math.max(stats.mtimeMs, isOfPackage(file) ? 0 : stats.ctimeMs);
    const isRead = looks.includes('content') || looks.includes('names');
    if (
      isRead &&
      stats?.isFile() !== undefined &&
      !isDevice(stats) &&
      changedMs >= beginning.epochMs - TICK_MS
    )
      return undefined;
    // Where its text counts, its age does not: a checkout of another branch and back changes nothing.
    const counted = looks.filter((look) => look !== 'state' || !looks.includes('content'));
    for (const look of counted) marks.push(markOf(file, look, stats));
  }
  for (const manifest of manifestsOf(seen.files)) marks.push(markOf(manifest, 'content', statOf(manifest)));
  return {
    marks: [...beginning.packages, ...marks],
    missing: seen.missing,
    environment: hashEnvironment(environment),
    machine: machineNow(),
  };
}

/** What has changed, in a word or a path; undefined = nothing. */
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

function isSame({ file, look, value, state }: Mark): boolean {
  if (look === 'names' && file.endsWith(`${sep}node_modules`)) return packageNames(file) === value;
  const stats = statOf(file);
  if (state !== undefined && stats !== undefined && exactState(stats) === state) return true;
  return markOf(file, look, stats).value === value;
}

function markOf(file: string, look: Look, stats: Stats | undefined): Mark {
  if (stats === undefined) return { file, look, value: 'absent' };
  if (look === 'there' || (look === 'names') !== stats.isDirectory() || isDevice(stats))
    return { file, look, value: kindOf(stats) };
  if (look === 'names') return { file, look, value: hash(readdirSync(file).toSorted()) };
  if (look === 'state') return { file, look, value: `file ${stats.size} ${stats.mtimeMs}` };
  // Thousands of files, which only an installation changes.
  if (isOfPackage(file) && !isManifest(file)) return { file, look, value: packageState(stats) };
  return { file, look, value: hash([readFileSync(file)]), state: exactState(stats) };
}

function isOfPackage(file: string): boolean {
  return file.includes(`${sep}node_modules${sep}`);
}

function isManifest(file: string): boolean {
  return file.endsWith(`${sep}package.json`);
}

function statOf(file: string): Stats | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false });
  } catch {
    // Not a folder on the way to it, or not readable: as if it were not there.
    return undefined;
  }
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'folder';
  return stats.isFile() ? 'file' : 'device';
}

function isDevice(stats: Stats): boolean {
  return !stats.isFile() && !stats.isDirectory();
}

function exactState({ size, mtimeMs, ctimeMs, ino }: Stats): string {
  return `${size} ${mtimeMs} ${ctimeMs} ${ino}`;
}

/** Another project that shares the file by a link changes its ctime; another version changes the manifest beside it. */
function packageState({ size, mtimeMs, ino }: Stats): string {
  return `${size} ${mtimeMs} ${ino}`;
}

/** Without what tools keep there for themselves. */
function packageNames(folder: string): string {
  try {
    return hash(
      readdirSync(folder)
        .filter((name) => !name.startsWith('.'))
        .toSorted(),
    );
  } catch {
    return 'absent';
  }
}

/** Node reads them to find a module, and whether it is an ES module, without anybody being told. */
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

function hashEnvironment(environment: Readonly<Record<string, string | undefined>>): string {
  const names = Object.keys(environment).filter((name) => !OF_THE_SHELL.test(name) && !DRAWN.has(name));
  return hash(names.toSorted().map((name) => `${name}=${environment[name] ?? ''}`));
}

function machineNow(): string {
  return [process.version, process.platform, process.arch, hostname()].join(' ');
}

/** Of parts that stay apart, whatever they contain. */
export function hash(parts: readonly (string | Buffer)[]): string {
  const digest = createHash('sha256');
  for (const part of parts) digest.update(`${part.length}:`).update(part);
  return digest.digest('base64url');
}
