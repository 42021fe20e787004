/**
 * Runs `cdk synth` for a CDK app without a current cloud assembly. `cdk deploy` also synthesizes the app each time, so
 * an old assembly would differ from what is deployed. The run writes into a folder of the gateway, because aws-cdk locks
 * the output folder, and because the developer's cdk.out has the account of his credentials.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { devNull, tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { membersOf } from '@gatewright/aws/json-object';
import { statOf } from '@gatewright/aws/file-marks';
import { entriesOf, readIfReadable } from '@gatewright/aws/readable-files';
import { isWrittenByGatewright } from '@gatewright/aws/written-files';
import { DefinitionError } from '../../core/errors.ts';
import { isAccountId, isRegion } from '../../core/stack/home.ts';
import type { Home } from '../../core/stack/home.ts';
import type { LoadOptions } from '../load-options.ts';
import type { Finding, RawStack } from '../raw-stack.ts';
import { sealedEnvironment } from '../serverless/serverless-process.ts';
import { loadCdkOutput } from './cdk-out.ts';
import { adviseCdk, findCdkCommand, runSynth } from './cdk-synth.ts';
import type { Failure } from './cdk-synth.ts';

/** Folders that do not belong to the app, or to which tools write. `cdk watch` also ignores tests and documents. */
const NOT_OWN =
  /^(?:node_modules|gatewright|coverage|venv|target|obj|cdk\.out|__pycache__|tests?|__tests__|\..*)$/;
/**
 * Matches sources, settings and text that functions use. Logs and databases are left out, because programs write them
 * while they run.
 */
const SOURCE =
  /^[^.]+$|\.(?:[cm]?[jt]sx?|py|java|kts?|scala|cs|fs|vb|csproj|fsproj|go|mod|rs|rb|php|sh|json|ya?ml|toml|xml|txt|properties|gradle|graphql|gql|vtl|sql|proto|html|css)$/;
const NO_SOURCE = /\.(?:test|spec)\.[cm]?[jt]sx?$|^gatewright\..*ya?ml$|^\./;
/** The files that package managers write when they install packages, without which many runs fail. */
const INSTALLED = ['.package-lock.json', '.yarn-integrity', '.modules.yaml'];
const FILES_LOOKED_AT = 5000;
/** Larger files are compared by their size. */
const HASHED_BYTES = 1_000_000;
/** A clone writes sources and a committed assembly at about the same time. */
const CLONE_MS = 1000;
/** How long a failure is remembered if no file changes. It may have had a cause outside the app's files. */
const FAILURE_MS = 30_000;
const RULE = 'not-synthesized';
/** Turns off telemetry, the check for updates and warnings about the version of Node. */
const QUIET = {
  CDK_DISABLE_VERSION_CHECK: '1',
  CDK_DISABLE_CLI_TELEMETRY: 'true',
  JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION: '1',
};
/** The run gets no credentials, so that it cannot call AWS. */
const WITHOUT_CREDENTIALS = {
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_SHARED_CREDENTIALS_FILE: devNull,
  AWS_CONFIG_FILE: devNull,
};

type App = {
  readonly folder: string;
  /** The manifest of the cloud assembly that the developer writes. The file may be missing. */
  readonly manifest: string;
};

/** A cloud assembly of the gateway, for an account and a region. */
type Own = { readonly home: Home; readonly manifest: string };

type Synthesis = {
  readonly startedMs: number;
  readonly endedMs: number;
  /** The names of the app's files, to notice a file that is deleted or renamed. */
  readonly names: string;
  readonly failure: Failure | undefined;
};

type AppFile = { readonly file: string; readonly mtimeMs: number };

/** The last run by the manifest that it writes. */
const runs = new Map<string, Synthesis>();
/** The files that runs have written themselves, such as compiled code. */
const generated = new Set<string>();
/** The folder for the assemblies of a process that has no cache. */
let ownFolder: string | undefined;

/** Returns the app in a folder; undefined if the folder has no cdk.json. */
export function findCdkApp(folder: string): App | undefined {
  const settings = join(folder, 'cdk.json');
  if (!existsSync(settings)) return undefined;
  let output: unknown;
  try {
    ({ output } = membersOf(JSON.parse(readIfReadable(settings) ?? '')));
  } catch {
    // The command of the CDK reports a cdk.json that is not JSON.
  }
  return {
    folder,
    manifest: resolve(folder, typeof output === 'string' ? output : 'cdk.out', 'manifest.json'),
  };
}

