import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { COMMANDS } from '../../../../packages/gatewright/command/commands.ts';
import { runCommandHere } from '../../../support/command-in-process.ts';

const print = async (shell: string): Promise<string> => (await runCommandHere(['completion', shell])).stdout;

describe('gatewright completion', () => {
  const typed: readonly (readonly [words: readonly string[], offers: string, not: string])[] = [
    [['exp'], 'explain export', 'events'],
    [['keys', ''], 'create', 'start'],
    [['explain', '--ph'], '--phases', '--json'],
    [['requests', '--json', '--st'], '--status', '--search'],
    [['events', '--help', ''], '--help', 'explain'],
  ];
  for (const [words, offers, not] of typed)
    it(`offers bash ${offers} after "gatewright ${words.join(' ')}"`, async () => {
      const ask = [
        await print('bash'),
        `COMP_WORDS=(gatewright ${words.map((word) => `'${word}'`).join(' ')})`,
        `COMP_CWORD=${words.length}`,
        '_gatewright',
        'echo "${COMPREPLY[@]}"',
      ];

      const offered = execFileSync('bash', ['--norc'], { input: ask.join('\n'), encoding: 'utf8' })
        .trim()
        .split(' ');

      for (const word of offers.split(' ')) assert.ok(offered.includes(word), offered.join(' '));
      assert.ok(!offered.includes(not), offered.join(' '));
    });

  for (const shell of ['bash', 'zsh', 'fish', 'powershell'])
    it(`includes every command and option in ${shell}`, async () => {
      const script = await print(shell);

      for (const [name, load] of COMMANDS) {
        const line = script
          .split('\n')
          .find((text) => new RegExp(`^\\s*(?:case )?'${String(name)}'`).test(text));
        for (const { long } of (await load()).options)
          assert.ok(line?.includes(long ?? ''), `${name} ${long}`);
      }
    });

  // A function that is not closed would take the lines that follow in the user's own profile into itself.
  for (const shell of ['bash', 'zsh', 'powershell'])
    it(`closes what it opens in ${shell}`, async () => {
      const script = await print(shell);

      for (const [open, close] of ['{}', '[]'].map((pair) => pair.split('')))
        assert.equal(script.split(open ?? '').length, script.split(close ?? '').length, script);
    });

  it('lists the supported shells if it gets another name', async () => {
    const { code, stderr } = await runCommandHere(['completion', 'tcsh']);

    assert.equal(code, 1);
    assert.match(stderr, /bash, zsh, fish, powershell/);
  });
});
