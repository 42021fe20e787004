/** Remembers the function that was saved last. Only this function is prepared for the next save. */
import type { RunnableCode } from '../code/runnable-code.ts';

export class LastSaved {
  #code: RunnableCode | undefined;

  note(code: RunnableCode): void {
    if (this.#code !== code) void this.#code?.endPreparing?.();
    this.#code = code;
    code.prepareSave?.();
  }
}
