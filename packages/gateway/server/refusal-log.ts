import type { LogSink } from '../core/ports.ts';

const EVERY_MS = 1_000;

/**
 * Logs refusals that do not appear in the request log of any API. The first refusal is logged at once. Later refusals
 * are counted and logged once per second.
 */
export class RefusalLog {
  readonly #log: LogSink;
  /** The number of refusals since the last log line, by API or port and by reason. */
  readonly #counts = new Map<string, number>();

  constructor(log: LogSink) {
    this.#log = log;
  }

  /** @param what the API or port, for example `menu (a1b2c3d4e5)` */
  note(what: string, why: string): void {
    const line = `503 ${what}: ${why}`;
    const count = this.#counts.get(line);
    if (count !== undefined) {
      this.#counts.set(line, count + 1);
      return;
    }
    this.#log.write(line);
    this.#start(line);
  }

  #start(line: string): void {
    this.#counts.set(line, 0);
    setTimeout(() => this.#report(line), EVERY_MS).unref();
  }

  #report(line: string): void {
    const count = this.#counts.get(line) ?? 0;
    this.#counts.delete(line);
    if (count === 0) return;
    this.#log.write(`${line}; ${count} more within a second`);
    this.#start(line);
  }
}
