/** The ends of what a start has opened. */

/** What must end, in reverse order of its start. */
export class Closing {
  readonly #ends: (() => unknown)[] = [];

  add(end: () => unknown): void {
    this.#ends.push(end);
  }

  /** Goes on after an end that fails: one broken part must not keep the others' sockets and locks. */
  async run(): Promise<void> {
    const faults: unknown[] = [];
    for (const end of this.#ends.splice(0).reverse()) {
      try {
        await end();
      } catch (fault) {
        faults.push(fault);
      }
    }
    if (faults.length > 0) throw faults[0];
  }
}

/** Both at once; rejects only when neither is still opening, so that whoever cleans up misses nothing. */
export async function allOrNothing<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([first, second]);
  return Promise.all([first, second]);
}
