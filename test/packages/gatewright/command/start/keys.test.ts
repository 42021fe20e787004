import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KEYS, readKeys } from '../../../../../packages/gatewright/command/start/keys.ts';

describe('readKeys', () => {
  const rows: readonly (readonly [name: string, text: string, expected: string])[] = [
    ['a key', 'o', 'console'],
    ['the same with the caps lock', 'O', 'console'],
    ['another letter', 'x', ''],
    ['Ctrl-C', '\u0003', 'interrupt'],
    ['Ctrl-Z', '\u001a', 'suspend'],
    ['Ctrl-\\', '\u001c', 'abort'],
    ['Ctrl-L', '\u000c', 'clear'],
    ['Return', '\n', 'line'],
    ['Return of a raw terminal', '\r', 'line'],
    ['an arrow', '\u001b[A', ''],
    ['keys typed while the command was busy', '\rvv', 'line verbose verbose'],
    ['pasted text', 'quit', ''],
    ['Ctrl-C among pasted text', 'qu\u0003it', 'interrupt'],
    ['nothing', '', ''],
    ['letters beyond ASCII', 'ö', ''],
  ];
  for (const [name, text, expected] of rows)
    it(`takes ${name} for ${expected || 'nothing'}`, () => {
      assert.equal(readKeys(text).join(' '), expected);
    });

  it('has one action for each key', () => {
    const actions = [...KEYS.values()].map(({ action }) => action);

    assert.equal(new Set(actions).size, KEYS.size);
  });
});
