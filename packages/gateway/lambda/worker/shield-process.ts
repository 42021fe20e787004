/**
 * Protects the gateway from its functions, because they are threads of the same process. An action that would end the
 * gateway ends only the instance, as in Lambda. This also applies to actions of threads that a function starts.
 */
import { readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import type { Worker, WorkerOptions } from 'node:worker_threads';
import { shieldAddons } from './native-addons.ts';
import { standIn } from './stand-in.ts';

/** The exit code of a killed process, as in a shell: 128 + SIGKILL. */
const KILLED = 137;

/**
 * Protects the gateway's process from the functions that run in its threads.
 * @param preload the path of the built `in-worker.ts`
 */
export function shieldProcess(preload: string, warn: (message: string) => void): void {
  // The home folder is replaced, because otherwise the AWS SDK would read the developer's ~/.aws.
  process.getBuiltinModule('node:os').homedir = () => '/home/sbx_user1051';
  shieldSignals(warn);
  shieldWorkers(preload, warn);
  shieldAddons();
  syncBuiltinESMExports();
}

/**
 * Protects the gateway from a worker that a function has started. The first two options of the thread are removed,
 * because `shieldWorkers` has added them.
 */
export function shieldWorker(preload: string): void {
  process.execArgv = process.execArgv.slice(2);
  // There is no warning, because the parent thread reports the end of the worker.
  shieldProcess(preload, () => undefined);
}

/**
 * Prevents a function from sending signals to the gateway. Its child processes can still receive signals, individually
 * and as groups. `_kill` is also replaced, because `process.kill` calls it and functions can call it directly.
 */
function shieldSignals(warn: (message: string) => void): void {
  const shared = process as typeof process & { _kill: (pid: unknown, signal: unknown) => number };
  const real = shared._kill;
  const kill = real.bind(process);
  const replacement: typeof real = (pid, signal) => {
    // The binding accepts strings and uses the lower 32 bits of a number.
    const target = Number(pid) | 0;
    if (!isGateway(target)) return kill(target, signal);
    // Signal 0 is allowed, because it only checks whether the process exists.
    if (signal === 0) return 0;
    warn(`process.kill(${target}) would have ended the gateway; only this instance ends instead`);
    process.exit(KILLED);
  };
  shared._kill = standIn(replacement, real);
}

/**
 * Protects the gateway from the workers of a function. A worker has its own `process` object, which is replaced before
 * the worker's code runs. If the worker is killed, its parent thread also ends.
 */
function shieldWorkers(preload: string, warn: (message: string) => void): void {
  const threads = process.getBuiltinModule('node:worker_threads');
  const shielded = new Proxy(threads.Worker, {
    construct(target, [file, options]: [string | URL, WorkerOptions?], newTarget) {
      // `--import` is not used because a worker with `eval` does not wait for it.
      const execArgv = ['--require', preload, ...(options?.execArgv ?? process.execArgv)];
      const worker = Reflect.construct(target, [file, { ...options, execArgv }], newTarget) as Worker;
      worker.once('exit', (code) => {
        if (code !== KILLED) return;
        warn('process.kill() in a worker would have ended the gateway; only this instance ends instead');
        process.exit(KILLED);
      });
      return worker;
    },
  });
  const replacement = standIn(shielded, threads.Worker);
  threads.Worker.prototype.constructor = replacement;
  threads.Worker = replacement;
}

/**
 * Whether a signal to this id would reach the gateway. This is the case if the id identifies the process, its parent,
 * its group, or "all processes".
 */
function isGateway(pid: number): boolean {
  return pid === process.pid || pid === process.ppid || pid === 0 || pid === -1 || -pid === groupOf();
}

/**
 * Returns the process group of the gateway; its process id if the system does not show the group. If a shell has
 * started the gateway, the two are equal, because the gateway is the leader of its group.
 */
function groupOf(): number | undefined {
  try {
    // In `4711 (node) S 4000 4700 …`, state, parent and group follow the name, which may contain any characters.
    const [, , group] = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return group === undefined ? process.pid : Number(group);
  } catch {
    return process.pid;
  }
}
