/** A signal to a process and all that it has started: to its group, where the system has groups. */
import { spawn } from 'node:child_process';

/** What the system offers. */
type System = {
  readonly platform: NodeJS.Platform;
  readonly kill: (pid: number, signal: NodeJS.Signals) => void;
  readonly run: (command: string, args: readonly string[]) => void;
};

const HERE: System = {
  platform: process.platform,
  kill: (pid, signal) => {
    process.kill(pid, signal);
  },
  run: (command, args) => {
    // Whoever has ended meanwhile is no error, and without the command there is nothing else to call.
    spawn(command, args, { stdio: 'ignore', windowsHide: true }).on('error', () => undefined);
  },
};

/**
 * Windows has neither groups nor a signal that asks: there nothing happens before SIGKILL, which ends the tree of
 * processes by `taskkill`.
 */
export function signalGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL', system: System = HERE): void {
  if (system.platform === 'win32') {
    if (signal === 'SIGKILL') system.run('taskkill', ['/pid', String(pid), '/t', '/f']);
    return;
  }
  try {
    system.kill(-pid, signal);
  } catch {
    // Nobody of the group is left.
  }
}
