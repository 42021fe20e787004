/**
 * The ledger of one limit, subject and period. This file defines every write to it, as data.
 *
 * After each write, rem + out + used = cred (with `mov` when there are shards, @see shards.ts). `rem` is the number of
 * units left. `out` is granted to holders and not reported as used. Each holder has a mark `h<holder>`, which is the
 * number of its last write. Because numbers only increase, a write applies at most once even if it is sent again, and
 * the mark shows that a write was applied even if its response was lost. DynamoDB conditions have no arithmetic, so the
 * holder computes constants, and the store compares them with the current item.
 */
import type { Item, ItemKey, ItemWrite, Test } from '../../table/item-write.ts';
import { operationKey, parseKeyPart, printKeyPart } from '../../table/item-write.ts';
import { periodId } from './period.ts';
import type { Period } from './period.ts';

/** Identifies the ledgers of a subject's limit. The partition key is, for example, `Q#acme#monthly#key-1`. */
export type LedgerId = { readonly tenant: string; readonly limit: string; readonly subject: string };

export type LedgerState = {
  readonly remaining: number;
  /** Units granted and not reported as used. */
  readonly outstanding: number;
  readonly used: number;
  readonly credits: number;
  readonly limit: number;
  readonly wasteBudget: number;
  readonly suspended: boolean;
  readonly closed: boolean;
  /** Whether another ledger has replaced this ledger before its period ended. */
  readonly replaced: boolean;
  /** Units that were charged in ledgers which this ledger has replaced. They also count in this ledger. */
  readonly carried: number;
  /** The carried units that a reset has returned. They do not count any more, but are billed. */
  readonly carriedBack: number;
  readonly overage: number;
  /** The largest number of units that quota, top-ups and resets have covered at any time. */
  readonly covered: number;
  readonly restored: number;
  /** Percentages for which an alarm was raised. */
  readonly alarmed: ReadonlySet<number>;
};

/** Identifies a holder's write among the holder's writes to one item. */
export type Numbered = {
  readonly holder: string;
  /** Higher than the sequence of every earlier write by this holder. */
  readonly sequence: number;
  /**
   * The write is refused if the holder's mark has reached this number. In that case, an earlier write that the holder
   * had given up was applied after all.
   */
  readonly fence: number;
};

export type Grant = {
  readonly units: number;
  /**
   * The smallest `rem` that allows the grant. If undefined, every `rem` allows it, because the units were already
   * admitted.
   */
  readonly gate: number | undefined;
  /**
   * The largest `out`, as it was before the grant, that allows the grant. It is undefined for a direct charge, whose
   * units count as used in the same write.
   */
  readonly outstandingMax: number | undefined;
  /**
   * Units of earlier grants that were used since the last report. If negative, this many units are subtracted from the
   * reported usage.
   */
  readonly report: number;
  /** End of the period. It is needed because a day and a month may begin together and have the same key. */
  readonly endEpochMs?: number;
  /** The customer's term to which the request belongs. A ledger of an earlier term refuses the grant. */
  readonly termEpochMs?: number | undefined;
};

/** How long a ledger is stored after its period, so that the condition on the head can refuse late writers. */
export const KEEP_MS = 35 * 86_400_000;

export const HEAD_SK = 'HEAD';

export function headKey(id: LedgerId): ItemKey {
  return { pk: partition(id), sk: HEAD_SK };
}

/** Returns the key of the ledger to which a head points; undefined if no period was opened. */
export function currentLedgerOf(pk: string, head: Item | undefined): ItemKey | undefined {
  const cur = head?.['cur'];
  return typeof cur === 'string' ? { pk, sk: `P#${cur}` } : undefined;
}

/** Returns the tenant of a head's or ledger's partition. */
export function tenantOf(partition: string): string {
  return parseKeyPart(partition.split('#')[1] ?? '');
}

export function ledgerKey(id: LedgerId, period: Period): ItemKey {
  return { pk: partition(id), sk: `P#${periodId(period)}` };
}

