/** What was counted from access logs, and how the authorizer uses it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCustomer, setState } from '#shared/quota/admin/customers.ts';
import { resume, suspend } from '#shared/quota/admin/limits.ts';
import { createUsageTracker } from '#shared/quota/usage/track-usage.ts';
import { aCharging, contextOf, effectOf, PLAN, QUOTA, resourcesOf } from '../../../support/a-charging.ts';
import type { Given } from '../../../support/a-charging.ts';
import { memoryAdminPorts, ofKey, requested } from '../../../support/quota-admin.ts';

// docs/design/quota §3: the lines come seconds after the requests, so the authorizer only looks.
describe('a quota that is counted from access logs', () => {
  const tracked = { quota: { ...QUOTA, plans: undefined, count: 'access-log', routes: ['GET /users/{id}'] } };

  async function aTracked(given: Given = tracked) {
    const charging = aCharging(given);
    const { table } = charging;
    const subject = { plan: 'partner', tenant: 'acme', key: 'alice', route: 'GET /users/{id}' };
    // Publishes the plan.
    await table.holder([], { plans: [PLAN] }).peek(subject);
    const tracker = createUsageTracker({
      store: table.store,
      clock: table.clock,
      timer: { pause: () => Promise.resolve() },
      observe: (event) => table.events.push(event),
    });
    const serve = (requestId: string) => tracker.track([{ requestId, subject, atEpochMs: table.nowMs }]);
    return { ...charging, serve };
  }

  it('charges nothing, and denies once the lines of what was served have come', async () => {
    const { ask, table, serve } = await aTracked();

    const before = [await ask('GET/users/7'), await ask('GET/users/7'), await ask('GET/users/7')];
    await serve('r1');
    await serve('r2');
    table.nowMs += 2001;
    const after = await ask('GET/users/7');

    assert.deepEqual(before.map(effectOf), ['Allow', 'Allow', 'Allow']);
    assert.equal(effectOf(after), 'Deny');
    assert.equal(contextOf(after)['rateLimit'], '"daily";r=0;t=43198');
    assert.equal(contextOf(after)['violatedPolicy'], 'daily');
    assert.equal(table.countOf('grant'), 0);
  });

  it('answers for the whole API while something is left, and without the charged routes when nothing is', async () => {
    const { ask, table, serve } = await aTracked();
    const kept = resourcesOf(await ask('GET/users'));
    await serve('r1');
    await serve('r2');
    table.nowMs += 2001;
    const spent = await ask('GET/users');

    assert.match(kept, /GET\/users\/\*/);
    assert.equal(effectOf(spent), 'Allow');
    assert.doesNotMatch(resourcesOf(spent), /GET\/users\//);
  });

  it('reads a ledger once in two seconds', async () => {
    const { ask, table, serve } = await aTracked();
    await serve('r1');
    await ask('GET/users/7');
    const reads = table.countOf('read');
    await ask('GET/users/7');

    assert.equal(table.countOf('read'), reads);
    table.nowMs += 2001;
    await ask('GET/users/7');
    assert.equal(table.countOf('read'), reads + 1);
  });

  it('admits unknown callers, and goes by what it saw last, while the table is out of reach', async () => {
    const { ask, table, serve } = await aTracked();
    table.isDown = true;
    assert.equal(effectOf(await ask('GET/users/7')), 'Allow');
    table.isDown = false;
    await serve('r1');
    await serve('r2');
    table.nowMs += 2001;
    assert.equal(effectOf(await ask('GET/users/7')), 'Deny');

    table.isDown = true;
    table.nowMs += 2001;
    assert.equal(effectOf(await ask('GET/users/7')), 'Deny');
  });

  // docs/guides/sell/quota.md, "When a change is in force": the ledger that it reads every 2 s contains the change.
  it('denies the callers of a customer that was suspended within 2 s', async () => {
    const { ask, table, serve } = await aTracked();
    const ports = memoryAdminPorts(table.items);
    await createCustomer(ports, requested('op-1', table.nowMs), { tenant: 'acme', plan: 'partner' });
    await serve('r1');
    table.nowMs += 60_000;
    assert.equal(effectOf(await ask('GET/users/7')), 'Allow');

    await setState(ports, requested('op-2', table.nowMs), 'acme', 'suspended');
    table.nowMs += 2001;

    assert.equal(effectOf(await ask('GET/users/7')), 'Deny');
  });

  it('denies a suspended caller', async () => {
    const { ask, table, serve } = await aTracked();
    await serve('r1');
    for (const [name, item] of table.items)
      if (name.includes('\nP#')) table.items.set(name, { ...item, susp: 1 });
    table.nowMs += 2001;
    const suspended = await ask('GET/users/7');

    assert.equal(effectOf(suspended), 'Deny');
    assert.equal(contextOf(suspended)['retryAfter'], undefined);
  });

  it('continues with the ledger of the limit that a renamed one has replaced', async () => {
    const { ask, table, serve } = await aTracked();
    await serve('r1');
    const limits = PLAN.limits.map((limit) => ({ ...limit, id: 'each-day' }));
    const renaming = table.holder([], { plans: [{ ...PLAN, version: 2, limits }] });
    await renaming.peek({ plan: 'partner', tenant: 'acme', key: 'nobody', route: 'GET /users' });
    table.nowMs += 61_000;
    await serve('r2');

    const after = await ask('GET/users/7');

    assert.equal(effectOf(after), 'Deny');
    assert.equal(contextOf(after)['violatedPolicy'], 'each-day');
  });

  // What quota-admin's route writes: in an unopened period there is only the head to mark.
  it('denies a caller who was suspended before the period had its first request, until resumed', async () => {
    const { ask, table, serve } = await aTracked();
    await serve('r1');
    table.nowMs += 86_400_000;
    const admin = memoryAdminPorts(table.items, table.clock);
    const question = ofKey('acme', { key: 'alice' });
    const answers = [await ask('GET/users/7')];
    await suspend(admin, requested('stop', table.nowMs), question);
    // A look of a moment ago is still good.
    answers.push(await ask('GET/users/7'));
    table.nowMs += 2001;
    const suspended = await ask('GET/users/7');
    const route = await ask('GET/users');
    assert.deepEqual([...answers, suspended].map(effectOf), ['Allow', 'Allow', 'Deny']);
    assert.equal(contextOf(suspended)['retryAfter'], undefined);
    assert.doesNotMatch(resourcesOf(route), /GET\/users\//);

    table.isDown = true;
    table.nowMs += 2001;
    assert.equal(effectOf(await ask('GET/users/7')), 'Deny', 'an outage resumes nobody');
    table.isDown = false;
    await resume(admin, requested('go', table.nowMs), question);
    table.nowMs += 2001;
    assert.equal(effectOf(await ask('GET/users/7')), 'Allow');
  });

  it('denies a caller who was suspended after the first request of the period, with any remainder', async () => {
    const { ask, table, serve } = await aTracked();
    await serve('r1');
    await suspend(
      memoryAdminPorts(table.items, table.clock),
      requested('stop', table.nowMs),
      ofKey('acme', { key: 'alice' }),
    );

    assert.equal(effectOf(await ask('GET/users/7')), 'Deny');
  });

  it('publishes the plans of the document, which nothing else publishes', async () => {
    const { ask, table } = aCharging({ quota: { ...tracked.quota, plans: [PLAN] } });

    assert.equal(effectOf(await ask('GET/users/7')), 'Allow');
    assert.ok([...table.items.keys()].some((name) => name.startsWith('PLAN#partner')));
  });

  for (const limit of [
    { id: 'burst', level: 'key', rate: 1, burst: 10 },
    { id: 'at-once', level: 'key', concurrency: 2 },
  ])
    it(`fails for a plan with ${limit.id}, which no holder would enforce`, async () => {
      const { ask, table } = aCharging(tracked);
      const plan = { ...PLAN, limits: [...PLAN.limits, limit] };
      const publisher = { plan: 'partner', tenant: 'publisher', key: 'k', route: 'GET /users' };
      await table.holder([], { plans: [plan] }).consume({ ...publisher, run: {} });

      await assert.rejects(ask('GET/users/7'), { code: 'PLAN_INVALID', message: new RegExp(limit.id) });
    });

  it('still fails when the plan is unknown', async () => {
    const { ask } = aCharging(tracked);

    await assert.rejects(ask('GET/users/7'), { code: 'PLAN_UNKNOWN' });
  });
});
