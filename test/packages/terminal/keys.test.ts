import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KEYS, readKey } from '../../../packages/terminal/keys.ts';

describe('readKey', () => {
  const rows: readonly (readonly [name: string, text: string, expected: string | undefined])[] = [
    ['a key', 'o', 'console'],
    ['the same with the caps lock', 'O', 'console'],
    ['another letter', 'x', undefined],
    ['Ctrl-C', '\u0003', 'SIGINT'],
    ['Ctrl-Z', '\u001a', 'SIGTSTP'],
    ['Ctrl-\\', '\u001c', 'SIGQUIT'],
    ['Ctrl-L', '\u000c', 'clear'],
    ['Return', '\n', 'line'],
    ['Return of a raw terminal', '\r', 'line'],
    ['an arrow', '\u001b[A', undefined],
    ['pasted text', 'quit', undefined],
    ['Ctrl-C among pasted text', 'qu\u0003it', 'SIGINT'],
    ['nothing', '', undefined],
    ['letters beyond ASCII', 'ö', undefined],
  ];
  for (const [name, text, expected] of rows)
    it(`takes ${name} for ${expected ?? 'nothing'}`, () => {
      assert.equal(readKey(text), expected);
    });

  it('has one action for each key', () => {
    const actions = [...KEYS.values()].map(({ action }) => action);

    assert.equal(new Set(actions).size, KEYS.size);
  });
});
