/**
 * Stores invalidations as items, so that none is lost if a process ends. The partition `WORK` has one item per
 * invalidation, and the partition `WORK#{id}#{run}` has one item per entry that the run invalidates. A request for an
 * invalidation that is already waiting joins the waiting one. A request for an invalidation that is running causes
 * another run, because the current run may have missed new entries.
 */
import { DomainError } from '../errors.ts';
import type { ItemListing, ItemStore } from '../ports.ts';
import type { Item, ItemWrite } from '../table/item-write.ts';
import { invalidationId } from './invalidation.ts';
import type { Invalidation } from './invalidation.ts';
import { itemsOf, unavailable } from './labels.ts';

export type WorkPorts = { readonly store: ItemStore; readonly listing: ItemListing };

export type Work = {
  readonly id: string;
  readonly invalidation: Invalidation;
  readonly run: number;
  /** Whether all entries of this run are recorded. */
  readonly isPlanned: boolean;
  readonly state: 'waiting' | 'running' | 'done';
  readonly report: string | undefined;
};

export const LEASE_MS = 60_000;
const KEPT_SECONDS = 14 * 86_400;
const DONE_SECONDS = 86_400;
const ATTEMPTS = 8;

/**
 * Records a request for an invalidation. `joined` means that an equal request was already recorded and is not finished.
 * @throws DomainError STORE_UNAVAILABLE if the table is unavailable
 */
export async function openInvalidation(
  { store }: WorkPorts,
  invalidation: Invalidation,
  nowEpochMs: number,
): Promise<{ readonly id: string; readonly joined: boolean }> {
  const id = invalidationId(invalidation);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const item = await readWork(store, id);
    const state = item?.['state'];
    if (state === 'waiting') {
      // The condition fails if a process has claimed the work since it was read. That process may already have listed
      // the entries.
      if (
        await update(store, id, [{ attribute: 'state', is: 'equal', value: 'waiting' }], {
          askedAt: nowEpochMs,
        })
      )
        return { id, joined: true };
    } else if (state === 'running') {
      if (await update(store, id, [{ attribute: 'state', is: 'equal', value: 'running' }], { again: 1 }))
        return { id, joined: true };
    } else {
      const set = {
        doc: JSON.stringify(invalidation),
        state: 'waiting',
        planned: 0,
        again: 0,
        askedAt: nowEpochMs,
        run: Number(item?.['run'] ?? 0) + 1,
        leasedUntil: 0,
        expiresAt: inSeconds(nowEpochMs, KEPT_SECONDS),
      };
      const is = item === undefined ? 'absent' : 'equal';
      const test =
        is === 'absent'
          ? ({ attribute: 'state', is } as const)
          : ({ attribute: 'state', is, value: 'done' } as const);
      if (await update(store, id, [test], set)) return { id, joined: false };
    }
  }
  throw new DomainError('STORE_UNAVAILABLE', 'other requests keep changing the same invalidation; try again');
}

/**
 * Returns the invalidations that are not finished yet.
 * @throws DomainError STORE_UNAVAILABLE if the table is unavailable
 */
export async function openWork({ listing }: WorkPorts): Promise<readonly string[]> {
  const open: string[] = [];
  for await (const { sk, item } of itemsOf(listing, 'WORK')) if (item['state'] !== 'done') open.push(sk);
  return open;
}

export async function findWork({ store }: WorkPorts, id: string): Promise<Work | undefined> {
  const item = await readWork(store, id);
  return item === undefined ? undefined : toWork(id, item);
}

/**
 * Claims an invalidation, so that only this process works on it. Returns undefined if the work is done, unknown, or
 * claimed by another process, or if the table is unavailable.
 */
export async function claim(
  { store }: WorkPorts,
  id: string,
  owner: string,
  nowEpochMs: number,
): Promise<Work | undefined> {
  const outcome = await store.update({
    ...keyOf(id),
    when: [
      { attribute: 'state', is: 'present' },
      { attribute: 'state', is: 'absent-or-not', value: 'done' },
      { attribute: 'leasedUntil', is: 'absent-or-at-most', value: nowEpochMs },
    ],
    change: { kind: 'update', set: { state: 'running', owner, leasedUntil: nowEpochMs + LEASE_MS } },
  });
  return outcome.kind === 'done' ? toWork(id, outcome.item) : undefined;
}

