import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { DefinitionError, propertyAt } from '../../core/errors.ts';
import type { Compiler } from '../build/compiling.ts';
import type { EnvironmentFacts } from '../environment.ts';
import { NO_DEADLINES } from '../invocation/deadlines.ts';
import { type FunctionDefinition, runtimeFamily } from '../../core/stack/function.ts';
import { builtFolder } from '../../core/stack/sam-build.ts';
import { makeLogStream } from '../thread/log-stream.ts';
import { explainMissingFolder } from '../code/missing-path.ts';
import { reachOwnApis, type OwnApisPort } from '../own-apis.ts';
import { unpack } from '../code/packed-code.ts';
import type { CheckedCode, CodeFinding, RunnableCode } from '../code/runnable-code.ts';
import type { WatchedSources } from '../code/source-watcher.ts';
import { taskRootOf } from '../code/task-root.ts';
import { makeExecutable } from './custom-toolchain.ts';
import type { Launch, Toolchain } from './launch.ts';
import { layerRoots } from '../code/layer-folders.ts';
import { findExecWrapper } from '../code/exec-wrapper.ts';
import { processEnvironment } from './process-environment.ts';
import type { GroupCommand } from './process-group.ts';
import { ProcessInstance } from './process-instance.ts';
import { isExecutable, listNames } from './machine.ts';
import type { ProcessProgram } from './process-program.ts';

export type ProcessSetup = Pick<ProcessProgram, 'clockOffset' | 'log' | 'deadlines' | 'keeper' | 'memory'> & {
  readonly runDirectory: string;
  readonly hold?: ProcessProgram['hold'];
  readonly ownApis: () => OwnApisPort | undefined;
  readonly readOnly: boolean;
  readonly noteLoaded?: ((functionName: string, files: readonly string[]) => void) | undefined;
  readonly factsOf: (
    definition: FunctionDefinition,
  ) => Pick<EnvironmentFacts, 'controlUrl' | 'accessKey' | 'extra'>;
};

export type FindToolchain = (
  definition: FunctionDefinition,
  taskRoot: string,
  built: readonly string[],
) => Promise<Toolchain>;

export class ProcessCode implements RunnableCode {
  readonly taskRoot: string;
  readonly #definition: FunctionDefinition;
  readonly #setup: ProcessSetup;
  readonly #find: FindToolchain;
  #toolchain: Extract<Toolchain, { kind: 'found' }> | undefined;
  #checked: Toolchain | undefined;
  readonly isCheckedOnce = true;

  constructor(definition: FunctionDefinition, setup: ProcessSetup, find: FindToolchain) {
    this.#definition = definition;
    this.#setup = setup;
    this.#find = find;
    this.taskRoot = taskRootOf(definition, setup.runDirectory);
  }

