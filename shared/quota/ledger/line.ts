/**
 * The successive ledgers of a subject under one limit. The sequence continues when the plan's period, time zone or
 * anchor, the limit's id, or the key's plan changes. The head contains the current rule, which determines the next
 * ledger, and the past rules.
 */
import type { ItemStore } from '../../ports.ts';
import type { Item, ItemKey } from '../../table/item-write.ts';
import { headKey, ledgerKey } from './ledger.ts';
import type { LedgerId } from './ledger.ts';
import { periodAt, periodId } from './period.ts';
import type { Period, PeriodLength, PeriodRule } from './period.ts';
import type { CustomerPlan, Level, QuotaLimit } from '../plan/plan.ts';
import { namesOfSubject } from '../plan/subject.ts';

/** Successive ledgers that follow one rule, from the first to the last. */
type Segment = { readonly rule: string; readonly since: number; readonly last: number };

/** The parsed head of a subject's limit. */
export type Line = {
  readonly cur: Period;
  /** The printed rule; undefined if the head was written before rules were stored. */
  readonly rule: string | undefined;
  readonly plan: string;
  readonly planVersion: number;
  readonly sinceEpochMs: number;
  /** The segments, newest first, including the current segment. */
  readonly segments: readonly Segment[];
};

/**
 * How long a new plan of a key stays in force before a token that names another plan can replace it, because tokens
 * that name the previous plan may still be in use. Applies only to keys without an assigned plan.
 */
const HOLD_MS = 3_600_000;
/**
 * Maximum number of past rules that are stored. It also limits how often a customer's plan may change in one period
 * (`mayEnd`).
 */
const MAX_SEGMENTS = 32;
/**
 * Maximum number of ledgers that are read when the rule changes. The limit is needed because a month contains several
 * hundred hourly ledgers.
 */
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

/**
 * Parses the head of a subject's limit. Returns undefined if the head has no ledger yet.
 * @param fallback the rule of a head that was written before rules were stored
 */
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

/**
 * Returns the rule by which a ledger of that head was opened. Returns undefined if it was opened before rules were
 * stored.
 */
export function ruleAt(head: Item | undefined, startEpochMs: number): PeriodRule | undefined {
  const past = JSON.parse(String(head?.['past'] ?? '[]')) as [string, number, number][];
  const now: [unknown, number] = [head?.['rule'], Number(head?.['since'] ?? 0)];
  const [rule] = [now, ...past].find(([, since]) => since <= startEpochMs) ?? [];
  return typeof rule === 'string' ? parseRule(rule) : undefined;
}

/** Formats the past rules. They are stored in the head when another rule takes over. */
export function printPast({ segments }: Line): string {
  return JSON.stringify(segments.slice(0, MAX_SEGMENTS).map(({ rule, since, last }) => [rule, since, last]));
}

/**
 * Whether a plan may end the current period, which follows another rule. It may if the period is over, or if the plan
 * is a later version of the period's plan, is assigned to the key, or may take over because `HOLD_MS` has passed.
 */
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

/**
 * Whether the rule may change once more in this period. It may not change if the head would then no longer contain a
 * rule under which the period has charges.
 */
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
      // The first ledger after a change of rule begins at the change. It may also be the last ledger under that rule.
      found.push({ startEpochMs: Math.max(startEpochMs, since), endEpochMs });
      at = startEpochMs - 1;
    }
  }
  return found;
}

/**
 * Sums up the units charged in the given ledgers.
 * @returns undefined if the table cannot be reached
 */
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
    // If the ledger has shards, units that were given to them count as charged, because the shards may still grant them
    // for a while.
    charged += Math.max(0, Number(read.item?.['cred'] ?? 0) - Number(read.item?.['rem'] ?? 0));
  }
  return charged;
}

/**
 * Returns the key of the item that contains the limits that the subject has had at that level.
 */
export function subjectKey({ tenant, subject }: Pick<LedgerId, 'tenant' | 'subject'>, level: Level): ItemKey {
  return { pk: headKey({ tenant, limit: '', subject }).pk, sk: `LINES#${level}` };
}

/** Returns the table key of the API key's own item. The routes of the API key have the same plan. */
export function assignedKey(tenant: string, key: string): ItemKey {
  return { pk: headKey({ tenant, limit: '', subject: key }).pk, sk: 'ASSIGNED' };
}

/** Returns the API key of a ledger, or undefined if the ledger belongs to a whole tenant. */
export function keyOf({ subject }: LedgerId, level: Level): string | undefined {
  if (level === 'tenant') return undefined;
  return namesOfSubject(level, subject).key;
}

export function parseLimits(item: Item | undefined): readonly string[] {
  return JSON.parse(String(item?.['limits'] ?? '[]')) as readonly string[];
}

/**
 * Returns the limit that a new limit replaces and whose ledgers it continues. This is the limit in the same position
 * among the limits that the plan no longer has. Returns undefined if nothing is replaced.
 */
export function predecessorOf(
  limit: string,
  level: Level,
  plan: CustomerPlan,
  had: readonly string[],
): string | undefined {
  const now = quotasOf(plan, level);
  const added = now.filter((id) => !had.includes(id));
  return had.filter((id) => !now.includes(id))[added.indexOf(limit)];
}

/** Returns the limit whose ledgers a limit uses. This is the limit itself, unless it has replaced another limit. */
export function lineName(limit: string, head: Item | undefined): string {
  const { cur, alias } = head ?? {};
  return cur === undefined && typeof alias === 'string' ? alias : limit;
}

/**
 * Returns the limit of the plan that uses the ledgers of `name`: the limit with that name, or else the first limit that
 * continues them. Two limits must never use the same ledgers, because only one of them would then be enforced.
 * @returns undefined if no limit of the plan uses these ledgers; `unavailable` if the table is unavailable
 */
export async function findUser(
  name: string,
  { id, limit, plan }: { readonly id: LedgerId; readonly limit: QuotaLimit; readonly plan: CustomerPlan },
  store: Pick<ItemStore, 'read'>,
): Promise<{ readonly limit: string } | 'unavailable' | undefined> {
  const now = quotasOf(plan, limit.level);
  if (now.includes(name)) return { limit: name };
  for (const each of now) {
    const read = await store.read(headKey({ ...id, limit: each }), { consistent: true });
    if (read.kind === 'unavailable') return 'unavailable';
    if (lineName(each, read.item) === name) return { limit: each };
  }
  return undefined;
}

function quotasOf({ limits }: CustomerPlan, level: Level): readonly string[] {
  return limits.filter((each) => each.kind === 'quota' && each.level === level).map(({ id }) => id);
}

export function isSamePeriod(one: Period, other: Period): boolean {
  return periodId(one) === periodId(other) && one.endEpochMs === other.endEpochMs;
}
