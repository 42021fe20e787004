/** Collects functions that close the parts of the gateway, and runs them in reverse order of startup. */
export class Closing {
  readonly #closers: (() => unknown)[] = [];
  readonly #controller = new AbortController();

  /** Is aborted when the closing functions begin to run. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  add(end: () => unknown): void {
    this.#closers.push(end);
  }

  /**
   * Runs all closing functions, even if one of them fails, because otherwise a broken part would keep the sockets and
   * locks of the other parts open.
   */
  async run(): Promise<void> {
    this.#controller.abort();
    const faults: unknown[] = [];
    for (const end of this.#closers.splice(0).reverse()) {
      try {
        await end();
      } catch (fault) {
        faults.push(fault);
      }
    }
    if (faults.length > 0) throw faults[0];
  }
}

/**
 * Opens two parts concurrently. If one part fails, the promise rejects only when the other part has opened or failed,
 * so that cleanup closes both.
 */
export async function openBoth<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([first, second]);
  return Promise.all([first, second]);
}
