/** Reads keys one by one from the terminal that runs the command, and restores the terminal afterwards. */
import { readKeys } from './keys.ts';
import type { KeyAction, TerminalAction } from './keys.ts';

/** The functions of the terminal that are needed to read keys. */
export interface KeyTerminal {
  readonly input: Pick<NodeJS.ReadStream, 'on' | 'off' | 'pause' | 'resume'>;
  readonly output: Pick<NodeJS.WriteStream, 'write'>;
  /**
   * Starts to read keys. Returns false if the terminal does not belong to this job at present. If the job read from the
   * terminal anyway, the operating system would stop the job.
   */
  takeOver(): boolean;
  giveBack(): void;
  /** Sends the signal to every process of the job, as the terminal itself does. */
  signal(what: Exclude<TerminalAction, 'line'>): void;
  /**
   * Registers listeners. `resumed` is called when a stopped job continues, and `ending` is called before a signal ends
   * the process immediately.
   * @returns a function that removes the listeners
   */
  watch(listeners: { readonly resumed: () => void; readonly ending: () => void }): () => void;
}

export interface KeyReader {
  /** Whether keys are read. This is false while the command is a job in the background. */
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
        // The shell must get its terminal modes back before the job is stopped.
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
