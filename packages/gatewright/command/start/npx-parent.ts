/**
 * Ends the gateway when npx ends, for example after `npx gatewright start &` and `kill`. npx does not pass on the
 * signal that ends it, and neither does npm for the scripts `start` and `gatewright`. The gateway would then keep
 * running and keep its ports. It therefore watches its parent process and ends with it. If the gateway was started in
 * any other way, for example with nohup, it keeps running.
 */
import { describeProcess } from './describe-process.ts';

const LOOK_EVERY_MS = 500;
const SHELL = /^-?(?:ba|da|k|z|a)?sh$/;

/**
 * Resolves when npx has ended, or when npm, which runs the script `start` or `gatewright`, has ended. Never resolves if
 * the gateway was not started by either of them.
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
 * Returns the parent process of the shell in which npx runs the command; undefined if there is no such shell between
 * npx and the gateway.
 */
function beyondShell(pid: number): number | undefined {
  const found = describeProcess(pid);
  return found !== undefined && SHELL.test(found.name) && found.parent > 1 ? found.parent : undefined;
}

/**
 * Whether a process is still running. On Linux, the parent of the shell is compared, because an ended process may still
 * exist as a zombie.
 */
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