/**
 * Loads the stacks of an app. If its cloud assembly is missing or older than a file of the app, `cdk synth` runs before.
 * @throws DefinitionError if there is no assembly and none can be made, and as for {@link loadCdkOutput}
 */
export async function loadCdkApp(
  app: App,
  options: LoadOptions,
  signal: AbortSignal,
): Promise<readonly RawStack[]> {
  const { manifest, files, fault } = await findAssembly(app, options, signal);
  const includes = files.map(({ file }) => file);
  if (fault !== undefined && manifest === undefined)
    throw new DefinitionError(fault.place, fault.message, includes, RULE);
  const stacks = await loadCdkOutput(manifest ?? app.manifest, options);
  return stacks.map((stack, index) => ({
    ...stack,
    includes: [...(stack.includes ?? []), ...includes],
    findings: index === 0 && fault !== undefined ? [toFinding(fault), ...stack.findings] : stack.findings,
  }));
}

const OF_LAST = 'the gateway serves the stacks of the last cdk synth, and cdk deploy may deploy other stacks';

function toFinding({ message, place, consequence = OF_LAST }: Failure): Finding {
  return {
    logicalId: '',
    type: '',
    message,
    rule: RULE,
    consequence,
    place,
  };
}

type Assembly = {
  /** The newest assembly; undefined if there is none. */
  readonly manifest: string | undefined;
  readonly files: readonly AppFile[];
  /** Why the assembly is missing or old; undefined if it is current. */
  readonly fault: Failure | undefined;
};

async function findAssembly(app: App, options: LoadOptions, signal: AbortSignal): Promise<Assembly> {
  let files = listFiles(app, options);
  const home = homeFor(app, options);
  const own = { home, manifest: ownManifest(app, home, options) };
  // A file that is saved during a run may have been read before it was saved, so a second run follows.
  for (const isRepeated of [false, true]) {
    const why = isRepeated ? describeSaved(app, own, files) : describeLack(app, own, files, options);
    const run = runs.get(own.manifest);
    if (why === undefined) {
      if (run?.failure !== undefined) return { manifest: newestOf(app, own), files, fault: run.failure };
      return {
        manifest: isCurrent(app, files, options) ? app.manifest : own.manifest,
        files,
        fault: undefined,
      };
    }
    const command = findCdkCommand(app.folder);
    if (command === undefined) return { manifest: newestOf(app, own), files, fault: lackOfCommand(app, why) };
    options.onProgress?.(`${basename(app.folder)}: running cdk synth, because ${why}`);
    const failure = await synthesize({ app, own, files, command, options, signal });
    files = listFiles(app, options);
    if (failure?.consequence !== undefined) return { manifest: own.manifest, files, fault: failure };
    if (failure !== undefined) return { manifest: newestOf(app, own), files, fault: failure };
  }
  return { manifest: own.manifest, files, fault: undefined };
}

function lackOfCommand(app: App, why: string): Failure {
  return {
    message: `cdk synth cannot run, because aws-cdk is not installed, and ${why}: ${adviseCdk(app.folder)}`,
    place: { file: join(app.folder, 'cdk.json') },
  };
}

function newestOf(app: App, own: Own): string | undefined {
  const made = [app.manifest, own.manifest].flatMap((file) => {
    const mtimeMs = statOf(file)?.mtimeMs;
    return mtimeMs === undefined ? [] : [{ file, mtimeMs }];
  });
  return made.toSorted((one, other) => other.mtimeMs - one.mtimeMs)[0]?.file;
}

/** Whether the assembly that the developer wrote is newer than each file, and not for another account or region. */
function isCurrent({ manifest }: App, files: readonly AppFile[], { chosen }: LoadOptions): boolean {
  const written = statOf(manifest)?.mtimeMs;
  if (written === undefined || files.some(({ mtimeMs }) => mtimeMs > written + CLONE_MS)) return false;
  const [only, ...others] = environmentsIn(manifest);
  if (only === undefined || others.length > 0 || chosen === undefined) return true;
  return (
    (chosen.accountId ?? only.accountId) === only.accountId && (chosen.region ?? only.region) === only.region
  );
}

