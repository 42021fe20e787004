/** `process.kill` as a function may use it: a function is a process at Lambda, and here a thread of everybody's. */
import { readFileSync } from 'node:fs';

/** Of a process that a signal has ended, as a shell says it: 128 and SIGKILL. */
const KILLED = 137;

/**
 * What would hit the gateway ends the instance instead, which is what it would end at Lambda. Children can still be
 * signalled, alone and as groups of their own.
 */
export function shieldProcess(warn: (message: string) => void): void {
  const kill = process.kill.bind(process);
  process.kill = (pid, signal) => {
    // Node takes a text that is a number, too.
    const target: unknown = pid;
    if (!isGateway(Number(target))) return kill(pid, signal);
    // Asks only whether there is such a process.
    if (signal === 0) return true;
    warn(`process.kill(${pid}) would have ended the gateway; it ends this instance`);
    process.exit(KILLED);
  };
}

/** The process, whoever waits for it, its group, and all that may be signalled. */
function isGateway(pid: number): boolean {
  return pid === process.pid || pid === process.ppid || pid === 0 || pid === -1 || -pid === groupOf();
}

/** Undefined where the system does not say; a gateway started by a shell leads a group of its own id. */
function groupOf(): number | undefined {
  try {
    // `4711 (node) S 4000 4700 …`: state, parent and group follow the name, which may hold anything.
    const [, , group] = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return group === undefined ? process.pid : Number(group);
  } catch {
    return process.pid;
  }
}
