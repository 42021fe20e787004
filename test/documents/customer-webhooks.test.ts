/** The commands of the webhook guide, in a shell, with a secret that a customer has made in the portal. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { buffer } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { Portal } from '../support/a-portal.ts';
import { takeBlocks } from '../support/code-blocks.ts';
import { CustomerWebhooks } from '../support/customer-webhooks.ts';
import { aLoopbackServer } from '../support/signed-tokens.ts';

const taken = takeBlocks('test/documents/customer-webhooks.test.ts');

describe('the commands of docs/guides/receive/webhooks.md', () => {
  it('send a delivery that is accepted until its secret is rotated or its endpoint is revoked, as the guide says', async () => {
    const portal = new Portal();
    await portal.addCustomer('acme');
    const owner = await portal.join('acme', 'owner');
    const hooks = new CustomerWebhooks(portal);
    await using server = await aLoopbackServer((request, response) => {
      const [, , source = '', endpoint] = (request.url ?? '').split('/');
      const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)] as const);
      void buffer(request)
        .then((body) => hooks.send(source, endpoint, body.toString('utf8'), headers))
        .then(({ reply }) => response.writeHead(reply.statusCode).end());
    });
    const { body: made } = await owner.post('/api/webhooks', { body: { source: 'orders', name: 'farm' } });
    const path = `/api/webhooks/${String(made['endpointId'])}`;

    const [block] = taken.blocks;
    assert.ok(block);
    const run = async (secret: unknown): Promise<string> => {
      const commands = block.text
        .replace(/^ADDRESS=.*$/m, `ADDRESS=${server.url}/webhooks/orders/${String(made['endpointId'])}`)
        .replace(/^SECRET=.*$/m, `SECRET='${String(secret)}'`);
      // The portal's clock does not run.
      const script = `date() { echo ${portal.nowMs / 1000}; }\n${commands}`;
      const { stdout } = await promisify(execFile)('bash', ['-c', script], { timeout: 20_000 });
      return stdout.split(' ')[1] ?? '';
    };

    assert.equal(await run(made['secret']), '200');
    const { customer } = JSON.parse(hooks.events[0]?.Detail ?? '') as { readonly customer?: unknown };
    assert.equal(customer, 'acme');
    const { body: rotated } = await owner.post(`${path}/rotate`, { body: { overlapSeconds: 3600 } });
    assert.deepEqual([await run(made['secret']), await run(rotated['secret'])], ['200', '200']);
    await owner.post(`${path}/revoke`);
    assert.deepEqual([await run(made['secret']), await run(rotated['secret'])], ['401', '401']);
    taken.executed(block);
    taken.assertAll();
  });
});
