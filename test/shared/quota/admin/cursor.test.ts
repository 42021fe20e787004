/** A cursor continues only the list that made it: elsewhere it would silently skip rows. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { listAudit } from '#shared/quota/admin/audit.ts';
import { closeOver } from '#shared/quota/admin/close-over.ts';
import { listCustomers } from '#shared/quota/admin/customers.ts';
import { listDraftRecords } from '#shared/quota/admin/draft-records.ts';
import { listKeys } from '#shared/quota/admin/keys.ts';
import { listCurrentUsage, listRecords, listUsage } from '#shared/quota/admin/list-usage.ts';
import { migrateCustomers } from '#shared/quota/admin/migrate-customers.ts';
import type { AdminPorts } from '#shared/quota/admin/operation.ts';
import { listPlans } from '#shared/quota/admin/plans.ts';
import { memoryAdminPorts, requested } from '../../../support/quota-admin.ts';

const NOW = Date.parse('2026-11-28T00:00:00Z');
const ALL = { tenant: undefined, fromEpochMs: undefined, toEpochMs: undefined, limit: 10 };
type Lister = (ports: AdminPorts, cursor: string | undefined) => Promise<{ readonly next?: string }>;

const LISTS: Readonly<Record<string, Lister>> = {
  'the keys of acme': (ports, cursor) => listKeys(ports, 'acme', cursor),
  'the keys of globex': (ports, cursor) => listKeys(ports, 'globex', cursor),
  customers: (ports, cursor) => listCustomers(ports, cursor, NOW),
  plans: (ports, cursor) => listPlans(ports, cursor),
  'the changes of a day': (ports, cursor) => listAudit(ports, NOW, cursor),
  'the changes of another day': (ports, cursor) => listAudit(ports, NOW - 86_400_000, cursor),
  usage: (ports, cursor) => listUsage(ports, { ...ALL, cursor }),
  records: (ports, cursor) => listRecords(ports, { ...ALL, cursor }),
  drafts: (ports, cursor) => listDraftRecords(ports, { ...ALL, cursor }, NOW),
  'current usage': (ports, cursor) => listCurrentUsage(ports, { tenant: undefined, cursor, atEpochMs: NOW }),
  'periods to close': (ports, cursor) => closeOver(ports, requested('op', NOW), { month: undefined, cursor }),
  'tenants to migrate': (ports, cursor) => migrateCustomers(ports, requested('op', NOW), cursor),
};

/** A table of which each page is empty, or has one change, and is followed by another page. */
function endless(): AdminPorts {
  const after = { list: 'T#a', pk: 'L#a#b', sk: 'HEAD' };
  const entry = { key: { pk: 'A#day', sk: 'T#1' }, item: { doc: '{}' } };
  return {
    ...memoryAdminPorts(),
    listing: {
      list: () => Promise.resolve({ kind: 'done', keys: [], after }),
      range: () => Promise.resolve({ kind: 'done', items: [entry], hasMore: true }),
    },
  };
}

describe('a cursor', () => {
  for (const [name, list] of Object.entries(LISTS))
    it(`of ${name} continues this list, and no other`, async () => {
      const ports = endless();
      const { next } = await list(ports, undefined);
      assert.ok(next !== undefined);
      await list(ports, next);

      for (const [other, lists] of Object.entries(LISTS))
        if (other !== name)
          await assert.rejects(lists(ports, next), { code: 'REQUEST_INVALID', field: 'cursor' }, other);
    });
});
