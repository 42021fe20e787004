/** Requests of access logs, charged by trackers that crash, repeat themselves and work side by side. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ItemStore } from '#shared/ports.ts';
import type { TrackedRequest } from '#shared/quota/usage/access-log-line.ts';
import { suspend } from '#shared/quota/admin/limits.ts';
import { closeWrite, planKey } from '#shared/quota/ledger/ledger.ts';
import { createUsageTracker, describeWaiting } from '#shared/quota/usage/track-usage.ts';
import type { Waiting } from '#shared/quota/usage/track-usage.ts';
import { memoryAdminPorts, ofKey, requested } from '../../../support/quota-admin.ts';
import { NOON_MS, QuotaTable } from '../../../support/quota-table.ts';

const LIMITS = [{ id: 'daily', level: 'key', quota: 100, period: 'DAY' }];
const DAY_MS = 86_400_000;
const THROTTLED = { kind: 'rejected', retryable: true, reason: 'throttled' } as const;
const TIMER = { pause: () => Promise.resolve() };

function aRequest(
  requestId: string,
  over: Partial<TrackedRequest['subject']> = {},
  atEpochMs = NOON_MS,
): TrackedRequest {
  return {
    requestId,
    atEpochMs,
    subject: { plan: 'gold', tenant: 'acme', key: 'k', route: 'GET /a', ...over },
  };
}

const requestsOf = (count: number, over = {}, atEpochMs = NOON_MS) =>
  Array.from({ length: count }, (_, index) => aRequest(`r${index}`, over, atEpochMs));

/** A table that contains the plan. */
async function aTable(limits: readonly object[] = LIMITS, cost: unknown = 1): Promise<QuotaTable> {
  const table = new QuotaTable();
  await table.holder(limits, { cost }).peek({ plan: 'gold', tenant: 'publisher', key: 'k', route: 'x' });
  table.calls.length = 0;
  return table;
}

const trackerOf = (table: QuotaTable, store: ItemStore = table.store) =>
  createUsageTracker({
    store,
    clock: table.clock,
    timer: TIMER,
    observe: (event) => table.events.push(event),
  });

const usedOf = (table: QuotaTable, part: string) =>
  [...table.items]
    .filter(([name]) => name.includes(part) && name.includes('\nP#'))
    .map(([, item]) => item['used']);

