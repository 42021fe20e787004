/** Node.js functions that run in their own processes (`isolation: process`). */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { BuiltCode, FunctionBuild } from '../build/bundle.ts';
import type { Compiler } from '../build/compiling.ts';
import { NO_DEADLINES } from '../invocation/deadlines.ts';
import type { InstanceStart, OwnStart } from '../thread/instance-start.ts';
import type { FunctionDefinition } from '../../core/stack/function.ts';
import type { CheckedCode, CodeFinding, RunnableCode, SourceChange } from '../code/runnable-code.ts';
import type { Lender } from '../lent/lending.ts';
import { packagesWith } from '../lent/lend-sdk.ts';
import type { WatchedSources } from '../code/source-watcher.ts';
import { type Launch, versionFinding } from './launch.ts';
import { findPrograms, listNames, type Machine } from './machine.ts';
import { processProgram, type ProcessSetup } from './process-code.ts';
import { ProcessInstance } from './process-instance.ts';
import { readVersion } from './read-version.ts';
import { MAX_TIMEOUT_MS } from '../../core/stack/function.ts';

type NodeSetup = ProcessSetup & {
  readonly programFile: () => Promise<string>;
  readonly standIns: () => readonly string[];
  readonly machine: Machine;
  readonly lender: Lender;
};

/** The oldest version of Node.js that has hooks for both module systems. */
const OLDEST = [22, 15] as const;
/** The share of `MemorySize` that V8's old generation may use, as in Lambda. */
const HEAP_SHARE = 0.9;

type FoundNode = { readonly file: string; readonly version: string };

export class NodeProcessCode implements RunnableCode {
  readonly #definition: FunctionDefinition;
  readonly #build: FunctionBuild;
  readonly #setup: NodeSetup;

  constructor(definition: FunctionDefinition, build: FunctionBuild, setup: NodeSetup) {
    this.#definition = definition;
    this.#build = build;
    this.#setup = setup;
  }

  get taskRoot(): string {
    return this.#build.taskRoot;
  }

  get watched(): WatchedSources {
    return { kind: 'folder', folder: this.#build.sourceFolder };
  }

  get unsupportedSettings(): CodeFinding | undefined {
    return this.#build.unsupportedSettings;
  }

  get compiler(): Compiler | undefined {
    return this.#build.compiler;
  }

  async check(): Promise<CheckedCode> {
    const checked = await this.#build.check();
    const { version } = await this.#findNode();
    const isSame = `nodejs${version.split('.')[0] ?? ''}.x` === this.#definition.runtime;
    const interpreter = this.#build.uncompiled;
    return { ...checked, interpreter, findings: versionFinding(this.#definition, `Node ${version}`, isSame) };
  }

  async build(change?: SourceChange): ReturnType<RunnableCode['build']> {
    const built = await this.#build.run(change !== undefined);
    const [{ file }, programFile] = await Promise.all([this.#findNode(), this.#setup.programFile()]);
    const definition = this.#definition;
    const own = join(this.#setup.runDirectory, 'processes', definition.name);
    mkdirSync(own, { recursive: true });
    const startFile = join(own, `start-${Date.now().toString(36)}.json`);
    const heapMb = Math.floor(definition.memorySizeMb * HEAP_SHARE) + built.mapsMb;
    const launch: Launch = {
      command: file,
      args: [`--max-old-space-size=${heapMb}`, programFile],
      environment: { GATEWRIGHT_START: startFile },
      searchPath: [dirname(file)],
      mapsMb: built.mapsMb,
    };
    const { program, facts } = processProgram(definition, this.taskRoot, launch, this.#setup);
    writeFileSync(startFile, JSON.stringify(this.#startOf(built, facts)));
    const sources: WatchedSources =
      built.sources === undefined ? this.watched : { kind: 'files', files: built.sources };
    return { program: { start: (owner) => new ProcessInstance(program, owner) }, sources };
  }

  dispose(): Promise<void> {
    return this.#build.dispose();
  }

  #startOf(
    { code, sourceMaps }: BuiltCode,
    facts: { readonly logGroupName: string; readonly logStreamName: string },
  ): Omit<InstanceStart, keyof OwnStart> {
    const { name, arn, runtime, memorySizeMb, timeoutSeconds, handler, layers } = this.#definition;
    const { controlUrl, accessKey } = this.#setup.factsOf(this.#definition);
    const isTimed = this.#setup.deadlines !== NO_DEADLINES;
    return {
      functionName: name,
      functionArn: arn,
      runtime,
      memorySizeMb,
      handler,
      layers,
      timeoutMs: isTimed ? timeoutSeconds * 1000 : MAX_TIMEOUT_MS,
      stoodMs: undefined,
      logGroupName: facts.logGroupName,
      logStreamName: facts.logStreamName,
      taskRoot: this.taskRoot,
      code,
      sourceMaps,
      runtimePackages: packagesWith(this.#setup.lender),
      controlUrl,
      accessKeyId: accessKey.id,
      standIns: this.#setup.standIns(),
      ownApis: this.#setup.ownApis()?.read(),
      readOnly: this.#setup.readOnly,
    };
  }

  async #findNode(): Promise<FoundNode> {
    const own: FoundNode = { file: process.execPath, version: process.versions.node };
    const wanted = /^nodejs(\d+)/.exec(this.#definition.runtime)?.[1] ?? '';
    if (own.version.startsWith(`${wanted}.`)) return own;
    for (const file of findNodes(wanted, this.#setup.machine)) {
      // If the program does not respond in time, its version is unknown for now. The next build tries to read the
      // version again.
      const version = await readVersion(file, ['--version'], /v(\d+\.\d+\.\d+)/).catch(() => undefined);
      if (version !== undefined && version.startsWith(`${wanted}.`) && isNewEnough(version))
        return { file, version };
    }
    return own;
  }
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

function findNodes(major: string, machine: Machine): readonly string[] {
  const { environment, home } = machine;
  const folders = [
    join(environment['NVM_DIR'] ?? join(home, '.nvm'), 'versions', 'node'),
    join(environment['FNM_DIR'] ?? join(home, '.local/share/fnm'), 'node-versions'),
    join(environment['VOLTA_HOME'] ?? join(home, '.volta'), 'tools', 'image', 'node'),
    join(home, '.asdf', 'installs', 'nodejs'),
    join(home, '.local', 'share', 'mise', 'installs', 'node'),
  ];
  const kept = folders.flatMap((folder) =>
    listNames(folder)
      .filter((name) => name.replace(/^v/, '').startsWith(`${major}.`))
      .flatMap((name) => [
        join(folder, name, 'bin', 'node'),
        join(folder, name, 'installation', 'bin', 'node'),
      ]),
  );
  return [...kept, ...findPrograms(machine, /^node$/)];
}
