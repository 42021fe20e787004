import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hashOperation, isApplied, operationWrite } from '#shared/table/operation-record.ts';
import { createMemoryTable } from '../../support/memory-table.ts';
import type { Item } from '#shared/table/item-write.ts';
import { aNewKey, ApiKeyTable, NOON_SECONDS } from '../../support/api-key-table.ts';
import { ISSUER, RevocationDesk } from '../../support/a-revocation-admin.ts';
import { AdministeredTable, memoryAdminPorts, ofKey, requested } from '../../support/quota-admin.ts';
import { createMemoryListing } from '../../support/memory-listing.ts';
import { topUp } from '#shared/quota/admin/limits.ts';

const ASKED = { kind: 'top-up', target: { tenant: 'acme' }, input: { units: 5 } };

describe('hashOperation', () => {
  const others = [
    { name: 'another kind', asked: { ...ASKED, kind: 'reset' } },
    { name: 'another target', asked: { ...ASKED, target: { tenant: 'beta' } } },
    { name: 'other input', asked: { ...ASKED, input: { units: 6 } } },
    {
      name: 'input that moves to the target',
      asked: { ...ASKED, target: { tenant: 'acme', units: 5 }, input: {} },
    },
  ];
  for (const { name, asked } of others)
    it(`distinguishes ${name}`, () => {
      const record = { hash: hashOperation(ASKED) };

      assert.equal(isApplied(record, hashOperation({ ...ASKED })), true);
      assert.throws(() => isApplied(record, hashOperation(asked)), { code: 'OPERATION_REUSED' });
      assert.equal(isApplied(undefined, hashOperation(asked)), false);
    });
});

describe('operationWrite', () => {
  it('is refused if the id has been used for anything', async () => {
    const items = new Map<string, Item>();
    const table = createMemoryTable({ clock: { nowEpochMs: () => 0 }, items });
    const write = (kind: string) =>
      operationWrite(
        'record',
        { pk: 'K#1', operationId: 'a#b', kind, atEpochMs: 7 },
        { hash: 'h', by: 'ada' },
      );

    assert.equal((await table.update(write('one'))).kind, 'done');
    assert.equal((await table.update(write('two'))).kind, 'refused');
    assert.deepEqual([...items], [['K#1\nOP#a%23b', { kind: 'one', at: 7, hash: 'h', by: 'ada' }]]);
  });

  it('is the same in the administration of keys, of revocations and of quotas', async () => {
    const keys = new ApiKeyTable();
    await keys.admin.create(aNewKey(), { id: 'op', by: 'ada' });
    const revoked = new Map<string, Item>();
    const desk = new RevocationDesk({
      store: createMemoryTable({ clock: { nowEpochMs: () => 0 }, items: revoked }),
      listing: createMemoryListing(revoked),
    });
    await desk.admin.revoke({ issuer: ISSUER, kind: 'sub', value: 'alice' }, { id: 'op', by: 'ada' });
    const charged = new Map<string, Item>();
    const ports = memoryAdminPorts(charged);
    const at = new AdministeredTable({ ports, moveTo: () => undefined, close: () => Promise.resolve() });
    const { tenant } = await at.aTenant();
    await at.spend(tenant, 1);
    await topUp(ports, requested('op'), ofKey(tenant), 5);

    const records = [keys.items, revoked, charged].flatMap((items) =>
      [...items].filter(([name]) => name.includes('\nOP#')).map(([, item]) => item),
    );
    assert.deepEqual(records.map(({ kind }) => kind).sort(), [
      'assign-plan',
      'create',
      'revoke',
      'save-plan',
      'top-up',
    ]);
    for (const { hash, by, at: atEpochMs } of records) {
      assert.match(String(hash), /^[0-9a-f]{64}$/);
      assert.match(String(by), /ada|alice/);
      assert.equal(atEpochMs, NOON_SECONDS * 1000);
    }
  });
});