/** Returns the name of the list of a tenant's heads. The list contains every subject that was ever charged. */
export function subjectList(tenant: string): string {
  return `T#${printKeyPart(tenant)}`;
}

export function planKey(planId: string): ItemKey {
  return { pk: `PLAN#${printKeyPart(planId)}`, sk: 'V' };
}

/**
 * Debits units before they are used. The units of a direct charge count as used at once, because its holder may never
 * write again. Units that were already delivered have no `gate`, so they are charged even while the key is suspended.
 */
export function grantWrite(key: ItemKey, grant: Grant, by: Numbered): ItemWrite {
  const when: Test[] = [{ attribute: 'closed', is: 'absent' }];
  if (grant.endEpochMs !== undefined) when.push(whenOf(grant.endEpochMs));
  if (grant.termEpochMs !== undefined)
    when.push({ attribute: 'term', is: 'at-least', value: grant.termEpochMs });
  if (grant.gate !== undefined)
    when.push({ attribute: 'susp', is: 'absent' }, { attribute: 'rem', is: 'at-least', value: grant.gate });
  if (grant.outstandingMax !== undefined)
    when.push({ attribute: 'out', is: 'at-most', value: grant.outstandingMax });
  const leased = grant.outstandingMax === undefined ? 0 : grant.units;
  const used = grant.units - leased + grant.report;
  const add = { rem: -grant.units, out: leased - grant.report, used };
  return numbered('grant', key, by, when, add);
}

export function returnWrite(
  key: ItemKey,
  { units, report }: { readonly units: number; readonly report: number },
  by: Numbered,
): ItemWrite {
  return numbered('return', key, by, [], { rem: units, out: -units - report, used: report });
}

/** Reverts a write that was given up and then applied late. No request was admitted for it. */
export function undoWrite(
  key: ItemKey,
  { change }: ItemWrite,
  landed: number,
  by: Omit<Numbered, 'fence'>,
): ItemWrite {
  const mark = markOf(by.holder);
  const done = change.kind === 'update' ? (change.add ?? {}) : {};
  const add = Object.fromEntries(Object.entries(done).map(([name, units]) => [name, -units]));
  return {
    purpose: 'return',
    key,
    when: [{ attribute: mark, is: 'equal', value: landed }],
    change: { kind: 'update', add, set: { [mark]: by.sequence } },
  };
}

function numbered(
  purpose: 'grant' | 'return',
  key: ItemKey,
  { holder, sequence, fence }: Numbered,
  when: readonly Test[],
  add: Readonly<Record<string, number>>,
): ItemWrite {
  const mark = markOf(holder);
  return {
    purpose,
    key,
    when: [
      { attribute: mark, is: 'absent-or-below', value: fence },
      { attribute: 'rem', is: 'present' },
      ...when,
    ],
    change: { kind: 'update', add, set: { [mark]: sequence } },
  };
}

export function expiryOf({ endEpochMs }: Pick<Period, 'endEpochMs'>): number {
  return Math.ceil((endEpochMs + KEEP_MS) / 1000);
}

/** Whether a ledger belongs to exactly this period. Another period may have the same start and a different end. */
export function isOfPeriod(ledger: Item, period: Pick<Period, 'endEpochMs'>): boolean {
  return ledger['expiresAt'] === undefined || ledger['expiresAt'] === expiryOf(period);
}

/** Whether a ledger was opened under an earlier term of its customer, or without a term. */
export function isBeforeTerm(ledger: Item, termEpochMs: number | undefined): boolean {
  return termEpochMs !== undefined && Number(ledger['term'] ?? -Infinity) < termEpochMs;
}

/** Returns the ledger as it will look when a new term has replaced it. The charges so far count in the new ledger. */
export function asOfTerm(
  { credits, remaining, carried, ...before }: LedgerState,
  { quota, overage }: { readonly quota: number; readonly overage: number },
): LedgerState {
  const charged = carried + credits - remaining;
  const left = openingCredits({ limit: quota, overage, carried: charged });
  return {
    ...before,
    carried: charged,
    carriedBack: 0,
    credits: left,
    remaining: left,
    outstanding: 0,
    used: 0,
    limit: quota,
    overage,
    covered: Math.max(0, left - overage),
    restored: 0,
    closed: false,
    replaced: false,
  };
}

