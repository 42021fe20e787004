/**
 * Functions that contain their own program, which is a `bootstrap` file or a Go module that is compiled to a
 * `bootstrap` file.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { statOf } from '@gatewright/aws/file-marks';
import { readIfReadable } from '@gatewright/aws/readable-files';

import { DefinitionError, propertyAt } from '../../core/errors.ts';
import { BuildError } from '../build/build-error.ts';
import type { FunctionDefinition } from '../../core/stack/function.ts';
import type { CodeFinding } from '../code/runnable-code.ts';
import type { Launch, Toolchain } from './launch.ts';
import { findPrograms, isExecutable, listNames, type Machine } from './machine.ts';
import { findInLayers } from '../code/layer-folders.ts';

const BUILD_TIMEOUT_MS = 300_000;
const LIST_TIMEOUT_MS = 10_000;
const SOURCES = /^bootstrap$|\.(?:sh|json|ya?ml)$/;
/** The maximum number of folders in which the Go module is searched for, from the code's folder upward. */
const MAX_FOLDERS = 8;
const GO_SOURCES = /\.(?:go|mod|sum|json|ya?ml)$/;

/**
 * Finds the program of a function with its own program.
 * @param built folders into which a build of the project writes the deployed files
 */
export async function findCustom(
  definition: FunctionDefinition,
  taskRoot: string,
  built: readonly string[],
  machine: Machine,
  buildFolder: string,
): Promise<Toolchain> {
  const { runtime, handler, place } = definition;
  const refuse = (message: string): Toolchain => ({
    kind: 'missing',
    error: new DefinitionError(propertyAt(place, 'Code'), message),
  });
  const name = runtime === 'go1.x' ? handler : 'bootstrap';
  const module = findGoModule(taskRoot, machine);
  const [go] = module === undefined ? [] : findPrograms(machine, /^go$/);
  if (module !== undefined && go !== undefined) {
    const launch = (): Promise<Launch> => buildGo(go, { root: taskRoot, module }, buildFolder, machine);
    const isComplete = await hasModules(go, taskRoot, machine);
    const findings = [
      ...(isComplete ? [] : [lackOfModules(definition, module)]),
      ...describeOldClient(definition, module),
    ];
    const found = { sources: GO_SOURCES, folder: module, missing: [], findings };
    return { kind: 'found', launch, compiler: 'go build', ...found };
  }
  const program = findProgram(definition, name, [taskRoot, ...built]);
  const fault = program === undefined ? undefined : programFault(program, machine);
  if (program !== undefined && fault === undefined) {
    const launch: Launch = { command: program, args: [], environment: {}, searchPath: [] };
    const sources = module === undefined ? SOURCES : GO_SOURCES;
    return { kind: 'found', launch: () => Promise.resolve(launch), sources, missing: [], findings: [] };
  }
  const where = relative(process.cwd(), taskRoot) || '.';
  if (module !== undefined)
    return refuse(
      `the gateway cannot run ${runtime}: ${where} is a program in Go, but Go is not installed; install Go (https://go.dev/dl)`,
    );
  return refuse(
    fault ??
      `the gateway cannot run ${runtime}: there is no program "${name}" in ${where}${wayToBuild(taskRoot)}`,
  );
}

function wayToBuild(taskRoot: string): string {
  const names = listNames(taskRoot);
  const isGo = names.some((name) => name === 'go.mod' || name.endsWith('.go'));
  if (names.includes('Makefile'))
    return '; the Makefile in this folder builds the program: run make, or sam build if the template is SAM';
  if (names.includes('Cargo.toml')) return '; run cargo lambda build, or sam build if the template is SAM';
  if (!isGo) return '; build it first';
  return names.includes('go.mod')
    ? ', and no package main to compile it from: CodeUri must name the folder of the package main'
    : ', and no go.mod in that folder or above it, which Go needs to compile the program: run go mod init';
}

/**
 * Returns the Go module that contains the code's folder, if the folder is a package main; undefined if there is nothing
 * to compile.
 */
function findGoModule(taskRoot: string, { home }: Machine): string | undefined {
  if (!hasMain(taskRoot)) return undefined;
  const ends = new Set([home, tmpdir(), '/']);
  let folder = taskRoot;
  for (let count = 0; count < MAX_FOLDERS && !ends.has(folder); count += 1) {
    if (existsSync(join(folder, 'go.mod'))) return folder;
    if (existsSync(join(folder, '.git'))) return undefined;
    folder = dirname(folder);
  }
  return undefined;
}

function hasMain(folder: string): boolean {
  return listNames(folder)
    .filter((name) => name.endsWith('.go') && !name.endsWith('_test.go'))
    .some((name) => /^package main\b/m.test(readIfReadable(join(folder, name)) ?? ''));
}

function findProgram(
  definition: FunctionDefinition,
  name: string,
  folders: readonly string[],
): string | undefined {
  const own = folders.map((folder) => join(folder, name)).find((file) => isFile(file));
  return own ?? findInLayers(definition, 'bootstrap');
}

function isFile(file: string): boolean {
  return statOf(file)?.isFile() ?? false;
}

/** The processor architectures by their number in the header of an ELF file (e_machine). */
const MACHINES: Readonly<Record<number, string>> = { 0x3e: 'x64', 0xb7: 'arm64' };

