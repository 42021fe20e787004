/**
 * Finds out from the kernel whether a process works, because on a busy machine, elapsed time alone does not show this.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** The kernel's ticks, a hundred a second wherever Node.js runs. */
const MS_PER_TICK = 10;
/** A process is idle if it has not worked for this time, which is longer than any test waits. */
const IDLE_AFTER_MS = 20_000;
/** The CPU time that a waiting process may use in this time, for its timers. */
const IDLE_BURNS_MS = 200;

export type Standing = { readonly burntMs: number; readonly isRunnable: boolean };

export class Effort {
  readonly #read: () => Standing | undefined;
  readonly #burningMs: number;
  readonly #started: Standing | undefined;
  #idle: { readonly sinceMs: number; readonly burntMs: number } | undefined;

  /** @param burningMs a CPU time that is longer than the process needs */
  constructor(pid: number, burningMs: number, read: () => Standing | undefined = () => readStanding(pid)) {
    this.#read = read;
    this.#burningMs = burningMs;
    this.#started = read();
  }

  /** @returns undefined while the process works, or if its state cannot be read */
  look(nowMs: number): 'burning' | 'idle' | undefined {
    const now = this.#read();
    if (now === undefined || this.#started === undefined) return undefined;
    if (now.burntMs - this.#started.burntMs > this.#burningMs) return 'burning';
    const isIdle =
      !now.isRunnable && this.#idle !== undefined && now.burntMs - this.#idle.burntMs <= IDLE_BURNS_MS;
    if (!isIdle) this.#idle = { sinceMs: nowMs, burntMs: now.burntMs };
    return isIdle && nowMs - this.#idle!.sinceMs >= IDLE_AFTER_MS ? 'idle' : undefined;
  }
}

/** Reads the CPU time of a process with all its threads. Returns undefined if there is no /proc, or no such process. */
function readStanding(pid: number): Standing | undefined {
  try {
    const threads = readdirSync(`/proc/${pid}/task`).map((id) => fieldsOf(`/proc/${pid}/task/${id}/stat`));
    const ticks = fieldsOf(`/proc/${pid}/stat`).slice(11, 13).map(Number);
    return {
      burntMs: ticks.reduce((sum, one) => sum + one, 0) * MS_PER_TICK,
      // R means that the thread runs or waits for the processor; D, that it waits for a disk.
      isRunnable: threads.some(([state]) => state !== 'S'),
    };
  } catch {
    return undefined;
  }
}

/** Returns the fields after the program's name, because the name may contain blanks and brackets. */
function fieldsOf(path: string): readonly string[] {
  const stat = readFileSync(path, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
