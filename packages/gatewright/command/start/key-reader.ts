/** Reads keys one by one from the terminal that runs the command, and restores the terminal afterwards. */
import { readKeys } from './keys.ts';
import type { KeyAction, TerminalAction } from './keys.ts';

/** The terminal functions that keys need. */
export interface KeyTerminal {
  readonly input: Pick<NodeJS.ReadStream, 'on' | 'off' | 'pause' | 'resume'>;
  readonly output: Pick<NodeJS.WriteStream, 'write'>;
  /**
   * Returns false if the terminal does not belong to this job now. If the job read from the terminal in that case, the
   * system would stop the job.
   */
  takeOver(): boolean;
  giveBack(): void;
  /** Sends the signal to every process of the job, as the terminal itself does. */
  signal(what: Exclude<TerminalAction, 'line'>): void;
  /**
   * Calls `resumed` when a stopped job continues, and `ending` before a signal ends the process immediately.
   * @returns a function that stops listening
   */
  watch(listeners: { readonly resumed: () => void; readonly ending: () => void }): () => void;
}

export interface KeyReader {
  /** False while the command is a job in the background. */
  readonly isReading: boolean;
  /** Gives the terminal back. No key is read afterwards. */
  close(): void;
}

export function openKeys(terminal: KeyTerminal, act: (action: KeyAction) => void): KeyReader {
  const { input, output } = terminal;
  const take = (bytes: Buffer): void => readKeys(bytes.toString()).forEach(doPressed);
  const doPressed = (pressed: KeyAction | TerminalAction): void => {
    switch (pressed) {
      case 'line':
        output.write('\n');
        break;
      case 'suspend':
        // The shell gets the terminal back when a job is stopped.
        leave();
        terminal.signal(pressed);
        break;
      case 'interrupt':
      case 'abort':
        terminal.signal(pressed);
        break;
      default:
        act(pressed);
    }
  };
  let isReading = false;
  const enter = (): void => {
    isReading = terminal.takeOver();
    if (isReading) input.resume();
    else input.pause();
  };
  const leave = (): void => {
    isReading = false;
    input.pause();
    terminal.giveBack();
  };
  const close = (): void => {
    input.off('data', take).off('error', close).off('end', close);
    unwatch();
    leave();
  };
  input.on('data', take).on('error', close).on('end', close);
  const unwatch = terminal.watch({ resumed: enter, ending: close });
  enter();
  return {
    get isReading() {
      return isReading;
    },
    close,
  };
}
