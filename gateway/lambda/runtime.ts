/** The function runtime: what Lambda is to API Gateway. One pool of instances per function, code built and reloaded. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { DefinitionError, REFUSING } from '../errors.ts';
import type { Tolerance } from '../errors.ts';
import type { Deadlines, Invocation, InvocationResult, Invoker, StreamTimes } from '../ports.ts';
import { type BuiltCode, FunctionBuild } from './bundle.ts';
import { MACHINE_DEADLINES } from './deadlines.ts';
import type { Debugging } from './debugging.ts';
import { removeAbandonedRuns } from './abandoned-runs.ts';
import { checkEnvironment } from './environment.ts';
import { readFailure } from './job.ts';
import type { FunctionLogLine } from './log-line.ts';
import { watchMemory } from './memory-watch.ts';
import { isNodeRuntime } from './model.ts';
import type { FunctionDefinition } from './model.ts';
import { DEFAULT_LIMITS, FunctionPool, type PoolLimits } from './pool.ts';
import { SourceWatcher } from './source-watcher.ts';
import type { InstanceProgram } from './start-thread.ts';
import type { StreamStart } from './stream-job.ts';
import { buildWorkerProgram } from './worker-program.ts';

/** Bytes of an event (Lambda quota "Invocation payload", synchronous). */
const EVENT_LIMIT_BYTES = 6_291_456;

const RETIRE_EVERY_MS = 5_000;

export type FunctionRuntimeOptions = {
  /** 8 bytes: one Float64 of milliseconds, the virtual clock shared with every instance. */
  readonly clockOffset: SharedArrayBuffer;
  /** `AWS_ENDPOINT_URL` of functions; read when an instance starts. */
  readonly controlUrl: () => string | undefined;
  /** Issuers that are asked for their keys at the control port; absent = none. */
  readonly standIns?: () => readonly string[];
  /** Local credentials of a function, by its name: its own, so that whoever is called knows who calls. */
  readonly keyPairOf: (functionName: string) => {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  };
  /** Above Lambda's own variables, below the template's. */
  readonly extraEnvironment: Readonly<Record<string, string>>;
  /** For bundles (of this run) and V8's code cache (kept). */
  readonly cacheDirectory: string;
  readonly log: (line: FunctionLogLine) => void;
  /** Per function. */
  readonly maxInstances: number;
  /** Watch sources, rebuild, replace instances. */
  readonly reload: boolean;
  /** Absent = on the machine's time. */
  readonly deadlines?: Deadlines;
  readonly debugging?: Debugging | undefined;
  /** Growth of the process from which functions are held to their memory; absent = 384 MB. */
  readonly memoryGrowthBytes?: number;
  /** Bounds of the queue in front of the instances, where they differ from the default. */
  readonly limits?: Partial<Omit<PoolLimits, 'maxInstances'>>;
};

export type ReloadEvent =
  | { readonly kind: 'reloaded'; readonly functionName: string; readonly tookMs: number }
  /** The old version goes on serving. */
  | { readonly kind: 'kept'; readonly functionName: string; readonly message: string };

/** Instances now, those that run an event, and all that got ready since the start. */
export type InstanceCounts = { readonly instances: number; readonly busy: number; readonly started: number };

export interface FunctionRuntime extends Invoker {
  /**
   * Replaces the set of functions; those whose definition is the same keep their instances.
   * @throws DefinitionError for a missing handler file or export, and for what Lambda would refuse
   */
  define(definitions: readonly FunctionDefinition[]): Promise<void>;
  /**
   * The same in two steps: functions are replaced when the returned function is called. One whose code cannot be had is
   * there all the same, fails its invocations and is looked at again when its files change.
   * @param refused why functions that have no definition cannot run, by name
   * @throws DefinitionError where nothing is tolerated
   */
  prepare(
    definitions: readonly FunctionDefinition[],
    refused: ReadonlyMap<string, string>,
    tolerance: Tolerance,
  ): Promise<() => void>;
  /** Of a function that is not there, nothing. */
  countInstances(functionName: string): InstanceCounts;
  /** Starts one instance of a function ahead of its first event. */
  warm(functionName: string): void;
  onReload(listener: (event: ReloadEvent) => void): void;
  /** Packages that functions have from the gateway, as Lambda's runtime would lend them, since this was last asked. */
  takeBorrowed(): readonly string[];
  /** Ends all instances and removes this run's bundles. */
  close(): Promise<void>;
}

/**
 * Why this runtime cannot run a function; undefined when it can.
 * A definition like that is accepted, and its invocations are refused as `not-found`.
 */
export function unsupportedReason(definition: FunctionDefinition): string | undefined {
  return isNodeRuntime(definition.runtime)
    ? undefined
    : `runtime ${definition.runtime}: this gateway runs Node.js functions only`;
}

