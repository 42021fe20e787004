/** A process that works on a shard of which it has not heard: there may be none of that number yet. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ItemStore } from '#shared/ports.ts';
import type { Decision } from '#shared/quota/quotas.ts';
import { aRequest, QuotaTable } from '../../../support/quota-table.ts';

const DAILY = { id: 'daily', level: 'key', quota: 1000, period: 'DAY', wasteBudget: 0.2, shards: 'auto' };

/** A process with one request of two units, granted by the root. */
async function aProcess() {
  const table = new QuotaTable();
  let [isThrottled, isUnread, isLost] = [false, false, false];
  const faulty: ItemStore = {
    ...table.store,
    update: (write) =>
      isThrottled && write.purpose === 'grant'
        ? Promise.resolve({ kind: 'rejected', retryable: true, reason: 'ThrottlingException' })
        : isLost && write.purpose === 'return'
          ? Promise.resolve({ kind: 'unknown', reason: 'no answer' })
          : table.store.update(write),
    read: (key, options) =>
      isUnread && /#S\d+$/.test(key.pk)
        ? Promise.resolve({ kind: 'unavailable', reason: 'lost' })
        : table.store.read(key, options),
  };
  // Its home is the second shard of two, and the last of four.
  const random = { hex: (digits: number) => '3'.repeat(digits), fraction: () => 0.5 };
  const quotas = table.holder([DAILY], { store: faulty, random, freshnessMs: 1000 });
  const consume = (cost: number): Promise<Decision> =>
    quotas.consume(aRequest({ atEpochMs: (table.nowMs += 2000), cost }));
  const admission = await consume(2);
  assert.ok(admission.allowed);
  /** Throttled, it looks for more shards, and hears nothing of the one that is its home then. */
  const grow = async (meanwhile?: () => void): Promise<void> => {
    isThrottled = true;
    await consume(4);
    meanwhile?.();
    [isThrottled, isUnread] = [false, true];
    await consume(4);
    isUnread = false;
  };
  /** It moves to its shard, and what it gives back to the root meanwhile is not answered. */
  const growUnanswered = async (): Promise<void> => {
    isLost = true;
    await grow();
    assert.ok((await consume(2)).allowed);
    isLost = false;
  };
  const sumOf = (name: string): number =>
    [...table.items].reduce(
      (sum, [key, item]) => sum + (key.includes('\nP#') ? Number(item[name] ?? 0) : 0),
      0,
    );
  const shards = (): unknown => [...table.items].find(([key]) => key.endsWith('\nHEAD'))?.[1]['sh'];
  const units = { usedUnits: () => sumOf('used'), grantedUnits: () => sumOf('out') };
  return { quotas, admission, grow, growUnanswered, shards, ...units };
}

describe('a process that never saw its shard', () => {
  it('finds out at its end what the root has got back, and gives back no more than that', async () => {
    const { quotas, admission, growUnanswered, usedUnits, grantedUnits } = await aProcess();
    await admission.settle(1);
    await growUnanswered();

    await quotas.flush();

    assert.deepEqual([usedUnits(), grantedUnits()], [1 + 2, 0]);
  });

  it('pays what it owes', async () => {
    const { quotas, admission, grow, shards, usedUnits } = await aProcess();
    await grow();
    assert.equal(shards(), 2);
    await admission.settle(4);

    await quotas.flush();

    assert.equal(usedUnits(), 4);
  });

  it('takes refunds off its bill when it leaves that shard', async () => {
    const { quotas, admission, grow, shards, usedUnits } = await aProcess();
    await grow();
    await grow(() => void admission.refund());
    assert.equal(shards(), 4);

    await quotas.flush();

    assert.equal(usedUnits(), 0);
  });
});
