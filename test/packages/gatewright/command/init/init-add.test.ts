/** `gatewright init --add` in the folder of a service. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
// Where it is loaded it stays, and that must not be a folder of a test.
import 'esbuild';
import { runCommandHere } from '../../../../support/command-in-process.ts';
import { anHttpApiTemplate } from '../../../../support/a-small-template.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatewright-init-add-'));
after(() => rmSync(folder, { recursive: true }));
const run = (...words: readonly string[]) => runCommandHere(['init', ...words], { cwd: folder });
const read = (name: string): string => readFileSync(join(folder, 'gatewright', name), 'utf8');

describe('gatewright init --add', () => {
  it('needs a stack, adds a part with what it needs, and says where to begin', async () => {
    writeFileSync(
      join(folder, 'template.json'),
      JSON.stringify(anHttpApiTemplate('exports.handler = async () => 1;')),
    );
    const without = await run('.', '--add', 'quotas');
    assert.match(without.stderr, /--add needs an existing stack: run gatewright init first/);
    assert.equal((await run('.')).code, 0);

    const { stdout } = await run('--add', 'quotas');

    assert.match(stdout, /^added quotas to gatewright\/gatewright\.yml; the next deployment/);
    assert.match(stdout, /^quotas: node_modules\/gatewright\/docs\/guides\/sell\/quota\.md$/m);
    assert.match(read('gatewright.yml'), /^parts: \[authorizers, quotas\]\nwithout: \[access-logs\]$/m);
    assert.match((await run('--add', 'quotas')).stdout, /^the stack already has these parts/);
  });

  it('writes the document of the API of channels, and says with which parameter the stack has this API', async () => {
    const { stdout } = await run('--add', 'channels');

    assert.match(
      stdout,
      /^created gatewright\/access\/channels\.yml for a WebSocket API of the stack; to create that API, add websocketApi: true to params\.dev in gatewright\/serverless\.yml/m,
    );
    assert.match(
      read('access/channels.yml'),
      /\$schema=\.\.\/\.\.\/node_modules[^]*logicalId: WebsocketsApi[^]*in: subprotocol/,
    );
  });

  // docs/guides/receive/realtime.md, "Try it": init gives the part to a service that uses tickets, without the document.
  it('writes that document also if the stack has the part already', async () => {
    rmSync(join(folder, 'gatewright/access/channels.yml'));

    const { stdout } = await run('--add', 'channels');

    assert.match(
      stdout,
      /^the stack already has these parts\ncreated gatewright\/access\/channels\.yml for a WebSocket API/,
    );
    assert.match(read('access/channels.yml'), /logicalId: WebsocketsApi/);
    assert.equal((await run('--add', 'channels')).stdout, 'the stack already has these parts\n');
  });
});
