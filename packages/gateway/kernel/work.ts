/** Unfinished work of event sources and functions. Tests and the closing gateway wait until it is done. */

export class Work {
  readonly #running = new Set<Promise<unknown>>();

  /** @param report receives errors that nothing else handles */
  track(run: () => Promise<unknown>, report: (fault: unknown) => void): void {
    const promise = run().catch(report);
    this.#running.add(promise);
    void promise.finally(() => this.#running.delete(promise));
  }

  get size(): number {
    return this.#running.size;
  }

  async idle(): Promise<void> {
    while (this.#running.size > 0) {
      await Promise.all(this.#running);
      // Finished work leaves the list one turn after the code that waits for it has run.
      await Promise.resolve();
    }
  }
}
