/** The first lines of the guide on attaching, one by one, on the example with the toolkit. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { takeBlocks } from '../support/code-blocks.ts';
import { runCommand } from '../support/command.ts';
import { startedToolkit } from '../support/started-toolkit.ts';
import type { StartedToolkit } from '../support/started-toolkit.ts';

const taken = takeBlocks('test/delivery/attach.suite.ts');
const ACCESS = join(import.meta.dirname, '../../access');
const SHOWN = 'http://127.0.0.1:3002';

let toolkit: StartedToolkit;
before(async () => {
  toolkit = await startedToolkit();
});

/** A line of a shell, its words; the quotes of the section are plain. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, one, two, three]) => one ?? two ?? three ?? '',
  );
}

describe('attaching to an API that runs, as the guide has it', () => {
  it('answers what its comments say', async () => {
    const [block] = taken.blocks;
    assert.ok(block !== undefined);
    const url = toolkit.urlOf(({ kind, stack }) => kind === 'http' && stack === 'food-delivery-dev');
    const { stdout } = await runCommand(['env'], { cwd: toolkit.folder });
    const environment = Object.fromEntries(
      [...stdout.matchAll(/^export (\w+)='?([^'\n]*)'?$/gm)].map(([, name = '', value = '']) => [
        name,
        value,
      ]),
    );
    assert.ok(environment['AWS_ENDPOINT_URL'] !== undefined, stdout);

    const ran: string[] = [];
    for (const text of block.text.trimEnd().split('\n')) {
      const [line = '', expected = ''] = text.split(/ +# /);
      const [command = '', ...words] = wordsOf(
        line.replace('npx gatewright', 'gatewright').replaceAll(SHOWN, url),
      );
      if (command === 'curl') {
        const [address = ''] = words.filter((word) => word.startsWith('http'));
        const { status } = await fetch(address);
        assert.equal(String(status), expected, line);
        ran.push(command);
      } else if (words[0] === 'attach' || words[0] === 'detach') {
        // `start` runs in its own folder, so `attach` is given the access documents of the checkout.
        const more = words[0] === 'attach' ? ['--yes', '--folder', ACCESS] : ['--yes'];
        const { code, stderr } = await runCommand([...words, ...more], { cwd: toolkit.folder, environment });
        assert.equal(code, 0, stderr);
        ran.push(words[0]);
      }
    }

    // Before them it is started, and its variables are taken.
    assert.deepEqual(ran, ['curl', 'attach', 'curl', 'detach', 'curl']);
    taken.executed(block);
    taken.assertAll();
  });
});