/** Returns why no assembly is current; undefined if one is, or if the last run failed for these files. */
function describeLack(
  app: App,
  own: Own,
  files: readonly AppFile[],
  options: LoadOptions,
): string | undefined {
  if (isCurrent(app, files, options)) {
    runs.delete(own.manifest);
    return undefined;
  }
  const run = runs.get(own.manifest);
  if (run?.failure !== undefined && Date.now() - run.endedMs > FAILURE_MS) return 'the last run failed';
  const saved = describeSaved(app, own, files);
  if (saved !== undefined || run !== undefined) return saved;
  const written = statOf(own.manifest)?.mtimeMs;
  const newest = files.toSorted((one, other) => other.mtimeMs - one.mtimeMs)[0];
  if (written !== undefined && (newest?.mtimeMs ?? 0) <= written)
    return existsSync(unbundledMark(own)) ? 'Docker had not bundled the assets' : undefined;
  const output = relative(app.folder, dirname(app.manifest));
  if (!existsSync(app.manifest)) return `the app has no ${output}`;
  const changed = files.find(({ mtimeMs }) => mtimeMs > (statOf(app.manifest)?.mtimeMs ?? 0) + CLONE_MS);
  return changed === undefined
    ? `${output} is for another account or region`
    : `${relative(app.folder, newest?.file ?? '')} was changed after ${output} was written`;
}

/** Names a file that was saved, added or removed since the last run began; undefined if there is none. */
function describeSaved(app: App, own: Own, files: readonly AppFile[]): string | undefined {
  const run = runs.get(own.manifest);
  if (run === undefined) return undefined;
  const saved = files.find(
    ({ file, mtimeMs }) => mtimeMs > (generated.has(file) ? run.endedMs : run.startedMs),
  );
  if (saved !== undefined) return `${relative(app.folder, saved.file)} was changed`;
  return namesOf(files) === run.names ? undefined : 'a file was added or removed';
}

function namesOf(files: readonly AppFile[]): string {
  return files
    .map(({ file }) => file)
    .filter((file) => !generated.has(file))
    .toSorted()
    .join('\n');
}

type Run = {
  readonly app: App;
  readonly own: Own;
  readonly files: readonly AppFile[];
  readonly command: readonly string[];
  readonly options: LoadOptions;
  readonly signal: AbortSignal;
};

async function synthesize({ app, own, files, command, options, signal }: Run): Promise<Failure | undefined> {
  const before = new Map(files.map(({ file }) => [file, hashOf(file)]));
  const isRepeated = runs.get(own.manifest) !== undefined;
  const startedMs = Date.now();
  const output = dirname(own.manifest);
  const runCommand = (name: readonly string[]): Promise<Failure | undefined> =>
    runSynth(app.folder, [...command, ...name, '--no-notices', '--output', output], {
      environment: environmentOf(own, options),
      signals: [signal, ...(options.signal === undefined ? [] : [options.signal])],
    });
  rmSync(unbundledMark(own), { force: true });
  let failure = await runCommand(['synth', '--quiet']);
  if (failure?.isOfDocker === true) {
    options.onProgress?.(
      `${basename(app.folder)}: running cdk list, which bundles no assets, because Docker failed`,
    );
    if ((await runCommand(['list'])) === undefined) {
      writeFileSync(unbundledMark(own), '');
      failure = { ...failure, consequence: UNBUNDLED };
    }
  }
  const after = listFiles(app, options);
  for (const { file, mtimeMs } of after)
    // The second time that a file changes during a run, the runs are taken to write it.
    if (mtimeMs > startedMs && (isRepeated || !before.has(file) || before.get(file) === hashOf(file)))
      generated.add(file);
  runs.set(own.manifest, { startedMs, endedMs: Date.now(), names: namesOf(after), failure });
  return failure;
}

const UNBUNDLED =
  'functions run from the sources of their assets, and functions whose handler only the bundling writes do not run';

/** The file that says that the assets of an assembly of the gateway are not bundled. */
function unbundledMark({ manifest }: Own): string {
  return join(dirname(manifest), 'gatewright-unbundled');
}

