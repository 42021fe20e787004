/** Locks by name: one holder at a time, first come, first served. */
export class KeyLocks {
  readonly #tails = new Map<string, Promise<void>>();

  /**
   * Runs while holding all names. They are always taken in the same order, so two holders cannot wait for
   * each other.
   */
  async hold<T>(names: readonly string[], run: () => Promise<T>): Promise<T> {
    const releases: (() => void)[] = [];
    try {
      for (const name of [...new Set(names)].sort()) releases.push(await this.#take(name));
      return await run();
    } finally {
      for (const release of releases) release();
    }
  }

  async #take(name: string): Promise<() => void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const before = this.#tails.get(name);
    const tail = promise.then(() => undefined);
    this.#tails.set(name, tail);
    await before;
    return () => {
      if (this.#tails.get(name) === tail) this.#tails.delete(name);
      resolve(undefined);
    };
  }
}
