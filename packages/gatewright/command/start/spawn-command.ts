/** Runs the command of `start --exec` next to the gateway, passes signals on to it, and ends all its processes. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { endMarked } from '../../../gateway/engine/index.ts';

type SpawnedCommand = {
  /**
   * Resolves with the command's exit code, or with 128 plus the number of the signal that ended the command, as in
   * shells.
   */
  readonly ended: Promise<number>;
  /** Passes a signal that the gateway has received on to the command. */
  pass(signal: NodeJS.Signals): void;
  /** Ends the remaining processes of the command. */
  stop(): Promise<void>;
};

/** The time in milliseconds that the command's child processes have to end. */
const GRACE_MS = 500;
/**
 * Environment variables of the developer that the command must not get. SDKs would send their values with the local key
 * pair, which would invalidate every signature.
 */
const OF_THE_DEVELOPER = ['AWS_SESSION_TOKEN', 'AWS_PROFILE'];

/**
 * Runs the command through the shell. On a terminal, the command shares the gateway's process group, so that it can
 * read keys. Otherwise, it has its own process group, and this group is ended as a whole.
 * @param mark a variable that identifies the command's processes
 */
export function spawnCommand(
  command: string,
  variables: Readonly<Record<string, string>>,
  mark: string,
): SpawnedCommand {
  const isGroup = !process.stdin.isTTY && process.platform !== 'win32';
  const inherited = Object.entries(process.env).filter(([name]) => !OF_THE_DEVELOPER.includes(name));
  const [program, ...args] = shellOf(command);
  const child = spawn(program, args, {
    shell: process.platform === 'win32',
    stdio: 'inherit',
    detached: isGroup,
    env: { ...Object.fromEntries(inherited), ...variables },
  });
  let isOver = false;
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      isOver = true;
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
  const forward = (signal: NodeJS.Signals): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(isGroup ? -child.pid : child.pid, signal);
    } catch {
      // The error is ignored, because it means that no process is left.
    }
  };
  return {
    ended,
    pass(signal) {
      // Ctrl-C is not passed on if the command shares the terminal's process group, because the terminal sends it to
      // the whole group.
      if (!isOver && (isGroup || signal !== 'SIGINT')) forward(signal);
    },
    async stop() {
      if (isGroup || !isOver) forward('SIGTERM');
      if (!isOver) await Promise.race([ended, sleep(GRACE_MS)]);
      else if (isGroup && isThere(child.pid)) await sleep(GRACE_MS);
      if (isGroup || !isOver) forward('SIGKILL');
      await endMarked(`${mark}=${variables[mark] ?? ''}`);
    },
  };
}

/**
 * Returns the shell for a command, with its arguments. When the shell gets a signal, it waits until the command has
 * ended, and then ends with the command's exit code.
 */
function shellOf(command: string): [string, ...string[]] {
  return process.platform === 'win32' ? [command] : ['sh', '-c', `trap 'exit $?' INT TERM\n${command}`];
}

function isThere(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(-pid, 0);
  } catch {
    return false;
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
