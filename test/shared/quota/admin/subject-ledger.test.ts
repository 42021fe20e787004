import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RequestInvalid } from '#shared/errors.ts';
import { assignPlan } from '#shared/quota/admin/keys.ts';
import { resume, setLimit, suspend, topUp } from '#shared/quota/admin/limits.ts';
import { savePlan } from '#shared/quota/admin/plans.ts';
import { findLedger, rowOf } from '#shared/quota/admin/subject-ledger.ts';
import type { LedgerQuestion } from '#shared/quota/admin/subject-ledger.ts';
import {
  AdministeredTable,
  codeOf,
  DAILY,
  memoryAdminPorts,
  ofKey,
  requested,
} from '../../../support/quota-admin.ts';
import { NOON_MS } from '../../../support/quota-table.ts';

const MONTHLY = { id: 'monthly', level: 'tenant', quota: 10, period: 'MONTH' };

async function aTable(): Promise<{
  ports: ReturnType<typeof memoryAdminPorts>;
  consume: (key: string, plan?: string) => Promise<boolean>;
  show: (question: LedgerQuestion) => Promise<readonly number[]>;
}> {
  const ports = memoryAdminPorts();
  const at = new AdministeredTable({ ports, moveTo: () => undefined, close: () => Promise.resolve() });
  for (const id of ['gold', 'silver'])
    await savePlan(ports, requested('new'), id, { id, version: 1, limits: [MONTHLY, DAILY] });
  return {
    ports,
    async consume(key, plan = 'gold') {
      const request = { plan, tenant: 'acme', key, atEpochMs: NOON_MS };
      return (await at.aHolder(() => NOON_MS).consume(request)).allowed;
    },
    async show(question) {
      const { quota, credits, charged, remaining } = rowOf(await findLedger(ports, question, NOON_MS));
      return [quota, credits, charged, remaining];
    },
  };
}

const OF_TENANT: LedgerQuestion = {
  tenant: 'acme',
  limit: 'monthly',
  key: undefined,
  route: undefined,
  periodEpochMs: undefined,
};

describe('a limit before its first charge', () => {
  it("of a tenant is the limit in its keys' plan: shown, topped up, changed", async () => {
    const { ports, consume, show } = await aTable();
    await assignPlan(ports, requested('a'), { tenant: 'acme', key: 'k-1', plan: 'gold', version: 1 });

    assert.deepEqual(await show(OF_TENANT), [10, 10, 0, 10]);
    await setLimit(ports, requested('b'), OF_TENANT, 2);
    await topUp(ports, requested('c'), OF_TENANT, 1);
    assert.deepEqual(await show(OF_TENANT), [2, 3, 0, 3]);

    const admitted = [];
    for (let request = 0; request < 5; request += 1) admitted.push(await consume('k-1'));
    assert.deepEqual(admitted, [true, true, true, false, false]);
  });

  it('of a tenant is suspended, and resumed', async () => {
    const { ports, consume } = await aTable();
    await assignPlan(ports, requested('a'), { tenant: 'acme', key: 'k-1', plan: 'gold', version: 1 });

    await suspend(ports, requested('b'), OF_TENANT);
    assert.equal(await consume('k-1'), false);
    await resume(ports, requested('c'), OF_TENANT);
    assert.equal(await consume('k-1'), true);
  });

  const named = { plan: 'gold' };
  for (const [whose, question] of [
    ['a tenant', { ...OF_TENANT, ...named }],
    ['a key', ofKey('acme', named)],
  ] as const)
    it(`of ${whose} whose plan is in its token is the limit in the named plan`, async () => {
      const { ports, consume, show } = await aTable();

      assert.equal(await codeOf(show({ ...question, plan: undefined })), 'KEY_UNKNOWN');
      const [quota = 0] = await show(question);
      await topUp(ports, requested('b'), question, 5);
      assert.deepEqual(await show(question), [quota, quota + 5, 0, quota + 5]);
      await suspend(ports, requested('c'), question);
      assert.equal(await consume('k-1'), false);
      await resume(ports, requested('d'), question);
      assert.equal(await consume('k-1'), true);
      assert.deepEqual(
        await show({ ...question, plan: undefined }),
        [quota, quota + 5, 1, quota + 4],
        'now it is known',
      );
    });

  it('needs the plan named if keys are on several, and refuses another than it is on', async () => {
    const { ports, consume, show } = await aTable();
    for (const [key, plan] of [
      ['k-1', 'gold'],
      ['k-2', 'silver'],
    ] as const)
      await assignPlan(ports, requested('a'), { tenant: 'acme', key, plan, version: 1 });
    const fieldOf = (question: LedgerQuestion): Promise<string> =>
      show(question).then(
        () => 'shown',
        (error: unknown) =>
          error instanceof RequestInvalid ? `${error.field} ${error.message}` : String(error),
      );

    assert.match(
      await fieldOf(OF_TENANT),
      /^plan .*is required: keys of the tenant have the plans gold and silver/,
    );
    assert.equal(await fieldOf({ ...OF_TENANT, plan: 'silver' }), 'shown');
    assert.equal(await consume('k-1'), true);
    assert.match(
      await fieldOf({ ...OF_TENANT, plan: 'silver' }),
      /^plan .*must be omitted: the plan is gold/,
    );
    assert.match(await fieldOf(ofKey('acme', { plan: 'silver' })), /must be omitted: the plan is gold/);
  });
});

describe('a period in which nothing was charged yet', () => {
  it('has all of its quota if units that were used before the first one counted in that', async () => {
    const ports = memoryAdminPorts();
    const at = new AdministeredTable({ ports, moveTo: () => undefined, close: () => Promise.resolve() });
    const { tenant } = await at.aTenant([{ ...DAILY, initialUsage: 30 }]);

    assert.equal((await at.show(tenant)).credits, 70);
    assert.equal(await at.spend(tenant, 1), 1);
    assert.equal((await at.show(tenant, NOON_MS + 86_400_000)).credits, 100);
  });

  it('has lost nothing: what is outstanding may still be reported', async () => {
    const ports = memoryAdminPorts();
    const at = new AdministeredTable({ ports, moveTo: () => undefined, close: () => Promise.resolve() });
    const { tenant } = await at.aTenant();
    await at.spend(tenant, 2);

    const { state, lost } = await at.show(tenant);
    assert.deepEqual([state, lost], ['open', 0]);
  });
});

describe('a plan that is saved', () => {
  it('is refused under the id of another, whose versions it would continue', () => {
    const ports = memoryAdminPorts();
    const silver = { id: 'silver', version: 1, limits: [DAILY] };

    assert.throws(
      () => savePlan(ports, requested('a'), 'gold', silver),
      (error) => error instanceof RequestInvalid && error.field === 'id',
    );
  });

  it('says that others are changing the same if it never gets its turn', async () => {
    const ports = memoryAdminPorts();
    const store: typeof ports.store = {
      ...ports.store,
      transact: (writes) =>
        Promise.resolve({
          kind: 'refused',
          storeEpochMs: undefined,
          members: writes.map(() => ({ holds: false, item: undefined })),
        }),
    };
    const gold = { id: 'gold', version: 1, limits: [DAILY] };

    assert.equal(await codeOf(savePlan({ ...ports, store }, requested('a'), 'gold', gold)), 'EDIT_CONFLICT');
  });
});
