import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { countQuotas } from '#shared/observability/quota-metrics.ts';
import type { QuotaEvent } from '#shared/quota/holding/holder-ports.ts';
import { aRequest, QuotaTable } from '../../support/quota-table.ts';

const SOURCE = readFileSync(
  new URL('../../../shared/observability/quota-metrics.ts', import.meta.url),
  'utf8',
);
const ALARMS = readFileSync(
  new URL('../../../packages/toolkit/stack/quota/resources.yml', import.meta.url),
  'utf8',
);

function aSink() {
  const added: string[] = [];
  const observe = countQuotas({
    addMetric: (name, unit, value) => {
      added.push(`${name} ${value} ${unit}`);
    },
  });
  return { added, observe };
}

describe('metrics of quotas', () => {
  const id = { tenant: 'acme', limit: 'daily', subject: 'key-1' };
  const period = { startEpochMs: 0, endEpochMs: 86_400_000 };
  const rows: readonly { event: QuotaEvent; expected: readonly string[] }[] = [
    {
      event: { kind: 'granted', limit: 'daily', units: 7, leased: true },
      expected: ['QuotaGrants 1 Count', 'QuotaUnitsGranted 7 Count', 'QuotaLeases 1 Count'],
    },
    {
      event: { kind: 'granted', limit: 'daily', units: 1, leased: false },
      expected: ['QuotaGrants 1 Count', 'QuotaUnitsGranted 1 Count'],
    },
    {
      event: { kind: 'refused', limit: 'daily', reason: 'quota-exceeded' },
      expected: ['QuotaDenied 1 Count'],
    },
    { event: { kind: 'refused', limit: 'burst', reason: 'rate-limited' }, expected: ['QuotaDenied 1 Count'] },
    { event: { kind: 'refused', limit: 'daily', reason: 'suspended' }, expected: ['QuotaSuspended 1 Count'] },
    {
      event: { kind: 'refused', limit: 'daily', reason: 'unavailable' },
      expected: ['QuotaUnavailable 1 Count'],
    },
    { event: { kind: 'returned', limit: 'daily', units: 3 }, expected: ['QuotaUnitsReturned 3 Count'] },
    { event: { kind: 'wasted', limit: 'daily', units: 2 }, expected: ['QuotaUnitsWasted 2 Count'] },
    { event: { kind: 'alarm', id, period, percent: 80 }, expected: ['QuotaThreshold 1 Count'] },
    {
      event: { kind: 'store', purpose: 'grant', outcome: 'done', elapsedMs: 4 },
      expected: ['QuotaStoreLatency 4 Milliseconds'],
    },
    {
      event: { kind: 'store', purpose: 'grant', outcome: 'throttled', elapsedMs: 9 },
      expected: ['QuotaStoreLatency 9 Milliseconds', 'QuotaStoreThrottled 1 Count'],
    },
    { event: { kind: 'plan-ignored', plan: 'gold', version: 2 }, expected: ['QuotaPlanIgnored 1 Count'] },
    {
      event: { kind: 'clock-off', byMs: -7000 },
      expected: ['QuotaClockOff 1 Count', 'QuotaClockError 7000 Milliseconds'],
    },
  ];
  for (const { event, expected } of rows)
    it(`counts ${JSON.stringify(event)}`, () => {
      const { added, observe } = aSink();
      observe(event);
      assert.deepEqual(added, expected);
    });

  it('are named on the page of the function, and alarms watch no other names', () => {
    const named = new Set(SOURCE.match(/`Quota\w+`/g)?.map((name) => name.slice(1, -1)));
    const used = rows.flatMap(({ expected }) => expected.map((text) => text.split(' ')[0] ?? ''));
    // An alarm on what Lambda counts names its namespace; those on ours take it from what they share.
    const alarmed = [...ALARMS.matchAll(/(Namespace: AWS\/\w+\s+)?MetricName: (\w+)/g)]
      .filter(([, foreign]) => foreign === undefined)
      .map(([, , name]) => name ?? '');

    assert.deepEqual([...named].sort(), [...new Set(used)].sort());
    assert.ok(alarmed.length > 0);
    for (const name of alarmed) assert.ok(named.has(name), name);
  });

  it('take nothing from a request that is served from a lease', async () => {
    const table = new QuotaTable();
    const { added, observe } = aSink();
    const limits = [{ id: 'daily', level: 'key', quota: 1_000_000, period: 'DAY' }];

    await table.spend(table.holder(limits, { observe }), 2000);

    assert.ok(added.length < 100, `${added.length} metrics of 2,000 requests`);
  });
});

describe('calls of a table that has too much to do', () => {
  it('are counted apart from those that it refuses', async () => {
    const events: QuotaEvent[] = [];
    const table = new QuotaTable();
    const throttled = { kind: 'rejected', retryable: true, reason: 'ThrottlingException' } as const;
    let isBusy = false;
    const store = {
      ...table.store,
      update: (...args: Parameters<typeof table.store.update>) =>
        isBusy ? Promise.resolve(throttled) : table.store.update(...args),
    };
    const quotas = table.holder([{ id: 'daily', level: 'key', quota: 100, period: 'DAY', lease: false }], {
      store,
      observe: (event) => events.push(event),
    });
    await quotas.consume(aRequest({ atEpochMs: table.nowMs }));
    isBusy = true;
    await quotas.consume(aRequest({ atEpochMs: table.nowMs }));

    const outcomes = events.flatMap((event) => (event.kind === 'store' ? [event.outcome] : []));
    assert.ok(outcomes.includes('throttled'));
    assert.ok(outcomes.indexOf('throttled') > outcomes.indexOf('done'));
  });
});
