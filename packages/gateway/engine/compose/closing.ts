/** Runs the closing functions in reverse order of startup. */
export class Closing {
  readonly #closers: (() => unknown)[] = [];

  add(end: () => unknown): void {
    this.#closers.push(end);
  }

  /** Continues after a failure, because one broken part must not keep the sockets and locks of the other parts open. */
  async run(): Promise<void> {
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

/** Opens two parts concurrently. Rejects only after both have settled, so that cleanup misses nothing. */
export async function openBoth<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([first, second]);
  return Promise.all([first, second]);
}
