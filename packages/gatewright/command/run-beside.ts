/** The command of `start --exec`: runs beside the gateway, gets its signals, and leaves nothing of itself behind. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { endMarked } from '../../engine/index.ts';

type Beside = {
  /** The command's exit code; 128 and the number of the signal that has ended it, as shells say it. */
  readonly ended: Promise<number>;
  /** Hands a signal on that was meant for the gateway. */
  pass(signal: NodeJS.Signals): void;
  /** Ends what is left of it. */
  stop(): Promise<void>;
};

/** What the command's own children have to end in order. */
const GRACE_MS = 500;
/** They would go with the local key pair, and spoil every signature. */
const OF_THE_DEVELOPER = ['AWS_SESSION_TOKEN', 'AWS_PROFILE'];

/**
 * By the shell. At a terminal it shares the gateway's process group, so that it can read keys; elsewhere it has one of
 * its own, which ends as a whole.
 * @param mark one of the variables, which no process has that was not started by the command
 */
export function runBeside(
  command: string,
  variables: Readonly<Record<string, string>>,
  mark: string,
): Beside {
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
  const tell = (signal: NodeJS.Signals): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(isGroup ? -child.pid : child.pid, signal);
    } catch {
      // Nobody is left.
    }
  };
  return {
    ended,
    pass(signal) {
      // Ctrl-C has reached all of a terminal's group already.
      if (!isOver && (isGroup || signal !== 'SIGINT')) tell(signal);
    },
    async stop() {
      if (isGroup || !isOver) tell('SIGTERM');
      if (!isOver) await Promise.race([ended, sleep(GRACE_MS)]);
      else if (isGroup && isThere(child.pid)) await sleep(GRACE_MS);
      if (isGroup || !isOver) tell('SIGKILL');
      await endMarked(`${mark}=${variables[mark] ?? ''}`);
    },
  };
}

/** The shell waits for its command, which gets signals as well, and ends with the command's own exit code. */
function shellOf(command: string): [string, ...string[]] {
  return process.platform === 'win32' ? [command] : ['sh', '-c', `trap 'exit $?' INT TERM\n${command}`];
}

/** Whether anybody of the group is left. */
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
