/**
 * A thread in which Node has started before a function needs one: that is half of what the first request waits for. It
 * runs no code of a function until an instance takes it.
 */
import { Worker } from 'node:worker_threads';

import {
  type FunctionDefinition,
  isIsolated,
  type Isolation,
  isNodeRuntime,
} from '../core/stack/function.ts';
import { threadOptions } from './thread-options.ts';

/** An unused one ends after the time after which the last instance of a function would. */
const UNUSED_LIMIT_MS = 600_000;

/** Node reads these while it starts: later is too late. */
const READ_AT_START = /^NODE_(?!ENV$)/;

/** `aheadMs`: what its start took, in part or in all. */
export type StartedThread = { readonly worker: Worker; readonly aheadMs: number };

export class SpareThread {
  readonly #workerFile: string;
  readonly #isolation: Isolation | undefined;
  #spare: { readonly worker: Worker; readonly memorySizeMb: number; readonly since: number } | undefined;
  #bootMs: number | undefined;
  #wasStarted = false;

  constructor(workerFile: string, isolation: Isolation | undefined) {
    this.#workerFile = workerFile;
    this.#isolation = isolation;
  }

  /** Starts it, once, where one of these functions could run in it. */
  prepare(definitions: readonly FunctionDefinition[]): void {
    const first = definitions.find((definition) => this.#suits(definition));
    if (this.#wasStarted || first === undefined) return;
    this.#wasStarted = true;
    const { memorySizeMb } = first;
    const worker = new Worker(this.#workerFile, { ...threadOptions(memorySizeMb), env: {} });
    this.#spare = { worker, memorySizeMb, since: performance.now() };
    worker.unref();
    worker.once('online', this.#onBooted);
    worker.on('error', this.#forget);
    worker.on('exit', this.#forget);
  }

  take(definition: FunctionDefinition): StartedThread | undefined {
    const spare = this.#spare;
    if (spare?.memorySizeMb !== definition.memorySizeMb || !this.#suits(definition)) return undefined;
    const { worker, since } = spare;
    this.#forget();
    worker.off('online', this.#onBooted).off('error', this.#forget).off('exit', this.#forget);
    worker.ref();
    return { worker, aheadMs: this.#bootMs ?? performance.now() - since };
  }

  /** Ends one that nobody has needed. */
  async retire(now: number): Promise<void> {
    if (this.#spare !== undefined && now - this.#spare.since > UNUSED_LIMIT_MS) await this.close();
  }

  async close(): Promise<void> {
    this.#wasStarted = true;
    await this.#spare?.worker.terminate();
  }

  #suits(definition: FunctionDefinition): boolean {
    return (
      isNodeRuntime(definition.runtime) &&
      !isIsolated(definition, this.#isolation) &&
      definition.layers.length === 0 &&
      !Object.keys(definition.environment).some((name) => READ_AT_START.test(name))
    );
  }

  readonly #onBooted = (): void => {
    if (this.#spare !== undefined) this.#bootMs = performance.now() - this.#spare.since;
  };

  readonly #forget = (): void => void (this.#spare = undefined);
}
