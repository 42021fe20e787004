/** The README's section on attaching, line by line, on the example beside the toolkit. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { runCommand } from '../support/command.ts';
import { startedToolkit } from '../support/started-toolkit.ts';
import type { StartedToolkit } from '../support/started-toolkit.ts';

const README = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
const ACCESS = join(import.meta.dirname, '../../access');
const SHOWN = 'http://127.0.0.1:3004';

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

describe('attaching to an API that runs, as the README has it', () => {
  it('answers what its comments say', async () => {
    const [, section = ''] = /\n## Attaching to an API that runs\n(.*?)\n## /s.exec(README) ?? [];
    const [, block = ''] = /```\n(.*?)```/s.exec(section) ?? [];
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
    for (const line of block.split('\n')) {
      const [command = '', ...words] = wordsOf(line.replaceAll(SHOWN, url));
      if (command === 'curl') {
        const [address = ''] = words.filter((word) => word.startsWith('http'));
        const { status } = await fetch(address);
        assert.equal(String(status), words.at(-1), line);
        ran.push(command);
      } else if (words[0] === 'attach' || words[0] === 'detach') {
        // The start has a folder of its own, and the documents are those of the checkout.
        const more = words[0] === 'attach' ? ['--yes', '--folder', ACCESS] : ['--yes'];
        const { code, stderr } = await runCommand([...words, ...more], { cwd: toolkit.folder, environment });
        assert.equal(code, 0, stderr);
        ran.push(words[0]);
      }
    }

    assert.deepEqual(ran, ['curl', 'attach', 'curl', 'detach', 'curl']);
  });
});