/** Returns the reason why a program does not run on this machine; undefined if no reason is known. */
function programFault(file: string, { platform, architecture }: Machine): string | undefined {
  const head = Buffer.alloc(20);
  const descriptor = openSync(file, 'r');
  readSync(descriptor, head, 0, head.length, 0);
  closeSync(descriptor);
  if (head.toString('latin1', 0, 4) === '\x7fELF') {
    const built = MACHINES[head.readUInt16LE(18)];
    if (platform !== 'linux' || (built !== undefined && built !== architecture))
      return `${file} is built for Linux on ${built ?? 'another processor'}, but this machine runs ${platform} on ${architecture}; build it for this machine`;
  }
  // serverless-offline accepts a Go source file as handler. If the file were executable, a shell would try to run it.
  const [, name] = /([^/\\]+)\.go$/.exec(file) ?? [];
  if (name !== undefined)
    return `${file} is source code, but Lambda starts a built program: build it in its folder (for example, GOOS=linux go build -o bin/${name}), and set the handler to the path of the program`;
  if (isExecutable(file)) return undefined;
  return `${file} is not executable, so neither the gateway nor Lambda can run it: run chmod +x ${file}`;
}

/** Makes files executable. This is needed because the gateway does not set file modes when it unpacks an archive. */
export function makeExecutable(folder: string, names: readonly string[]): void {
  for (const name of names) if (isFile(join(folder, name))) chmodSync(join(folder, name), 0o755);
}

const NOT_DOWNLOADED = /module lookup disabled|GOPROXY=off/;

/**
 * Whether the modules that the function needs are on this machine. A program that does not answer, or that fails for
 * another reason, is left to the build.
 */
function hasModules(go: string, root: string, machine: Machine): Promise<boolean> {
  const args = ['list', '-e', '-deps', '-f', '{{if .Error}}{{.Error}}{{end}}', '.'];
  return new Promise((resolve) => {
    const options = { cwd: root, env: environmentOf(machine), timeout: LIST_TIMEOUT_MS };
    execFile(go, args, options, (_error, stdout, stderr) => resolve(!NOT_DOWNLOADED.test(stdout + stderr)));
  });
}

/** The text is the same for all functions of a module. */
function lackOfModules({ name }: FunctionDefinition, module: string): CodeFinding {
  const error = new DefinitionError({ file: join(module, 'go.mod') }, downloadModules(module));
  return { error, consequence: `every invocation of ${name} fails` };
}

function downloadModules(module: string): string {
  const where = relative(process.cwd(), module) || '.';
  return `modules that go.mod lists are not downloaded: run go mod download in ${where}`;
}

/** The version of aws-lambda-go that first calls the Runtime API. */
const FIRST_MINOR = 18;

/**
 * Describes a function that would never receive an event: before 1.18.0, aws-lambda-go only listens for the calls by
 * which the runtime go1.x started handlers. SAM's template for Go named 1.13.3 for a long time.
 * @see https://aws.amazon.com/blogs/compute/migrating-aws-lambda-functions-from-the-go1-x-runtime-to-the-custom-runtime-on-amazon-linux-2/
 */
function describeOldClient({ name }: FunctionDefinition, module: string): readonly CodeFinding[] {
  const file = join(module, 'go.mod');
  const [, version, minor] =
    /\bgithub\.com\/aws\/aws-lambda-go (v1\.(\d+)\.\d+)/.exec(readIfReadable(file) ?? '') ?? [];
  if (version === undefined || Number(minor) >= FIRST_MINOR) return [];
  const where = relative(process.cwd(), module) || '.';
  const message = `aws-lambda-go ${version} works only with the runtime go1.x, which AWS has removed; run go get github.com/aws/aws-lambda-go@latest in ${where}`;
  const error = new DefinitionError({ file }, message);
  return [{ error, consequence: `every invocation of ${name} times out` }];
}

type GoCode = {
  /** The folder of the package main. */
  readonly root: string;
  /** The folder of go.mod. */
  readonly module: string;
};

/** Compiles the module without access to the network. Its dependencies must therefore have been downloaded already. */
async function buildGo(
  go: string,
  { root, module }: GoCode,
  buildFolder: string,
  machine: Machine,
): Promise<Launch> {
  const key = createHash('sha256').update(root).digest('hex').slice(0, 16);
  const program = join(buildFolder, 'go', `${key}-${Date.now().toString(36)}`, 'bootstrap');
  mkdirSync(dirname(program), { recursive: true });
  await new Promise<void>((resolve, reject) => {
    const options = { cwd: root, env: environmentOf(machine), timeout: BUILD_TIMEOUT_MS };
    execFile(go, ['build', '-o', program, '.'], options, (error, _stdout, stderr) => {
      if (error === null) resolve();
      else reject(describeBuild(stderr === '' ? error.message : stderr.trim(), { root, module }, error));
    });
  });
  return { command: program, args: [], environment: {}, searchPath: [dirname(go)] };
}

function environmentOf({ environment }: Machine): Record<string, string> {
  const { HOME, PATH, GOPATH, GOMODCACHE, GOCACHE, GOROOT, GOFLAGS } = environment;
  const env = {
    HOME,
    PATH,
    GOPATH,
    GOMODCACHE,
    GOCACHE,
    GOROOT,
    GOFLAGS,
    GOPROXY: 'off',
    GOTOOLCHAIN: 'local',
    CGO_ENABLED: '0',
  };
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/**
 * Describes the compiler's first error, for example `./main.go:7:2: undefined: foo`. Go prints "downloading" even for
 * modules that it must not download.
 */
function describeBuild(text: string, { root, module }: GoCode, cause: unknown): BuildError {
  const lines = text.split('\n').filter((line) => !line.startsWith('go: downloading '));
  const remedy = NOT_DOWNLOADED.test(text) ? downloadModules(module) : undefined;
  const whole = remedy ?? lines.join('\n');
  const place = /^\.?\/?([^\s:]+\.go):(\d+):(?:\d+:)? (.+)$/m.exec(text);
  if (place === null) return new BuildError(whole, cause);
  const [, file = '', line, message = ''] = place;
  return new BuildError(whole, cause, {
    file: join(root, file),
    line: Number(line),
    text: remedy ?? message,
  });
}
