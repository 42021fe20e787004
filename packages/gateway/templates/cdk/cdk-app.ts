/**
 * Runs `cdk synth` for a CDK app without a current cloud assembly. `cdk deploy` also synthesizes the app each time, so
 * an old assembly would differ from what is deployed.
 */
import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { devNull } from 'node:os';
import { basename, delimiter, dirname, join, relative, resolve } from 'node:path';
import { membersOf } from '@gatewright/aws/json-object';
import { statOf } from '@gatewright/aws/file-marks';
import { entriesOf, readIfReadable } from '@gatewright/aws/readable-files';
import { DefinitionError } from '../../core/errors.ts';
import type { DefinitionPlace } from '../../core/errors.ts';
import { isAccountId, isRegion } from '../../core/stack/home.ts';
import type { Home } from '../../core/stack/home.ts';
import type { LoadOptions } from '../load-options.ts';
import type { Finding, RawStack } from '../raw-stack.ts';
import { STACK_FRAME, sealedEnvironment } from '../serverless/serverless-process.ts';
import { loadCdkOutput } from './cdk-out.ts';

/** Folders that do not belong to the app, or to which tools write. `cdk watch` also ignores tests and documents. */
const NOT_OWN = /^(?:node_modules|gatewright|coverage|venv|target|obj|__pycache__|tests?|__tests__|\..*)$/;
/**
 * Matches sources, settings and text that functions use. Logs and databases are left out, because programs write them
 * while they run.
 */
const SOURCE =
  /^[^.]+$|\.(?:[cm]?[jt]sx?|py|java|kts?|scala|cs|fs|vb|csproj|fsproj|go|mod|rs|rb|php|sh|json|ya?ml|toml|xml|txt|properties|gradle|graphql|gql|vtl|sql|proto|html|css)$/;
const NO_SOURCE = /\.(?:test|spec)\.[cm]?[jt]sx?$|^gatewright\..*ya?ml$|^\./;
const FILES_LOOKED_AT = 5000;
/** A clone writes sources and a committed assembly at about the same time. */
const CLONE_MS = 1000;
const TIME_LIMIT_MS = 300_000;
const ERROR_TEXT_LIMIT = 16_384;
const SHOWN_LINES = 4;
const SHOWN_CHARACTERS = 500;
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
  /** The manifest of the app's cloud assembly. The file may be missing. */
  readonly manifest: string;
};

type Failure = { readonly message: string; readonly place: DefinitionPlace };

type Synthesis = {
  readonly startedMs: number;
  readonly endedMs: number;
  readonly failure: Failure | undefined;
};

/** The last runs, by folder. If a run failed, it is not repeated before a file of the app is changed. */
const runs = new Map<string, Synthesis>();
/** The files that each run writes itself, such as compiled code, by folder. */
const generated = new Map<string, ReadonlySet<string>>();

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
  return { folder, manifest: join(folder, typeof output === 'string' ? output : 'cdk.out', 'manifest.json') };
}

/**
 * Returns the program and first arguments that run the command of the CDK: the app's own aws-cdk, otherwise the `cdk`
 * in `PATH`; undefined if there is none.
 */
export function findCdkCommand(
  folder: string,
  searchPath = process.env['PATH'] ?? '',
): readonly string[] | undefined {
  try {
    const manifest = createRequire(join(folder, 'cdk.json')).resolve('aws-cdk/package.json');
    const file = join(dirname(manifest), 'bin', 'cdk');
    if (existsSync(file)) return [process.execPath, file];
  } catch {
    // The app has no aws-cdk of its own, so the search continues in PATH.
  }
  const found = searchPath
    .split(delimiter)
    .filter((place) => place !== '')
    .map((place) => join(place, 'cdk'))
    .find(isProgram);
  return found === undefined ? undefined : [found];
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statOf(file)?.isFile() === true;
  } catch {
    return false;
  }
}

/**
 * Loads the stacks of an app. If its cloud assembly is missing or older than a file of the app, `cdk synth` runs first.
 * @throws DefinitionError if there is no assembly and none can be made, and as for {@link loadCdkOutput}
 */
export async function loadCdkApp(
  app: App,
  options: LoadOptions,
  signal: AbortSignal,
): Promise<readonly RawStack[]> {
  const fault = await synthesizeIfNeeded(app, options, signal);
  if (fault !== undefined && !existsSync(app.manifest))
    throw new DefinitionError(fault.place, fault.message, [], RULE);
  const includes = listFiles(app).map(({ file }) => file);
  const stacks = await loadCdkOutput(app.manifest, options);
  return stacks.map((stack, index) => ({
    ...stack,
    includes: [...(stack.includes ?? []), ...includes],
    findings: index === 0 && fault !== undefined ? [toFinding(fault), ...stack.findings] : stack.findings,
  }));
}

