/**
 * A function is a thread of a shared process. What would end the gateway ends only the instance, as in Lambda, even if
 * it comes from threads that the function starts.
 */
import { readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import type { Worker, WorkerOptions } from 'node:worker_threads';

/** Exit code of a killed process, as in a shell: 128 + SIGKILL. */
const KILLED = 137;

/** @param preload file of `in-worker.ts`, built */
export function shieldProcess(preload: string, warn: (message: string) => void): void {
  // Otherwise the AWS SDK reads the developer's ~/.aws.
  process.getBuiltinModule('node:os').homedir = () => '/home/sbx_user1051';
  shieldSignals(warn);
  shieldWorkers(preload, warn);
  syncBuiltinESMExports();
}

/** The first two options of this thread are the ones that `shieldWorkers` has added. */
export function shieldWorker(preload: string): void {
  process.execArgv = process.execArgv.slice(2);
  // The parent thread reports the end of both.
  shieldProcess(preload, () => undefined);
}

/**
 * Children can still be signalled, alone and as their own groups. `_kill` is what `process.kill` calls, and functions
 * can reach it.
 */
function shieldSignals(warn: (message: string) => void): void {
  const shared = process as typeof process & { _kill: (pid: unknown, signal: unknown) => number };
  const kill = shared._kill.bind(process);
  shared._kill = (pid, signal) => {
    // The binding accepts strings and uses the lower 32 bits of a number.
    const target = Number(pid) | 0;
    if (!isGateway(target)) return kill(target, signal);
    // Only checks whether the process exists.
    if (signal === 0) return 0;
    warn(`process.kill(${target}) would have ended the gateway; it ends this instance`);
    process.exit(KILLED);
  };
}

/** A worker has its own `process`, so it is shielded first; if it is killed, its parent ends, too. */
function shieldWorkers(preload: string, warn: (message: string) => void): void {
  const threads = process.getBuiltinModule('node:worker_threads');
  const shielded = new Proxy(threads.Worker, {
    construct(target, [file, options]: [string | URL, WorkerOptions?], newTarget) {
      // Not `--import`, for which a worker of `eval` does not wait.
      const execArgv = ['--require', preload, ...(options?.execArgv ?? process.execArgv)];
      const worker = Reflect.construct(target, [file, { ...options, execArgv }], newTarget) as Worker;
      worker.once('exit', (code) => {
        if (code !== KILLED) return;
        warn('process.kill() in a worker would have ended the gateway; it ends this instance');
        process.exit(KILLED);
      });
      return worker;
    },
  });
  threads.Worker.prototype.constructor = shielded;
  threads.Worker = shielded;
}

/** The process, its parent, its group, and "all processes". */
function isGateway(pid: number): boolean {
  return pid === process.pid || pid === process.ppid || pid === 0 || pid === -1 || -pid === groupOf();
}

/** Undefined if the system does not show it; a gateway started by a shell leads a group with its own id. */
function groupOf(): number | undefined {
  try {
    // `4711 (node) S 4000 4700 …`: state, parent and group follow the name, which may contain anything.
    const [, , group] = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return group === undefined ? process.pid : Number(group);
  } catch {
    return process.pid;
  }
}
