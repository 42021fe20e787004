/**
 * Controls the terminal from which the command was started, so that keys can be read. It sets the terminal's modes, and
 * finds out which job owns the terminal.
 */
import { execFileSync } from 'node:child_process';
import { describeProcess } from './describe-process.ts';
import type { KeyTerminal } from './key-reader.ts';

const STTY_WITHIN_MS = 2_000;
/**
 * The interval in milliseconds at which a job in the background checks whether it has moved to the foreground. A shell
 * does not notify a running job of this.
 */
const LOOK_EVERY_MS = 1_000;
/**
 * With these modes, keys arrive immediately and are not echoed. Signals are sent with `KeyTerminal.signal`, so that the
 * terminal modes are restored first.
 */
const KEY_MODES = ['-icanon', '-echo', '-isig', 'min', '1', 'time', '0'];

/**
 * Opens the terminal. Returns undefined if stdin and stdout are not a terminal, or if the terminal's modes cannot be
 * read. Node restores the initial modes when the process exits or crashes. Node's own raw mode is not used, because
 * ending it in a background job would stop the job (SIGTTOU).
 */
export function openTerminal(): KeyTerminal | undefined {
  const { stdin: input, stdout: output } = process;
  if (!output.isTTY || !input.isTTY) return undefined;
  return process.platform === 'win32' ? windowsTerminal(input, output) : jobTerminal(input, output);
}

function windowsTerminal(input: NodeJS.ReadStream, output: NodeJS.WriteStream): KeyTerminal {
  return {
    input,
    output,
    takeOver() {
      input.setRawMode(true);
      return true;
    },
    giveBack: () => void input.setRawMode(false),
    signal(what) {
      if (what !== 'suspend') process.emit('SIGINT');
    },
    watch: () => () => undefined,
  };
}

const SIGNALS = { interrupt: 'SIGINT', suspend: 'SIGTSTP', abort: 'SIGQUIT' } as const;
/**
 * Signals that end the process immediately by default. SIGINT and SIGTERM are not listed, because they end the command,
 * which closes the reader.
 */
const ENDING = ['SIGHUP', 'SIGQUIT'] as const;

function jobTerminal(input: NodeJS.ReadStream, output: NodeJS.WriteStream): KeyTerminal | undefined {
  const modes = stty(['-g']);
  if (modes === undefined) return undefined;
  let isTaken = false;
  let resume = (): void => undefined;
  let looking: NodeJS.Timeout | undefined;
  const look = (): void => {
    if (isForeground()) resume();
  };
  return {
    input,
    output,
    takeOver() {
      isTaken = isForeground() && stty(KEY_MODES) !== undefined;
      clearInterval(looking);
      if (!isTaken) looking = setInterval(look, LOOK_EVERY_MS).unref();
      return isTaken;
    },
    giveBack() {
      if (isTaken && isForeground()) stty([modes]);
      isTaken = false;
    },
    signal: (what) => void process.kill(0, SIGNALS[what]),
    watch({ resumed, ending }) {
      const end = (signal: NodeJS.Signals): void => {
        ending();
        process.kill(process.pid, signal);
      };
      resume = resumed;
      process.on('SIGCONT', resumed);
      for (const name of ENDING) process.on(name, end);
      return () => {
        clearInterval(looking);
        process.off('SIGCONT', resumed);
        for (const name of ENDING) process.off(name, end);
      };
    },
  };
}

function isForeground(): boolean {
  const own = describeProcess(process.pid);
  return own !== undefined && own.group === own.foreground;
}

/** Runs `stty`. Returns undefined if the program does not exist or has failed. */
function stty(args: readonly string[]): string | undefined {
  try {
    const options = { timeout: STTY_WITHIN_MS, killSignal: 'SIGKILL', encoding: 'utf8' } as const;
    return execFileSync('stty', args, { ...options, stdio: ['inherit', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}
