/** How much of the machine others use: if they use much of it, a late answer says nothing about the gateway. */
import { readFileSync } from 'node:fs';

/** Processor time since the machine started, of all processors, in the kernel's ticks. */
export type Use = { readonly total: number; readonly busy: number; readonly ours: number };

/** Of all processors. One that others keep busy is half of a machine of two. */
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
 * @param own `/proc/PID/stat` of each process of ours
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
  // Names of programs may contain blanks and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0);
}

/** Reads the CPU time of this process and some others; one that has ended is counted with its parent's children. */
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
