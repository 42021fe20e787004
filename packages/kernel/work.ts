/** What is under way between event sources and functions, so that a test and the end of a start can wait for it. */

export class Work {
  readonly #running = new Set<Promise<unknown>>();

  /** @param report is told of what nobody else hears of */
  track(run: () => Promise<unknown>, report: (fault: unknown) => void): void {
    const promise = run().catch(report);
    this.#running.add(promise);
    void promise.finally(() => this.#running.delete(promise));
  }

  get size(): number {
    return this.#running.size;
  }

  /** When nothing is under way any more, also of what follows from it. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) {
      await Promise.all(this.#running);
      // What has ended takes itself off the list in a later turn than those who wait for it.
      await Promise.resolve();
    }
  }
}
