/** Functions that bring a program along: a `bootstrap` of their own, or a module of Go that is compiled to one. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

import { DefinitionError } from '../../errors.ts';
import { BuildError } from '../bundle.ts';
import type { FunctionDefinition } from '../model.ts';
import type { Launch, Toolchain } from './launch.ts';
import { findPrograms, isExecutable, type Machine } from './machine.ts';
import { findInLayers } from './process-environment.ts';

const BUILD_TIMEOUT_MS = 300_000;
const SOURCES = /^bootstrap$|\.(?:sh|json|ya?ml)$/;
const GO_SOURCES = /\.(?:go|mod|sum|json|ya?ml)$/;

/** @param built folders where a build of the project puts what is deployed */
export function findCustom(
  definition: FunctionDefinition,
  taskRoot: string,
  built: readonly string[],
  machine: Machine,
  buildFolder: string,
): Toolchain {
  const { runtime, handler, place } = definition;
  // go1.x runs the program that the handler names.
  const name = runtime === 'go1.x' ? handler : 'bootstrap';
  const isModule = existsSync(join(taskRoot, 'go.mod'));
  const program = isModule ? undefined : findProgram(definition, name, [taskRoot, ...built]);
  if (program !== undefined) {
    const fault = programFault(program, machine);
    if (fault !== undefined)
      return { kind: 'missing', error: new DefinitionError({ ...place, property: 'Code' }, fault) };
    const launch: Launch = { command: program, args: [], environment: {}, searchPath: [] };
    const code = { sources: SOURCES, missing: [], findings: [] };
    return { kind: 'found', launch: () => Promise.resolve(launch), ...code };
  }
  if (isModule) {
    const [go] = findPrograms(machine, /^go$/);
    const code = { sources: GO_SOURCES, missing: [], findings: [] };
    if (go !== undefined)
      return { kind: 'found', launch: () => buildGo(go, taskRoot, buildFolder, machine), ...code };
    const instead = findProgram(definition, name, [taskRoot, ...built]);
    if (instead !== undefined && programFault(instead, machine) === undefined) {
      const launch: Launch = { command: instead, args: [], environment: {}, searchPath: [] };
      return { kind: 'found', launch: () => Promise.resolve(launch), ...code };
    }
  }
  const where = relative(process.cwd(), taskRoot) || '.';
  const message = isModule
    ? `${runtime} cannot run here: ${where} is a module of Go, and no Go is installed (https://go.dev/dl)`
    : `${runtime} cannot run here: there is no program "${name}" in ${where}; build it first`;
  return { kind: 'missing', error: new DefinitionError({ ...place, property: 'Code' }, message) };
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
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** Machines as ELF names them (e_machine). */
const MACHINES: Readonly<Record<number, string>> = { 0x3e: 'x64', 0xb7: 'arm64' };

/** Why a program does not run on this machine; undefined = nothing is known against it. */
function programFault(file: string, { platform, architecture }: Machine): string | undefined {
  const head = Buffer.alloc(20);
  const descriptor = openSync(file, 'r');
  readSync(descriptor, head, 0, head.length, 0);
  closeSync(descriptor);
  if (head.toString('latin1', 0, 4) === '\x7fELF') {
    const built = MACHINES[head.readUInt16LE(18)];
    if (platform !== 'linux' || (built !== undefined && built !== architecture))
      return `${file} is built for Linux on ${built ?? 'another machine'}, and this is ${platform} on ${architecture}; build it for this one`;
  }
  if (isExecutable(file)) return undefined;
  return `${file} may not be executed, here as at Lambda: chmod +x ${file}`;
}

/** What comes out of an archive has no mode of its own here. */
export function makeExecutable(folder: string, names: readonly string[]): void {
  for (const name of names) if (isFile(join(folder, name))) chmodSync(join(folder, name), 0o755);
}

/** Compiles the module, without the network: what it needs must have been downloaded. */
async function buildGo(go: string, root: string, buildFolder: string, machine: Machine): Promise<Launch> {
  const key = createHash('sha256').update(root).digest('hex').slice(0, 16);
  const program = join(buildFolder, 'go', `${key}-${Date.now().toString(36)}`, 'bootstrap');
  mkdirSync(dirname(program), { recursive: true });
  const { HOME, PATH, GOPATH, GOMODCACHE, GOCACHE, GOROOT, GOFLAGS } = machine.environment;
  const env = {
    ...{ HOME, PATH, GOPATH, GOMODCACHE, GOCACHE, GOROOT, GOFLAGS },
    ...{ GOPROXY: 'off', GOTOOLCHAIN: 'local', CGO_ENABLED: '0' },
  };
  const known = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
  await new Promise<void>((resolve, reject) => {
    const options = { cwd: root, env: known, timeout: BUILD_TIMEOUT_MS };
    execFile(go, ['build', '-o', program, '.'], options, (error, _stdout, stderr) => {
      if (error === null) resolve();
      else reject(describeBuild(stderr === '' ? error.message : stderr.trim(), root, error));
    });
  });
  return { command: program, args: [], environment: {}, searchPath: [dirname(go)] };
}

/** `./main.go:7:2: undefined: foo` */
function describeBuild(text: string, root: string, cause: unknown): BuildError {
  const hint = /module lookup disabled|GOPROXY=off/.test(text) ? `${text}\n(go mod download gets it)` : text;
  const place = /^\.?\/?([^\s:]+\.go):(\d+):(?:\d+:)? (.+)$/m.exec(text);
  if (place === null) return new BuildError(hint, cause);
  const [, file = '', line, message = ''] = place;
  return new BuildError(hint, cause, { file: join(root, file), line: Number(line), text: message });
}
