import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assignPlan, unassignPlan } from '#shared/quota/admin/keys.ts';
import { AdministeredTable, memoryAdminPorts, requested } from '../../../support/quota-admin.ts';

describe('the plan of a key', () => {
  it('is written down as it was before and is now', async () => {
    const ports = memoryAdminPorts();
    const at = new AdministeredTable({ ports, moveTo: () => undefined, close: () => Promise.resolve() });
    const { tenant, plan } = await at.aTenant();
    const key = { tenant, key: 'k-2' };

    const first = await assignPlan(ports, requested('a'), { ...key, plan, version: 1 });
    const second = await assignPlan(ports, requested('b'), { ...key, plan, version: 2 });
    const off = await unassignPlan(ports, requested('c'), key);
    const again = await assignPlan(ports, requested('d'), { ...key, plan, version: 4 });

    assert.deepEqual(
      [first, second, off, again].map(({ before, after }) => [before, after].map((each) => each['version'])),
      [
        [undefined, 1],
        [1, 2],
        [2, undefined],
        [undefined, 4],
      ],
    );
  });

  it('is refused for names that no key of the table has', () => {
    const ports = memoryAdminPorts();
    const wanted = { tenant: 'x'.repeat(1500), key: 'k' };

    // Both are refused before anything is asked.
    assert.throws(() => unassignPlan(ports, requested('a'), wanted), { code: 'SUBJECT_INVALID' });
    assert.throws(() => assignPlan(ports, requested('b'), { ...wanted, plan: 'p', version: 1 }), {
      code: 'SUBJECT_INVALID',
    });
  });
});
