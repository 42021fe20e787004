/**
 * The function runtime, which is the gateway's counterpart of Lambda. For each function, it builds and reloads the code
 * and keeps a pool of instances.
 */
import { sortNames } from '@gatewright/aws/text/name-order';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { Faults, REFUSING, type Tolerance } from '../core/errors.ts';
import type { Invocation, InvocationResult, Invoker, StreamTimes } from '../core/ports.ts';
import { type BuiltCode, FunctionBuild } from './build/bundle.ts';
import { MACHINE_DEADLINES } from './invocation/deadlines.ts';
import { openRunDirectory } from './pool/run-directory.ts';
import { reportVersion, withVersion } from './invocation/invoked-version.ts';
import { mountOrRefuse } from './code/layer-mounts.ts';
import { watchMemory } from './pool/memory-watch.ts';
import { type FunctionDefinition, isIsolated, runtimeFamily } from '../core/stack/function.ts';
import { Compiling } from './build/compiling.ts';
import { Concurrency } from './pool/concurrency.ts';
import { type Refused, refuseMissing, refuseTooLarge } from './pool/refused-start.ts';
import { FunctionPool, type InvocationEnd } from './pool/pool.ts';
import { DEFAULT_LIMITS } from './pool/pool-limits.ts';
import { SourceWatcher } from './code/source-watcher.ts';
import type { InstanceProgram } from './instance.ts';
import { ProjectBuilds } from './build/project-build.ts';
import { BuildError, fromInitFailure, type LoadFailure, toLoadFailure } from './build/build-error.ts';
import { FailedBuild } from './build/failed-build.ts';
import { checkLimits, findBroken, isOnlyChecked, unsupportedReason } from './code/check-code.ts';
import { GroupMemory } from './process/group-memory.ts';
import { Keeper } from './process/keeper.ts';
import { thisMachine, toolchainsOf } from './process/find-toolchain.ts';
import { NodeProcessCode } from './process/node-process.ts';
import { type FindToolchain, ProcessCode, type ProcessSetup } from './process/process-code.ts';
import { LastSaved } from './build/last-saved.ts';
import { packagesWith } from './lent/lend-sdk.ts';
import { NO_LENDING, type Lender } from './lent/lending.ts';
import { describeOfflineRead } from './code/offline-reads.ts';
import { type CodeReplacement, ReplacedCode } from './code/replaced-code.ts';
import type { RunnableCode, SourceChange } from './code/runnable-code.ts';
import type { FunctionRuntimeOptions } from './runtime-options.ts';
import type { ThreadProgram } from './thread/start-thread.ts';
import { ThreadCode } from './thread/thread-code.ts';
import type { StreamStart } from './invocation/stream-job.ts';
import { WebpackBuilds } from './build/webpack-build.ts';
import { buildProcessProgram, buildWorkerProgram } from './thread/worker-program.ts';

const RETIRE_EVERY_MS = 5_000;

export type ReloadEvent =
  | { readonly kind: 'reloaded'; readonly functionName: string; readonly tookMs: number }
  | ({ readonly kind: 'kept'; readonly functionName: string } & LoadFailure);

/**
 * The number of instances, the number of instances that are running an event, and the number of instances that have
 * become ready since the function's definition was loaded.
 */
type InstanceCounts = { readonly instances: number; readonly busy: number; readonly started: number };

