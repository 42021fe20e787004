/**
 * Each folder of examples/, copied out of the checkout: its two commands and the lines of its README, pasted one by one
 * into a shell, answer as the README says.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { findNpm } from '../../packages/gatewright/package/pack.ts';
import { takeBlocks } from '../support/code-blocks.ts';
import { READY, readyOf, startCommand } from '../support/command.ts';
import { anInstalledCopy } from '../support/npm-service.ts';
import { openShell } from '../support/open-shell.ts';
import type { Shell } from '../support/open-shell.ts';
import type { Running } from '../support/command.ts';

const EXAMPLES = join(import.meta.dirname, '../../examples');
const FREE = ['--port', '0', '--control-port', '0', '--json'];
/** The time within which an answer is expected. Messages pass through queues, so a user would look again. */
const ANSWERS_WITHIN_MS = 10_000;
const LOOKS_AGAIN_MS = 500;

/** A line to paste, and what a comment below it says that one sees. */
type Step = { readonly command: string; readonly answer: string | undefined };
type Readme = { readonly commands: string; readonly steps: readonly Step[] };

const taken = takeBlocks('test/delivery/examples.test.ts');

/** The first block has the two commands, the others the lines. */
function readReadme(name: string): Readme {
  const [commands = '', ...blocks] = taken.of(`examples/${name}/README.md`).map((block) => block.text);
  const lines = blocks.flatMap((block) => block.trim().split('\n'));
  const steps = lines.flatMap((command, index): readonly Step[] => {
    const next = lines[index + 1];
    const answer = next?.startsWith('# ') === true ? next.slice(2) : undefined;
    return command.startsWith('#') ? [] : [{ command, answer }];
  });
  return { commands, steps };
}

const escape = (text: string): string => text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');

/** `…` is anything within a line. */
function patternOf(answer: string): RegExp {
  return new RegExp(answer.split('…').map(escape).join('.*'));
}

/** Connects as the page does, with the token as a subprotocol. */
async function openPage(address: string): Promise<void> {
  const [page = '', fragment] = address.trim().split('#');
  const given = new URLSearchParams(fragment);
  const reply = await fetch(page);
  assert.equal(reply.status, 200);
  assert.match(await reply.text(), /channels\.js/);
  const socket = new WebSocket(given.get('socket') ?? '', ['bearer', given.get('token') ?? '']);
  const [event] = (await Promise.race([once(socket, 'open'), once(socket, 'error')])) as [Event];
  assert.equal(event.type, 'open');
  socket.close();
}

// Links in place of what npm installs start nothing in a shell of Windows.
describe('examples', { concurrency: 2, skip: process.platform === 'win32' }, () => {
  for (const name of readdirSync(EXAMPLES)) {
    const folder = join(EXAMPLES, name);
    const readme = readReadme(name);

    describe(name, { concurrency: 1 }, () => {
      let copy: Awaited<ReturnType<typeof anInstalledCopy>>;
      let gateway: Running | undefined;
      let shell: Shell | undefined;

      before(async () => {
        copy = await anInstalledCopy(folder);
      });
      after(async () => {
        await shell?.end();
        await gateway?.stop();
        await copy.remove();
      });

      it('starts by two commands', async () => {
        assert.equal(readme.commands, 'npm install\nnpm start\n');
        const environment = {
          PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
          GATEWRIGHT_HOME: join(dirname(copy.directory), 'home'),
          npm_config_offline: 'true',
          npm_config_update_notifier: 'false',
          npm_config_userconfig: join(dirname(copy.directory), 'npmrc'),
          npm_config_cache: join(dirname(copy.directory), 'cache'),
        };
        const options = { cwd: copy.directory, program: [findNpm()], environment };
        gateway = await startCommand(['start', '--', ...FREE], READY, options);
        const { HOME } = process.env;
        shell = openShell(copy.directory, { HOME, ...environment });
        const { stdout, stderr } = gateway.output();
        assert.doesNotMatch(stdout + stderr, /^warning:|access sync/m);
      });

      it('answers the lines of its README as it says', async () => {
        assert.ok(gateway !== undefined && shell !== undefined);
        assert.ok(readme.steps.length > 0);
        const { apis } = readyOf(gateway) as { readonly apis: readonly { readonly url: string }[] };
        // A person has the ports from 3000 on.
        const hosts = apis.map(({ url }) => new URL(url).host);
        const onFreePorts = (text: string): string =>
          text.replace(/127\.0\.0\.1:30(\d\d)/g, (_, index) => hosts[Number(index)] ?? 'none');
        for (const { command, answer = '' } of readme.steps) {
          const line = onFreePorts(command);
          const wanted = patternOf(onFreePorts(answer));
          const untilMs = Date.now() + ANSWERS_WITHIN_MS;
          let printed = await shell.run(line);
          while (!wanted.test(printed) && Date.now() < untilMs) {
            await delay(LOOKS_AGAIN_MS);
            printed = await shell.run(line);
          }
          assert.match(printed, wanted, command);
          assert.doesNotMatch(printed, /^error:|npm (?:error|warn)/m, command);
          if (printed.includes('#socket=')) await openPage(printed);
        }
        taken.executed(...taken.of(`examples/${name}/README.md`));
      });
    });
  }
});

describe('READMEs of the examples', { skip: process.platform === 'win32' }, () => {
  it('have no other code blocks', taken.assertAll);
});
