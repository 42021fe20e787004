/** Whether a process works, according to the kernel: time alone shows nothing on a machine that does other things. */
import { readdirSync, readFileSync } from 'node:fs';

/** The kernel's ticks, a hundred a second wherever Node.js runs. */
const MS_PER_TICK = 10;
/** A time that is longer than any test waits. */
const IDLE_AFTER_MS = 20_000;
/** The CPU time that a waiting process may use meanwhile for its timers. */
const IDLE_BURNS_MS = 200;

export type Standing = { readonly burntMs: number; readonly isRunnable: boolean };

export class Effort {
  readonly #read: () => Standing | undefined;
  readonly #burningMs: number;
  readonly #started: Standing | undefined;
  #idle: { readonly sinceMs: number; readonly burntMs: number } | undefined;

  /** @param burningMs of the processor, which is more than it needs */
  constructor(pid: number, burningMs: number, read: () => Standing | undefined = () => readStanding(pid)) {
    this.#read = read;
    this.#burningMs = burningMs;
    this.#started = read();
  }

  /** @returns undefined while it works, or nothing can be seen */
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

/** Reads the CPU time of a process with all its threads; undefined if there is no /proc, or no such process. */
function readStanding(pid: number): Standing | undefined {
  try {
    const threads = readdirSync(`/proc/${pid}/task`).map((id) => fieldsOf(`/proc/${pid}/task/${id}/stat`));
    const ticks = fieldsOf(`/proc/${pid}/stat`).slice(11, 13).map(Number);
    return {
      burntMs: ticks.reduce((sum, one) => sum + one, 0) * MS_PER_TICK,
      // Waiting for the processor is R, for a disk D.
      isRunnable: threads.some(([state]) => state !== 'S'),
    };
  } catch {
    return undefined;
  }
}

/** The fields after the name, which may contain blanks and brackets. */
function fieldsOf(path: string): readonly string[] {
  const stat = readFileSync(path, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
