import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { table } from '../../../packages/terminal/output.ts';

describe('table', () => {
  it('aligns all columns but the last', () => {
    assert.deepEqual(
      table([
        ['KEY', 'STATE'],
        ['k-1', 'active'],
        ['longer', ''],
      ]),
      ['KEY     STATE', 'k-1     active', 'longer'],
    );
  });

  // Names of tenants and keys may come out of tokens, so callers may choose them freely.
  const rows: readonly (readonly [what: string, cell: string, shown: string])[] = [
    ['a sequence that sets the clipboard', '\u001b]52;c;Y2FuYXJ5\u0007', '\\u001b]52;c;Y2FuYXJ5\\u0007'],
    ['the same by one character', '\u009b2J', '\\u009b2J'],
    ['a line break', 'acme\nroot', 'acme\\u000aroot'],
    ['text that runs backwards', 'a\u202ebc', 'a\\u202ebc'],
    ['what only looks foreign', 'Zoë 東京', 'Zoë 東京'],
  ];
  for (const [what, cell, shown] of rows)
    it(`shows ${what} instead of giving it to the terminal`, () => {
      assert.deepEqual(table([[cell, 'x']]), [`${shown}  x`]);
    });
});