export async function createFunctionRuntime(options: FunctionRuntimeOptions): Promise<FunctionRuntime> {
  // Threads share the time zone of their process, and Lambda's is UTC.
  process.env['TZ'] = 'UTC';
  mkdirSync(options.cacheDirectory, { recursive: true });
  removeAbandonedRuns(options.cacheDirectory);
  const runDirectory = mkdtempSync(join(options.cacheDirectory, `run-${process.pid}-`));
  return new WorkerRuntime(options, runDirectory, await buildWorkerProgram(runDirectory));
}

type FunctionEntry = {
  readonly definition: FunctionDefinition;
  readonly build: FunctionBuild;
  readonly pool: FunctionPool;
};

class WorkerRuntime implements FunctionRuntime {
  readonly #options: FunctionRuntimeOptions;
  readonly #runDirectory: string;
  readonly #workerFile: string;
  readonly #functions = new Map<string, FunctionEntry>();
  #unsupported: ReadonlyMap<string, string> = new Map();
  readonly #borrowed = new Set<string>();
  readonly #told = new Set<string>();
  readonly #listeners: ((event: ReloadEvent) => void)[] = [];
  readonly #watcher: SourceWatcher | undefined;
  readonly #retireTimer: NodeJS.Timeout;
  readonly #endWatch: () => void;

