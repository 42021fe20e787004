/** Recent output of functions, by invocation id. */
import type { RecordedOutcome } from './recorded-request.ts';

export type PrintedLine = {
  readonly functionName: string;
  readonly requestId: string | undefined;
  readonly level: string | undefined;
  readonly epochMs: number;
  readonly message: string;
};

const MAX_LINES = 5_000;
const MAX_CHARACTERS = 4 * 1024 * 1024;
const LINE_LIMIT = 4 * 1024;

export class FunctionLines {
  #lines: PrintedLine[] = [];
  #characters = 0;

  onLine(line: PrintedLine): void {
    const message = line.message.length > LINE_LIMIT ? `${line.message.slice(0, LINE_LIMIT)}…` : line.message;
    this.#lines.push({ ...line, message });
    this.#characters += message.length;
    if (this.#lines.length > 2 * MAX_LINES || this.#characters > 2 * MAX_CHARACTERS) this.#forget();
  }

  /** Returns the last lines of one function or of all functions, newest last. */
  last(count: number, functionName?: string): readonly PrintedLine[] {
    return this.#lines
      .filter((line) => functionName === undefined || line.functionName === functionName)
      .slice(-count);
  }

  ofInvocation(requestId: string): readonly PrintedLine[] {
    return this.#lines.filter((line) => line.requestId === requestId);
  }

  /**
   * Returns what a failed invocation printed. If the code failed while it was loaded, this is the error that the start
   * of the instance printed, because such a line belongs to no invocation.
   * @param functionName the name of the invoked function; undefined if no function was invoked
   */
  ofOutcome(outcome: RecordedOutcome | undefined, functionName: string | undefined): readonly PrintedLine[] {
    const requestId = requestIdOf(outcome);
    const own = requestId === undefined ? [] : this.ofInvocation(requestId);
    if (own.length > 0 || outcome?.kind !== 'failed' || outcome.errorMessage === '') return own;
    const { errorMessage } = outcome;
    // The outcome repeats the text of this line. Otherwise, only the function connects the outcome and the line.
    const ofStart = this.#lines.findLast(
      ({ requestId: of, level, message: text, functionName: name }) =>
        of === undefined && level === 'ERROR' && name === functionName && text.includes(errorMessage),
    );
    return ofStart === undefined ? [] : [ofStart];
  }

  /** Returns the number of bytes that each invocation printed, for invocations that printed anything. */
  bytesByInvocation(): ReadonlyMap<string, number> {
    const bytes = new Map<string, number>();
    for (const { requestId, message } of this.#lines)
      if (requestId !== undefined)
        bytes.set(requestId, (bytes.get(requestId) ?? 0) + Buffer.byteLength(message) + 1);
    return bytes;
  }

  clear(): void {
    this.#lines = [];
    this.#characters = 0;
  }

  /** Drops a quarter of the lines at once, so that the cost per line is constant. */
  #forget(): void {
    while (this.#lines.length > MAX_LINES || this.#characters > MAX_CHARACTERS) {
      const gone = this.#lines.splice(0, Math.max(1, this.#lines.length >> 2));
      for (const { message } of gone) this.#characters -= message.length;
    }
  }
}

export function requestIdOf(outcome: RecordedOutcome | undefined): string | undefined {
  return outcome !== undefined && 'requestId' in outcome ? outcome.requestId?.() : undefined;
}