function whenOf(endEpochMs: number): Test {
  return { attribute: 'expiresAt', is: 'equal', value: expiryOf({ endEpochMs }) };
}

/**
 * Charges requests that were already served, so the ledger may fall below zero. The caller writes a record of the
 * charge in the same transaction.
 */
export function trackWrite(
  key: ItemKey,
  units: number,
  endEpochMs?: number,
  termEpochMs?: number,
): ItemWrite {
  return {
    purpose: 'track',
    key,
    when: [
      { attribute: 'rem', is: 'present' },
      { attribute: 'closed', is: 'absent' },
      ...(endEpochMs === undefined ? [] : [whenOf(endEpochMs)]),
      ...(termEpochMs === undefined
        ? []
        : [{ attribute: 'term', is: 'at-least', value: termEpochMs } as const]),
    ],
    change: { kind: 'update', add: { rem: -units, used: units } },
  };
}

/** Marks a threshold as crossed. If several holders do this, only one of them succeeds. */
export function alarmWrite(key: ItemKey, percent: number, nowEpochMs: number): ItemWrite {
  const mark = `a${percent}`;
  return {
    purpose: 'alarm',
    key,
    when: [
      { attribute: 'rem', is: 'present' },
      { attribute: mark, is: 'absent' },
    ],
    change: { kind: 'update', set: { [mark]: nowEpochMs } },
  };
}

/**
 * Builds the writes of a top-up, a new limit or a reset, including the record of the operation. They apply once per
 * operation id. The first write is the record, the second is the ledger.
 */
export function adjustWrites(
  key: ItemKey,
  by: {
    readonly operationId: string;
    readonly kind: string;
    readonly units: number;
    readonly limit?: number;
    /**
     * The largest number of units that quota, top-ups and resets have covered at any time. It does not decrease,
     * because a lower limit must not change the price of past usage.
     */
    readonly covered?: number;
    /** All units of this ledger that resets have returned, including this reset's units. */
    readonly restored?: number;
    readonly carriedBack?: number;
    /** The ledger from which the units were computed. If it was adjusted in the meantime, the writes are refused. */
    readonly basedOn?: Pick<LedgerState, 'credits' | 'limit'>;
    /** Further attributes of the record, such as who made the adjustment. */
    readonly record?: Item;
  },
  nowEpochMs: number,
): readonly [ItemWrite, ItemWrite] {
  const set = {
    ...(by.limit !== undefined && { lim: by.limit }),
    ...(by.covered !== undefined && { cov: by.covered }),
    ...(by.restored !== undefined && { rst: by.restored }),
    ...(by.carriedBack !== undefined && by.carriedBack > 0 && { back: by.carriedBack }),
  };
  const unchanged: readonly Test[] =
    by.basedOn === undefined
      ? []
      : [
          { attribute: 'cred', is: 'equal', value: by.basedOn.credits },
          { attribute: 'lim', is: 'equal', value: by.basedOn.limit },
        ];
  return [
    {
      purpose: 'adjust',
      key: operationKey(key.pk, by.operationId),
      when: [{ attribute: 'kind', is: 'absent' }],
      change: {
        kind: 'put',
        item: { kind: by.kind, units: by.units, period: key.sk, at: nowEpochMs, ...by.record },
      },
    },
    {
      purpose: 'adjust',
      key,
      when: [{ attribute: 'rem', is: 'present' }, { attribute: 'closed', is: 'absent' }, ...unchanged],
      change: { kind: 'update', add: { rem: by.units, cred: by.units }, set },
    },
  ];
}

/**
 * Prevents grants until the limit is resumed. Leased units can be used until they run out, or until the holder's next
 * refresh.
 */
export function suspendWrite(key: ItemKey, nowEpochMs: number): ItemWrite {
  const when: Test[] = [{ attribute: 'rem', is: 'present' }];
  return { purpose: 'suspend', key, when, change: { kind: 'update', set: { susp: nowEpochMs } } };
}

