/** Writes that open a period's ledger, or end a ledger that is replaced. They are returned as data. */
import type { Item, ItemKey, ItemWrite, Test, Value } from '../../table/item-write.ts';
import { headKey, expiryOf, ledgerKey, planKey, subjectList } from './ledger.ts';
import type { LedgerId } from './ledger.ts';
import { periodId } from './period.ts';
import type { Period } from './period.ts';
import type { Level } from '../plan/plan.ts';

export type Head =
  /** The subject has an earlier period of the same rule. */
  | { readonly is: 'next'; readonly rule: string }
  /** The subject has an earlier period of the same rule, which began before rules were stored. */
  | { readonly is: 'legacy'; readonly rule: string; readonly cur: number }
  /**
   * The subject has no ledger for this limit yet. `had` is the list of the subject's limits, as it was read. `alias` is
   * the limit whose ledgers this limit used until now.
   */
  | {
      readonly is: 'first';
      readonly rule: string;
      readonly limits: string;
      readonly had: Value | undefined;
      readonly alias?: string;
    }
  /** The subject's periods follow another rule until this period. */
  | {
      readonly is: 'other';
      readonly rule: string;
      readonly from: string | undefined;
      readonly cur: number;
      readonly past: string;
      readonly nowEpochMs: number;
    };

export type Opening = {
  readonly id: LedgerId;
  readonly period: Period;
  readonly plan: { readonly id: string; readonly version: number };
  readonly credits: number;
  readonly limit: number;
  readonly overage: number;
  readonly level: Level;
  readonly wasteBudget: number;
  readonly isSharded?: boolean;
  readonly head: Head;
  /** Units of other ledgers that count in this ledger. */
  readonly carried?: number;
  /** The limit's id, if the limit continues the ledgers of another limit. */
  readonly name?: string;
  /** The customer's term under which the ledger is opened. */
  readonly termEpochMs?: number | undefined;
};

/**
 * Creates a period's ledger exactly once. The writes are refused if the plan is not the newest, if the head is
 * suspended, or if the head is already beyond the period. (A late writer could otherwise refill a ledger that TTL has
 * removed.) The writes concern the plan, the head and the ledger. If the subject uses a limit for the first time, a
 * fourth write adds the limit to the list of the subject's limits.
 */
export function openWrites(opening: Opening): readonly [ItemWrite, ItemWrite, ItemWrite, ...ItemWrite[]] {
  const { id, period, plan, credits, head } = opening;
  return [
    {
      purpose: 'open',
      key: planKey(plan.id),
      when: [{ attribute: 'ver', is: 'equal', value: plan.version }],
      change: { kind: 'check' },
    },
    {
      purpose: 'open',
      key: headKey(id),
      when: [...whenHead(head, periodId(period)), { attribute: 'susp', is: 'absent' }],
      change: {
        kind: 'update',
        set: headAfter(opening),
        ...(head.is === 'first' && head.alias !== undefined && { remove: ['alias'] }),
      },
    },
    {
      purpose: 'open',
      key: ledgerKey(id, period),
      when: [{ attribute: 'cred', is: 'absent' }],
      change: {
        kind: 'put',
        item: {
          rem: credits,
          out: 0,
          used: 0,
          cred: credits,
          lim: opening.limit,
          b: opening.wasteBudget,
          plan: plan.id,
          ver: plan.version,
          ...(opening.overage > 0 && { ov: opening.overage }),
          ...((opening.carried ?? 0) > 0 && { carry: opening.carried ?? 0 }),
          ...(opening.name !== undefined && { name: opening.name }),
          ...(opening.isSharded === true && { mov: 0 }),
          ...(opening.termEpochMs !== undefined && { term: opening.termEpochMs }),
          expiresAt: expiryOf(period),
        },
      },
    },
    ...(head.is === 'first' ? [limitsWrite(id, opening.level, head)] : []),
  ];
}

