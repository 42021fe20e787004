/** A thread of a function that has booted before its code is built. */
import type { Worker } from 'node:worker_threads';

import { bootThread, type ThreadProgram } from './start-thread.ts';

/** Delay before a spare thread boots, so that events that waited for a save are served first. */
const KEEP_AFTER_MS = 250;
/** How long the thread, which occupies 12 MB, waits for the next save. */
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
    // A debugger would show a thread without code.
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

  /** Keeps a thread ready for a while. */
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
