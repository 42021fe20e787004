import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { DefinitionError } from '../../../../packages/gateway/core/errors.ts';
import {
  chooseOutput,
  colorize,
  commandName,
  count,
  printError,
  printLines,
  printMessage,
  printNotes,
  printResult,
  table,
  UsageError,
} from '../../../../packages/base/terminal/output.ts';
import { captureOutput } from '../../../support/captured-output.ts';
import type { Output } from '../../../support/captured-output.ts';

async function printed(run: () => void): Promise<Output> {
  const output = { stdout: '', stderr: '' };
  await captureOutput(output, () => {
    run();
    return Promise.resolve();
  });
  return { stdout: output.stdout, stderr: stripVTControlCharacters(output.stderr) };
}

describe('table', () => {
  it('does not pad a column for one very long cell', () => {
    const path = `/${'x'.repeat(200)}`;

    assert.deepEqual(
      table([
        ['/pets', '200'],
        [path, '414'],
      ]),
      ['/pets  200', `${path}  414`],
    );
  });

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
    ['a wrong option, with only its message', new UsageError('no such stage'), /^error: no such stage\n$/, 1],
    [
      'a bug of ours, with its stack',
      new TypeError('x is undefined'),
      /this is a bug in gatewright.*\nTypeError: x is undefined\n +at /,
      70,
    ],
    ['a value that is not an error at all', 'thrown', /this is a bug in gatewright.*\nthrown\n$/, 70],
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

describe('what a command prints', () => {
  afterEach(() => chooseOutput({ json: false }));

  const rows: readonly {
    readonly what: string;
    readonly run: () => void;
    readonly text: Output;
    /** With `--json`, stdout contains one object on a line, and nothing else. */
    readonly json: Output;
  }[] = [
    {
      what: 'its result',
      run: () => printResult({ id: 'k-1' }, () => ['KEY  STATE', 'k-1  active']),
      text: { stdout: 'KEY  STATE\nk-1  active\n', stderr: '' },
      json: { stdout: '{"id":"k-1"}\n', stderr: '' },
    },
    {
      what: 'a result that is a list',
      run: () => printResult([{ id: 1 }, { id: 2 }], () => 'two'),
      text: { stdout: 'two\n', stderr: '' },
      json: { stdout: '{"id":1}\n{"id":2}\n', stderr: '' },
    },
    {
      what: 'a result without a line',
      run: () => printResult([], () => []),
      text: { stdout: '', stderr: '' },
      json: { stdout: '', stderr: '' },
    },
    {
      what: 'lines for a person',
      run: () => printLines(['one', 'two']),
      text: { stdout: 'one\ntwo\n', stderr: '' },
      json: { stdout: '', stderr: 'one\ntwo\n' },
    },
    {
      what: 'notes',
      run: () => printNotes('careful'),
      text: { stdout: '', stderr: 'careful\n' },
      json: { stdout: '', stderr: 'careful\n' },
    },
    {
      what: 'a warning',
      run: () => printMessage('yellow', 'old'),
      text: { stdout: '', stderr: 'warning: old\n' },
      json: { stdout: '', stderr: 'warning: old\n' },
    },
    {
      what: 'an error',
      run: () => void printError(new UsageError('no such stage')),
      text: { stdout: '', stderr: 'error: no such stage\n' },
      json: { stdout: '', stderr: '{"error":{"code":"USAGE","message":"no such stage"}}\n' },
    },
  ];
  for (const { what, run, text, json } of rows)
    it(`is ${what}, as text and with --json`, async () => {
      assert.deepEqual(await printed(run), text);
      chooseOutput({ json: true });
      assert.deepEqual(await printed(run), json);
    });

  it('counts in English', () => {
    assert.deepEqual(
      [count(1, 'problem'), count(0, 'problem'), count(2, 'problem')],
      ['1 problem', '0 problems', '2 problems'],
    );
  });

  it('names the command as a checkout calls it', () => {
    const checkout = join(import.meta.dirname, '../../../..');

    assert.equal(commandName(checkout), 'npm run --silent gatewright --');
    assert.equal(commandName(join(checkout, 'docs/guides')), 'npm run --silent gatewright --');
    const elsewhere = `${process.execPath} ${join(checkout, 'packages/gatewright/command/main.ts')}`;
    assert.equal(commandName(join(checkout, 'examples/food-delivery')), elsewhere);
    assert.equal(commandName(tmpdir()), elsewhere);
  });

  it('is coloured on a terminal that supports it only', () => {
    const stream = (isTTY: boolean) =>
      Object.assign(Object.create(process.stdout) as NodeJS.WriteStream, {
        isTTY,
        getColorDepth: () => 8,
        hasColors: () => true,
      });
    assert.equal(colorize('red', 'x', stream(false)), 'x');
  });
});
