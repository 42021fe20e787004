/**
 * Stores which plan an administrator has assigned to a single key, and the earlier assignments. Requests read only the
 * item that `assignedKey` of the ledger names.
 */
import type { Item, ItemKey, ItemWrite } from '../../table/item-write.ts';
import { printKeyPart } from '../../table/item-write.ts';

export type KeyPlan = {
  readonly tenant: string;
  readonly key: string;
  readonly plan: string;
  /** Incremented by every assignment. */
  readonly version: number;
};

export function keyPlanKey(tenant: string, key: string): ItemKey {
  return { pk: `K#${printKeyPart(tenant)}#${printKeyPart(key)}`, sk: 'PLAN' };
}

export function keyList(tenant: string): string {
  return `K#${printKeyPart(tenant)}`;
}

export type Assignment = {
  readonly plan: string;
  /** When the plan was assigned; undefined if it was assigned before times were stored. */
  readonly sinceEpochMs: number | undefined;
  /** When the assignment ended; undefined if the plan is still assigned. */
  readonly untilEpochMs: number | undefined;
};

/**
 * Maximum number of past assignments stored in an item. It is enough for a year's changes, for which fees may still be
 * due.
 */
const MAX_PAST = 24;

/** Returns the assignments, newest first. */
export function assignmentsOf(item: Item): readonly Assignment[] {
  const past = JSON.parse(String(item['past'] ?? '[]')) as [string, number | null, number][];
  const plan = planOf(item);
  const now = plan === undefined ? [] : [{ plan, sinceEpochMs: sinceOf(item), untilEpochMs: undefined }];
  return [
    ...now,
    ...past.map(([was, since, untilEpochMs]) => ({
      plan: was,
      sinceEpochMs: since ?? undefined,
      untilEpochMs,
    })),
  ];
}

/**
 * Ends the current assignment, if there is one, at `atEpochMs`. Returns the attribute `past` with the ended assignment.
 * The attribute contains the newest 24 assignments, newest first. Returns no attribute if nothing was ever assigned.
 */
export function endAssignment(item: Item | undefined, atEpochMs: number): Item {
  if (item === undefined) return {};
  const ended = assignmentsOf(item).map(({ plan, sinceEpochMs, untilEpochMs = atEpochMs }) => [
    plan,
    sinceEpochMs ?? null,
    untilEpochMs,
  ]);
  return { past: JSON.stringify(ended.slice(0, MAX_PAST)) };
}

function sinceOf(item: Item): number | undefined {
  return typeof item['at'] === 'number' ? item['at'] : undefined;
}

/** Builds a write that the store refuses if another assignment was made in the meantime. */
export function assignWrite(
  { tenant, key, plan, version }: KeyPlan,
  atEpochMs: number,
  past: Item,
): ItemWrite {
  return {
    purpose: 'assign',
    key: keyPlanKey(tenant, key),
    when: [
      version === 1
        ? { attribute: 'ver', is: 'absent' }
        : { attribute: 'ver', is: 'equal', value: version - 1 },
    ],
    change: {
      kind: 'put',
      item: { tenant, key, plan, ver: version, list: keyList(tenant), at: atEpochMs, ...past },
    },
  };
}

/**
 * Builds a write that removes the plan of a key. The version still increases, so that a change based on the removed
 * assignment is refused. The item stays in the list, because the fee of the period in which the assignment ended is
 * due.
 */
export function unassignWrite({ tenant, key, version }: Omit<KeyPlan, 'plan'>, past: Item): ItemWrite {
  return {
    purpose: 'assign',
    key: keyPlanKey(tenant, key),
    when: [{ attribute: 'ver', is: 'equal', value: version - 1 }],
    change: { kind: 'put', item: { tenant, key, ver: version, list: keyList(tenant), ...past } },
  };
}

/** Returns the assigned plan. Returns undefined if the plan was removed. */
export function planOf(item: Item | undefined): string | undefined {
  return typeof item?.['plan'] === 'string' ? item['plan'] : undefined;
}

export function parseKeyPlan(item: Item): KeyPlan {
  return {
    tenant: String(item['tenant']),
    key: String(item['key']),
    plan: String(item['plan']),
    version: Number(item['ver']),
  };
}
