/** Plan changes that the owner of the APIs has agreed on with the customer. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { getCustomer, setPlan } from '#shared/quota/admin/customers.ts';
import type { WantedTerm } from '#shared/quota/admin/customers.ts';
import { savePlan } from '#shared/quota/admin/plans.ts';
import { PLANS, PORTAL, Portal } from '../../../support/a-portal.ts';

const DECEMBER_MS = Date.UTC(2026, 11, 1);

async function aCustomer(plan: string) {
  const portal = new Portal();
  await portal.addCustomer('acme', plan);
  portal.nowMs += 3_600_000;
  const owner = await portal.join('acme', 'owner');
  const requested = () => ({ operationId: randomUUID(), by: 'me', atEpochMs: portal.nowMs });
  await savePlan(portal.usage, requested(), 'gone', { ...PLANS.at(-1), id: 'gone' });
  const agree = async (term: Omit<WantedTerm, 'tenant'>) => {
    await setPlan(portal.usage, requested(), { tenant: 'acme', ...term });
    portal.nowMs += 3_600_000;
  };
  const plans = async () => (await getCustomer(portal.usage, 'acme', portal.nowMs))['plans'];
  return { portal, owner, agree, plans };
}

describe('a change that the owner of the APIs has planned', () => {
  it('is not withdrawn by the customer, who may neither keep the plan nor choose another until then', async () => {
    for (const planned of [
      // Free offers Pro only, so the customer could not have planned this.
      { plan: 'gone', fromEpochMs: DECEMBER_MS },
      // Quotas of his own.
      { plan: 'pro', fromEpochMs: DECEMBER_MS, limits: { monthly: 20 } },
    ]) {
      const { owner, agree, plans } = await aCustomer('free');
      await agree({ ...planned, version: 2 });
      const before = await plans();
      for (const plan of ['free', 'pro']) {
        const answer = await owner.post('/api/plan', { body: { plan, version: 3 } });
        assert.deepEqual([answer.status, answer.body['code']], [409, 'OFFER_UNKNOWN'], plan);
      }
      const { offers, agreed } = (await owner.get('/api/plan')).body;
      assert.deepEqual([offers, agreed], [[], 'later-plan']);
      assert.deepEqual(await plans(), before);
    }
  });

  it('does not let the customer replace the agreed quotas with those of the plan', async () => {
    const { owner, agree, plans } = await aCustomer('pro');
    assert.equal((await owner.get('/api/plan')).body['agreed'], undefined);
    await agree({ plan: 'pro', limits: { monthly: 20 }, version: 2 });
    assert.equal((await owner.get('/api/plan')).body['agreed'], 'quotas');
    await agree({ plan: 'free', fromEpochMs: DECEMBER_MS, version: 3 });
    const before = await plans();
    const answer = await owner.post('/api/plan', { body: { plan: 'pro', version: 4 } });
    assert.deepEqual([answer.status, answer.body['code']], [409, 'OFFER_UNKNOWN']);
    assert.deepEqual(await plans(), before);
  });

  it('is not overtaken by a change that the customer sends at the same time with a version ahead', async () => {
    const { portal, owner, plans } = await aCustomer('free');
    const { store } = portal.members.usage;
    let isFirst = true;
    // The request of the owner arrived first, and is carried out between two reads of the customer's.
    const read: typeof store.read = async (key, options) => {
      const found = await store.read(key, options);
      if (isFirst && key.sk === 'CUSTOMER') {
        isFirst = false;
        await setPlan(
          portal.usage,
          { operationId: randomUUID(), by: 'me', atEpochMs: portal.nowMs - 1 },
          { tenant: 'acme', plan: 'gone', version: 2 },
        );
      }
      return found;
    };
    Object.assign(portal.members.usage, { store: { ...store, read } });
    const answer = await owner.post('/api/plan', { body: { plan: 'pro', version: 3 } });
    assert.deepEqual([answer.status, answer.body['code']], [409, 'EDIT_CONFLICT']);
    assert.equal(((await plans()) as readonly { readonly plan: string }[]).at(-1)?.plan, 'gone');
  });

  it('is withdrawn by the customer if he has planned it himself', async () => {
    const { owner, plans } = await aCustomer('pro');
    const planned = await owner.post('/api/plan', { body: { plan: 'free', version: 2 } });
    assert.equal(planned.status, 200, planned.text);
    const answer = await owner.post('/api/plan', { body: { plan: 'pro', version: 3 } });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(((await plans()) as readonly unknown[]).length, 1);
  });
});

describe('a plan that the customer cannot see', () => {
  // Attack: the versions of changes that were made are known, and another answer would tell which plans exist. An
  // unknown plan would be answered with 500, of which the owner of the APIs gets an alarm.
  it('is refused in the same way whether it exists, with a version that was used, is the next one or is ahead', async () => {
    const { owner, agree } = await aCustomer('free');
    await agree({ plan: 'pro', version: 2 });
    for (const [version, code] of [
      [2, 'OFFER_UNKNOWN'],
      [3, 'OFFER_UNKNOWN'],
      [4, 'EDIT_CONFLICT'],
    ] as const)
      for (const plan of ['gone', 'never', '__proto__', 'constructor', 'a#b']) {
        const answer = await owner.post('/api/plan', { body: { plan, version } });
        assert.deepEqual([answer.status, answer.body['code']], [409, code], `${plan}, version ${version}`);
      }
  });
});

describe('a change to a cheaper plan', () => {
  // Attack: change up, use what the dearer plan includes, and change down before its fee is due.
  it('takes effect when the next month begins, whatever the file says, and the page says so', async () => {
    const plans = PORTAL.offers.plans.map((plan): typeof plan => ({ ...plan, from: 'now' }));
    const portal = new Portal({ portal: { ...PORTAL, offers: { ...PORTAL.offers, plans } } });
    await portal.addCustomer('acme', 'pro');
    const owner = await portal.join('acme', 'owner');
    portal.nowMs += 1000;
    const { body } = await owner.get('/api/plan');
    assert.deepEqual(
      (body['offers'] as readonly { readonly from: string }[]).map(({ from }) => from),
      ['next-month'],
    );
    const changed = await owner.post('/api/plan', { body: { plan: 'free', version: 2 } });
    assert.equal(changed.body['from'], '2026-12-01T00:00:00.000Z');
    const { entries } = (await owner.get('/api/log')).body as { readonly entries: readonly unknown[] };
    assert.deepEqual(
      (entries as readonly { readonly what: string; readonly from?: string }[]).flatMap(({ what, from }) =>
        what === 'changed-plan' ? [from] : [],
      ),
      ['2026-12-01T00:00:00.000Z'],
    );
  });
});