describe('usage from access logs', () => {
  it('is charged once per request id, by the cost of the route, in one transaction for many', async () => {
    const table = await aTable(LIMITS, { 'GET /b': 5, '*': 1 });
    const tracker = trackerOf(table);

    const first = await tracker.track([...requestsOf(20), aRequest('b', { route: 'GET /b' })]);
    const again = await tracker.track([...requestsOf(22)]);

    assert.deepEqual(first, { charged: 21, seen: 0, unchargeable: 0, waiting: [] });
    assert.deepEqual(again, { charged: 2, seen: 20, unchargeable: 0, waiting: [] });
    assert.deepEqual(usedOf(table, '#daily#'), [27]);
    assert.equal(table.ledger()['rem'], 73);
    const calls = 'one that finds no ledger, one that finds no head, one that opens them, one for each batch';
    assert.equal(table.countOf('open'), 5, calls);
  });

  it('may take a ledger below zero, since the requests were served', async () => {
    const table = await aTable();

    await trackerOf(table).track(requestsOf(130));

    assert.deepEqual([table.ledger()['rem'], table.ledger()['used']], [-30, 130]);
  });

  it('is charged to each limit of the plan, and to no rate', async () => {
    const table = await aTable([
      ...LIMITS,
      { id: 'monthly', level: 'tenant', quota: 1000, period: 'MONTH' },
      { id: 'burst', level: 'key', rate: 1, burst: 10 },
    ]);

    const tracked = await trackerOf(table).track([...requestsOf(3), aRequest('other', { key: 'j' })]);

    assert.equal(tracked.charged, 8);
    assert.deepEqual(usedOf(table, '#daily#k'), [3]);
    assert.deepEqual(usedOf(table, '#daily#j'), [1]);
    assert.deepEqual(usedOf(table, '#monthly#'), [4]);
    assert.equal(
      [...table.items.keys()].some((name) => name.startsWith('R#')),
      false,
    );
  });

  it('is reported, and not charged, if the plan counts nothing', async () => {
    const table = await aTable([{ id: 'burst', level: 'key', rate: 1, burst: 10 }]);

    const tracked = await trackerOf(table).track(requestsOf(3));

    assert.deepEqual(tracked, { charged: 0, seen: 0, unchargeable: 3, waiting: [] });
  });

  it('belongs to the period of its stamp, however late its line is', async () => {
    const table = await aTable();
    const tracker = trackerOf(table);
    await tracker.track(requestsOf(1));
    table.nowMs += DAY_MS;

    await tracker.track([aRequest('late'), aRequest('new', {}, table.nowMs)]);

    assert.deepEqual(usedOf(table, '#daily#').sort(), [1, 2]);
  });

  it('goes to the period that is open when its own never was', async () => {
    const table = await aTable();
    const tracker = trackerOf(table);
    table.nowMs += DAY_MS;
    await tracker.track([aRequest('new', {}, table.nowMs)]);

    assert.equal((await tracker.track([aRequest('late')])).charged, 1);
    assert.deepEqual(usedOf(table, '#daily#'), [2]);
  });

  it('of a closed period, a suspended caller, or an unknown plan, is reported and not charged', async () => {
    const table = await aTable();
    const tracker = trackerOf(table);
    await tracker.track(requestsOf(1));
    const [pk = '', sk = ''] =
      [...table.items.keys()].find((name) => name.includes('\nP#'))?.split('\n') ?? [];
    const key = ofKey('acme', { key: 'k' });
    await suspend(memoryAdminPorts(table.items, table.clock), requested('stop', NOON_MS), key);
    await table.store.update(closeWrite({ pk, sk }, table.nowMs));
    table.nowMs += DAY_MS;
    const others = [aRequest('x', { plan: 'platinum' }), aRequest('next', {}, table.nowMs)];

    const tracked = await tracker.track([...requestsOf(3), ...others]);

    assert.deepEqual(tracked, { charged: 0, seen: 1, unchargeable: 4, waiting: [] });
    assert.equal(table.ledger()['used'], 1);
  });

  it('is reported, and fails alone, if names are too long for a key of the table', async () => {
    const table = await aTable([...LIMITS, { id: 'each', level: 'route', quota: 9, period: 'DAY' }]);
    const long = { tenant: '%'.repeat(256), key: '#'.repeat(256), route: 'GET /a' };

    const tracked = await trackerOf(table).track([aRequest('x', long), ...requestsOf(2)]);

    assert.deepEqual(tracked, { charged: 4, seen: 0, unchargeable: 2, waiting: [] });
    assert.deepEqual(usedOf(table, '#daily#k'), [2]);
  });

  // docs/guides/sell/quota.md: what one plan or one stamp has wrong is not the others' fault.
  it('waits if its plan cannot be read, charges all others, and is charged once the plan is corrected', async () => {
    const table = await aTable();
    const broken = planKey('broken');
    const keep = (doc: string, version: number) =>
      table.items.set(`${broken.pk}\n${broken.sk}`, { ver: version, doc, list: 'PLANS' });
    keep('{"id":"broken"', 1);
    const requests = [
      aRequest('b1', { plan: 'broken' }),
      ...requestsOf(3),
      aRequest('b2', { plan: 'broken' }),
    ];

    const tracked = await trackerOf(table).track(requests);

    const waiting = ['b1', 'b2'].map((requestId) => ({
      requestId,
      plan: 'broken',
      reason: 'plan-unreadable',
    }));
    assert.deepEqual(tracked, { charged: 3, seen: 0, unchargeable: 0, waiting });
    assert.equal(
      describeWaiting(tracked.waiting),
      '2 requests are not charged yet: customer plan broken cannot be read: save its next version',
    );
    keep(JSON.stringify({ id: 'broken', version: 2, limits: LIMITS }), 2);
    const again = await trackerOf(table).track(requests);
    assert.deepEqual(again, { charged: 2, seen: 3, unchargeable: 0, waiting: [] });
  });

  it('waits if its period has not begun, moves no ledger there, and is charged when it has', async () => {
    const table = await aTable([
      ...LIMITS,
      { id: 'ever', level: 'tenant', quota: 9, period: { everySeconds: 366 * 86_400 } },
    ]);
    const requests = [aRequest('ahead', {}, NOON_MS + 2 * DAY_MS), ...requestsOf(3)];

    const tracked = await trackerOf(table).track(requests);

    const waiting = [{ requestId: 'ahead', plan: 'gold', reason: 'period-ahead' }];
    assert.deepEqual(tracked, { charged: 7, seen: 0, unchargeable: 0, waiting });
    assert.match(
      describeWaiting(waiting as Waiting[]),
      /^1 request is not charged yet: the period has not started/,
    );
    assert.deepEqual(usedOf(table, '#daily#k'), [3]);
    table.nowMs += 2 * DAY_MS;
    assert.deepEqual(await trackerOf(table).track(requests), {
      charged: 1,
      seen: 7,
      unchargeable: 0,
      waiting: [],
    });
    assert.deepEqual(usedOf(table, '#daily#k').sort(), [1, 3]);
  });

  it('asks for the plan of many once a batch, known or not', async () => {
    const table = await aTable();

    await trackerOf(table).track([...requestsOf(50), ...requestsOf(50, { plan: 'platinum' })]);

    assert.ok(table.countOf('read') < 10, `${table.countOf('read')} reads`);
  });

  it('fails as a whole while the table is out of reach, to be given again', async () => {
    const table = await aTable();
    const tracker = trackerOf(table);
    table.isDown = true;

    await assert.rejects(tracker.track(requestsOf(5)), { code: 'STORE_UNAVAILABLE' });
    table.isDown = false;
    assert.equal((await tracker.track(requestsOf(5))).charged, 5);
  });

  it('charges all others if one ledger fails permanently, and is sent again', async () => {
    const table = await aTable();
    const refuses: ItemStore = {
      ...table.store,
      transact: (writes) =>
        writes.some(({ key }) => key.pk.includes('broken'))
          ? Promise.resolve({ kind: 'rejected', retryable: false, reason: 'ValidationException' })
          : table.store.transact(writes),
    };
    const keys = [...Array.from({ length: 40 }, (_, index) => `k${index}`), 'broken'];
    const requests = keys.map((key) => aRequest(`r-${key}`, { key }));

    // Before the answer: afterwards Lambda runs nothing.
    const charged = trackerOf(table, refuses)
      .track(requests)
      .catch((error: unknown) => [error, usedOf(table, '#daily#k').length]);

    const [error, count] = (await charged) as [{ code: string }, number];
    assert.deepEqual([error.code, count], ['STORE_UNAVAILABLE', 40]);
  });

  it('tries a ledger eight times, and asks no more for the rest of a batch when it is the table that fails', async () => {
    const table = await aTable();
    const down: ItemStore = {
      ...table.store,
      transact: () => {
        table.calls.push('refused');
        return Promise.resolve(THROTTLED);
      },
    };

    await assert.rejects(trackerOf(table, down).track(requestsOf(9)), { code: 'STORE_UNAVAILABLE' });
    assert.equal(table.countOf('refused'), 8);
    const requests = Array.from({ length: 200 }, (_, index) => aRequest(`r${index}`, { key: `k${index}` }));
    await assert.rejects(trackerOf(table, down).track(requests), { code: 'STORE_UNAVAILABLE' });

    assert.ok(table.countOf('refused') <= 136, `${table.countOf('refused')} transactions`);
  });

  it('reports each threshold that it crosses, once per period, with any other charges to the ledger', async () => {
    const alarms = { alarms: [50, 80, 200], overage: 200 };
    const table = await aTable([{ ...LIMITS[0], ...alarms }]);
    const messages = () =>
      table.events.flatMap((event) =>
        event.kind === 'alarm' ? [`${event.id.subject} ${event.percent}`] : [],
      );

    await trackerOf(table).track(requestsOf(49));
    assert.deepEqual(messages(), []);
    await Promise.all([trackerOf(table).track(requestsOf(85)), trackerOf(table).track(requestsOf(90))]);
    assert.deepEqual(messages(), ['k 50', 'k 80']);
    // The middleware, on the same plan.
    await table.spend(table.holder([{ ...LIMITS[0], ...alarms }]), 20, { key: 'k' });
    await trackerOf(table).track(requestsOf(199));
    assert.deepEqual(messages(), ['k 50', 'k 80', 'k 200']);

    table.nowMs += DAY_MS;
    await trackerOf(table).track(requestsOf(60, {}, table.nowMs));
    assert.deepEqual(messages(), ['k 50', 'k 80', 'k 200', 'k 50']);
  });

  it('reports the threshold when the lines are sent again, if only the charge was written', async () => {
    const table = await aTable([{ ...LIMITS[0], alarms: [80] }]);
    const dies: ItemStore = {
      ...table.store,
      update: (write) => (write.purpose === 'alarm' ? Promise.resolve(THROTTLED) : table.store.update(write)),
    };
    const messages = () => table.events.filter(({ kind }) => kind === 'alarm').length;

    await assert.rejects(trackerOf(table, dies).track(requestsOf(80)), { code: 'STORE_UNAVAILABLE' });
    assert.equal(messages(), 0);
    assert.equal((await trackerOf(table).track(requestsOf(80))).seen, 80);
    assert.equal(messages(), 1);
    assert.equal(table.ledger()['used'], 80);
  });

  it('is charged once though its line comes weeks later, and then again', async () => {
    const table = await aTable([{ ...LIMITS[0], period: 'MONTH' }]);
    const weeksAgo = requestsOf(3, {}, NOON_MS - 17 * DAY_MS);

    assert.equal((await trackerOf(table).track(weeksAgo)).charged, 3);
    // The time for which a dead-letter queue may keep the message.
    table.nowMs += 11 * DAY_MS;
    assert.equal((await trackerOf(table).track(weeksAgo)).seen, 3);
    assert.equal(table.ledger()['used'], 3);
  });

  // docs/design/quota §5, the faults of its network: lost before, answer lost after it landed, throttled.
  it('is exact despite loss, repetition and crossing', async () => {
    const batch = fc.array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 2 })), {
      maxLength: 25,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(batch, { minLength: 1, maxLength: 6 }),
        fc.infiniteStream(fc.constantFrom('ok', 'ok', 'ok', 'lost', 'unanswered', 'throttled', 'late')),
        async (batches, faults) => {
          const table = await aTable();
          const late: (() => void)[] = [];
          const store = withFaults(table.store, faults, late);
          const given = batches.map((each) =>
            each.map(([id, span]) => aRequest(`r${id}-${span}`, {}, NOON_MS + span * 10_000)),
          );
          // Two trackers at once, then everything again until it has gone through: at-least-once delivery.
          await Promise.allSettled(
            given.map((each, index) => trackerOf(table, index % 2 === 0 ? store : table.store).track(each)),
          );
          for (const arrive of late) arrive();
          for (const each of given) await trackerOf(table).track(each);

          const distinct = new Set(given.flat().map(({ requestId }) => requestId)).size;
          const { used = 0, rem = 100, cred = 100 } = table.ledger();
          assert.equal(used, distinct);
          assert.equal(Number(rem) + used, cred);
        },
      ),
      { numRuns: 150 },
    );
  });
});

type Fault = 'ok' | 'lost' | 'unanswered' | 'throttled' | 'late';

/** Writes meet these faults, in turn; `late` ones are carried out when the test calls them. */
function withFaults(store: ItemStore, faults: Iterable<Fault>, late: (() => void)[]): ItemStore {
  const next = faults[Symbol.iterator]();
  return {
    ...store,
    async transact(writes) {
      const fault = next.next().value as Fault;
      if (fault === 'lost') return { kind: 'unknown', reason: 'lost' };
      if (fault === 'throttled') return { kind: 'rejected', retryable: true, reason: 'throttled' };
      if (fault === 'late') {
        late.push(() => void store.transact(writes));
        return { kind: 'unknown', reason: 'late' };
      }
      const outcome = await store.transact(writes);
      return fault === 'unanswered' ? { kind: 'unknown', reason: 'unanswered' } : outcome;
    },
  };
}
