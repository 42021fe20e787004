/** Measures how much CPU time other programs use. If they use much, a late answer says nothing about the gateway. */
import { readFileSync } from 'node:fs';

/** The CPU time of all processors since the machine started, in ticks of the kernel. */
export type Use = { readonly total: number; readonly busy: number; readonly ours: number };

/**
 * A share of the CPU time of all processors. On a machine with two processors, other programs that keep one of them
 * busy use half.
 */
const CROWDED = 0.25;

export class Strangers {
  readonly #read: () => Use;
  readonly #looks: { readonly atMs: number; readonly use: Use }[] = [];

  constructor(read: () => Use) {
    this.#read = read;
  }

  look(atMs: number): void {
    this.#looks.push({ atMs, use: this.#read() });
  }

  /** Returns the share of all CPU time between the samples that other processes used. */
  share(fromMs: number, toMs: number): number {
    const from = this.#looks.findLast(({ atMs }) => atMs <= fromMs) ?? this.#looks[0];
    const to = this.#looks.find(({ atMs }) => atMs >= toMs) ?? this.#looks.at(-1);
    if (from === undefined || to === undefined || to.use.total <= from.use.total) return 0;
    const others = ({ busy, ours }: Use): number => busy - ours;
    return Math.max(0, (others(to.use) - others(from.use)) / (to.use.total - from.use.total));
  }

  isCrowded(fromMs: number, toMs: number): boolean {
    return this.share(fromMs, toMs) >= CROWDED;
  }
}

/**
 * @param stat `/proc/stat`
 * @param own `/proc/PID/stat` of each of our own processes
 */
export function parseUse(stat: string, own: readonly string[]): Use {
  const [, ...fields] = (stat.split('\n')[0] ?? '').split(/\s+/);
  // The time of guests is already included in the time of users.
  const [user = 0, nice = 0, system = 0, idle = 0, waiting = 0, ...rest] = fields.slice(0, 8).map(Number);
  const busy = [user, nice, system, ...rest].reduce((sum, ticks) => sum + ticks, 0);
  return { total: busy + idle + waiting, busy, ours: own.map(parseOwn).reduce((sum, one) => sum + one, 0) };
}

/** Returns the CPU time of a process, including that of its ended children. */
function parseOwn(stat: string): number {
  // The name of a program may contain blanks and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0);
}

/**
 * Reads the CPU time of this process and of some others. The time of a process that has ended is part of its parent's
 * time for children.
 */
export function readUse(pids: readonly number[]): Use {
  const own = [process.pid, ...pids].flatMap((pid) => {
    try {
      return [readFileSync(`/proc/${pid}/stat`, 'utf8')];
    } catch {
      return [];
    }
  });
  return parseUse(readFileSync('/proc/stat', 'utf8'), own);
}
