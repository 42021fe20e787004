/** The receipt of examples/food-delivery: one reply out of two services, which it calls by their names on AWS. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runCommand } from '../support/command.ts';
import { startedToolkit } from '../support/started-toolkit.ts';

async function ask(id: string, role?: string): Promise<Response> {
  const toolkit = await startedToolkit();
  const url = toolkit.urlOf(({ kind, stack }) => kind === 'http' && stack.startsWith('food-delivery'));
  const headers: Record<string, string> = {};
  if (role !== undefined) {
    const { stdout } = await runCommand(['token', '--sub', 'ann', '--role', role], { cwd: toolkit.folder });
    headers['authorization'] = `Bearer ${stdout.trim()}`;
  }
  return fetch(`${url}/orders/${id}/receipt`, { headers });
}

describe('a receipt', () => {
  it('has the order, read with the token of its caller, and the price of the menu', async () => {
    const reply = await ask('o-1', 'support');

    assert.equal(reply.status, 200, await reply.clone().text());
    const receipt = (await reply.json()) as Record<string, unknown>;
    assert.equal(receipt['orderId'], 'o-1');
    assert.equal(typeof receipt['priceCents'], 'number');
    assert.deepEqual(receipt['missing'], []);
  });

  it('is refused with 404 for an order that does not exist, and with 401 without a token', async () => {
    assert.equal((await ask('o-9', 'support')).status, 404);
    assert.equal((await ask('o-1')).status, 401);
  });
});
