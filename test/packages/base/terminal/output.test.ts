import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { DefinitionError } from '../../../../packages/gateway/core/errors.ts';
import { printError, table, UsageError } from '../../../../packages/base/terminal/output.ts';

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

describe('printError', () => {
  const rows: readonly (readonly [what: string, error: unknown, printed: RegExp, exitCode: number])[] = [
    [
      'a definition, with its place',
      new DefinitionError({ file: 'app.yml', line: 3, logicalId: 'Api' }, 'is empty'),
      /^error: app\.yml:3: Api: is empty\n$/,
      1,
    ],
    ['a wrong option, by its message alone', new UsageError('no such stage'), /^error: no such stage\n$/, 1],
    [
      'a bug of ours, with its stack',
      new TypeError('x is undefined'),
      /this is a bug of gatewright.*\nTypeError: x is undefined\n +at /,
      70,
    ],
    ['what is no error at all', 'thrown', /this is a bug of gatewright.*\nthrown\n$/, 70],
  ];
  for (const [what, error, printed, exitCode] of rows)
    it(`prints ${what}, with exit code ${exitCode}`, (t) => {
      let text = '';
      const write = t.mock.method(process.stderr, 'write', (part: string) => {
        text += part;
        return true;
      });
      const code = printError(error);
      write.mock.restore();

      assert.equal(code, exitCode);
      assert.match(stripVTControlCharacters(text), printed);
    });
});
