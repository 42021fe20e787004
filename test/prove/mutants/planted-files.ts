/** Loads files with planted mutants in every thread of a process. The same mutant is active in all threads. */
import { readFileSync } from 'node:fs';
import { createRequire, registerHooks, syncBuiltinESMExports } from 'node:module';
import { pathToFileURL } from 'node:url';
import { setEnvironmentData } from 'node:worker_threads';
import type * as workerThreads from 'node:worker_threads';

export type Plan = {
  /** The path of the text with the mutants, by absolute path of the file. */
  readonly planted: Readonly<Record<string, string>>;
  /** The first cell contains the active mutant. The others say for each mutant whether it was executed. */
  readonly cells: SharedArrayBuffer;
};

export const PLAN = 'gatewright-mutants';
const IN_THREADS = new URL('plant-in-thread.ts', import.meta.url).href;

/** The number of mutants determines the size. */
export function makeCells(mutants: number): SharedArrayBuffer {
  return new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT * (1 + mutants));
}

/** Says, for one process, which mutant is active in all of its threads, and which mutants were executed. */
class MutantCells {
  readonly #cells: Int32Array;
  constructor(cells: SharedArrayBuffer) {
    this.#cells = new Int32Array(cells);
  }

  /** @param mutant the mutant to activate; a number below 0 activates none */
  activate(mutant: number): void {
    Atomics.store(this.#cells, 0, mutant);
  }

  /** Is called at each mutant. */
  meet(mutant: number): boolean {
    Atomics.store(this.#cells, 1 + mutant, 1);
    return Atomics.load(this.#cells, 0) === mutant;
  }

  /** Returns the mutants that were executed since the previous call. */
  takeMet(): readonly number[] {
    const met: number[] = [];
    for (let at = 1; at < this.#cells.length; at += 1)
      if (Atomics.exchange(this.#cells, at, 0) === 1) met.push(at - 1);
    return met;
  }
}

/** The planted files of this thread, by URL. */
const texts = new Map<string, string>();

/** @param file an absolute path */
export function plantedText(file: string): string | undefined {
  return texts.get(pathToFileURL(file).href);
}

/** Plants the files in the calling thread. */
export function plantFiles({ planted, cells }: Plan): MutantCells {
  const state = new MutantCells(cells);
  Object.assign(globalThis, { mutant: (index: number) => state.meet(index) });
  for (const [source, file] of Object.entries(planted))
    texts.set(pathToFileURL(source).href, readFileSync(file, 'utf8'));
  registerHooks({
    load: (url, context, next) => {
      // A test that loads a module again imports it with a query.
      const source = texts.get(url.replace(/\?.*/, ''));
      return source === undefined
        ? next(url, context)
        : { format: 'module-typescript', source, shortCircuit: true };
    },
  });
  return state;
}

/** Plants the files in all threads that are started from now on, whatever flags and environment they get. */
export function plantInThreads(plan: Plan): void {
  setEnvironmentData(PLAN, plan);
  const threads = createRequire(import.meta.url)('node:worker_threads') as typeof workerThreads;
  const { Worker } = threads;
  threads.Worker = class extends Worker {
    constructor(file: string | URL, options: workerThreads.WorkerOptions = {}) {
      super(file, { ...options, execArgv: [...(options.execArgv ?? []), '--import', IN_THREADS] });
    }
  };
  syncBuiltinESMExports();
}
