/** Finds out whether the store of a table has the features that exact quotas need, before a test relies on them. */
import { DomainError } from '#shared/errors.ts';
import type { ItemStore, Random } from '#shared/ports.ts';
import type { Item, ItemKey, ItemWrite, Test, WriteOutcome } from '#shared/table/item-write.ts';

/** The number of concurrent writes, one of which is lost if two writes read the same value. */
const CONCURRENT_WRITES = 20;
const KEEP_SECONDS = 600;

/**
 * Tries a conditional update, whether a refusal returns the old item, a transaction, and 20 concurrent updates. It uses
 * an item that it creates for this, which expires in ten minutes.
 * @throws UnfitStore that names the missing feature; DomainError STORE_UNAVAILABLE if the store cannot be reached
 */
export async function probeLedger(store: ItemStore, random: Random, nowEpochMs: number): Promise<void> {
  const key = { pk: `PROBE#${random.hex(16)}`, sk: 'V' };
  const expiresAt = Math.ceil(nowEpochMs / 1000) + KEEP_SECONDS;

  const opened = await store.transact([put(key, { n: 0, expiresAt }, [{ attribute: 'n', is: 'absent' }])]);
  if (opened.kind === 'rejected')
    throw unfit(`TransactWriteItems (${opened.reason}), which opens a period exactly once`);
  if (opened.kind !== 'done') throw unavailable(opened.kind);

  const again = await store.transact([put(key, { n: 0 }, [{ attribute: 'n', is: 'absent' }])]);
  const kept = again.kind === 'refused' ? again.members[0] : undefined;
  if (kept?.holds !== false) throw unfit('conditions in transactions');

  const counts = await Promise.all(
    Array.from({ length: CONCURRENT_WRITES }, () =>
      store.update(add(key, [{ attribute: 'n', is: 'at-least', value: 0 }])),
    ),
  );
  const seen = new Set(counts.map(countOf));
  if (seen.size !== CONCURRENT_WRITES)
    throw unfit('atomic updates: two concurrent updates read the same value');

  const refused = await store.update(add(key, [{ attribute: 'n', is: 'at-most', value: -1 }]));
  if (refused.kind === 'done') throw unfit('conditions in updates');
  if (refused.kind !== 'refused') throw unavailable(refused.reason);
  if (refused.item?.['n'] !== CONCURRENT_WRITES || kept.item?.['n'] !== 0)
    throw unfit(
      'ReturnValuesOnConditionCheckFailure: ALL_OLD, by which a lost answer is told from a refusal',
    );
}

function put(key: ItemKey, item: Item, when: readonly Test[]): ItemWrite {
  return { purpose: 'open', key, when, change: { kind: 'put', item } };
}

function add(key: ItemKey, when: readonly Test[]): ItemWrite {
  return { purpose: 'grant', key, when, change: { kind: 'update', add: { n: 1 } } };
}

function countOf(outcome: WriteOutcome): number {
  if (outcome.kind === 'refused') throw unfit('conditions in updates');
  if (outcome.kind !== 'done') throw unavailable(outcome.reason);
  return Number(outcome.item['n']);
}

/** The error that a store lacks a feature that exact counting needs. */
class UnfitStore extends Error {
  readonly code = 'STORE_UNFIT';
}

function unfit(lacking: string): UnfitStore {
  return new UnfitStore(`quotas cannot be kept on this store: it lacks ${lacking}`);
}

function unavailable(reason: string): DomainError {
  return new DomainError('STORE_UNAVAILABLE', `the quota table does not answer (${reason})`);
}
