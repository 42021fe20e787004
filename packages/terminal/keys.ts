/** Keys of a running command: which there are, and what was pressed. Pure. */

export type KeyAction = 'console' | 'reload' | 'clear' | 'explain' | 'verbose' | 'help' | 'quit';

/** What the terminal itself does for these keys, unless the command reads each of them. */
export type TerminalAction = 'SIGINT' | 'SIGTSTP' | 'SIGQUIT' | 'line';

type Key = { readonly action: KeyAction; readonly what: string };

/** In the order of the help. */
export const KEYS: ReadonlyMap<string, Key> = new Map<string, Key>([
  ['o', { action: 'console', what: 'open the console in the browser' }],
  ['r', { action: 'reload', what: 'load the stacks again, and build functions that have run' }],
  ['c', { action: 'clear', what: 'clear the screen' }],
  ['e', { action: 'explain', what: 'explain the last request' }],
  ['v', { action: 'verbose', what: 'print more, or as before' }],
  ['h', { action: 'help', what: 'list these keys' }],
  ['q', { action: 'quit', what: 'end' }],
]);

const CONTROLS: ReadonlyMap<string, KeyAction | TerminalAction> = new Map([
  ['\u0003', 'SIGINT'],
  ['\u001a', 'SIGTSTP'],
  ['\u001c', 'SIGQUIT'],
  ['\u000c', 'clear'],
  ['\r', 'line'],
  ['\n', 'line'],
]);

/**
 * What one read of the terminal asks for. Several characters at once were pasted, or are one key with a name:
 * neither is a `q`, but Ctrl-C counts among them.
 */
export function readKey(text: string): KeyAction | TerminalAction | undefined {
  for (const control of ['\u0003', '\u001c', '\u001a'])
    if (text.includes(control)) return CONTROLS.get(control);
  return KEYS.get(text.toLowerCase())?.action ?? CONTROLS.get(text);
}