  get watched(): WatchedSources {
    return {
      kind: 'folder',
      folder: this.#toolchain?.folder ?? this.taskRoot,
      ...(this.#toolchain && { code: this.#toolchain.sources }),
    };
  }

  get compiler(): Compiler | undefined {
    const command = this.#toolchain?.compiler;
    return command === undefined ? undefined : { command };
  }

  get unsupportedSettings(): CodeFinding | undefined {
    return undefined;
  }

  async check(): Promise<CheckedCode> {
    // A build that begins in the meantime must not use the program that was found before.
    this.#checked = undefined;
    const found = await this.#look();
    if (found.kind === 'missing' && found.isLate === true) {
      const finding = {
        error: found.error,
        consequence: 'the gateway looks for the runtime again at the next request',
      };
      return { missing: [], borrowed: [], findings: [finding] };
    }
    this.#checked = found;
    if (found.kind === 'missing') return { missing: [], borrowed: [], refused: found.error };
    const { missing, findings, interpreter, borrowed = [] } = found;
    return { missing, borrowed, findings, interpreter };
  }

  async build(): ReturnType<RunnableCode['build']> {
    const found = this.#checked ?? (await this.#look());
    this.#checked = undefined;
    if (found.kind === 'missing') throw found.error;
    const launch = await found.launch();
    const { runtime, environment } = this.#definition;
    const own = await reachOwnApis(runtime, this.#setup.ownApis(), environment);
    const reaching = {
      ...launch,
      args: [...own.args, ...launch.args],
      environment: { ...own.environment, ...launch.environment, ...this.#readOnlyFolders() },
    };
    const { program } = processProgram(this.#definition, this.taskRoot, reaching, this.#setup);
    return {
      program: { start: (owner) => new ProcessInstance(program, owner), isOutdated: found.isOutdated },
      sources: this.watched,
    };
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }

  async #look(): Promise<Toolchain> {
    const { code, place, runtime, handler } = this.#definition;
    if (code.kind === 'archive') {
      unpack(code.packed, this.taskRoot, place);
      makeExecutable(this.taskRoot, ['bootstrap', ...(runtime === 'go1.x' ? [handler] : [])]);
    }
    const missing = code.kind === 'directory' ? explainMissingFolder(this.taskRoot) : undefined;
    if (missing !== undefined && !this.#builtFolders.some((folder) => existsSync(folder)))
      throw new DefinitionError(propertyAt(place, 'Code'), missing);
    const found = await this.#find(this.#definition, this.taskRoot, this.#builtFolders);
    if (found.kind === 'found') this.#toolchain = found;
    return found;
  }

  /** The runtime of Python protects these folders, see python/read_only.py. */
  #readOnlyFolders(): Readonly<Record<string, string>> {
    if (!this.#setup.readOnly || runtimeFamily(this.#definition.runtime) !== 'python') return {};
    return { GATEWRIGHT_READ_ONLY: JSON.stringify([this.taskRoot, ...layerRoots(this.#definition)]) };
  }

  get #builtFolders(): readonly string[] {
    const { code, place, logicalId } = this.#definition;
    return code.kind === 'directory' ? [builtFolder(dirname(place.file), logicalId)] : [];
  }
}

export function processProgram(
  definition: FunctionDefinition,
  taskRoot: string,
  launch: Launch,
  { clockOffset, log, keeper, memory, deadlines, runDirectory, hold, noteLoaded, factsOf }: ProcessSetup,
): { readonly program: ProcessProgram; readonly facts: EnvironmentFacts } {
  const own = join(runDirectory, 'processes', definition.name);
  const folders = { home: join(own, 'home'), temporary: join(own, 'tmp') };
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  const facts: EnvironmentFacts = {
    ...factsOf(definition),
    taskRoot,
    logGroupName: `/aws/lambda/${definition.name}`,
    logStreamName: makeLogStream(),
  };
  const environment = processEnvironment(definition, facts, launch, folders);
  const around = { cwd: taskRoot, environment };
  const program: ProcessProgram = {
    definition,
    clockOffset,
    log: (line) => log({ ...line, logStream: facts.logStreamName }),
    noteLoaded: noteLoaded && ((files) => noteLoaded(definition.name, files)),
    keeper,
    memory,
    memoryLimitMb: definition.memorySizeMb + (launch.mapsMb ?? 0),
    runtime: { ...wrap(definition, launch), ...around },
    extensions: findExtensions(definition).map((command) => ({ command, args: [], ...around })),
    deadlines: launch.hasNoDeadline === true ? NO_DEADLINES : deadlines,
    hold: launch.hasNoDeadline === true ? hold : undefined,
  };
  return { program, facts };
}

/**
 * Applies `AWS_LAMBDA_EXEC_WRAPPER`. This variable names a program that starts the runtime, and that gets the runtime's
 * command as arguments.
 */
function wrap(
  definition: FunctionDefinition,
  { command, args }: Launch,
): Pick<GroupCommand, 'command' | 'args'> {
  const wrapper = findExecWrapper(definition);
  switch (wrapper?.kind) {
    case 'found':
      return { command: wrapper.file, args: [command, ...args] };
    case 'missing':
      throw new DefinitionError(
        propertyAt(definition.place, 'Environment'),
        `AWS_LAMBDA_EXEC_WRAPPER is ${wrapper.path}, which is not in any layer of the function`,
      );
    // The reader of the templates has already reported this case. Most wrappers only observe the function, which also
    // runs without a wrapper.
    case 'elsewhere':
    case undefined:
      return { command, args };
  }
}

/**
 * Finds Lambda extensions, which are programs in the `extensions` folder of a layer that run next to the runtime.
 * Returns absolute paths sorted by name. If two layers contain the same name, the later layer takes precedence.
 */
function findExtensions(definition: Pick<FunctionDefinition, 'layers'>): readonly string[] {
  const found = new Map<string, string>();
  for (const layer of layerRoots(definition))
    for (const name of listNames(join(layer, 'extensions'))) {
      const file = join(layer, 'extensions', name);
      if (!found.has(name) && isExecutable(file)) found.set(name, file);
    }
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, file]) => file);
}
