/** A reset after a change of plan returns what was charged in the period, whatever plan charged it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCustomer, setPlan } from '#shared/quota/admin/customers.ts';
import { reset, setLimit, topUp } from '#shared/quota/admin/limits.ts';
import { savePlan } from '#shared/quota/admin/plans.ts';
import { findLedger, rowOf } from '#shared/quota/admin/subject-ledger.ts';
import { memoryAdminPorts, AdministeredTable, requested } from '../../../support/quota-admin.ts';

const START_MS = Date.UTC(2026, 10, 3);
const HOUR_MS = 3_600_000;
const PLANS = { free: [10, 0], pro: [30, 0], flex: [10, 5] } as const;
type PlanId = keyof typeof PLANS;

type Row = {
  readonly name: string;
  readonly from: PlanId;
  readonly used: number;
  readonly to: PlanId;
  /** Used after the change. */
  readonly more: number;
  readonly toppedUp?: number;
  readonly left: number;
};

const ROWS: readonly Row[] = [
  { name: 'an upgrade', from: 'free', used: 8, to: 'pro', more: 2, left: 30 },
  { name: 'an upgrade, before any request', from: 'free', used: 10, to: 'pro', more: 0, left: 30 },
  { name: 'a downgrade to more than was used', from: 'pro', used: 6, to: 'free', more: 1, left: 10 },
  { name: 'a downgrade to less than was used', from: 'pro', used: 25, to: 'free', more: 0, left: 10 },
  {
    name: 'such a downgrade and a top-up',
    from: 'pro',
    used: 25,
    to: 'free',
    more: 0,
    toppedUp: 5,
    left: 15,
  },
  { name: 'a change to a plan with overage', from: 'pro', used: 12, to: 'flex', more: 1, left: 10 },
];

const BELOW: Row = { name: '', from: 'pro', used: 25, to: 'free', more: 0, left: 10 };

async function aCustomer({ from, used, to, more, toppedUp = 0 }: Row) {
  let nowMs = START_MS;
  const ports = memoryAdminPorts(new Map(), { nowEpochMs: () => nowMs });
  const at = new AdministeredTable({
    ports,
    moveTo: (epochMs) => void (nowMs = epochMs),
    close: () => Promise.resolve(),
  });
  let made = 0;
  const change = () => requested(`op-${(made += 1)}`, nowMs);
  for (const [id, [quota, overage]] of Object.entries(PLANS)) {
    const limit = { id: 'monthly', level: 'tenant', quota, overage, period: 'MONTH', lease: false };
    await savePlan(ports, change(), id, { id, version: 1, limits: [limit] });
  }
  await createCustomer(ports, change(), { tenant: 'acme', plan: from });
  // Requests name the plan in force. A process whose first request is refused by the earlier plan reads the record 2 s
  // later.
  const spend = async (times: number, plan: PlanId = to): Promise<number> => {
    nowMs += HOUR_MS;
    const holder = at.aHolder(() => nowMs);
    let admitted = 0;
    for (let call = 0; call < times; call += 1) {
      const verdict = await holder.consume({ plan, tenant: 'acme', key: 'k-1', atEpochMs: nowMs });
      admitted += verdict.allowed ? 1 : 0;
    }
    return admitted;
  };
  const question = {
    tenant: 'acme',
    limit: 'monthly',
    key: undefined,
    route: undefined,
    periodEpochMs: undefined,
    plan: undefined,
  };
  assert.equal(await spend(used, from), used);
  nowMs += HOUR_MS;
  await setPlan(ports, change(), { tenant: 'acme', plan: to, version: 2 });
  assert.equal(await spend(more), more);
  if (toppedUp > 0) await topUp(ports, change(), question, toppedUp);
  const show = async () => rowOf(await findLedger(ports, question, nowMs));
  return { ports, change, question, spend, show };
}

describe('a reset', () => {
  for (const row of ROWS)
    it(`gives back all that was used, after ${row.name}`, async () => {
      const { ports, change, question, spend, show } = await aCustomer(row);
      const before = await show();

      await reset(ports, change(), question);
      await reset(ports, change(), question);
      const { allowance, counted, left, used, charged } = await show();

      assert.deepEqual({ allowance, counted, left }, { allowance: row.left, counted: 0, left: row.left });
      // What was used is billed as before.
      assert.deepEqual([used, charged], [before.used, before.charged]);
      const overage = PLANS[row.to][1];
      assert.equal(await spend(row.left + overage + 3), row.left + overage);
    });

  it('is not taken back by a later limit of the same period', async () => {
    const { ports, change, question, show } = await aCustomer(BELOW);

    await reset(ports, change(), question);
    await setLimit(ports, change(), question, 12);
    const { allowance, counted, left } = await show();

    assert.deepEqual({ allowance, counted, left }, { allowance: 12, counted: 0, left: 12 });
  });
});
