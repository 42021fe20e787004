import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ItemStore } from '#shared/ports.ts';
import type { Item } from '#shared/table/item-write.ts';
import { append, LOG_LIMIT_ENTRIES, readLog, SETTLED_AFTER_MS } from '#shared/websocket/channel-log.ts';
import { ChannelWorld, NOW_MS } from '../../support/a-channel-world.ts';

const ADDRESS = 'chat:rooms/1';
const START = { log: NOW_MS, seq: 0 };
const entry = (id: string) => ({ id, data: id });
const seqsOf = (page: Awaited<ReturnType<typeof readLog>>) => page.entries.map(({ seq }) => seq);

/** Writes of entries to these numbers come to nothing, as where their writer has died. */
function without(items: ItemStore, isMissing: (seq: number) => boolean): ItemStore {
  return {
    ...items,
    update: async (write) => {
      const { change } = write;
      const seq = change.kind === 'put' ? change.item['seq'] : undefined;
      if (write.key.pk.startsWith('log#') && typeof seq === 'number' && isMissing(seq))
        throw new Error('the writer has died');
      return items.update(write);
    },
  };
}

describe('the log of a channel', () => {
  it('has dense numbers, with any simultaneous writers', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 20 }),
        async (sizes) => {
          const { ports } = new ChannelWorld();
          await Promise.all(
            sizes.map((size, writer) =>
              append(
                ports,
                ADDRESS,
                Array.from({ length: size }, (_, index) => entry(`${writer}.${index}`)),
                3_600,
              ),
            ),
          );
          const total = sizes.reduce((sum, size) => sum + size, 0);
          const page = await readLog(ports, ADDRESS, START);
          assert.deepEqual(
            seqsOf(page),
            Array.from({ length: total }, (_, index) => index + 1),
          );
          assert.deepEqual([page.upTo, page.lost], [total, []]);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('is read page by page if it is long, with no number twice and none left out', async () => {
    const { ports } = new ChannelWorld();
    const all = Array.from({ length: 130 }, (_, index) => entry(String(index)));
    const { to } = await append(ports, ADDRESS, all, 3_600);

    const first = await readLog(ports, ADDRESS, { log: to.log, seq: 0 });
    const second = await readLog(ports, ADDRESS, { log: to.log, seq: first.upTo });

    assert.deepEqual([first.upTo, first.head, first.lost], [100, 130, []]);
    assert.deepEqual(
      [...seqsOf(first), ...seqsOf(second)],
      all.map((_, index) => index + 1),
    );
    assert.equal(second.upTo, 130);
  });

  it('ends a page before a number whose writer may be at it, and makes the number void once it cannot', async () => {
    const world = new ChannelWorld();
    const { ports } = world;
    await append(ports, ADDRESS, [entry('a')], 3_600);
    const dying = { ...ports, items: without(ports.items, (seq) => seq === 2) };
    await assert.rejects(append(dying, ADDRESS, [entry('b')], 3_600));
    await append(ports, ADDRESS, [entry('c')], 3_600);
    const early = await readLog(ports, ADDRESS, START);
    assert.deepEqual([seqsOf(early), early.upTo, early.head], [[1], 1, 3]);

    world.nowMs += SETTLED_AFTER_MS;
    const late = await readLog(ports, ADDRESS, START);
    assert.deepEqual([seqsOf(late), late.upTo, late.lost], [[1, 3], 3, [[2, 2]]]);
    const again = await readLog(ports, ADDRESS, START);
    assert.deepEqual(again.entries[1], { seq: 2, void: true });
  });

  it('gives a writer another number if its own was made void', async () => {
    const world = new ChannelWorld();
    const { ports } = world;
    let isFirst = true;
    const paused = {
      ...ports,
      items: {
        ...ports.items,
        update: async (write: Parameters<ItemStore['update']>[0]) => {
          if (write.key.pk.startsWith('log#') && isFirst) {
            isFirst = false;
            // Frozen, while a reader misses its entry.
            world.nowMs += SETTLED_AFTER_MS;
            await readLog(ports, ADDRESS, START);
          }
          return ports.items.update(write);
        },
      },
    };
    const { to } = await append(paused, ADDRESS, [entry('a')], 3_600);
    assert.equal(to.seq, 2);
    const page = await readLog(ports, ADDRESS, START);
    assert.deepEqual(page.entries, [
      { seq: 1, void: true },
      { seq: 2, id: 'a', at: world.nowMs, data: 'a' },
    ]);
  });

  it('says what is no longer stored: by age, and by number', async () => {
    const world = new ChannelWorld();
    const { ports } = world;
    const many = Array.from({ length: 60 }, (_, index) => entry(`${index}`));
    await append(ports, ADDRESS, many, 60);
    world.nowMs += 61_000;
    await append(ports, ADDRESS, [entry('late')], 60);
    world.nowMs += SETTLED_AFTER_MS;
    const page = await readLog(ports, ADDRESS, { ...START, seq: 10 });
    assert.deepEqual([seqsOf(page), page.lost], [[61], [[11, 60]]]);

    for (let index = 0; index < 10; index += 1)
      await append(
        ports,
        ADDRESS,
        Array.from({ length: 100 }, () => entry('x')),
        3_600,
      );
    const cut = await readLog(ports, ADDRESS, START);
    assert.deepEqual(cut.lost, [[1, 1_061 - LOG_LIMIT_ENTRIES]]);
  });

  // DynamoDB takes away what has expired within days, and shows it until then.
  it('shows no expired message that is still in the table', async () => {
    const world = new ChannelWorld();
    const lying = new Map<string, Item>();
    const { items } = world.ports;
    const ports = {
      ...world.ports,
      items: {
        ...items,
        update: async (write: Parameters<ItemStore['update']>[0]) => {
          const outcome = await items.update(write);
          const { key, change } = write;
          if (!key.pk.startsWith('log#') || change.kind !== 'put') return outcome;
          const item = lying.get(key.sk);
          if (item !== undefined) return { kind: 'refused', item, storeEpochMs: world.nowMs } as const;
          lying.set(key.sk, change.item);
          return outcome;
        },
      },
    };
    await append(ports, ADDRESS, ['a', 'b'].map(entry), 60);
    world.nowMs += 60_000;
    await append(ports, ADDRESS, [entry('c')], 60);
    world.nowMs += SETTLED_AFTER_MS;

    const page = await readLog(ports, ADDRESS, START);
    assert.deepEqual([seqsOf(page), page.lost, page.upTo], [[3], [[1, 2]], 3]);
  });

  it('reports no entry as written if the table accepts none of them', async () => {
    const { ports } = new ChannelWorld();
    const items: ItemStore = {
      ...ports.items,
      update: (write) =>
        write.key.pk.startsWith('log#')
          ? Promise.resolve({ kind: 'rejected', retryable: true, reason: 'throttled' })
          : ports.items.update(write),
    };

    await assert.rejects(append({ ...ports, items }, ADDRESS, [entry('a')], 60), {
      code: 'STORE_UNAVAILABLE',
    });
  });

  it('is read in pages that fit into an answer', async () => {
    const { ports } = new ChannelWorld();
    const large = 'x'.repeat(40_000);
    for (let index = 0; index < 5; index += 1)
      await append(ports, ADDRESS, [{ id: `${index}`, data: large }], 3_600);
    const first = await readLog(ports, ADDRESS, START);
    assert.deepEqual([seqsOf(first), first.upTo, first.head], [[1, 2], 2, 5]);
    const next = await readLog(ports, ADDRESS, { ...START, seq: 2 });
    assert.deepEqual(seqsOf(next), [3, 4]);
  });

  it('starts over for a client of another log, and is empty if nothing was published', async () => {
    const { ports } = new ChannelWorld();
    assert.deepEqual(await readLog(ports, ADDRESS, START), {
      log: NOW_MS,
      entries: [],
      lost: [],
      upTo: 0,
      head: 0,
    });
    await append(ports, ADDRESS, [entry('a')], 3_600);
    const page = await readLog(ports, ADDRESS, { log: 7, seq: 500 });
    assert.deepEqual([page.log, seqsOf(page)], [NOW_MS, [1]]);
  });

  it('fails as an outage if the table does not answer', async () => {
    const { ports } = new ChannelWorld();
    const rejected = { kind: 'rejected', retryable: false, reason: 'denied' } as const;
    const items = {
      ...ports.items,
      update: async () => rejected,
      read: async () => ({ kind: 'unavailable', reason: 'x' }) as const,
    };
    await assert.rejects(append({ ...ports, items }, ADDRESS, [entry('a')], 60), {
      code: 'STORE_UNAVAILABLE',
    });
    await assert.rejects(readLog({ ...ports, items }, ADDRESS, START), { code: 'STORE_UNAVAILABLE' });
  });
});
