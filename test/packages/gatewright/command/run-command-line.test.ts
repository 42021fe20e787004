import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { COMMANDS } from '../../../../packages/gatewright/command/commands.ts';
import { runCommandHere } from '../../../support/command-in-process.ts';
import type { Command } from 'commander';

/** The words that call a command, and each that is below it. */
function callsOf(command: Command, above: readonly string[] = []): readonly (readonly string[])[] {
  const words = [...above, command.name()];
  return [words, ...command.commands.flatMap((below) => callsOf(below, words))];
}

describe('runCommandLine', () => {
  // A word that begins with a dash may be a shift of the clock.
  for (const [name, load] of [...COMMANDS].filter(([word]) => word !== 'clock'))
    it(`says where to find help, and ends with 1, if ${String(name)} or one of its subcommands is called incorrectly`, async () => {
      for (const words of callsOf(await load())) {
        const { code, stderr } = await runCommandHere([...words, '--no-such-option']);

        assert.match(
          stderr,
          /^error: .+\n(?:.+\n)?Run with --help to see commands and options\.\n$/,
          words.join(' '),
        );
        assert.equal(code, 1);
      }
    });

  for (const words of [
    ['--json'],
    ['no-such-command', '--json'],
    ['requests', '--json', '--no-such-option'],
    ['requests', '--status', 'wrong', '--json'],
    ['keys', '--json'],
    ['keys', 'show', '--json'],
  ])
    it(`reports the error in one JSON object and nothing else: gatewright ${words.join(' ')}`, async () => {
      const { code, stdout, stderr } = await runCommandHere(words);

      assert.deepEqual([code, stdout], [1, '']);
      assert.match(stderr, /^[^\n]+\n$/);
      const { error } = JSON.parse(stderr) as { error: { code: string; message: string } };
      assert.deepEqual(Object.keys(error), ['code', 'message']);
      assert.doesNotMatch(error.message, /^error:|^$/);
    });

  for (const [words, says] of [
    [
      ['keys', 'create'],
      "required option '--prefix <prefix>' not specified; usage: gatewright keys create [options] --prefix <prefix>, where --prefix <prefix> is: first part of the key: the prefix of an apiKey issuer in an access document",
    ],
    [
      ['usage', 'invoice'],
      "required option '--period <month>' not specified; usage: gatewright usage invoice [options] --period <month>, where --period <month> is: month, such as 2026-11",
    ],
    [
      ['quota', 'top-up', 'acme'],
      "missing required argument 'limit'; usage: gatewright quota top-up [options] <tenant> <limit> <units>",
    ],
    [
      ['usage', 'show', 'acme'],
      "too many arguments for 'show'. Expected 0 arguments but got 1: acme. Values are passed by options: --gateway <name>; --control-port <number>; --url <url>; --profile <name>; --customer, --tenant <name>; --at <instant>",
    ],
    [
      ['customers', 'create', 'acme', '--plan', 'free'],
      "unknown option '--plan': plan is an argument, which is passed without its name; usage: gatewright customers create [options] <customer> <plan>",
    ],
  ] as const)
    it(`says how the command is called if something is missing or superfluous: gatewright ${words.join(' ')}`, async () => {
      const { stderr } = await runCommandHere(words);
      assert.equal(stderr, `error: ${says}\nRun with --help to see commands and options.\n`);
      const asJson = await runCommandHere([...words, '--json']);
      assert.equal((JSON.parse(asJson.stderr) as { error: { message: string } }).error.message, says);
    });

  it('leaves a --json behind -- to the program that it is for', async () => {
    const { code, stderr } = await runCommandHere(['requests', '--no-such-option', '--', '--json']);

    assert.equal(code, 1);
    assert.match(stderr, /^error: .*\n(?:.+\n)?Run with --help/);
  });
});
