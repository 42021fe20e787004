/** What simulation/breaker-model.ts does not check: what is written and observed. Its rules are proven there. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Breaker } from '#shared/resilience/breaker.ts';
import { breakerKey, parseBreaker } from '#shared/resilience/breaker-item.ts';
import type { ResilienceEvent } from '#shared/resilience/resilience-event.ts';
import type { Item, ItemWrite } from '#shared/table/item-write.ts';
import { createMemoryTable } from '../../support/memory-table.ts';
import { VirtualTime } from '../../support/virtual-time.ts';

const KEY = breakerKey('shop', 'prices');
const RULES = {
  window: { calls: 4, ms: 10_000, minimumCalls: 2, failureRate: 0.5 },
  openMs: 5000,
  probes: 2,
  reportMs: 1000,
};

function aTable() {
  const time = new VirtualTime();
  const items = new Map<string, Item>();
  const memory = createMemoryTable({ clock: time.clock, items });
  const counts = { reads: 0, writes: 0 };
  const table = { isReachable: true };
  const lost = { kind: 'unavailable', reason: 'timeout' } as const;
  const store = {
    ...memory,
    read: (...asked: Parameters<typeof memory.read>) => {
      counts.reads += 1;
      return table.isReachable ? memory.read(...asked) : Promise.resolve(lost);
    },
    update: (write: ItemWrite) => {
      counts.writes += 1;
      if (table.isReachable) return memory.update(write);
      return Promise.resolve({ kind: 'unknown', reason: 'timeout' } as const);
    },
  };
  let ids = 0;
  const anInstance = (isShared = true) => {
    const events: string[] = [];
    const observe = (event: ResilienceEvent): void =>
      void events.push('state' in event ? `${event.state} by ${event.by}` : event.kind);
    const random = { hex: () => String((ids += 1)), fraction: () => 0 };
    const ports = { clock: time.clock, random, observe, ...(isShared && { shared: { store, key: KEY } }) };
    const breaker = new Breaker('prices', RULES, ports);
    const call = async (outcome: 'succeeded' | 'failed' | 'ignored') => {
      const admission = await breaker.admit();
      if (admission.kind === 'refused') return `refused by ${admission.by}`;
      await admission.settle(outcome);
      return `${admission.isProbe ? 'probe' : 'call'} by ${admission.by}`;
    };
    return { breaker, call, events };
  };
  const item = () => items.get(`${KEY.pk}\n${KEY.sk}`);
  return { time, counts, table, anInstance, item };
}

describe('a shared breaker', () => {
  it('decides by the table, although the clock of its instance was set back and forth', async () => {
    const [time, wall] = [new VirtualTime(), { ms: 0 }];
    const clock = {
      ...time.clock,
      nowEpochMs: () => time.clock.nowEpochMs() + wall.ms,
      monotonicMs: () => time.clock.monotonicMs(),
    };
    const store = createMemoryTable({ clock: time.clock });
    const random = { hex: () => '1', fraction: () => 0 };
    const breaker = new Breaker('prices', RULES, {
      clock,
      random,
      observe: () => undefined,
      shared: { store, key: KEY },
    });
    const call = async (outcome: 'failed') => {
      const admission = await breaker.admit();
      if (admission.kind === 'admitted') await admission.settle(outcome);
      return `${admission.kind} by ${admission.by}`;
    };
    await call('failed');
    wall.ms = -10_000;
    await call('failed');
    wall.ms = 0;

    assert.equal(await call('failed'), 'refused by table');
  });

  it('is opened for all instances by one, in two writes', async () => {
    const { time, counts, anInstance, item } = aTable();
    const [one, other] = [anInstance(), anInstance()];
    assert.equal(await other.call('succeeded'), 'call by table');
    await one.call('failed');
    await one.call('failed');

    assert.deepEqual(one.events, ['open by table']);
    assert.equal(counts.writes, 2);
    assert.equal(parseBreaker(item()).state, 'open');
    assert.equal(item()?.['why'], 'calls-failed');
    await time.advance(1001);
    assert.equal(await other.call('succeeded'), 'refused by table');
    assert.deepEqual(other.events, ['refused']);
  });

  it('admits its probes over all instances, and is closed when each has succeeded', async () => {
    const { time, counts, anInstance, item } = aTable();
    const [one, other] = [anInstance(), anInstance()];
    await one.call('failed');
    await one.call('failed');
    await time.advance(7999);
    assert.equal(await one.call('succeeded'), 'refused by table');
    await time.advance(1001);

    const probes = [await one.breaker.admit(), await other.breaker.admit(), await one.breaker.admit()];

    assert.deepEqual(
      probes.map((probe) => probe.kind === 'admitted' && probe.isProbe),
      [true, true, false],
    );
    const before = counts.writes;
    for (const probe of probes) if (probe.kind === 'admitted') await probe.settle('succeeded');
    assert.equal(counts.writes - before, 3);
    assert.equal(item()?.['why'], 'probes-succeeded');
    assert.equal(await other.call('succeeded'), 'call by table');
  });

  it('counts a probe that was given up as failed, and a call that was as nothing', async () => {
    const { time, anInstance, item } = aTable();
    const { call } = anInstance();
    await call('ignored');
    await call('failed');
    assert.equal(await call('ignored'), 'call by table');
    await call('failed');
    await time.advance(9000);

    assert.equal(await call('ignored'), 'probe by table');
    assert.equal(item()?.['why'], 'probe-failed');
    assert.equal(await call('succeeded'), 'refused by table');
  });

  it('is read once a second, by all calls of an instance together', async () => {
    const { time, counts, anInstance } = aTable();
    const { breaker } = anInstance();

    await Promise.all(Array.from({ length: 5 }, () => breaker.admit()));
    await time.advance(1000);
    await breaker.admit();
    assert.equal(counts.reads, 1);
    await time.advance(1);
    await breaker.admit();

    assert.equal(counts.reads, 2);
  });
});

describe('a breaker whose table is unavailable', () => {
  it('continues on its own, counts it, and calls the table less and less often', async () => {
    const { time, counts, table, anInstance } = aTable();
    const { call, events } = anInstance();
    table.isReachable = false;

    assert.equal(await call('failed'), 'call by instance');
    assert.equal(await call('failed'), 'call by instance');
    assert.equal(await call('succeeded'), 'refused by instance');
    assert.deepEqual(events, ['table-unavailable', 'open by instance', 'refused']);

    for (let second = 0; second < 60; second += 1) {
      await time.advance(1000);
      await call('succeeded');
    }
    assert.equal(counts.reads, 7);
  });

  it('informs the table that it has opened once the table answers, unless the state has changed since', async () => {
    const { time, table, anInstance, item } = aTable();
    const [alone, other] = [anInstance(), anInstance()];
    await alone.call('succeeded');
    await time.advance(1001);
    table.isReachable = false;
    await alone.call('failed');
    await alone.call('failed');
    table.isReachable = true;
    await time.advance(2000);

    assert.equal(await alone.call('succeeded'), 'refused by table');
    assert.equal(item()?.['why'], 'calls-failed');
    assert.equal(await other.call('succeeded'), 'refused by table');
  });
});

describe('a breaker without a table', () => {
  it('belongs to the instance', async () => {
    const { time, counts, anInstance } = aTable();
    const { call, events } = anInstance(false);
    await call('failed');
    await call('failed');
    assert.equal(await call('succeeded'), 'refused by instance');
    await time.advance(5001);
    assert.equal(await call('succeeded'), 'probe by instance');
    assert.equal(await call('succeeded'), 'probe by instance');

    assert.deepEqual(events, ['open by instance', 'refused', 'probe', 'probe', 'closed by instance']);
    assert.deepEqual(counts, { reads: 0, writes: 0 });
  });
});
