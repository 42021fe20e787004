/** The unfinished work of event sources and functions. Tests, resets and clock jumps wait until it is done. */

export class Work {
  readonly #running = new Set<Promise<unknown>>();

  /**
   * Runs the work and counts it as unfinished until it ends.
   * @param report called with errors that nothing else handles
   */
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
      // Finished work stays in the list for one more turn, so that code that waits for it runs first.
      await Promise.resolve();
    }
  }
}