export async function keepClaim(
  { store }: WorkPorts,
  { id }: Work,
  owner: string,
  set: Item,
): Promise<boolean> {
  return await update(store, id, [{ attribute: 'owner', is: 'equal', value: owner }], set);
}

/**
 * Finishes a run. `again` means that the invalidation was requested during the run, so it waits for another run. `lost`
 * means that another process has claimed the invalidation.
 */
export async function finish(
  ports: WorkPorts,
  work: Work,
  {
    owner,
    report,
    nowEpochMs,
  }: { readonly owner: string; readonly report: string; readonly nowEpochMs: number },
): Promise<'done' | 'again' | 'lost'> {
  const own = { attribute: 'owner', is: 'equal', value: owner } as const;
  const idle = { attribute: 'again', is: 'absent-or-not', value: 1 } as const;
  const done = { state: 'done', report, leasedUntil: 0, expiresAt: inSeconds(nowEpochMs, DONE_SECONDS) };
  if (await update(ports.store, work.id, [own, idle], done)) return 'done';
  const anew = { state: 'waiting', again: 0, planned: 0, run: work.run + 1, leasedUntil: 0 };
  return (await update(ports.store, work.id, [own], anew)) ? 'again' : 'lost';
}

/**
 * Records an entry of a run. A record that already exists stays unchanged.
 * @throws DomainError STORE_UNAVAILABLE if the table is unavailable
 */
export async function planEntry(
  { store }: WorkPorts,
  work: Work,
  entryId: string,
  item: Item,
  nowEpochMs: number,
): Promise<void> {
  const outcome = await store.update({
    purpose: 'cache',
    key: { pk: partitionOf(work), sk: entryId },
    when: [{ attribute: 'state', is: 'absent' }],
    change: { kind: 'put', item: { ...item, state: 'open', expiresAt: inSeconds(nowEpochMs, KEPT_SECONDS) } },
  });
  if (outcome.kind !== 'done' && outcome.kind !== 'refused') throw unavailable(outcome.reason);
}

export async function noteEntry({ store }: WorkPorts, work: Work, entryId: string, set: Item): Promise<void> {
  const outcome = await store.update({
    purpose: 'cache',
    key: { pk: partitionOf(work), sk: entryId },
    when: [{ attribute: 'state', is: 'present' }],
    change: { kind: 'update', set },
  });
  if (outcome.kind === 'refused')
    throw new DomainError(
      'STORE_UNAVAILABLE',
      "the cache's table no longer has an entry of the invalidation",
    );
  if (outcome.kind !== 'done') throw unavailable(outcome.reason);
}

export function plannedEntries({ listing }: WorkPorts, work: Work) {
  return itemsOf(listing, partitionOf(work));
}

const partitionOf = ({ id, run }: Work): string => `WORK#${id}#${run}`;
const keyOf = (id: string) => ({ purpose: 'cache', key: { pk: 'WORK', sk: id } }) as const;
const inSeconds = (nowEpochMs: number, seconds: number): number => Math.ceil(nowEpochMs / 1000) + seconds;

async function readWork(store: ItemStore, id: string): Promise<Item | undefined> {
  const read = await store.read({ pk: 'WORK', sk: id }, { consistent: true });
  if (read.kind === 'unavailable') throw unavailable(read.reason);
  return read.item;
}

async function update(store: ItemStore, id: string, when: ItemWrite['when'], set: Item): Promise<boolean> {
  const outcome = await store.update({ ...keyOf(id), when, change: { kind: 'update', set } });
  if (outcome.kind === 'done' || outcome.kind === 'refused') return outcome.kind === 'done';
  throw unavailable(outcome.reason);
}

function toWork(id: string, item: Item): Work {
  return {
    id,
    invalidation: JSON.parse(String(item['doc'])) as Invalidation,
    run: Number(item['run']),
    isPlanned: item['planned'] === 1,
    state: item['state'] as Work['state'],
    report: typeof item['report'] === 'string' ? item['report'] : undefined,
  };
}
