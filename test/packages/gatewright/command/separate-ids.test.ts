/** Ids of records are random characters, so that some begin with a hyphen. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Command } from 'commander';
import { separateIds } from '../../../../packages/gatewright/command/separate-ids.ts';

type Read = { readonly operands: readonly string[]; readonly options: object };

/** Parses the words as the command line does. */
function read(words: readonly string[]): Read {
  const seen: Read[] = [];
  const note = (...given: readonly unknown[]): void => {
    const command = given.at(-1) as Command;
    seen.push({ operands: command.args, options: command.opts() });
  };
  const program = new Command('gatewright').enablePositionalOptions();
  program.addCommand(
    new Command('explain').argument('[request]').option('--phases').option('--line <text>').action(note),
  );
  program.addCommand(
    new Command('keys').addCommand(
      new Command('move').argument('<id>').argument('<plan>').option('--yes').action(note),
    ),
  );
  for (const command of [program, ...program.commands, ...program.commands.flatMap((one) => one.commands)])
    command.exitOverride().configureOutput({ writeErr: () => undefined });
  program.parse([...separateIds(words, program)], { from: 'user' });
  assert.equal(seen.length, 1);
  return seen[0] ?? { operands: [], options: {} };
}

describe('an id that begins with a hyphen', () => {
  const rows: readonly (readonly [words: string, operands: readonly string[], options: object])[] = [
    ['explain -AETYdPr', ['-AETYdPr'], {}],
    ['explain -AETYdPrIAMESHA= --phases', ['-AETYdPrIAMESHA='], { phases: true }],
    ['explain --phases -AETYdPr', ['-AETYdPr'], { phases: true }],
    ['explain -- -AETYdPr', ['-AETYdPr'], {}],
    ['keys move -AETYdPr free --yes', ['-AETYdPr', 'free'], { yes: true }],
    ['explain --line -AETYdPr', [], { line: '-AETYdPr' }],
    ['explain last', ['last'], {}],
  ];
  for (const [words, operands, options] of rows)
    it(`is an argument of the command: ${words}`, () => {
      assert.deepEqual(read(words.split(' ')), { operands, options });
    });

  it('leaves an unknown option to the command line', () => {
    assert.throws(() => read(['explain', '--phase']), /unknown option '--phase'/);
    assert.throws(() => read(['explain', '-x']), /unknown option '-x'/);
  });
});
