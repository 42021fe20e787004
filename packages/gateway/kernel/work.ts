/** Work between event sources and functions, for tests and the end of a start to wait for. */

export class Work {
  readonly #running = new Set<Promise<unknown>>();

  /** @param report gets faults that have no other reader */
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
      // Finished work leaves the list in a later turn than its waiters run.
      await Promise.resolve();
    }
  }
}
