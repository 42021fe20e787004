export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Runs a task after all earlier tasks. The method is not `async`, because the caller must continue before the next
   * task starts. Otherwise the next task would repeat the caller's request.
   */
  take<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(run);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
