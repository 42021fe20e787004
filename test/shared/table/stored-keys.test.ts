/**
 * The keys of stored items. Another library, a role with leading keys and the next version of this code find an item
 * only under exactly this key.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { apiKeyItem, tenantPartition } from '#shared/access/keys/api-key-record.ts';
import { endpointItem } from '#shared/endpoints/endpoint-record.ts';
import {
  accountPartition,
  invitationKey,
  memberKey,
  membershipKey,
  openInvitationsKey,
  sessionKey,
  tenantOfPartition,
} from '#shared/portal/portal-items.ts';
import { rateKey } from '#shared/quota/holding/rate-limit.ts';
import { semaphoreKey } from '#shared/quota/holding/semaphore.ts';
import { headKey, ledgerKey, planKey } from '#shared/quota/ledger/ledger.ts';
import { assignedKey, subjectKey } from '#shared/quota/ledger/line.ts';
import { customerKey } from '#shared/quota/plan/customer.ts';
import { ledgerIdOf } from '#shared/quota/plan/subject.ts';
import type { Level } from '#shared/quota/plan/plan.ts';
import type { ItemKey } from '#shared/table/item-write.ts';

const idOf = (level: Level) =>
  ledgerIdOf({ id: 'daily', level }, { plan: 'gold', tenant: 'a#b', key: 'k#1', route: 'GET /%' });
const DAY = { startEpochMs: Date.UTC(2026, 10, 19), endEpochMs: Date.UTC(2026, 10, 20) };

const WIRE = 'docs/reference/wire-contract.md, "Items of the usage table"';
const QUOTA = 'docs/guides/sell/quota.md, leading keys';
const PORTAL = 'shared/portal/portal-items.ts, table of the items';
const ENDPOINTS = 'docs/design/portal.md, "Webhooks of customers"';
const RESTORED = 'docs/guides/operate/operating.md, items of a restored table';

describe('the key of a stored item', () => {
  const rows: readonly (readonly [name: string, key: ItemKey, pk: string, sk: string, source: string])[] = [
    ['a plan', planKey('gold#2%'), 'PLAN#gold%232%25', 'V', WIRE],
    ['a customer', customerKey('a#b'), 'Q#a%23b##', 'CUSTOMER', WIRE],
    ['the plan of a key', assignedKey('a#b', 'k#1'), 'Q#a%23b##k%231', 'ASSIGNED', WIRE],
    ['the limits of a tenant', subjectKey(idOf('tenant'), 'tenant'), 'Q#a%23b##', 'LINES#tenant', WIRE],
    ['the head of a tenant', headKey(idOf('tenant')), 'Q#a%23b#daily#', 'HEAD', WIRE],
    // A key that contains # is written as ## and the escaped key; then the whole text is escaped again.
    ['the head of a key', headKey(idOf('key')), 'Q#a%23b#daily#%23%23k%25231', 'HEAD', WIRE],
    ['the head of a route', headKey(idOf('route')), 'Q#a%23b#daily#k%25231%23GET /%2525', 'HEAD', WIRE],
    ['a ledger', ledgerKey(idOf('tenant'), DAY), 'Q#a%23b#daily#', 'P#2026-11-19T00:00:00.000Z', WIRE],
    ['a rate', rateKey(idOf('tenant')), 'R#a%23b#daily#', 'TAT', QUOTA],
    ['concurrency', semaphoreKey(idOf('tenant'), 3), 'C#a%23b#daily##3', 'SEM', QUOTA],
    ['an API key', apiKeyItem('k1'), 'KEY#k1', 'KEY', RESTORED],
    ['an endpoint', endpointItem('e1'), 'ENDPOINT#e1', 'ENDPOINT', ENDPOINTS],
    ['a session', sessionKey('5e'), 'SESSION#5e', 'SESSION', PORTAL],
    ['an invitation', invitationKey('a#b', 'i%'), 'ORG#a%23b', 'INVITE#i%25', PORTAL],
    ['open invitations', openInvitationsKey('a#b'), 'ORG#a%23b', 'INVITES', PORTAL],
    ['a member', memberKey('a#b', 'm#'), 'ORG#a%23b', 'MEMBER#m%23', PORTAL],
    ['a membership', membershipKey('m#', 'a#b'), 'ACCOUNT#m%23', 'ORG#a%23b', PORTAL],
  ];
  for (const [name, key, pk, sk, source] of rows)
    it(`of ${name} is ${pk} / ${sk} (${source})`, () => {
      assert.deepEqual(key, { pk, sk });
    });

  it('contains names that are found again', () => {
    assert.equal(tenantPartition('a#b'), 'TENANT#a%23b', ENDPOINTS);
    assert.equal(accountPartition('m#'), 'ACCOUNT#m%23', PORTAL);
    assert.equal(tenantOfPartition('ORG#a%23b%25'), 'a#b%', PORTAL);
  });
});
