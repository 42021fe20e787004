/** One function at most has a spare instance: that which was saved last. */
import type { RunnableCode } from './runnable-code.ts';

export class LastSaved {
  #code: RunnableCode | undefined;

  note(code: RunnableCode): void {
    if (this.#code !== code) void this.#code?.endSpare?.();
    this.#code = code;
    code.keepSpare?.();
  }
}
