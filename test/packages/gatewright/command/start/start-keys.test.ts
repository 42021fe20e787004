/** Every key of a start, on a pseudo-terminal. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { noTerminal, onATerminal } from '../../../../support/on-a-terminal.ts';
import { anHttpApiTemplate } from '../../../../support/a-small-template.ts';
import type { Shown, Step } from '../../../../support/on-a-terminal.ts';

const MAIN = fileURLToPath(new URL('../../../../../packages/gatewright/command/main.ts', import.meta.url));

describe('gatewright start on a terminal', { skip: noTerminal }, () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'gatewright-keys-'));
    mkdirSync(join(folder, 'bin'));
    const opener = `#!/bin/sh\necho "$1" > ${join(folder, 'opened')}\n`;
    writeFileSync(join(folder, 'bin/xdg-open'), opener, { mode: 0o755 });
    writeFileSync(join(folder, 'bin/open'), opener, { mode: 0o755 });
  });
  after(() => rmSync(folder, { recursive: true }));

  /** Starts the command in a separate folder. */
  function start(
    name: string,
    source: string,
    options: readonly string[],
    steps: readonly Step[],
  ): Promise<Shown> {
    const cwd = join(folder, name);
    mkdirSync(cwd);
    writeFileSync(join(cwd, 'template.json'), JSON.stringify(anHttpApiTemplate(source)));
    const { PATH = '', HOME = '' } = process.env;
    const env = {
      PATH: `${join(folder, 'bin')}${delimiter}${PATH}`,
      HOME,
      GATEWRIGHT_HOME: join(folder, 'home'),
      XDG_STATE_HOME: join(folder, 'state'),
      NO_COLOR: '1',
    };
    const words = ['start', 'template.json', '--port', '0', '--control-port', '0', ...options];
    return onATerminal([process.execPath, MAIN, ...words], steps, { cwd, env });
  }

  it('opens the console, loads again, clears, explains, prints more, lists the keys and ends', async () => {
    const source = 'exports.handler = async () => ({ statusCode: 200, body: "hello" });';

    const { printed, ended, modes } = await start(
      'all',
      source,
      [],
      [
        ['wait', 'Ready in'],
        ['wait', 'q quit'],
        ['modes', null],
        ['send', 'h'],
        ['wait', 'q  end'],
        ['get', '/'],
        ['wait', 'GET / 200 .* ms integrate'],
        ['send', 'e'],
        ['wait', 'was answered with 200'],
        ['send', 'v'],
        ['wait', 'printing every line'],
        ['send', 'v'],
        ['wait', 'printing less again'],
        ['send', 'r'],
        ['wait', 'reloaded the stacks in .* ms'],
        ['wait', 'reloaded .*Answer.* in .* ms'],
        ['send', 'o'],
        ['file', join(folder, 'opened')],
        ['send', '\r'],
        ['send', 'c'],
        ['wait', '\u001b\\[2J\u001b\\[3J\u001b\\[H'],
        ['send', 'q'],
      ],
    );

    assert.equal(ended, 0, printed);
    const [, console = ''] = /Console (\S+)/.exec(printed) ?? [];
    assert.equal(readFileSync(join(folder, 'opened'), 'utf8').trim(), console);
    assert.deepEqual(modes, [[], ['echo', 'lines', 'signals']]);
  });
});