export interface FunctionRuntime extends Omit<Invoker, 'queue'> {
  /**
   * Replaces all functions. Functions whose definition has not changed keep their instances.
   * @throws DefinitionError for a missing handler file or export, and for settings that Lambda would refuse
   */
  define(definitions: readonly FunctionDefinition[]): Promise<void>;
  /**
   * Prepares the replacement of all functions, which the returned function then performs. If the code of a function is
   * not available, its invocations fail, and it is checked again when its files change.
   * @param refused the reasons why some functions cannot run and have no definition, by name
   * @throws DefinitionError if errors are not tolerated
   */
  prepare(
    definitions: readonly FunctionDefinition[],
    refused: ReadonlyMap<string, string>,
    tolerance: Tolerance,
  ): Promise<() => void>;
  /** Counts a function's instances. All numbers are zero for an unknown function. */
  countInstances(functionName: string): InstanceCounts;
  warm(functionName: string): void;
  /** Returns the refusal of events for a function that does not exist or cannot run; undefined for any other function. */
  refusalOf(functionName: string): Refused | undefined;
  onReload(listener: (event: ReloadEvent) => void): void;
  /** Returns the packages of Lambda's runtime that the gateway has lent to functions since the last call. */
  takeBorrowed(): readonly string[];
  /** Returns sentences about functions that run differently from Lambda. Each sentence is returned once. */
  takeInterpreters(): readonly string[];
  /**
   * Makes the next event start a new instance.
   * @param functionName the name of a function; absent means all functions
   */
  renew(functionName?: string): void;
  /** Builds the function again, as after a change of its sources. `onReload` gets the result. */
  rebuild(functionName: string): Promise<void>;
  /**
   * Runs the code in this zip archive until the function's code in the template changes. As on AWS, this call succeeds
   * even if the archive lacks the handler. The invocations then fail.
   * @returns the result of replacing the code
   */
  replaceCode(functionName: string, archive: Buffer): Promise<CodeReplacement>;
  close(): Promise<void>;
}

export async function createFunctionRuntime(options: FunctionRuntimeOptions): Promise<FunctionRuntime> {
  // Threads share the time zone of their process. Lambda's time zone is UTC.
  process.env['TZ'] = 'UTC';
  const runDirectory = openRunDirectory(options.cacheDirectory);
  return new WorkerRuntime(options, runDirectory, await buildWorkerProgram({ ...options, runDirectory }));
}

type FunctionEntry = {
  readonly definition: FunctionDefinition;
  readonly code: RunnableCode;
  readonly pool: FunctionPool;
};

class WorkerRuntime implements FunctionRuntime {
  readonly #options: FunctionRuntimeOptions;
  readonly #runDirectory: string;
  readonly #workerFile: string;
  readonly #webpacks: WebpackBuilds;
  readonly #projects: ProjectBuilds | undefined;
  readonly #functions = new Map<string, FunctionEntry>();
  readonly #replaced: ReplacedCode;
  readonly #together: Concurrency;
  readonly #processes: ProcessSetup;
  readonly #findToolchain: FindToolchain;
  readonly #machine = thisMachine();
  readonly #compiling: Compiling;
  #processFile: Promise<string> | undefined;
  readonly #saved = new LastSaved();
  readonly #failed = new WeakMap<RunnableCode, FailedBuild>();
  readonly #leaving = new Set<FunctionEntry>();
  readonly #ending = new Set<Promise<unknown>>();
  #unsupported: ReadonlyMap<string, string> = new Map();
  readonly #used = { borrowed: new Set<string>(), interpreters: new Set<string>() };
  readonly #reported = new Set<string>();
  readonly #lender: Lender;
  readonly #listeners: ((event: ReloadEvent) => void)[] = [];
  readonly #watcher: SourceWatcher | undefined;
  readonly #retireTimer: NodeJS.Timeout;
  readonly #endWatch: () => void;

