/**
 * A ledger that is spread over several items, for a subject whose charges need more writes than one item accepts. This
 * file defines the writes, as data. The root is the ledger itself, and its `mov` is the number of credits given to its
 * shards. A shard grants units like a ledger. Units are moved by transactions that add exactly what they subtract, so a
 * transaction that is applied twice or late only moves more units.
 *
 * Invariants of each write: root `rem + out + used + mov = cred`, shard `rem + out + used = cred`, and the shards'
 * `cred` add up to `mov`.
 */
import type { ItemStore } from '../../ports.ts';
import type { Item, ItemKey, ItemWrite, Test } from '../../table/item-write.ts';
import { headKey, expiryOf, ledgerKey } from './ledger.ts';
import type { LedgerId } from './ledger.ts';
import type { Period } from './period.ts';

export type Account = 'root' | number;

/** Returns the key of the root or of a shard. Each has a separate partition, so that the writes are spread. */
export function accountKey(id: LedgerId, period: Period, account: Account): ItemKey {
  const { pk, sk } = ledgerKey(id, period);
  return { pk: account === 'root' ? pk : shardPartition(pk, account), sk };
}

/**
 * Returns the number of shards, from the subject's head. 1 means that there is only the root. The number never
 * decreases.
 */
export function shardCountOf(head: Item | undefined): number {
  const count = head?.['sh'];
  return typeof count === 'number' ? count : 1;
}

/**
 * Increases the number of shards to `count`. Several holders may do this at once, because the write sets the number
 * instead of adding to it.
 */
export function growWrite(id: LedgerId, count: number): ItemWrite {
  return {
    purpose: 'shard',
    key: headKey(id),
    when: [
      { attribute: 'cur', is: 'present' },
      { attribute: 'sh', is: 'absent-or-below', value: count },
    ],
    change: { kind: 'update', set: { sh: count } },
  };
}

type Move = {
  readonly id: LedgerId;
  readonly period: Period;
  readonly from: Account;
  readonly to: Account;
  readonly units: number;
  readonly isThere: boolean;
  /** Number of units that may be leased from a new shard but not reported as used. */
  readonly wasteBudget: number;
};

/**
 * Moves units if the source has them. The root gives none while it is suspended or closed. The first write is for the
 * source, the second for the target.
 */
export function moveWrites(move: Move): readonly [ItemWrite, ItemWrite] {
  const { id, period, from, to, units } = move;
  return [
    {
      purpose: 'shard',
      key: accountKey(id, period, from),
      when: [{ attribute: 'rem', is: 'at-least', value: units }, ...(from === 'root' ? OPEN : [])],
      change: { kind: 'update', add: movedBy(from, -units) },
    },
    to === 'root' || move.isThere
      ? {
          purpose: 'shard',
          key: accountKey(id, period, to),
          when: [{ attribute: 'rem', is: 'present' }],
          change: { kind: 'update', add: movedBy(to, units) },
        }
      : createShard(move, to),
  ];
}

/** Combines the root and its shards into one ledger without shards. */
function mergeLedger(root: Item, shards: readonly Item[]): Item {
  const sum = (name: string): number =>
    [root, ...shards].reduce((total, item) => total + Number(item[name] ?? 0), 0);
  const [out, used] = [sum('out'), sum('used')];
  // `rem` is not summed up, because units may move while the items are read one by one.
  return { ...root, out, used, rem: Number(root['cred']) - out - used, mov: 0 };
}

type ShardsRead =
  | { readonly kind: 'done'; readonly item: Item | undefined }
  | { readonly kind: 'unavailable'; readonly reason: string };

/** Reads the shards of a ledger whose root was read before. If there are no shards, it reads nothing. */
export async function readShards(
  store: ItemStore,
  { pk, sk }: ItemKey,
  root: Item | undefined,
): Promise<ShardsRead> {
  if (root?.['mov'] === undefined) return { kind: 'done', item: root };
  const head = await store.read({ pk, sk: 'HEAD' }, { consistent: true });
  if (head.kind === 'unavailable') return head;
  const shards: Item[] = [];
  for (let shard = 0; shard < shardsOf(head.item); shard += 1) {
    const read = await store.read({ pk: shardPartition(pk, shard), sk }, { consistent: true });
    if (read.kind === 'unavailable') return read;
    if (read.item !== undefined) shards.push(read.item);
  }
  return { kind: 'done', item: mergeLedger(root, shards) };
}

/**
 * Gives units back from the shards to a root that an operator has lowered below zero, because the shards could
 * otherwise grant more than the new limit. It stops when the root is at zero or the shards have no units left. Any
 * process that finds such a root does this; repeating it is harmless.
 */
export async function recallUnits(store: ItemStore, id: LedgerId, period: Period): Promise<void> {
  const rootKey = accountKey(id, period, 'root');
  const root = await store.read(rootKey, { consistent: true });
  if (root.kind === 'unavailable' || root.item?.['mov'] === undefined) return;
  let missing = -Number(root.item['rem']);
  if (missing <= 0) return;
  const head = await store.read(headKey(id), { consistent: true });
  if (head.kind === 'unavailable') return;
  for (let shard = 0; shard < shardsOf(head.item) && missing > 0; shard += 1) {
    const read = await store.read(accountKey(id, period, shard), { consistent: true });
    const has = read.kind === 'done' ? Number(read.item?.['rem'] ?? 0) : 0;
    if (has <= 0) continue;
    const units = Math.min(has, missing);
    const move = { id, period, from: shard, to: 'root', units, isThere: true, wasteBudget: 0 } as const;
    const { kind } = await store.transact(moveWrites(move));
    if (kind === 'done' || kind === 'unknown') missing -= units;
  }
}

/** Returns the number of shards, or 0 if there is only the root. */
function shardsOf(head: Item | undefined): number {
  const count = shardCountOf(head);
  return count > 1 ? count : 0;
}

function shardPartition(pk: string, shard: number): string {
  return `${pk}#S${shard}`;
}

const OPEN: readonly Test[] = [
  { attribute: 'susp', is: 'absent' },
  { attribute: 'closed', is: 'absent' },
];

function movedBy(account: Account, units: number): Readonly<Record<string, number>> {
  return account === 'root' ? { rem: units, mov: -units } : { rem: units, cred: units };
}

function createShard({ id, period, units, wasteBudget }: Move, shard: number): ItemWrite {
  return {
    purpose: 'shard',
    key: accountKey(id, period, shard),
    when: [{ attribute: 'cred', is: 'absent' }],
    change: {
      kind: 'put',
      item: {
        rem: units,
        out: 0,
        used: 0,
        cred: units,
        b: wasteBudget,
        expiresAt: expiryOf(period),
      },
    },
  };
}
