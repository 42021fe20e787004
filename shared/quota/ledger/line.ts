/**
 * The successive ledgers of a subject under one limit, through changes of the plan's period, zone and anchor,
 * of the limit's id, and of the key's plan. The head has the current rule of succession and the past ones.
 */
import type { ItemStore } from '../../ports.ts';
import type { Item, ItemKey } from '../../table/item-write.ts';
import { parseKeyPart } from '../../table/item-write.ts';
import { headKey, ledgerKey } from './ledger.ts';
import type { LedgerId } from './ledger.ts';
import { periodAt, periodId } from './period.ts';
import type { Period, PeriodLength, PeriodRule } from './period.ts';
import type { Level, CustomerPlan } from '../plan/plan.ts';

/** Successive ledgers of one rule: from the first to the last. */
type Segment = { readonly rule: string; readonly since: number; readonly last: number };

/** The parsed head. */
export type Line = {
  readonly cur: Period;
  /** Printed rule; undefined: written before rules were stored. */
  readonly rule: string | undefined;
  readonly plan: string;
  readonly planVersion: number;
  readonly sinceEpochMs: number;
  /** Newest first, the current one included. */
  readonly segments: readonly Segment[];
};

/** Tokens with the previous plan of a key without an assigned plan may be this old. */
const HOLD_MS = 3_600_000;
/** A customer's changes in one period are as many; @see mayEnd */
const MAX_SEGMENTS = 32;
/** Most ledgers read at a change of rule; a month of hours has more. */
const MAX_LEDGERS = 64;

export function printRule({ length, timeZone, anchorDay, anchorMinutes }: PeriodRule): string {
  return JSON.stringify([length, timeZone, anchorDay, anchorMinutes]);
}

function parseRule(rule: string): PeriodRule {
  const [length, timeZone, anchorDay, anchorMinutes] = JSON.parse(rule) as [
    PeriodLength,
    string,
    number,
    number,
  ];
  return { length, timeZone, anchorDay, anchorMinutes };
}

/** @param fallback the rule of a head from before rules were stored. undefined: it has no ledger yet */
export function parseLine(head: Item | undefined, fallback: PeriodRule): Line | undefined {
  const cur = head?.['cur'];
  if (head === undefined || typeof cur !== 'string') return undefined;
  const start = Date.parse(cur);
  const rule = typeof head['rule'] === 'string' ? head['rule'] : undefined;
  const current = rule ?? printRule(fallback);
  const past = JSON.parse(String(head['past'] ?? '[]')) as [string, number, number][];
  return {
    cur: { startEpochMs: start, endEpochMs: periodAt(parseRule(current), start).endEpochMs },
    rule,
    plan: String(head['plan'] ?? ''),
    planVersion: Number(head['planVer'] ?? 0),
    sinceEpochMs: Number(head['at'] ?? 0),
    segments: [
      { rule: current, since: Number(head['since'] ?? start), last: start },
      ...past.map(([was, since, last]) => ({ rule: was, since, last })),
    ],
  };
}

/** The rule by which a ledger of that head was opened; undefined: it was opened before rules were stored. */
export function ruleAt(head: Item | undefined, startEpochMs: number): PeriodRule | undefined {
  const past = JSON.parse(String(head?.['past'] ?? '[]')) as [string, number, number][];
  const now: [unknown, number] = [head?.['rule'], Number(head?.['since'] ?? 0)];
  const [rule] = [now, ...past].find(([, since]) => since <= startEpochMs) ?? [];
  return typeof rule === 'string' ? parseRule(rule) : undefined;
}

/** The past rules, for the head of the rule that takes over. */
export function printPast({ segments }: Line): string {
  return JSON.stringify(segments.slice(0, MAX_SEGMENTS).map(({ rule, since, last }) => [rule, since, last]));
}

/** Whether a plan may end a period that follows another rule: only if the plan is known to be newer. */
export function mayReplace(
  line: Line,
  plan: Pick<CustomerPlan, 'id' | 'version'>,
  assigned: string | undefined,
  nowEpochMs: number,
): boolean {
  if (line.cur.endEpochMs <= nowEpochMs) return true;
  if (line.plan === plan.id) return plan.version > line.planVersion;
  return assigned === undefined ? nowEpochMs - line.sinceEpochMs >= HOLD_MS : assigned === plan.id;
}

/** Whether the charges of the period would still be known after one more change. */
export function mayEnd({ segments }: Line, period: Period): boolean {
  const oldest = segments[MAX_SEGMENTS - 1];
  return oldest === undefined || oldest.last < period.startEpochMs;
}

export function overlapping({ segments }: Line, period: Period): readonly Period[] {
  const found: Period[] = [];
  for (const { rule, since, last } of segments) {
    for (let at = last; at >= since && found.length < MAX_LEDGERS;) {
      const { startEpochMs, endEpochMs } = periodAt(parseRule(rule), at);
      if (endEpochMs <= period.startEpochMs) return found;
      // The first ledger after a change begins at the change; it may also be the last.
      found.push({ startEpochMs: Math.max(startEpochMs, since), endEpochMs });
      at = startEpochMs - 1;
    }
  }
  return found;
}

/** Units charged in those ledgers. @returns undefined: the table is out of reach */
export async function chargedIn(
  id: LedgerId,
  periods: readonly Period[],
  store: Pick<ItemStore, 'read'>,
): Promise<number | undefined> {
  const reads = await Promise.all(
    periods.map((period) => store.read(ledgerKey(id, period), { consistent: true })),
  );
  let charged = 0;
  for (const read of reads) {
    if (read.kind === 'unavailable') return undefined;
    // In a ledger with shards, the units given to shards count: shards may grant them for a while longer.
    charged += Math.max(0, Number(read.item?.['cred'] ?? 0) - Number(read.item?.['rem'] ?? 0));
  }
  return charged;
}

/** Limits that a subject has had at that level, and its assigned plan. */
export function subjectKey({ tenant, subject }: Pick<LedgerId, 'tenant' | 'subject'>, level: Level): ItemKey {
  return { pk: headKey({ tenant, limit: '', subject }).pk, sk: `LINES#${level}` };
}

/** The key's own item; its routes have the same plan. */
export function assignedKey(tenant: string, key: string): ItemKey {
  return { pk: headKey({ tenant, limit: '', subject: key }).pk, sk: 'ASSIGNED' };
}

/** The key of a ledger; undefined: of a whole tenant. */
export function keyOf({ subject }: LedgerId, level: Level): string | undefined {
  if (level === 'tenant') return undefined;
  return level === 'key' ? subject : parseKeyPart(subject.split('#')[0] ?? '');
}

export function parseLimits(item: Item | undefined): readonly string[] {
  return JSON.parse(String(item?.['limits'] ?? '[]')) as readonly string[];
}

/**
 * The limit that a new limit replaces, continuing its ledgers: of the limits that the plan no longer has, the one
 * in the same position. undefined: the limit is new.
 */
export function predecessorOf(
  limit: string,
  level: Level,
  plan: CustomerPlan,
  had: readonly string[],
): string | undefined {
  const now = plan.limits.filter((each) => each.kind === 'quota' && each.level === level).map(({ id }) => id);
  const added = now.filter((id) => !had.includes(id));
  return had.filter((id) => !now.includes(id))[added.indexOf(limit)];
}

export function isSamePeriod(one: Period, other: Period): boolean {
  return periodId(one) === periodId(other) && one.endEpochMs === other.endEpochMs;
}
