import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Admission, Quotas } from '#shared/quota/quotas.ts';
import { aRequest, QuotaTable } from '../../../support/quota-table.ts';

const CALLS = { id: 'calls', level: 'key', concurrency: 2, maxSeconds: 60, clockSkewMs: 1000 };
const DAILY = { id: 'daily', level: 'key', quota: 3, period: 'DAY', lease: false };
const RUN = { run: { remainingMs: 3000 } };

const start = async (quotas: Quotas, more: object = RUN): Promise<Admission> => {
  const decision = await quotas.consume(aRequest(more));
  assert.ok(decision.allowed);
  return decision;
};
const refusal = async (quotas: Quotas, more: object = RUN) => {
  const decision = await quotas.consume(aRequest(more));
  assert.ok(!decision.allowed);
  return [decision.reason, decision.limit, decision.retryAfterSeconds];
};

describe('a concurrency limit', () => {
  it('refuses requests above the allowed number, and admits again when one has ended', async () => {
    const table = new QuotaTable();
    const [one, other] = [table.holder([CALLS]), table.holder([CALLS])];

    const first = await start(one);
    await start(other);
    const full = await refusal(one);
    await first.release();

    assert.deepEqual(full, ['concurrency', 'calls', 1]);
    assert.equal((await one.consume(aRequest(RUN))).allowed, true);
    assert.deepEqual(await refusal(one), ['concurrency', 'calls', 1]);
  });

  it('costs a write before and a write after, and none for a refusal that is still fresh', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([{ ...CALLS, concurrency: 1 }]);
    await (await start(quotas)).release();
    table.calls.length = 0;

    const admission = await start(quotas);
    await refusal(quotas);
    await refusal(quotas);
    await admission.release();
    await admission.release();

    assert.deepEqual(table.calls, ['acquire', 'acquire', 'release']);
  });

  it('gives nothing back after a refusal that the table has answered, since nothing was taken', async () => {
    const table = new QuotaTable();
    const [one, other] = [table.holder([CALLS]), table.holder([CALLS])];
    await start(one);
    await start(one);
    table.calls.length = 0;

    for (let attempt = 0; attempt < 3; attempt += 1) {
      await refusal(other);
      table.nowMs += 1001;
    }

    assert.equal(table.calls.includes('acquire') && !table.calls.includes('release'), true);
  });

  it('is free again a second after an outage in which all of its requests ended', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([CALLS]);
    const running = [await start(quotas, { run: {} }), await start(quotas, { run: {} })];
    table.isDown = true;
    for (const admission of running) await admission.release();
    table.isDown = false;
    table.nowMs += 1001;

    const first = await quotas.consume(aRequest(RUN));
    table.nowMs += 1001;

    assert.equal(first.allowed || (await quotas.consume(aRequest(RUN))).allowed, true);
    assert.equal((await quotas.consume(aRequest(RUN))).allowed, true);
  });

  it('is free again although a write that was given up lands late', async () => {
    const table = new QuotaTable();
    const one = [{ ...CALLS, concurrency: 1 }];
    const admission = await start(table.holder(one));
    let late: (() => Promise<unknown>) | undefined;
    const slow = table.holder(one, {
      store: {
        ...table.store,
        update: (write) => {
          if (late !== undefined) return table.store.update(write);
          late = () => table.store.update(write);
          return Promise.resolve({ kind: 'unknown', reason: 'lost' });
        },
      },
    });
    await refusal(slow);
    await admission.release();
    await late?.();
    table.nowMs += 2000;
    const first = await slow.consume(aRequest(RUN));
    table.nowMs += 2000;

    assert.equal(first.allowed || (await slow.consume(aRequest(RUN))).allowed, true);
  });

  it('asks for another process again after a moment, since its end is not reported to this one', async () => {
    const table = new QuotaTable();
    const [one, other] = [
      table.holder([{ ...CALLS, concurrency: 1 }]),
      table.holder([{ ...CALLS, concurrency: 1 }]),
    ];
    const admission = await start(other);
    await refusal(one);
    await admission.release();

    table.nowMs += 200;

    assert.equal((await one.consume(aRequest(RUN))).allowed, true);
  });

  it('frees what a dead process held when its deadline is past by all clocks, and not before', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([{ ...CALLS, concurrency: 1 }]);
    await start(quotas);

    // 3000 ms left to run, and the error of each of two clocks.
    table.nowMs += 5000;
    const before = await refusal(quotas);
    table.nowMs += 200;
    const after = await quotas.consume(aRequest(RUN));

    assert.equal(before[0], 'concurrency');
    assert.equal(after.allowed, true);
  });

  it('uses the stated maximum as the deadline if the host has none', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([{ ...CALLS, concurrency: 1 }]);
    await start(quotas, { run: {} });

    table.nowMs += 62_000;
    const before = await refusal(quotas, { run: {} });
    table.nowMs += 200;

    assert.equal(before[0], 'concurrency');
    assert.equal((await quotas.consume(aRequest(RUN))).allowed, true);
  });

  it('is refused if no end of the request will be reported', async () => {
    const quotas = new QuotaTable().holder([CALLS]);

    await assert.rejects(quotas.consume(aRequest()), {
      code: 'PLAN_INVALID',
      message: /the end of this request is unknown/,
    });
  });

  it('is 503 when the table is out of reach, on trust too', async () => {
    for (const onUnavailable of ['closed', { bounded: 5 }] as const) {
      const table = new QuotaTable();
      const quotas = table.holder([CALLS], { onUnavailable });
      await (await start(quotas)).release();
      table.isDown = true;

      assert.deepEqual(await refusal(quotas), ['unavailable', 'calls', 1]);
    }
  });

  it('charges no quota for a request that may not run', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([{ ...CALLS, concurrency: 1 }, DAILY]);
    const admission = await start(quotas);

    await refusal(quotas);
    table.nowMs += 200;
    await refusal(quotas);
    await admission.release();
    const admitted = [await start(quotas)];
    await admitted[0]?.release();
    admitted.push(await start(quotas));

    assert.equal(admitted.length, 2);
    assert.equal(table.ledger()['rem'], 0);
    await admitted[1]?.release();
    assert.deepEqual((await refusal(quotas)).slice(0, 2), ['quota-exceeded', 'daily']);
  });

  it('holds no permit for a request that another limit refuses', async () => {
    const table = new QuotaTable();
    const rate = { id: 'burst', level: 'key', rate: 1, burst: 2, clockSkewMs: 0 };
    const quotas = table.holder([{ ...CALLS, concurrency: 5 }, rate]);
    await (await start(quotas)).release();

    const reasons = [await refusal(quotas), await refusal(quotas)].map(([reason]) => reason);

    assert.deepEqual(reasons, ['rate-limited', 'rate-limited']);
    const [semaphore] = [...table.items].filter(([name]) => name.startsWith('C#')).map(([, item]) => item);
    assert.equal(semaphore?.['c'], 0);
  });

  it('spreads more permits than an item can contain, and gives out every one of them', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([{ ...CALLS, concurrency: 60 }]);

    const running = await Promise.all(Array.from({ length: 60 }, () => start(quotas)));
    const full = await refusal(quotas);
    const [before] = await quotas.peek(aRequest());
    await Promise.all(running.map((admission) => admission.release()));
    const [after] = await quotas.peek(aRequest());

    assert.equal(full[0], 'concurrency');
    assert.equal([...table.items.keys()].filter((name) => name.startsWith('C#')).length, 3);
    assert.deepEqual([before?.remaining, after?.remaining, after?.limit], [0, 60, 60]);
  });

  it('is per tenant, key or route, all of them or none', async () => {
    const table = new QuotaTable();
    const quotas = table.holder([
      { ...CALLS, id: 'all', level: 'tenant', concurrency: 2 },
      { ...CALLS, id: 'each', level: 'key', concurrency: 1 },
    ]);

    await start(quotas, { ...RUN, key: 'k1' });
    const sameKey = await refusal(quotas, { ...RUN, key: 'k1' });
    await start(quotas, { ...RUN, key: 'k2' });
    const third = await refusal(quotas, { ...RUN, key: 'k3' });

    assert.deepEqual([sameKey[1], third[1]], ['each', 'all']);
  });

  it('admits no request that resumes after its own deadline', async () => {
    const table = new QuotaTable();
    const { store } = table;
    const slow = {
      ...store,
      update: (write: Parameters<typeof store.update>[0]) => {
        const answer = store.update(write);
        if (write.purpose === 'acquire') table.nowMs += 3001;
        return answer;
      },
    };
    const quotas = table.holder([CALLS], { store: slow });

    assert.equal((await refusal(quotas))[0], 'unavailable');
    const [semaphore] = [...table.items].filter(([name]) => name.startsWith('C#')).map(([, item]) => item);
    assert.equal(semaphore?.['c'], 0);
  });
});