function whenHead(head: Head, start: string): readonly Test[] {
  switch (head.is) {
    case 'next':
      return [
        { attribute: 'cur', is: 'absent-or-below', value: start },
        { attribute: 'cur', is: 'present' },
        { attribute: 'rule', is: 'equal', value: head.rule },
      ];
    case 'first':
      return [
        { attribute: 'cur', is: 'absent' },
        head.alias === undefined
          ? { attribute: 'alias', is: 'absent' }
          : { attribute: 'alias', is: 'equal', value: head.alias },
      ];
    case 'legacy':
      return [
        { attribute: 'cur', is: 'equal', value: new Date(head.cur).toISOString() },
        { attribute: 'rule', is: 'absent' },
      ];
    case 'other':
      return [
        { attribute: 'cur', is: 'equal', value: new Date(head.cur).toISOString() },
        head.from === undefined
          ? { attribute: 'rule', is: 'absent' }
          : { attribute: 'rule', is: 'equal', value: head.from },
      ];
  }
}

function headAfter({ id, period, plan, level, head, termEpochMs }: Opening): Item {
  return {
    cur: periodId(period),
    plan: plan.id,
    planVer: plan.version,
    rule: head.rule,
    level,
    ...(termEpochMs !== undefined && { term: termEpochMs }),
    list: subjectList(id.tenant),
    ...(head.is !== 'next' && { since: period.startEpochMs }),
    ...(head.is === 'other' && { past: head.past, at: head.nowEpochMs }),
  };
}

/**
 * Adds the limit to the list of the subject's limits. The condition prevents two new limits from getting the same
 * position.
 */
function limitsWrite(
  id: LedgerId,
  level: Level,
  { limits, had }: { readonly limits: string; readonly had: Value | undefined },
): ItemWrite {
  const { pk } = headKey({ ...id, limit: '' });
  return {
    purpose: 'open',
    key: { pk, sk: `LINES#${level}` },
    when: [
      had === undefined
        ? { attribute: 'limits', is: 'absent' }
        : { attribute: 'limits', is: 'equal', value: had },
    ],
    change: { kind: 'update', set: { limits } },
  };
}

export function aliasWrites(
  id: LedgerId,
  alias: string,
  plan: { readonly id: string; readonly version: number },
  level: Level,
  head: Head & { readonly is: 'first' },
): readonly ItemWrite[] {
  const check = {
    purpose: 'open',
    key: planKey(plan.id),
    when: [{ attribute: 'ver', is: 'equal', value: plan.version }],
    change: { kind: 'check' },
  } as const;
  const named: ItemWrite = {
    purpose: 'open',
    key: headKey(id),
    when: [...whenHead(head, ''), { attribute: 'susp', is: 'absent' }],
    change: { kind: 'update', set: { alias } },
  };
  return [check, named, limitsWrite(id, level, head)];
}

/**
 * Continues a ledger under a term. The ledger belongs to the same plan, and was opened before the customer was on
 * record.
 */
export function adoptWrite(key: ItemKey, planId: string, termEpochMs: number): ItemWrite {
  return {
    purpose: 'open',
    key,
    when: [
      { attribute: 'rem', is: 'present' },
      { attribute: 'closed', is: 'absent' },
      { attribute: 'term', is: 'absent' },
      { attribute: 'plan', is: 'equal', value: planId },
    ],
    change: { kind: 'update', set: { term: termEpochMs } },
  };
}

/**
 * Ends a ledger that is replaced. Units that were leased from it can still be used, and count in the new ledger.
 * @param termEpochMs the term that ends the ledger. The write is refused if the ledger was continued under a later term
 * in the meantime
 */
export function replaceWrite(key: ItemKey, nowEpochMs: number, termEpochMs?: number): ItemWrite {
  const isNotLater: readonly Test[] =
    termEpochMs === undefined ? [] : [{ attribute: 'term', is: 'absent-or-at-most', value: termEpochMs }];
  return {
    purpose: 'close',
    key,
    when: [{ attribute: 'rem', is: 'present' }, { attribute: 'closed', is: 'absent' }, ...isNotLater],
    change: { kind: 'update', set: { closed: nowEpochMs, nxt: termEpochMs ?? 1 } },
  };
}
