/** Locks by name. Each lock has one holder at a time, in the order of requests. */
export class KeyLocks {
  readonly #tails = new Map<string, Promise<void>>();

  /**
   * Runs a function while it holds all locks. Locks are always acquired in the same order, so that two holders cannot
   * wait for each other.
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
