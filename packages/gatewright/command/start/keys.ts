/** Defines the keys of a running command, and finds the keys that were pressed. All functions are pure. */

export type KeyAction = 'console' | 'reload' | 'clear' | 'explain' | 'verbose' | 'help' | 'quit';

/** Actions that the terminal itself performs for some keys, unless the command reads every key. */
export type TerminalAction = 'interrupt' | 'suspend' | 'abort' | 'line';

type Key = { readonly action: KeyAction; readonly what: string };

/** The keys in the order of the help. */
export const KEYS: ReadonlyMap<string, Key> = new Map<string, Key>([
  ['o', { action: 'console', what: 'open the console in the browser' }],
  ['r', { action: 'reload', what: 'reload the stacks, and rebuild functions that have run' }],
  ['c', { action: 'clear', what: 'clear the screen' }],
  ['e', { action: 'explain', what: 'explain the last request' }],
  ['v', { action: 'verbose', what: 'switch between more and less output' }],
  ['h', { action: 'help', what: 'list these keys' }],
  ['q', { action: 'quit', what: 'end' }],
]);

const CONTROLS: ReadonlyMap<string, KeyAction | TerminalAction> = new Map([
  ['\u0003', 'interrupt'],
  ['\u001a', 'suspend'],
  ['\u001c', 'abort'],
  ['\u000c', 'clear'],
  ['\r', 'line'],
  ['\n', 'line'],
]);

/**
 * A chunk of at most this many characters may have been typed while the command was busy. A longer chunk was pasted.
 */
const MAX_TOGETHER = 3;

/**
 * Returns the actions for one chunk that was read from the terminal. Pasted text and special keys, such as arrow keys,
 * have no action. Ctrl-C, Ctrl-\ and Ctrl-Z have their action anywhere in the chunk.
 */
export function readKeys(text: string): readonly (KeyAction | TerminalAction)[] {
  const urgent = ['\u0003', '\u001c', '\u001a'].find((control) => text.includes(control));
  if (urgent !== undefined) return actionsOf(urgent);
  if (text.startsWith('\u001b') || text.length > MAX_TOGETHER) return [];
  return text.split('').flatMap(actionsOf);
}

function actionsOf(character: string): readonly (KeyAction | TerminalAction)[] {
  const action = KEYS.get(character.toLowerCase())?.action ?? CONTROLS.get(character);
  return action === undefined ? [] : [action];
}
