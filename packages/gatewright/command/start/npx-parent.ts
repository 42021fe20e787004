/**
 * Ends the gateway when npx ends, for example after `npx gatewright start &` and `kill`. npx does not pass the signal
 * on when it ends, and neither does npm for the scripts `start` and `gatewright`. The gateway would keep running and
 * keep its ports, so it watches its parent process and ends with it. If the gateway was started in another way, such as
 * with nohup, it keeps running.
 */
import { describeProcess } from './describe-process.ts';

const LOOK_EVERY_MS = 500;
const SHELL = /^-?(?:ba|da|k|z|a)?sh$/;

/**
 * Resolves when npx has ended, or npm that runs the script `start` or `gatewright`. Never resolves if neither of them
 * started the gateway.
 */
export function waitForNpxExit(environment: NodeJS.ProcessEnv = process.env): Promise<void> {
  const { npm_command: command, npm_lifecycle_event: script } = environment;
  if (command !== 'exec' && script !== 'start' && script !== 'gatewright')
    return new Promise(() => undefined);
  const parent = process.ppid;
  const beyond = beyondShell(parent);
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (process.ppid === parent && isThere(parent) && (beyond === undefined || isStill(beyond, parent)))
        return;
      clearInterval(timer);
      resolve();
    }, LOOK_EVERY_MS);
    timer.unref();
  });
}

/**
 * Returns the process above the shell in which npx runs the command. This shell may be another process between npx and
 * the gateway.
 */
function beyondShell(pid: number): number | undefined {
  const found = describeProcess(pid);
  return found !== undefined && SHELL.test(found.name) && found.parent > 1 ? found.parent : undefined;
}

/** On Linux, the parent of the shell is checked, because an ended process may remain as a zombie. */
function isStill(pid: number, shell: number): boolean {
  return process.platform === 'linux' ? describeProcess(shell)?.parent === pid : isThere(pid);
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
