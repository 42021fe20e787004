export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Not `async`: the caller must continue before the next task, or that one repeats its request. */
  take<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(run);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
