/**
 * Enforces the memory limits of process groups. The memory of a group is the sum of the memory that the system reports
 * for its processes.
 */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The interval in milliseconds between checks of a group's first process. The whole group is checked less often. */
const LOOK_EVERY_MS = 100;
const LOOKS_PER_GROUP = 4;
const PAGE_BYTES = 4096;
const BYTES_PER_KB = 1024;

type WatchedGroup = {
  readonly id: number;
  readonly limitBytes: number;
  readonly onTooLarge: () => void;
};

export class GroupMemory {
  readonly #groups = new Set<WatchedGroup>();
  #timer: NodeJS.Timeout | undefined;
  #looks = 0;
  #isLooking = false;

  /**
   * Starts to watch a group.
   * @returns a function that stops watching
   */
  watch(group: WatchedGroup): () => void {
    this.#groups.add(group);
    this.#timer ??= setInterval(() => void this.#look(), LOOK_EVERY_MS).unref();
    return () => {
      this.#groups.delete(group);
      if (this.#groups.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    this.#looks += 1;
    try {
      const looksAtAll = this.#looks % LOOKS_PER_GROUP === 0;
      const bytesOf = process.platform === 'linux' ? linuxSizes(looksAtAll) : await otherSizes(looksAtAll);
      for (const group of [...this.#groups]) if (bytesOf(group.id) > group.limitBytes) group.onTooLarge();
    } finally {
      this.#isLooking = false;
    }
  }
}

type Sizes = (group: number) => number;

function linuxSizes(looksAtAll: boolean): Sizes {
  if (!looksAtAll) return residentOf;
  const members = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const group = groupOf(name);
    if (group !== undefined) members.set(group, [...(members.get(group) ?? []), Number(name)]);
  }
  return (group) => sum((members.get(group) ?? []).map(proportionalOf));
}

/**
 * Reads the process group from `4711 (name) S 4000 4700 …`. State, parent and group follow the name in parentheses,
 * which may contain any characters.
 */
function groupOf(pid: string): number | undefined {
  const text = readText(`/proc/${pid}/stat`);
  const [, , group] = text.slice(text.lastIndexOf(') ') + 2).split(' ');
  return group === undefined ? undefined : Number(group);
}

function residentOf(pid: number): number {
  return Number(readText(`/proc/${pid}/statm`).split(' ')[1] ?? 0) * PAGE_BYTES;
}

/**
 * Returns the memory of a process. A memory page that several processes share counts only in part for each of them, so
 * that the sum of all processes counts it once.
 */
function proportionalOf(pid: number): number {
  const kilobytes = /^Pss:\s+(\d+)/m.exec(readText(`/proc/${pid}/smaps_rollup`))?.[1];
  return kilobytes === undefined ? residentOf(pid) : Number(kilobytes) * BYTES_PER_KB;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

async function otherSizes(looksAtAll: boolean): Promise<Sizes> {
  if (!looksAtAll) return () => 0;
  const { stdout } = await run('ps', ['-axo', 'pgid=,rss=']).catch(() => ({ stdout: '' }));
  const rows = stdout.split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  return (group) => sum(rows.filter(([id]) => id === group).map(([, kilobytes = 0]) => kilobytes)) * 1024;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