function toFinding({ message, place }: Failure): Finding {
  return {
    logicalId: '',
    type: '',
    message,
    rule: RULE,
    consequence: 'the stacks of the last cdk synth are served, and cdk deploy may deploy others',
    place,
  };
}

/** Returns why the cloud assembly is missing or old; undefined if it is current. */
async function synthesizeIfNeeded(
  app: App,
  options: LoadOptions,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  const settings = { file: join(app.folder, 'cdk.json') };
  // A file that is saved during a run may have been read before it was saved, so a second run follows. A file that is
  // also newer than the second run is written by the runs themselves.
  for (const isRepeated of [false, true]) {
    const changed = changedFile(app, options);
    if (changed === undefined) return lastRun(app)?.failure;
    const why = isRepeated
      ? `${relative(app.folder, changed)} was changed while it ran`
      : describeChange(app, changed);
    const command = findCdkCommand(app.folder);
    if (command === undefined)
      return {
        message: `${why}, and the command of the CDK is not installed: run npm install --save-dev aws-cdk, or run npx cdk synth`,
        place: settings,
      };
    options.onProgress?.(
      `${basename(app.folder)}: cdk synth runs ${isRepeated ? 'again' : 'first'}, because ${why}`,
    );
    const startedMs = Date.now();
    const failure = await runSynth(app, command, environmentOf(app, options), signal);
    runs.set(app.folder, { startedMs, endedMs: Date.now(), failure });
    if (failure !== undefined) return failure;
    if (isRepeated) noteGenerated(app, startedMs);
  }
  return undefined;
}

function noteGenerated(app: App, startedMs: number): void {
  const written = listFiles(app).flatMap(({ file, mtimeMs }) => (mtimeMs > startedMs ? [file] : []));
  generated.set(app.folder, new Set([...(generated.get(app.folder) ?? []), ...written]));
}

function describeChange({ folder, manifest }: App, changed: string): string {
  const output = relative(folder, dirname(manifest));
  if (changed === '') return `the app has no ${output}`;
  return `${relative(folder, changed)} was changed after ${output} was written`;
}

/** Returns the last run; undefined if there was none, or if another program has written the assembly after it. */
function lastRun({ folder, manifest }: App): Synthesis | undefined {
  const run = runs.get(folder);
  return run === undefined || (statOf(manifest)?.mtimeMs ?? 0) > run.endedMs ? undefined : run;
}

/** Returns a file that is newer than the cloud assembly; empty if the assembly must be made; undefined otherwise. */
function changedFile(app: App, { chosen }: LoadOptions): string | undefined {
  const run = lastRun(app);
  const written = statOf(app.manifest)?.mtimeMs;
  if (written === undefined && run?.failure === undefined) return '';
  const sinceMs = run?.startedMs ?? (written ?? 0) + CLONE_MS;
  const newest = listFiles(app).toSorted((one, other) => other.mtimeMs - one.mtimeMs)[0];
  if (newest !== undefined && newest.mtimeMs > sinceMs) return newest.file;
  const { accountId, region } = environmentIn(app.manifest);
  const isOther = (own: string | undefined, wanted: string | undefined): boolean =>
    own !== undefined && wanted !== undefined && own !== wanted;
  const isElsewhere = isOther(accountId, chosen?.accountId) || isOther(region, chosen?.region);
  return run === undefined && isElsewhere ? join(app.folder, 'cdk.json') : undefined;
}

/** Lists the files of the app, without the files that its runs write. Files outside the app's folder are not known. */
function listFiles({
  folder,
  manifest,
}: App): readonly { readonly file: string; readonly mtimeMs: number }[] {
  const found: { readonly file: string; readonly mtimeMs: number }[] = [];
  const folders = [folder];
  const written = generated.get(folder);
  for (const each of folders) {
    for (const entry of entriesOf(each)) {
      const path = join(each, entry.name);
      if (entry.isDirectory()) {
        if (path !== dirname(manifest) && !NOT_OWN.test(entry.name)) folders.push(path);
      } else if (entry.isFile() && isSource(entry.name) && written?.has(path) !== true) {
        const mtimeMs = statOf(path)?.mtimeMs;
        if (mtimeMs !== undefined) found.push({ file: path, mtimeMs });
      }
    }
    if (found.length > FILES_LOOKED_AT) break;
  }
  return found;
}

function isSource(name: string): boolean {
  return SOURCE.test(name) && !NO_SOURCE.test(name);
}

/**
 * Returns the variables for the run. The command of the CDK sets the account and the region of the developer's
 * credentials. Without credentials, it keeps the account that it is given, and takes the region of the SDK.
 */