export function resumeWrite(key: ItemKey): ItemWrite {
  const when: Test[] = [{ attribute: 'rem', is: 'present' }];
  return { purpose: 'resume', key, when, change: { kind: 'update', remove: ['susp'] } };
}

export function closeWrite(key: ItemKey, nowEpochMs: number): ItemWrite {
  const when: Test[] = [
    { attribute: 'rem', is: 'present' },
    { attribute: 'closed', is: 'absent' },
  ];
  return { purpose: 'close', key, when, change: { kind: 'update', set: { closed: nowEpochMs } } };
}

/** Returns the number of the holder's last write to the item; 0 means none. */
export function lastWriteOf(item: Item | undefined, holder: string): number {
  return Number(item?.[markOf(holder)] ?? 0);
}

/**
 * Returns the marks of holders whose last write is older than the given time. The number of a mark is the time of the
 * write by the holder's clock.
 */
export function staleMarks(item: Item, beforeEpochMs: number): readonly string[] {
  return Object.keys(item).filter((name) => MARK.test(name) && Number(item[name]) < beforeEpochMs);
}

export function parseLedger(item: Item): LedgerState {
  const number = (name: string): number => Number(item[name] ?? 0);
  const marks = Object.keys(item).flatMap((name) => /^a(\d+)$/.exec(name)?.[1] ?? []);
  return {
    remaining: number('rem'),
    outstanding: number('out'),
    used: number('used'),
    credits: number('cred'),
    limit: number('lim'),
    wasteBudget: number('b'),
    overage: number('ov'),
    covered: Math.max(number('cov'), number('cred') - number('ov')),
    restored: number('rst'),
    suspended: item['susp'] !== undefined,
    closed: item['closed'] !== undefined,
    replaced: item['nxt'] !== undefined,
    carried: number('carry'),
    carriedBack: number('back'),
    alarmed: new Set(marks.map(Number)),
  };
}

function partition(id: LedgerId): string {
  return `Q#${printKeyPart(id.tenant)}#${printKeyPart(id.limit)}#${printKeyPart(id.subject)}`;
}

const MARK = /^h[\da-f]{12}$/;

function markOf(holder: string): string {
  return `h${holder}`;
}

/**
 * Returns the units that a ledger has when it is opened. Units that were already charged in its period, and were not
 * returned, are subtracted.
 */
export function openingCredits({
  limit,
  overage,
  carried,
  carriedBack = 0,
}: Pick<LedgerState, 'limit' | 'overage' | 'carried'> & {
  readonly carriedBack?: number | undefined;
}): number {
  return Math.max(0, limit + overage - (carried - carriedBack));
}

/**
 * A period as its customer sees it, even if several plans applied in it. Without overage, suspension and close,
 * `allowance - counted = left`.
 */
export type Standing = {
  /** Quota and top-ups. */
  readonly allowance: number;
  /**
   * Units charged against the allowance, including charges under earlier plans of the period, minus the units that
   * resets returned.
   */
  readonly counted: number;
  /** Units left; 0 while suspended, and in a closed period. */
  readonly left: number;
};

/**
 * Returns a ledger as its customer sees it. Header fields, usage, commands and `access explain` all use this function.
 */
export function standingOf(ledger: LedgerState): Standing {
  const { limit, credits, remaining, carried, carriedBack, overage, restored, suspended } = ledger;
  const isHalted = suspended || isOfClosedPeriod(ledger);
  return {
    allowance: limit + Math.max(0, credits - openingCredits(ledger) - restored),
    counted: carried - carriedBack + credits - remaining - restored,
    left: isHalted ? 0 : Math.max(0, remaining - overage),
  };
}

/** Whether the ledger is closed although no other ledger of the period has replaced it, so nothing can be charged. */
export function isOfClosedPeriod({ closed, replaced }: Pick<LedgerState, 'closed' | 'replaced'>): boolean {
  return closed && !replaced;
}
