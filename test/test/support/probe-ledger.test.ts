import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ItemStore } from '#shared/ports.ts';
import { createMemoryTable } from '../../support/memory-table.ts';
import { probeLedger } from '../../support/probe-ledger.ts';
import { REAL_CLOCK, REAL_RANDOM } from '../../support/real-quota-ports.ts';

const whole = (): ItemStore => createMemoryTable({ clock: REAL_CLOCK });
const rejected = { kind: 'rejected', retryable: false, reason: 'UnknownOperationException' } as const;

describe('probeLedger', () => {
  it('accepts a store that has everything', async () => {
    await probeLedger(whole(), REAL_RANDOM, Date.now());
  });

  const UNFIT: readonly { name: string; store: () => ItemStore; lacks: RegExp }[] = [
    {
      name: 'has no transactions',
      lacks: /TransactWriteItems \(UnknownOperationException\)/,
      store: () => ({ ...whole(), transact: () => Promise.resolve(rejected) }),
    },
    {
      name: 'ignores conditions in transactions',
      lacks: /conditions in transactions/,
      store: () => ({
        ...whole(),
        transact: () => Promise.resolve({ kind: 'done', storeEpochMs: undefined }),
      }),
    },
    {
      name: 'shows no item on refusal',
      lacks: /ALL_OLD/,
      store: () => {
        const store = whole();
        return {
          ...store,
          update: async (write) => {
            const outcome = await store.update(write);
            return outcome.kind === 'refused' ? { ...outcome, item: undefined } : outcome;
          },
        };
      },
    },
    {
      name: 'reads, waits and writes',
      lacks: /atomic updates/,
      store: () => ({
        ...whole(),
        update: () => Promise.resolve({ kind: 'done', item: { n: 1 }, storeEpochMs: undefined }),
      }),
    },
  ];
  for (const { name, store, lacks } of UNFIT)
    it(`refuses a store that ${name}`, async () => {
      await assert.rejects(
        probeLedger(store(), REAL_RANDOM, Date.now()),
        (error: Error & { code?: string }) => {
          assert.equal(error.code, 'STORE_UNFIT');
          assert.match(error.message, lacks);
          return true;
        },
      );
    });

  it('says when the store cannot be reached, which is not a verdict', async () => {
    const store: ItemStore = {
      ...whole(),
      transact: () => Promise.resolve({ kind: 'unknown', reason: 'TimeoutError' }),
    };

    await assert.rejects(probeLedger(store, REAL_RANDOM, Date.now()), { code: 'STORE_UNAVAILABLE' });
  });
});
