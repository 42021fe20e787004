/** Runs the command of the CDK, and reads its errors. */
import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, extname, join, relative, resolve, sep } from 'node:path';
import { findBuildCommand } from '@gatewright/aws/build-script';
import { statOf } from '@gatewright/aws/file-marks';
import { memberOf, parseJsonObject } from '@gatewright/aws/json-object';
import { STACK_FRAME } from '@gatewright/aws/thrown-error';
import type { DefinitionPlace } from '../../core/errors.ts';

const TIME_LIMIT_MS = 300_000;
const ERROR_TEXT_LIMIT = 16_384;
const SHOWN_LINES = 4;
const SHOWN_CHARACTERS = 500;

/** The reason why a run failed, with the place in the app that its error names, otherwise cdk.json. */
export type Failure = {
  readonly message: string;
  readonly place: DefinitionPlace;
  /** Whether Docker, which bundles assets, has failed. */
  readonly isOfDocker?: boolean;
  /** What the gateway serves instead; absent if it serves the last assembly. */
  readonly consequence?: string;
};

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

/** Says how to install the command of the CDK. A project that lists aws-cdk only lacks its node_modules. */
export function adviseCdk(folder: string): string {
  const file = join(folder, 'package.json');
  const manifest = existsSync(file) ? parseJsonObject(readFileSync(file, 'utf8')) : undefined;
  const isListed = ['dependencies', 'devDependencies'].some(
    (name) => memberOf(memberOf(manifest, name), 'aws-cdk') !== undefined,
  );
  return isListed
    ? 'install the packages that package.json lists, for example with npm install'
    : 'run npm install --save-dev aws-cdk, or run npx cdk synth first';
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statOf(file)?.isFile() === true;
  } catch {
    return false;
  }
}

/** @param signals each of them ends the run */
export function runSynth(
  folder: string,
  [program = '', ...given]: readonly string[],
  {
    environment,
    signals,
  }: { readonly environment: NodeJS.ProcessEnv; readonly signals: readonly AbortSignal[] },
): Promise<Failure | undefined> {
  // The command starts the app through a shell, so the whole group of processes is ended if the run takes too long, or
  // if the gateway ends.
  const child = spawn(program, given, {
    cwd: folder,
    env: environment,
    // The output belongs to the gateway. Compilers print their errors to stdout.
    stdio: ['ignore', 'pipe', 'pipe'],
    // Windows has no groups of processes.
    detached: process.platform !== 'win32',
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part: string) => {
      text = (text + part).slice(-ERROR_TEXT_LIMIT);
    });
  return new Promise((settle) => {
    const finish = (failure?: Failure): void => {
      clearTimeout(timer);
      process.removeListener('exit', end);
      for (const signal of signals) signal.removeEventListener('abort', stop);
      settle(failure);
    };
    const fail = (what: string, place: DefinitionPlace = { file: join(folder, 'cdk.json') }): void =>
      finish({ message: `cdk synth ${what}`, place });
    const end = (): void => endGroup(child.pid);
    const stop = (): void => {
      end();
      fail('was ended, because the gateway ends');
    };
    const timer = setTimeout(() => {
      end();
      fail(`did not end within ${TIME_LIMIT_MS / 1000} s`);
    }, TIME_LIMIT_MS);
    process.once('exit', end);
    for (const signal of signals) signal.addEventListener('abort', stop);
    child.once('error', (error) => fail(`could not run: ${error.message}`));
    child.once('close', (code, killedBy) => {
      const ofDocker = DOCKER.exec(text);
      if (code === 0) finish();
      else if (ofDocker !== null) finish(describeDocker(ofDocker[0], placeIn(text, folder)));
      else if (killedBy !== null) fail(`was ended by the signal ${killedBy}`);
      else fail(`ended with code ${String(code)}${describeOutput(text, folder)}`, placeIn(text, folder));
    });
  });
}

/** Matches the errors of aws-cdk-lib (core/lib/private/bundling.ts) for Docker and for the programs that CDK_DOCKER names. */
const DOCKER =
  /\b(?:docker|podman|finch|nerdctl) exited with (?:status|signal) \w+|spawnSync (?:\S*\/)?(?:docker|podman|finch|nerdctl) ENOENT/;

function describeDocker(error: string, place: DefinitionPlace): Failure {
  const message = `cdk synth could not bundle the assets, because ${error}: start Docker, or install it`;
  return { message, place, isOfDocker: true };
}

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // The processes have ended already.
  }
}

const THROWN = /^\s*(?:\w+ )?[A-Za-z]*(?:Error|Exception)(?: \[\w+\])?: /;
const LOOKUP = /no credentials have been configured|Unable to resolve AWS account/;

/**
 * Matches the errors of constructs and of Node about a file or folder that a build creates: Code.fromAsset,
 * NodejsFunction, and the program of cdk.json.
 */
const MISSING =
  /Cannot find (?:asset at|entry file at|module) ['"]?((?:\/|[A-Za-z]:\\)[^'"\n]+?)['"]?(?: \(.*)?\s*$/m;

/** Matches files that a compiler reads and never writes. */
const SOURCE = /(?<!\.d)\.[cm]?tsx?$/;

/**
 * Returns the command that builds the missing file that the error names; empty if no script builds it. `cdk init` makes
 * a folder `lib` for the sources of the app, although this name is also usual for the output of compilers.
 * @param folder the folder of the app
 */
function adviseBuild(text: string, folder: string): string {
  const [, path] = MISSING.exec(text) ?? [];
  if (path === undefined || SOURCE.test(path) || isOfSources(path, resolve(folder, 'lib'))) return '';
  const command = findBuildCommand(extname(path) === '' ? join(path, 'index.js') : path);
  return command === undefined ? '' : `; if the build writes this path, run ${command} first`;
}

/** Whether the path is below the folder `lib` of the app, and this folder has sources. */
function isOfSources(path: string, lib: string): boolean {
  return (
    path.startsWith(join(lib, sep)) && existsSync(lib) && readdirSync(lib).some((name) => SOURCE.test(name))
  );
}

/** Returns the error of the app, without its stack trace. */
function describeOutput(text: string, folder: string): string {
  const lines = text
    .split('\n')
    .filter((line) => /\S/.test(line) && !STACK_FRAME.test(line))
    .filter((line) => !/^\s*at |^Node\.js v|Subprocess exited with error|^\s*\^+\s*$/.test(line));
  if (lines.length === 0) return '';
  const thrown = lines.findIndex((line) => THROWN.test(line));
  const shown = thrown === -1 ? lines.slice(-SHOWN_LINES) : lines.slice(thrown, thrown + SHOWN_LINES);
  const remedy = LOOKUP.test(text)
    ? '; the gateway runs cdk synth without credentials: run npx cdk synth once with your credentials, so that cdk.context.json contains the values'
    : adviseBuild(text, folder);
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
      !relative(folder, file).startsWith('..') &&
      !/[/\\](?:node_modules|site-packages)[/\\]/.test(file) &&
      existsSync(file),
  );
  return own ?? { file: join(folder, 'cdk.json') };
}
