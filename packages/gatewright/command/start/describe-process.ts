import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

type ProcessFacts = {
  readonly name: string;
  readonly parent: number;
  /** The process group of the process. A shell creates one for each job. */
  readonly group: number;
  /** The process group that owns the terminal now; negative or 0 if there is no terminal. */
  readonly foreground: number;
};

/**
 * Describes a process. Returns undefined if the process does not exist, or if the operating system does not provide the
 * facts.
 */
export function describeProcess(pid: number): ProcessFacts | undefined {
  try {
    if (process.platform === 'win32') return undefined;
    return process.platform === 'linux' ? readStat(pid) : askPs(pid);
  } catch {
    return undefined;
  }
}

/**
 * Reads the facts about a process on Linux.
 * @see proc_pid_stat(5)
 */
function readStat(pid: number): ProcessFacts {
  const [, name = '', parent, group, foreground] =
    /\((.*)\) \S (\d+) (\d+) \d+ \d+ (-?\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
  return { name, parent: Number(parent), group: Number(group), foreground: Number(foreground) };
}

function askPs(pid: number): ProcessFacts {
  const line = execFileSync('ps', ['-o', 'ppid=,pgid=,tpgid=,comm=', '-p', String(pid)], {
    encoding: 'utf8',
    timeout: 2_000,
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
  const [, parent, group, foreground, path = ''] = /^(\d+)\s+(\d+)\s+(-?\d+)\s+(.*)$/.exec(line) ?? [];
  const name = path.split('/').at(-1) ?? '';
  return { name, parent: Number(parent), group: Number(group), foreground: Number(foreground) };
}
