import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { listAudit } from '#shared/quota/admin/audit.ts';
import { resume, suspend } from '#shared/quota/admin/limits.ts';
import { AdministeredTable, memoryAdminPorts, ofKey, requested } from '../../../support/quota-admin.ts';
import { NOON_MS } from '../../../support/quota-table.ts';

const aTable = () => {
  const ports = memoryAdminPorts();
  return {
    ports,
    at: new AdministeredTable({ ports, moveTo: () => undefined, close: () => Promise.resolve() }),
  };
};

describe('the log of a day', () => {
  it('is listed page by page, newest first, each change once', async () => {
    const { ports, at } = aTable();
    const { tenant } = await at.aTenant();
    for (let index = 0; index < 60; index += 1)
      await (index % 2 === 0 ? suspend : resume)(
        ports,
        requested(`op-${index}`, NOON_MS + 1 + index),
        ofKey(tenant),
      );

    const first = await listAudit(ports, NOON_MS, undefined);
    const second = await listAudit(ports, NOON_MS, first.next);

    const ids = [...first.entries, ...second.entries].map(({ operationId }) => operationId);
    assert.equal(first.entries.length, 50);
    assert.deepEqual(
      ids.slice(0, 60),
      Array.from({ length: 60 }, (_, index) => `op-${59 - index}`),
    );
    // The plan and its assignment were there before.
    assert.deepEqual([ids.length, second.next], [62, undefined]);
  });

  it('says whether a key was suspended before', async () => {
    const { ports, at } = aTable();
    const { tenant } = await at.aTenant();
    const changes = [
      await suspend(ports, requested('a'), ofKey(tenant)),
      await suspend(ports, requested('b'), ofKey(tenant)),
      await resume(ports, requested('c'), ofKey(tenant)),
      await resume(ports, requested('d'), ofKey(tenant)),
    ];

    assert.deepEqual(
      changes.map(({ before, after }) => [before['suspended'], after['suspended']]),
      [
        [false, true],
        [true, true],
        [true, false],
        [false, false],
      ],
    );
  });
});
