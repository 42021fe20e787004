/** Runs one after the other what must not overlap. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Not `async`: its caller must run on before the next in turn, or that one would ask for what is there. */
  take<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(run);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
