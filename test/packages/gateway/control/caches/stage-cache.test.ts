import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { LruStageCache } from '../../../../../packages/gateway/control/caches/stage-cache.ts';
import { countWalks } from '../../../../support/counted-walks.ts';
import type { CachedReply } from '../../../../../packages/gateway/core/exchange.ts';

const reply = (body: string | Buffer): CachedReply => ({ status: 200, headers: ['A', 'b'], body });

describe('LruStageCache', () => {
  it('drops the least recently used entry once it is full', () => {
    const cache = new LruStageCache(4 * 1024);
    cache.put('a', reply(Buffer.alloc(1000)), 10);
    cache.put('b', reply(Buffer.alloc(1000)), 10);
    cache.get('a', 0);

    cache.put('c', reply(Buffer.alloc(1000)), 10);

    assert.deepEqual(
      ['a', 'b', 'c'].map((key) => cache.get(key, 0) !== undefined),
      [true, false, true],
    );
  });

  it('counts an entry once that is stored twice, and no longer counts an expired one', () => {
    const cache = new LruStageCache(4 * 1024);
    for (let round = 0; round < 100; round += 1) cache.put('a', reply(Buffer.alloc(1000)), 10);
    cache.put('b', reply(Buffer.alloc(1000)), 10);
    assert.equal(cache.size, 2);
    assert.equal(cache.get('a', 10), undefined);
    cache.put('c', reply(Buffer.alloc(1000)), 20);
    assert.notEqual(cache.get('b', 9), undefined);
  });

  it('does not serve today what was stored while the clock was at tomorrow', () => {
    const cache = new LruStageCache();
    const tomorrow = 86_400_000;
    cache.put('a', { ...reply('x'), storedAtEpochMs: tomorrow }, tomorrow + 300_000);

    assert.notEqual(cache.get('a', tomorrow), undefined);
    assert.equal(cache.get('a', 0), undefined);
    assert.equal(cache.size, 0);
  });

  it('does not store an entry that is larger than the whole cache', () => {
    const cache = new LruStageCache(1024);
    cache.put('a', reply(Buffer.alloc(2000)), 10);
    assert.equal(cache.size, 0);
  });

  // JavaScript keeps a text in two bytes for each UTF-16 unit, and the bytes of a buffer as they are.
  const parts: readonly (readonly [name: string, key: string, reply: CachedReply])[] = [
    ['its key', 'k'.repeat(2000), reply('')],
    ['its headers', 'k', { ...reply(''), headers: ['Name', 'v'.repeat(2000)] }],
    ['a text', 'k', reply('b'.repeat(2000))],
    ['bytes', 'k', reply(Buffer.alloc(4000))],
  ];
  for (const [name, key, stored] of parts)
    it(`counts ${name} with the 4,000 bytes that it takes`, () => {
      const cache = new LruStageCache(6000);
      cache.put(`1${key}`, stored, 10);
      cache.put(`2${key}`, stored, 10);

      assert.deepEqual([cache.size, cache.get(`2${key}`, 0)], [1, stored]);
    });

  it('is emptied by another size of cluster, not by the same one', () => {
    const cache = new LruStageCache();
    cache.useCluster('0.5');
    cache.put('a', reply('x'), 10);
    cache.useCluster('0.5');
    assert.notEqual(cache.get('a', 0), undefined);
    cache.useCluster('1.6');
    assert.equal(cache.get('a', 0), undefined);
    cache.put('a', reply('x'), 10);
    cache.useCluster(undefined);
    assert.equal(cache.get('a', 0), undefined);
  });

  it('holds as much as its cluster, as long as this machine has the memory', () => {
    const megabyte = Buffer.alloc(1024 ** 2);
    const heldBy = (memoryBytes: number, size: string): number => {
      const cache = new LruStageCache(memoryBytes);
      cache.useCluster(size);
      // One buffer represents all: only the size that they would take is counted.
      for (let count = 0; count < 3000; count += 1) cache.put(String(count), reply(megabyte), 10);
      return cache.size;
    };
    const gigabyte = 1024 ** 3;

    const held = [heldBy(gigabyte, '0.5'), heldBy(2 * gigabyte, '1.6'), heldBy(gigabyte, '237')];

    assert.deepEqual(held, [511, 1637, 1023], 'docs/aws §9');
  });

  it('looks only at the entries that are evicted and added, however full it is', () => {
    const cache = new LruStageCache(100_000);
    const put = (count: number): void => {
      for (let n = 0; n < count; n += 1) cache.put(`key ${n}`, reply('answer'), 10);
    };
    put(300);
    const before = cache.size;

    const walks = countWalks(() => put(300));

    assert.deepEqual([walks, cache.size], [0, before]);
    assert.ok(before < 300);
  });

  it('never stores more than its limit, and never returns another answer than the last one stored', () => {
    const step = fc.record({
      key: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      length: fc.nat(3000),
      isPut: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const cache = new LruStageCache(6000);
        const last = new Map<string, number>();
        for (const { key, length, isPut } of steps) {
          if (isPut) {
            cache.put(key, reply(Buffer.alloc(length)), 10);
            last.set(key, length);
          } else {
            const found = cache.get(key, 0);
            if (found !== undefined) assert.equal(found.body.length, last.get(key));
          }
          const held = ['a', 'b', 'c', 'd', 'e'].map((each) => cache.get(each, 0)?.body.length ?? 0);
          assert.ok(held.reduce((sum, each) => sum + each, 0) <= 6000);
        }
      }),
    );
  });
});
