/**
 * Runs in a separate process: loads the function `portal`, and uses every section of a portal whose tables are in
 * memory. The argument says whether the portal offers webhooks.
 */
import assert from 'node:assert/strict';
import '../../functions/portal.ts';
import { PORTAL, Portal } from './a-portal.ts';

const { webhooks, ...offers } = PORTAL.offers;
const isOffered = process.argv[2] === 'webhooks';
const portal = new Portal({ portal: { ...PORTAL, offers: { ...offers, ...(isOffered && { webhooks }) } } });
await portal.addCustomer('acme');
const owner = await portal.join('acme', 'owner');
for (const section of ['keys', 'usage', 'plan', 'invoices', 'alerts', 'members', 'log'])
  assert.equal((await owner.get(`/api/${section}`)).status, 200, section);
assert.equal((await owner.post('/api/keys', { body: { name: 'build' } })).status, 200);
const made = await owner.post('/api/webhooks', { body: { source: 'orders', name: 'shop' } });
assert.equal(made.status, isOffered ? 200 : 404, made.text);