function hashOf(file: string): string {
  const size = statOf(file)?.size ?? 0;
  if (size > HASHED_BYTES) return String(size);
  try {
    return createHash('sha256').update(readFileSync(file)).digest('base64');
  } catch {
    // The file was removed meanwhile.
    return '';
  }
}

/** Lists the files of the app. Files outside the app's folder are not known. */
function listFiles({ folder, manifest }: App, { onProgress }: LoadOptions): readonly AppFile[] {
  const found: AppFile[] = [];
  const add = (file: string): void => {
    const mtimeMs = statOf(file)?.mtimeMs;
    if (mtimeMs !== undefined) found.push({ file, mtimeMs });
  };
  for (const name of INSTALLED) add(join(folder, 'node_modules', name));
  const folders = [folder];
  for (const each of folders) {
    for (const entry of entriesOf(each)) {
      const path = join(each, entry.name);
      if (!entry.isDirectory()) {
        if (isSource(entry.name)) add(path);
      } else if (path !== dirname(manifest) && !NOT_OWN.test(entry.name)) folders.push(path);
    }
    if (found.length <= FILES_LOOKED_AT && folders.length <= FILES_LOOKED_AT) continue;
    onProgress?.(
      `${basename(folder)}: the app has more than ${FILES_LOOKED_AT} files; changes to the other files do not start cdk synth`,
    );
    break;
  }
  return found;
}

function isSource(name: string): boolean {
  return SOURCE.test(name) && !NO_SOURCE.test(name) && !isWrittenByGatewright(name);
}

/**
 * Returns the account and region for which the gateway synthesizes the app. Those of the developer's own runs are used
 * if they are the same for each stack.
 */
function homeFor(app: App, { chosen, accountId, region }: LoadOptions): Home {
  const known = [environmentsIn(app.manifest), lookedUp(app.folder)];
  const [account] = known.flatMap((homes) => onlyOne(homes.map((home) => home.accountId)));
  const [place] = known.flatMap((homes) => onlyOne(homes.map((home) => home.region)));
  return {
    accountId: chosen?.accountId ?? account ?? accountId,
    region: chosen?.region ?? place ?? region,
  };
}

function onlyOne(values: readonly string[]): readonly string[] {
  const different = [...new Set(values)];
  return different.length === 1 ? different : [];
}

/** Returns the accounts and regions of the stacks of a cloud assembly, as far as they are known. */
function environmentsIn(manifest: string): readonly Home[] {
  return homesIn(manifest, /"aws:\/\/([^/"]+)\/([^"]+)"/g);
}

/** Returns the accounts and regions for which the developer's runs have stored what they looked up at AWS. */
function lookedUp(folder: string): readonly Home[] {
  return homesIn(join(folder, 'cdk.context.json'), /account=(\d{12})[^"]*?:region=([a-z0-9-]+)/g);
}

function homesIn(file: string, pattern: RegExp): readonly Home[] {
  const homes = [...(readIfReadable(file) ?? '').matchAll(pattern)]
    .map(([, accountId = '', region = '']) => ({ accountId, region }))
    .filter(({ accountId, region }) => isAccountId(accountId) && isRegion(region));
  const different = new Map(homes.map((home) => [`${home.accountId} ${home.region}`, home]));
  return [...different.values()];
}

function ownManifest({ folder }: App, { accountId, region }: Home, { cacheFolder }: LoadOptions): string {
  const name = createHash('sha256').update(`${folder} ${accountId} ${region}`).digest('hex').slice(0, 16);
  const parent =
    cacheFolder === undefined
      ? (ownFolder ??= mkdtempSync(join(tmpdir(), 'gatewright-cdk-')))
      : join(dirname(cacheFolder), 'cdk');
  return join(parent, name, 'manifest.json');
}

/**
 * Returns the variables for the run. The command of the CDK sets the account and the region of the developer's
 * credentials. Without credentials, it keeps the account that it is given, and takes the region of the SDK.
 */
function environmentOf(
  { home: { accountId, region } }: Own,
  { environment }: LoadOptions,
): NodeJS.ProcessEnv {
  return {
    ...sealedEnvironment({ ...process.env, ...environment }),
    ...QUIET,
    ...WITHOUT_CREDENTIALS,
    AWS_REGION: region,
    CDK_DEFAULT_ACCOUNT: accountId,
    CDK_DEFAULT_REGION: region,
  };
}
