import { syncBuiltinESMExports } from 'node:module';
import { workerData } from 'node:worker_threads';
import { readFileSync } from 'node:fs';

import { type InstanceStart, readInstanceStart } from '../instance-start.ts';
import type { FunctionOutput } from './output.ts';
import { runInstance } from './run-instance.ts';

/** Exit code of a killed process, as in a shell: 128 + SIGKILL. */
const KILLED = 137;

await runInstance(readInstanceStart(workerData), {
  seal: sealProcess,
  isProcess: false,
  exit: (code) => process.exit(code),
});

/** Replaces what a thread would otherwise take from the gateway's process. */
function sealProcess({ taskRoot }: InstanceStart, output: FunctionOutput): void {
  // Otherwise the AWS SDK reads the developer's ~/.aws.
  process.getBuiltinModule('node:os').homedir = () => '/home/sbx_user1051';
  shieldProcess((message) => output.report('WARN', message));
  syncBuiltinESMExports();
  process.cwd = () => taskRoot;
  if (!/^:?(?:UTC|Etc\/UTC)?$/.test(process.env['TZ'] ?? '')) {
    output.report('WARN', `TZ=${process.env['TZ'] ?? ''} has no effect: threads share one time zone, UTC`);
  }
  process.on('newListener', (name: string | symbol) => {
    if (typeof name === 'string' && /^SIG[A-Z]/.test(name)) {
      output.report(
        'WARN',
        `${name} is never delivered here: a function runs in a worker thread of the gateway`,
      );
    }
  });
}

/**
 * Signals of a function, which here is a thread of a shared process: one that would hit the gateway ends the
 * instance instead, as in Lambda. Children can still be signalled, alone and as their own groups. `_kill` is
 * what `process.kill` calls, and functions can reach it.
 */
function shieldProcess(warn: (message: string) => void): void {
  const shared = process as typeof process & { _kill: (pid: unknown, signal: unknown) => number };
  const kill = shared._kill.bind(process);
  shared._kill = (pid, signal) => {
    // The binding takes texts, and the lower 32 bits of a number.
    const target = Number(pid) | 0;
    if (!isGateway(target)) return kill(target, signal);
    // Only checks whether the process exists.
    if (signal === 0) return 0;
    warn(`process.kill(${target}) would have ended the gateway; it ends this instance`);
    process.exit(KILLED);
  };
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