  constructor(options: FunctionRuntimeOptions, runDirectory: string, workerFile: string) {
    this.#options = options;
    this.#runDirectory = runDirectory;
    this.#workerFile = workerFile;
    if (options.reload) {
      this.#watcher = new SourceWatcher((names) => {
        for (const name of names) void this.#reload(name);
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

  invoke(invocation: Invocation): Promise<InvocationResult> {
    const entry = this.#functions.get(invocation.functionName);
    if (entry === undefined || isTooLarge(invocation)) return Promise.resolve(this.#refuse(invocation));
    return entry.pool.invoke(invocation);
  }

  stream(invocation: Invocation & StreamTimes): Promise<StreamStart> {
    const entry = this.#functions.get(invocation.functionName);
    if (entry === undefined || isTooLarge(invocation)) return Promise.resolve(this.#refuse(invocation));
    return entry.pool.stream(invocation);
  }

  #refuse({ functionName }: Invocation): Extract<InvocationResult, { kind: 'refused' }> {
    if (!this.#functions.has(functionName)) {
      const message = this.#unsupported.get(functionName) ?? `Function not found: ${functionName}`;
      return { kind: 'refused', reason: 'not-found', message };
    }
    const message = `Request must be smaller than ${EVENT_LIMIT_BYTES} bytes for the InvokeFunction operation`;
    return { kind: 'refused', reason: 'too-large', message };
  }

  async define(definitions: readonly FunctionDefinition[]): Promise<void> {
    const replace = await this.prepare(definitions, new Map(), REFUSING);
    replace();
  }

  async prepare(
    definitions: readonly FunctionDefinition[],
    refused: ReadonlyMap<string, string>,
    tolerance: Tolerance,
  ): Promise<() => void> {
    const fresh: FunctionEntry[] = [];
    const unsupported = new Map(refused);
    for (const definition of definitions) {
      const reason = unsupportedReason(definition);
      if (reason !== undefined) unsupported.set(definition.name, reason);
      else if (!this.#isSame(definition)) {
        checkLimits(definition, tolerance);
        fresh.push(this.#makeEntry(definition));
      }
    }
    const broken = await findBroken(fresh, tolerance, this.#borrowed);
    const names = new Set(definitions.map((definition) => definition.name));
    return () => {
      this.#unsupported = unsupported;
      for (const name of this.#functions.keys())
        if (!names.has(name) || unsupported.has(name)) this.#remove(name);
      for (const entry of fresh) {
        this.#remove(entry.definition.name);
        this.#functions.set(entry.definition.name, entry);
        if (broken.has(entry)) this.#watchFolder(entry.definition.name, entry.build);
      }
    };
  }

  countInstances(functionName: string): InstanceCounts {
    const pool = this.#functions.get(functionName)?.pool;
    return {
      instances: pool?.size ?? 0,
      busy: [...(pool?.busy ?? [])].length,
      started: pool?.startedCount ?? 0,
    };
  }

  warm(functionName: string): void {
    this.#functions.get(functionName)?.pool.warm();
  }

  onReload(listener: (event: ReloadEvent) => void): void {
    this.#listeners.push(listener);
  }

  takeBorrowed(): readonly string[] {
    const names = [...this.#borrowed].filter((name) => !this.#told.has(name)).toSorted();
    for (const name of names) this.#told.add(name);
    return names;
  }

  async close(): Promise<void> {
    clearInterval(this.#retireTimer);
    this.#endWatch();
    this.#watcher?.close();
    const entries = [...this.#functions.values()];
    this.#functions.clear();
    await Promise.all(entries.flatMap(({ pool, build }) => [pool.close(), build.dispose()]));
    rmSync(this.#runDirectory, { recursive: true, force: true });
  }

  #isSame(definition: FunctionDefinition): boolean {
    const known = this.#functions.get(definition.name)?.definition;
    return known !== undefined && JSON.stringify(known) === JSON.stringify(definition);
  }

  #makeEntry(definition: FunctionDefinition): FunctionEntry {
    const { cacheDirectory, limits, maxInstances, deadlines, debugging } = this.#options;
    const compileCache = join(cacheDirectory, 'compile');
    const build = new FunctionBuild(definition, this.#runDirectory, compileCache, debugging !== undefined);
    const pool = new FunctionPool(
      { ...DEFAULT_LIMITS, ...limits, maxInstances },
      async () => this.#program(definition, build, await this.#runBuild(definition.name, build)),
      deadlines,
    );
    return { definition, build, pool };
  }

  async #runBuild(functionName: string, build: FunctionBuild): Promise<BuiltCode> {
    const built = await build.run();
    if (built.sources === undefined) this.#watchFolder(functionName, build);
    else this.#watcher?.watch(functionName, { kind: 'files', files: built.sources });
    return built;
  }

  #watchFolder(functionName: string, build: FunctionBuild): void {
    this.#watcher?.watch(functionName, { kind: 'folder', folder: build.taskRoot });
  }

  #program(definition: FunctionDefinition, build: FunctionBuild, built: BuiltCode): InstanceProgram {
    const { clockOffset, controlUrl, standIns, keyPairOf, extraEnvironment, log, debugging } = this.#options;
    const { accessKeyId: id, secretAccessKey: secret } = keyPairOf(definition.name);
    return {
      definition,
      built,
      taskRoot: build.taskRoot,
      workerFile: this.#workerFile,
      clockOffset,
      controlUrl: controlUrl(),
      standIns: standIns?.() ?? [],
      accessKey: { id, secret },
      extraEnvironment,
      log,
      deadlines: this.#options.deadlines ?? MACHINE_DEADLINES,
      debugging,
    };
  }

  #remove(name: string): void {
    const entry = this.#functions.get(name);
    if (entry === undefined) return;
    this.#functions.delete(name);
    this.#watcher?.forget(name);
    void entry.pool.close();
    void entry.build.dispose();
  }

  /** Builds a changed function again; code that does not build or load leaves the old version in place. */
  async #reload(functionName: string): Promise<void> {
    const entry = this.#functions.get(functionName);
    if (entry === undefined) return;
    const begun = performance.now();
    let failure: string | undefined;
    try {
      const built = await this.#runBuild(functionName, entry.build);
      const payload = await entry.pool.swap(this.#program(entry.definition, entry.build, built));
      if (payload !== undefined) failure = describeInitFailure(payload);
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error);
    }
    const event: ReloadEvent =
      failure === undefined
        ? { kind: 'reloaded', functionName, tookMs: performance.now() - begun }
        : { kind: 'kept', functionName, message: failure };
    for (const listener of this.#listeners) listener(event);
  }
}

/** Lambda refuses more; here it does not hurt. */
function checkLimits(definition: FunctionDefinition, tolerance: Tolerance): void {
  tolerance.attempt(
    'Lambda would refuse it; it runs here',
    () => {
      checkEnvironment(definition);
    },
    () => undefined,
  );
}

/** Those whose code cannot be had now. */
async function findBroken(
  entries: readonly FunctionEntry[],
  tolerance: Tolerance,
  borrowed: Set<string>,
): Promise<ReadonlySet<FunctionEntry>> {
  const broken = new Set<FunctionEntry>();
  const check = async (entry: FunctionEntry): Promise<void> => {
    try {
      const { missing, borrowed: packages } = await entry.build.check();
      for (const name of packages) borrowed.add(name);
      // Lambda takes such a function, so there is nothing to refuse.
      for (const error of tolerance === REFUSING ? [] : missing)
        tolerance.note(error, `invocations of ${entry.definition.name} that need it fail`);
    } catch (error) {
      if (!(error instanceof DefinitionError)) throw error;
      tolerance.note(error, `invocations of ${entry.definition.name} fail until it is fixed`);
      broken.add(entry);
    }
    const { unhonoured } = entry.build;
    if (unhonoured !== undefined) tolerance.note(unhonoured.error, unhonoured.consequence);
  };
  await Promise.all(entries.map(check));
  return broken;
}

function isTooLarge({ payload }: Invocation): boolean {
  return payload.length * 3 > EVENT_LIMIT_BYTES && Buffer.byteLength(payload) > EVENT_LIMIT_BYTES;
}

function describeInitFailure(payload: string): string {
  const failure = readFailure(payload);
  return failure.kind === 'failed' ? `${failure.errorType}: ${failure.errorMessage}` : payload;
}
