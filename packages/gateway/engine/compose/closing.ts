/** Runs ends in reverse order of the starts. */
export class Closing {
  readonly #closers: (() => unknown)[] = [];

  add(end: () => unknown): void {
    this.#closers.push(end);
  }

  /** Continues after an end that fails: one broken part must not keep the sockets and locks of others. */
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

/** Both at once; rejects only when neither is still opening, so that cleaning up misses nothing. */
export async function openBoth<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([first, second]);
  return Promise.all([first, second]);
}
