/** A spare thread of a function, which boots before the function's code is built. */
import type { Worker } from 'node:worker_threads';

import { bootThread, type ThreadProgram } from './start-thread.ts';

/** The delay in milliseconds before a spare thread boots. Events that waited for a save are processed first. */
const KEEP_AFTER_MS = 250;
/**
 * The time in milliseconds for which a spare thread waits for the next save. It is limited, because the thread uses 12
 * MB.
 */
const KEEP_FOR_MS = 120_000;

export class SpareThread {
  #worker: Worker | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  /**
   * Boots a spare thread.
   * @param program the program of the previous code; a started instance uses its own program
   */
  boot(program: ThreadProgram): void {
    // There is no spare thread if a debugger may attach, because the debugger would show a thread without code.
    if (this.#worker !== undefined || this.#isOver || program.debugging !== undefined) return;
    const worker = bootThread(program);
    worker.unref();
    this.#worker = worker;
    const forget = (): void => {
      if (this.#worker === worker) this.#worker = undefined;
    };
    worker.on('error', forget);
    worker.on('exit', forget);
  }

  take(): Worker | undefined {
    const worker = this.#worker;
    this.#worker = undefined;
    worker?.ref();
    return worker;
  }

  /** Boots a spare thread after a short delay, and ends it if no save uses it within two minutes. */
  keep(program: ThreadProgram): void {
    if (this.#isOver) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.boot(program);
      this.#timer = setTimeout(() => void this.end(), KEEP_FOR_MS).unref();
    }, KEEP_AFTER_MS).unref();
  }

  /** Ends the spare thread and prevents the start of another. */
  close(): Promise<void> {
    this.#isOver = true;
    return this.end();
  }

  async end(): Promise<void> {
    clearTimeout(this.#timer);
    await this.take()?.terminate();
  }
}