  constructor(options: FunctionRuntimeOptions, runDirectory: string, workerFile: string) {
    this.#options = options;
    this.#together = new Concurrency(options.concurrency);
    this.#compiling = new Compiling(options.log);
    this.#runDirectory = runDirectory;
    this.#replaced = new ReplacedCode(runDirectory);
    this.#webpacks = new WebpackBuilds(runDirectory);
    this.#workerFile = workerFile;
    const { clockOffset, log, deadlines = MACHINE_DEADLINES, cacheDirectory, debugging } = options;
    this.#processes = {
      clockOffset,
      log,
      deadlines,
      runDirectory,
      keeper: new Keeper(runDirectory),
      memory: new GroupMemory(),
      factsOf: (definition) => this.#factsOf(definition),
      ownApis: () => options.ownApis?.(),
      readOnly: options.readOnly === true,
      noteLoaded: (name, files) => this.#watcher?.watchLoaded(name, files),
      hold: debugging && ((instance, isHeld) => debugging.hold(instance, isHeld)),
    };
    this.#lender = options.lender ?? NO_LENDING;
    const program = { machine: this.#machine, keeper: this.#processes.keeper };
    this.#projects = options.projectBuilds && new ProjectBuilds({ ...options.projectBuilds, ...program });
    const setup = { runDirectory, cacheDirectory, lender: this.#lender };
    this.#findToolchain = toolchainsOf(this.#machine, setup, debugging && { breaks: debugging.breaks });
    if (options.reload) {
      this.#watcher = new SourceWatcher({
        onPause: (names) => {
          const changed = names.flatMap((name) => this.#functions.get(name) ?? []);
          for (const { code, pool } of changed) code.foresee?.(pool.size > 0);
        },
        onChange: (names, isAfterPause) => {
          for (const name of names) void this.rebuild(name, isAfterPause ? 'foreseen' : 'unforeseen');
        },
        onUnwatched: (functionName, message) => this.#tellOnce(functionName, message),
      });
    }
    this.#endWatch = watchMemory({
      instances: () => [...this.#functions.values()].flatMap(({ pool }) => [...pool.busy]),
      residentBytes: () => process.memoryUsage.rss(),
      growthBytes: options.memoryGrowthBytes,
    });
    this.#retireTimer = setInterval(() => {
      for (const { pool } of this.#functions.values()) pool.retire(performance.now());
    }, RETIRE_EVERY_MS).unref();
  }

  has(functionName: string): boolean {
    return this.#functions.has(functionName);
  }

  refusalOf(name: string): Refused | undefined {
    return this.has(name) ? undefined : refuseMissing(name, this.#unsupported.get(name));
  }

  invoke(invocation: Invocation): Promise<InvocationResult> {
    return this.#run(invocation, (pool, event, onEnd) => reportVersion(pool.invoke(event, onEnd), event));
  }

  stream(invocation: Invocation & StreamTimes): Promise<StreamStart> {
    return this.#run(invocation, (pool, event, onEnd) => pool.stream(event, onEnd));
  }

  #run<Event extends Invocation, Result extends InvocationResult | StreamStart>(
    invocation: Event,
    start: (pool: FunctionPool, event: Event, onEnd: InvocationEnd | undefined) => Promise<Result>,
  ): Promise<Result | Refused> {
    const { functionName } = invocation;
    const pool = this.#poolFor(invocation);
    if (!(pool instanceof FunctionPool)) return Promise.resolve(pool);
    const event = withVersion(invocation, this.#options.findVersion);
    const result = start(pool, event, this.#options.watch?.(invocation));
    return this.#compiling.isRunning(functionName) ? this.#compiling.explain(functionName, result) : result;
  }

  #poolFor({ functionName, payload }: Invocation): FunctionPool | Refused {
    const pool = this.#functions.get(functionName)?.pool;
    if (pool !== undefined) return refuseTooLarge(payload) ?? pool;
    return refuseMissing(functionName, this.#unsupported.get(functionName));
  }

  async define(definitions: readonly FunctionDefinition[]): Promise<void> {
    (await this.prepare(definitions, new Map(), REFUSING))();
  }

  async prepare(
    definitions: readonly FunctionDefinition[],
    refused: ReadonlyMap<string, string>,
    tolerance: Tolerance,
  ): Promise<() => void> {
    const fresh: FunctionEntry[] = [];
    const unsupported = new Map(refused);
    for (const declared of definitions) {
      const replaced = this.#replaced.apply(declared);
      const definition = mountOrRefuse(replaced, this.#runDirectory, { tolerance, unsupported });
      if (definition === undefined) continue;
      const reason = unsupportedReason(definition);
      if (reason !== undefined) unsupported.set(definition.name, reason);
      else if (!this.#isSame(definition)) {
        checkLimits(definition, tolerance);
        fresh.push(this.#makeEntry(definition));
      }
    }
    const { broken, refused: unrunnable } = await findBroken(fresh, tolerance, this.#used);
    for (const [name, reason] of unrunnable) unsupported.set(name, reason);
    const names = new Set(definitions.map((definition) => definition.name));
    return () => {
      this.#unsupported = unsupported;
      for (const name of this.#functions.keys())
        if (!names.has(name) || unsupported.has(name)) this.#remove(name);
      for (const entry of fresh) {
        const { name } = entry.definition;
        this.#remove(name);
        if (!unrunnable.has(name)) this.#add(entry, broken.has(entry));
      }
    };
  }

  async replaceCode(functionName: string, archive: Buffer): Promise<CodeReplacement> {
    const running = this.#functions.get(functionName)?.definition;
    if (running === undefined) return { kind: 'not-run' };
    const definition = this.#replaced.put(running, archive);
    if ('reason' in definition) return definition;
    const entry = this.#makeEntry(definition);
    const { broken } = await findBroken([entry], new Faults(true), this.#used);
    // Meanwhile, a later call may have replaced the code again, or a new template may have removed the function.
    if (!this.#functions.has(functionName) || !this.#replaced.holds(entry.definition)) {
      this.#replaced.release(entry.definition);
      return { kind: 'replaced' };
    }
    this.#remove(functionName);
    this.#add(entry, broken.has(entry));
    return { kind: 'replaced' };
  }

  #add(entry: FunctionEntry, isBroken: boolean): void {
    const { name } = entry.definition;
    this.#functions.set(name, entry);
    this.#together.join(entry.pool);
    this.#compiling.announce(name, entry.code.compiler);
    if (isBroken || entry.code.isCheckedOnce === true) this.#watcher?.watch(name, entry.code.watched);
  }

  countInstances(functionName: string): InstanceCounts {
    const { size = 0, busy = [], startedCount = 0 } = this.#functions.get(functionName)?.pool ?? {};
    return { instances: size, busy: [...busy].length, started: startedCount };
  }

  warm(functionName: string): void {
    this.#functions.get(functionName)?.pool.warm();
  }

  onReload(listener: (event: ReloadEvent) => void): void {
    this.#listeners.push(listener);
  }

  renew(functionName?: string): void {
    for (const [name, { pool }] of this.#functions)
      if (functionName === undefined || name === functionName) pool.renew();
  }

  takeBorrowed(): readonly string[] {
    return this.#takeNew(this.#used.borrowed);
  }

  takeInterpreters(): readonly string[] {
    return this.#takeNew(this.#used.interpreters);
  }

  #takeNew(all: ReadonlySet<string>): readonly string[] {
    const names = sortNames(all).filter((name) => !this.#reported.has(name));
    for (const name of names) this.#reported.add(name);
    return names;
  }

  async close(): Promise<void> {
    clearInterval(this.#retireTimer);
    this.#endWatch();
    this.#watcher?.close();
    const entries = [...this.#functions.values()];
    this.#functions.clear();
    await this.#projects?.close();
    const leaving = [...this.#leaving].map(({ pool }) => pool.close());
    await Promise.all([...leaving, ...entries.flatMap(({ pool, code }) => [pool.close(), code.dispose()])]);
    await Promise.all(this.#ending);
    this.#processes.keeper.close();
    // The removal is retried, because processes that functions have started may still write for a short time after they
    // were ended.
    await rm(this.#runDirectory, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }

  #isSame(definition: FunctionDefinition): boolean {
    const running = this.#functions.get(definition.name)?.definition;
    // This comparison is made last, because it reads the lines of the template, which is slow.
    return running !== undefined && JSON.stringify(running) === JSON.stringify(definition);
  }

  #makeEntry(definition: FunctionDefinition): FunctionEntry {
    const { limits, maxInstances, deadlines, isCold } = this.#options;
    const code = this.#codeOf(definition);
    const pool = new FunctionPool(
      { ...DEFAULT_LIMITS, ...limits, maxInstances, isCold, reserved: definition.reservedConcurrency },
      () => this.#build(definition.name, code),
      deadlines,
      this.#together,
    );
    return { definition, code, pool };
  }

  #codeOf(definition: FunctionDefinition): RunnableCode {
    const { cacheDirectory, debugging } = this.#options;
    if (runtimeFamily(definition.runtime) !== 'nodejs')
      return new ProcessCode(definition, this.#processes, this.#findToolchain);
    const compileCache = join(cacheDirectory, 'compile');
    const lent = { lender: this.#lender, machine: this.#machine };
    const build = new FunctionBuild(
      definition,
      this.#runDirectory,
      compileCache,
      lent,
      debugging !== undefined,
      {
        webpack:
          definition.code.kind === 'directory' && definition.code.webpack !== undefined
            ? this.#webpacks.of(definition.code.webpack)
            : undefined,
        projects: this.#projects,
      },
    );
    if (isIsolated(definition, this.#options.isolation)) {
      const folders = { runDirectory: this.#runDirectory, cacheDirectory };
      const programFile = (): Promise<string> => (this.#processFile ??= buildProcessProgram(folders));
      const standIns = (): readonly string[] => this.#options.standIns?.() ?? [];
      const setup = { ...this.#processes, ...lent, programFile, standIns };
      return new NodeProcessCode(definition, build, setup);
    }
    return new ThreadCode(build, (built, taskRoot) => this.#program(definition, built, taskRoot));
  }

  async #build(functionName: string, code: RunnableCode, change?: SourceChange): Promise<InstanceProgram> {
    const failed = this.#failed.get(code);
    if (failed?.stands === true) throw failed.error;
    try {
      const { program, sources } = await this.#compiling.run(functionName, code.compiler, () =>
        code.build(change),
      );
      this.#watcher?.watch(functionName, sources);
      const own = this.#functions.get(functionName)?.definition;
      void describeOfflineRead(sources, this.#options.extraEnvironment, own).then((message) =>
        this.#tellOnce(functionName, message),
      );
      return program;
    } catch (error) {
      if (this.#watcher !== undefined && error instanceof BuildError) {
        this.#failed.set(code, new FailedBuild(error));
        this.#watcher.watch(functionName, code.watched);
      }
      throw error;
    }
  }

  #tellOnce(functionName: string, message: string | undefined): void {
    if (message === undefined || this.#reported.has(message)) return;
    this.#reported.add(message);
    const at = { requestId: undefined, level: undefined, stream: 'stderr', epochMs: Date.now() } as const;
    this.#options.log({ functionName, message, ...at });
  }

  #program(definition: FunctionDefinition, built: BuiltCode, taskRoot: string): ThreadProgram {
    const { clockOffset, standIns, extraEnvironment, log, debugging } = this.#options;
    return {
      definition,
      built,
      taskRoot,
      clockOffset,
      ...this.#factsOf(definition),
      extraEnvironment,
      log,
      noteLoaded: (files) => this.#watcher?.watchLoaded(definition.name, files),
      debugging,
      workerFile: this.#workerFile,
      runtimePackages: packagesWith(this.#lender),
      standIns: standIns?.() ?? [],
      ownApis: this.#options.ownApis?.()?.read(),
      readOnly: this.#options.readOnly === true,
      deadlines: this.#options.deadlines ?? MACHINE_DEADLINES,
    };
  }

  #factsOf({ name }: FunctionDefinition): ReturnType<ProcessSetup['factsOf']> {
    const { controlUrl, keyPairOf, extraEnvironment } = this.#options;
    const { accessKeyId: id, secretAccessKey: secret } = keyPairOf(name);
    return { controlUrl: controlUrl(), accessKey: { id, secret }, extra: extraEnvironment };
  }

  #remove(name: string): void {
    const entry = this.#functions.get(name);
    if (entry === undefined) return;
    this.#functions.delete(name);
    this.#watcher?.forget(name);
    this.#leaving.add(entry);
    const ended = entry.pool.finish().then(() => entry.code.dispose());
    this.#ending.add(ended);
    void ended.finally(() => {
      this.#leaving.delete(entry);
      this.#ending.delete(ended);
      this.#replaced.release(entry.definition);
    });
  }

  /** If code does not build or load, the old version stays in use. */
  async rebuild(functionName: string, change: SourceChange = 'unforeseen'): Promise<void> {
    const entry = this.#functions.get(functionName);
    if (entry === undefined || (!this.#failed.has(entry.code) && (await isOnlyChecked(entry)))) return;
    const started = performance.now();
    let failure: LoadFailure | undefined;
    this.#failed.delete(entry.code);
    try {
      const payload = await entry.pool.swap(await this.#build(functionName, entry.code, change));
      if (payload !== undefined) failure = fromInitFailure(payload, entry.code.taskRoot);
    } catch (error) {
      failure = toLoadFailure(error);
    }
    if (entry.pool.size > 0) this.#saved.note(entry.code);
    const event: ReloadEvent =
      failure === undefined
        ? { kind: 'reloaded', functionName, tookMs: performance.now() - started }
        : { kind: 'kept', functionName, ...failure };
    for (const listener of this.#listeners) listener(event);
  }
}
