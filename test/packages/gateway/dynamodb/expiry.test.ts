import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dueSecondsOf, ExpiryQueue } from '../../../../packages/gateway/dynamodb/expiry.ts';

describe('ExpiryQueue', () => {
  it('gives out what a naive map would, in order of time', () => {
    const step = fc.oneof(
      fc.record({ key: fc.nat(20), due: fc.option(fc.nat(100), { nil: undefined }) }),
      fc.record({ now: fc.nat(100) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const queue = new ExpiryQueue();
        const naive = new Map<string, number>();
        for (const one of steps) {
          if ('now' in one) {
            const taken = queue.takeDue(one.now, 1000);
            const due = [...naive].filter(([, dueSeconds]) => dueSeconds < one.now);
            for (const [key] of due) naive.delete(key);
            assert.deepEqual(new Map(taken.map(({ key, dueSeconds }) => [key, dueSeconds])), new Map(due));
            const times = taken.map(({ dueSeconds }) => dueSeconds);
            assert.deepEqual(
              times,
              times.toSorted((a, b) => a - b),
            );
          } else {
            queue.set('table', String(one.key), one.due);
            if (one.due === undefined) naive.delete(String(one.key));
            else naive.set(String(one.key), one.due);
          }
        }
      }),
      { seed: 20261120 },
    );
  });

  it('gives out each in its second, whatever came first', () => {
    const queue = new ExpiryQueue();
    for (const due of [2, 4, 1, 0, 3]) queue.set('table', `k${due}`, due);

    const taken = [1, 2, 3, 4, 5].map((now) => queue.takeDue(now, 10).map(({ key }) => key));

    assert.deepEqual(taken, [['k0'], ['k1'], ['k2'], ['k3'], ['k4']]);
  });

  it('stays small when items move their time with every write', () => {
    const queue = new ExpiryQueue();
    for (let second = 0; second < 50_000; second += 1)
      queue.set('table', String(second % 10), 1_000 + second);
    assert.equal(queue.size.items, 10);
    assert.ok(queue.size.entries <= 1_100, `${queue.size.entries} entries`);
  });

  it('removes a dropped table', () => {
    const queue = new ExpiryQueue();
    queue.set('a', 'k', 1);
    queue.set('b', 'k', 1);
    queue.drop('a');
    assert.deepEqual(
      queue.takeDue(10, 10).map(({ table }) => table),
      ['b'],
    );
  });
});

// Source: DynamoDB developer guide, "Using time to live"
describe('dueSecondsOf', () => {
  const now = 2_000_000_000;
  for (const { name, item, expected } of [
    { name: 'is the Number', item: { ttl: { N: '2000000100' } }, expected: 2_000_000_100 },
    { name: 'is nothing without the attribute', item: {}, expected: undefined },
    { name: 'is nothing for a text', item: { ttl: { S: '2000000100' } }, expected: undefined },
    {
      name: 'is nothing for more than five years past',
      item: { ttl: { N: String(now - 6 * 365 * 86_400) } },
      expected: undefined,
    },
  ]) {
    it(name, () => {
      assert.equal(dueSecondsOf(item, 'ttl', now), expected);
    });
  }
});