function environmentOf(app: App, options: LoadOptions): NodeJS.ProcessEnv {
  const known = { ...lookedUp(app.folder), ...environmentIn(app.manifest), ...options.chosen };
  const { accountId = options.accountId, region = options.region } = known;
  return {
    ...sealedEnvironment(process.env),
    ...options.environment,
    ...QUIET,
    ...WITHOUT_CREDENTIALS,
    AWS_REGION: region,
    CDK_DEFAULT_ACCOUNT: accountId,
    CDK_DEFAULT_REGION: region,
  };
}

/** Returns the account and region of the first stack of a cloud assembly, as far as they are known. */
function environmentIn(manifest: string): Partial<Home> {
  const found = /"aws:\/\/([^/"]+)\/([^"]+)"/.exec(readIfReadable(manifest) ?? '');
  return homeOf(found?.[1], found?.[2]);
}

/** Returns the account and region for which earlier runs have stored what they looked up at AWS. */
function lookedUp(folder: string): Partial<Home> {
  const text = readIfReadable(join(folder, 'cdk.context.json')) ?? '';
  return homeOf(/account=(\d{12})/.exec(text)?.[1], /region=([a-z0-9-]+)/.exec(text)?.[1]);
}

function homeOf(accountId = '', region = ''): Partial<Home> {
  return { ...(isAccountId(accountId) && { accountId }), ...(isRegion(region) && { region }) };
}

function runSynth(
  { folder }: App,
  [program = '', ...first]: readonly string[],
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  const child = spawn(program, [...first, 'synth', '--quiet', '--no-notices'], {
    cwd: folder,
    env: environment,
    // stdout belongs to the gateway. The command of the CDK prints errors to stderr.
    stdio: ['ignore', 'ignore', 'pipe'],
    signal,
    timeout: TIME_LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  return new Promise((settle) => {
    let text = '';
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      text = (text + part).slice(-ERROR_TEXT_LIMIT);
    });
    child.once('error', (error) =>
      settle({
        message: `cdk synth could not run: ${error.message}`,
        place: { file: join(folder, 'cdk.json') },
      }),
    );
    child.once('close', (code, killedBy) => {
      if (code === 0) settle(undefined);
      else {
        const ended =
          killedBy === null ? `ended with code ${String(code)}` : `was ended by the signal ${killedBy}`;
        const late = child.killed ? `did not end within ${TIME_LIMIT_MS / 1000} s` : ended;
        settle({ message: `cdk synth ${late}${describeOutput(text)}`, place: placeIn(text, folder) });
      }
    });
  });
}

const THROWN = /^\s*(?:\w+ )?[A-Za-z]*(?:Error|Exception)(?: \[\w+\])?: /;
const LOOKUP = /no credentials have been configured|Unable to resolve AWS account/;

/** Returns the error of the app, without its stack trace. */
function describeOutput(text: string): string {
  const lines = text
    .split('\n')
    .filter((line) => /\S/.test(line) && !STACK_FRAME.test(line))
    .filter((line) => !/^\s*at |^Node\.js v|Subprocess exited with error|^\s*\^+\s*$/.test(line));
  if (lines.length === 0) return '';
  const thrown = lines.findIndex((line) => THROWN.test(line));
  const shown = thrown === -1 ? lines.slice(-SHOWN_LINES) : lines.slice(thrown, thrown + SHOWN_LINES);
  const remedy = LOOKUP.test(text)
    ? '; the gateway runs cdk synth without credentials: run npx cdk synth once with yours, so that cdk.context.json has the values'
    : '';
  const error = shown.map((line) => line.trim()).join(' ');
  return `: ${error.length > SHOWN_CHARACTERS ? `${error.slice(0, SHOWN_CHARACTERS)}…` : error}${remedy}`;
}

const PLACES = [
  /(?:file:\/\/)?((?:[A-Za-z]:)?[^\s:()"']+\.[cm]?[jt]sx?)[:(](\d+)/g,
  /File "([^"]+)", line (\d+)/g,
] as const;

/** Returns the first place in the app's own files that an error names. Python names the innermost place last. */
function placeIn(text: string, folder: string): DefinitionPlace {
  const [ofNode, ofPython] = PLACES.map((pattern) =>
    [...text.matchAll(pattern)].map(([, file = '', line]) => ({
      file: resolve(folder, file),
      line: Number(line),
    })),
  );
  const own = [...(ofNode ?? []), ...(ofPython ?? []).toReversed()].find(
    ({ file }) =>
      !relative(folder, file).startsWith('..') && !file.includes('node_modules') && existsSync(file),
  );
  return own ?? { file: join(folder, 'cdk.json') };
}
