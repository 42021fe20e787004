/** Items of the plans that administrators have assigned to single keys, with their history; requests read `assignedKey` of the ledger. */
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
  /** undefined: assigned before times were stored. */
  readonly sinceEpochMs: number | undefined;
  /** undefined: it still is. */
  readonly untilEpochMs: number | undefined;
};

/** Past assignments stored in an item: enough for the fees of a year of changes. */
const MAX_PAST = 24;

/** Newest first. */
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

/** The past assignments once the current one has ended. */
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

/** The store refuses it if another assignment was made meanwhile. */
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
 * Its version goes on counting, so that a change based on the assignment is refused; and it stays listed: the
 * fee of the period in which it ended is due.
 */
export function unassignWrite({ tenant, key, version }: Omit<KeyPlan, 'plan'>, past: Item): ItemWrite {
  return {
    purpose: 'assign',
    key: keyPlanKey(tenant, key),
    when: [{ attribute: 'ver', is: 'equal', value: version - 1 }],
    change: { kind: 'put', item: { tenant, key, ver: version, list: keyList(tenant), ...past } },
  };
}

/** undefined: taken away. */
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
