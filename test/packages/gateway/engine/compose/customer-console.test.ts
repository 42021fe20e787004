/** The console of a deployed stack: who may call it, and what its page may ask. */
import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { sign } from '../../../../../packages/gateway/console/page/connection/sign.ts';
import { openCustomerConsole } from '../../../../../packages/gateway/engine/index.ts';
import type { ShownCustomer } from '../../../../../packages/gateway/engine/index.ts';

const ACME = { tenant: 'acme', state: 'active', plan: 'free' };

let served: Awaited<ReturnType<typeof openCustomerConsole>>;
let link: URL;
let headers: Readonly<Record<string, string>>;
before(async () => {
  served = await openCustomerConsole({
    of: 'gatewright-prod in eu-central-1',
    customers: {
      list: ({ withUse }) =>
        Promise.resolve({ customers: [withUse ? ACME : { ...ACME, isUseUnread: true }] }),
      one: (tenant) => Promise.resolve(tenant === 'acme' ? (ACME as ShownCustomer) : undefined),
      reads: () => Promise.resolve(undefined),
    },
    consoleFiles: () =>
      Promise.resolve(new Map([['index.html', { type: 'text/html', body: Buffer.from('<p>') }]])),
    report: (message) => assert.equal(message, undefined),
  });
  link = new URL(served.link);
  const { start } = (await (await fetch(`${link.origin}/console/start`)).json()) as { start: string };
  headers = { Authorization: `Bearer ${await sign(link.hash.slice(1), start, link.host)}` };
});
after(() => served.close());

/** Unlike `fetch`, sends any Host and Origin. */
function ask(method: string, path: string, given: object): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(`${link.origin}${path}`, { method, headers: { ...given } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

const CUSTOMERS = '/_gatewright/console/customers';

describe('the console of a deployed stack', () => {
  it('listens on the loopback interface, and says whose customers it shows', async () => {
    const start = JSON.parse((await ask('GET', '/console/start', {})).body) as Record<string, unknown>;

    assert.equal(link.hostname, '127.0.0.1');
    assert.equal(start['customersOf'], 'gatewright-prod in eu-central-1');
    assert.equal((await ask('GET', '/console/', {})).status, 200);
  });

  it('sends its page the customers, first without their usage, and then with the usage of one', async () => {
    const bodies = [];
    for (const path of [CUSTOMERS, `${CUSTOMERS}?without=use`, `${CUSTOMERS}/one?tenant=acme`])
      bodies.push(JSON.parse((await ask('GET', path, headers)).body));

    assert.deepEqual(bodies, [{ customers: [ACME] }, { customers: [{ ...ACME, isUseUnread: true }] }, ACME]);
    assert.equal((await ask('GET', `${CUSTOMERS}/one?tenant=nobody`, headers)).status, 404);
    assert.equal((await ask('GET', `${CUSTOMERS}/one`, headers)).status, 400);
  });

  for (const [name, method, path, more, status] of [
    ['a page at another name, by DNS rebinding', 'GET', CUSTOMERS, { Host: 'evil.example.com' }, 403],
    ['a page of another origin', 'GET', CUSTOMERS, { Origin: 'https://evil.example.com' }, 403],
    ['a call without the key', 'GET', CUSTOMERS, { Authorization: '' }, 401],
    ['a call with another key', 'GET', CUSTOMERS, { Authorization: 'Bearer guessed' }, 401],
    ['a change to the customers', 'POST', CUSTOMERS, {}, 403],
    ['an invitation of members', 'POST', '/_gatewright/console/portal/invite', {}, 403],
    ['closing of periods', 'POST', '/_gatewright/console/invoices/close', {}, 403],
    ['calls of tables', 'POST', '/_gatewright/console/tables', {}, 403],
    ['a move of the clock', 'POST', '/_gatewright/clock', {}, 403],
    ['recorded requests', 'GET', '/_gatewright/requests', {}, 403],
  ] as const)
    it(`refuses ${name}`, async () => {
      const asked = await ask(method, path, { ...headers, ...more });

      assert.equal(asked.status, status, asked.body);
      assert.doesNotMatch(asked.body, /acme/);
    });
});
