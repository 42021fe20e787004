/**
 * Channels on the local gateway: the toolkit's own functions, several clients of the library, and two of them that drop
 * out.
 */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { hear, kill, Listeners } from '../prove/fan-out/fan-out-clients.ts';
import { until } from '../prove/fan-out/stage.ts';
import { runCommand } from '../support/command.ts';
import { aToolkit } from '../support/a-toolkit.ts';

const CLIENTS = 12;
const MESSAGES = 30;
const WITHIN_MS = 60_000;

describe('channels on the local gateway', () => {
  let url = '';
  let token = '';
  before(async () => {
    const { apis, directory } = await aToolkit();
    url = apis.find(({ logicalId }) => logicalId === 'WebsocketsApi')?.url ?? '';
    const minted = await runCommand(['token', '--sub', 'ada', '--role', 'support'], { cwd: directory });
    token = minted.stdout.trim();
  });

  it('deliver every message once and in order to every client, also to clients that lose their connection', async () => {
    using listeners = new Listeners(url, () => token);
    const clients = Array.from({ length: CLIENTS }, () => listeners.add());
    const [first, second] = clients;
    assert.ok(first && second);
    await Promise.all(clients.map((client, index) => hear(client, 'staff/lobby', index < 2)));
    await until('both are seen', WITHIN_MS, () => first.members.length === 2);
    for (let index = 0; index < MESSAGES; index += 1) {
      await first.channels.publish('staff/lobby', index);
      if (index === 10) clients.slice(4, 6).forEach(kill);
    }
    await until('all is heard', WITHIN_MS, () =>
      clients.every(({ messages }) => messages.length >= MESSAGES),
    );
    second.channels.close();
    await until('one has left', WITHIN_MS, () => first.members.length === 1);

    const sent = Array.from({ length: MESSAGES }, (_, index) => index);
    for (const { messages, gaps, errors } of clients)
      assert.deepEqual([messages.map(({ data }) => data), gaps, errors], [sent, [], []]);
    const barred = listeners.add();
    await hear(barred, 'other');
    assert.deepEqual([barred.errors, barred.messages], [['forbidden'], []]);
  });
});
