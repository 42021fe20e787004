/** Reads keys one by one from the terminal that a command runs in, and leaves the terminal as it was. */
import { readKeys } from './keys.ts';
import type { KeyAction, TerminalAction } from './keys.ts';

type JobSignal = Exclude<TerminalAction, 'line'>;

/** The terminal as far as keys need it. */
export interface KeyTerminal {
  readonly input: Pick<NodeJS.ReadStream, 'on' | 'off' | 'pause' | 'resume'>;
  readonly output: Pick<NodeJS.WriteStream, 'write'>;
  /** False where the terminal is not this job's now, and a shell would stop it for reading. */
  takeOver(): boolean;
  giveBack(): void;
  /** To every process of the job, as the terminal itself does. */
  signal(name: JobSignal): void;
}

export interface KeyReader {
  /** Gives the terminal back; no key is read from then on. */
  close(): void;
}

/** Their default ends the process at once. SIGINT and SIGTERM end the command, which closes the reader. */
const ENDING = ['SIGHUP', 'SIGQUIT'] as const;

const isOfJob = (pressed: KeyAction | TerminalAction): pressed is JobSignal => pressed.startsWith('SIG');

export function openKeys(terminal: KeyTerminal, act: (action: KeyAction) => void): KeyReader {
  const { input, output } = terminal;
  const take = (bytes: Buffer): void => readKeys(bytes.toString()).forEach(doPressed);
  const doPressed = (pressed: KeyAction | TerminalAction): void => {
    if (pressed === 'line') output.write('\n');
    else if (!isOfJob(pressed)) act(pressed);
    else {
      // A stopped job has left the terminal to the shell.
      if (pressed === 'SIGTSTP') leave();
      terminal.signal(pressed);
    }
  };
  const enter = (): void => {
    if (terminal.takeOver()) input.resume();
    else input.pause();
  };
  const leave = (): void => {
    input.pause();
    terminal.giveBack();
  };
  const close = (): void => {
    input.off('data', take).off('error', close).off('end', close);
    process.off('SIGCONT', enter);
    for (const [name, end] of endings) process.off(name, end);
    leave();
  };
  const endings = ENDING.map((name) => {
    const end = (): void => {
      close();
      process.kill(process.pid, name);
    };
    return [name, end] as const;
  });
  input.on('data', take).on('error', close).on('end', close);
  process.on('SIGCONT', enter);
  for (const [name, end] of endings) process.on(name, end);
  enter();
  return { close };
}
