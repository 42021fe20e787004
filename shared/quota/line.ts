/**
 * The ledgers of a subject under one limit, one after the other, through changes of the plan's period, zone and anchor, of
 * the limit's id, and of the key's plan. Its head says by which rule they follow each other now, and by which before.
 */
import type { ItemStore } from '../ports.ts';
import type { Item, ItemKey } from '../table/item-write.ts';
import { parseKeyPart } from '../table/item-write.ts';
import { headKey, ledgerKey } from './ledger.ts';
import type { LedgerId } from './ledger.ts';
import { periodAt, periodId } from './period.ts';
import type { Period, PeriodLength, PeriodRule } from './period.ts';
import type { Level, UsagePlan } from './plan.ts';

/** Ledgers that followed each other by one rule: the first of them to the last. */
type Segment = { readonly rule: string; readonly since: number; readonly last: number };

/** What a head says. */
export type Line = {
  readonly cur: Period;
  /** As printed; undefined: of before rules were written down. */
  readonly rule: string | undefined;
  readonly plan: string;
  readonly planVersion: number;
  /** When it took over from another rule. */
  readonly sinceEpochMs: number;
  /** Newest first, the current one included. */
  readonly segments: readonly Segment[];
};

/** Of a key that no administrator has assigned: tokens that name the plan of before may be as old. */
const HOLD_MS = 3_600_000;
const MAX_SEGMENTS = 8;
/** Ledgers that are looked at when a rule changes; hours of a month are more. */
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

/** @param fallback the rule of a head of before rules were written down. undefined: it has no ledger yet */
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

/** By which clocks a ledger of that head was opened; UTC where nobody wrote it down. */
export function zoneAt(head: Item | undefined, startEpochMs: number): string {
  const past = JSON.parse(String(head?.['past'] ?? '[]')) as [string, number, number][];
  const now: [unknown, number] = [head?.['rule'], Number(head?.['since'] ?? 0)];
  const [rule] = [now, ...past].find(([, since]) => since <= startEpochMs) ?? [];
  return typeof rule === 'string' ? parseRule(rule).timeZone : 'UTC';
}

/** What a head says of the rules before the one that takes over. */
export function printPast({ segments }: Line): string {
  return JSON.stringify(segments.slice(0, MAX_SEGMENTS).map(({ rule, since, last }) => [rule, since, last]));
}

/** Whether a plan may end a period that another rule has begun: what is newer, by what anybody can know. */
export function mayReplace(
  line: Line,
  plan: Pick<UsagePlan, 'id' | 'version'>,
  assigned: string | undefined,
  nowEpochMs: number,
): boolean {
  if (line.cur.endEpochMs <= nowEpochMs) return true;
  if (line.plan === plan.id) return plan.version > line.planVersion;
  return assigned === undefined ? nowEpochMs - line.sinceEpochMs >= HOLD_MS : assigned === plan.id;
}

/** The ledgers of a line that may have been used in a period, newest first. */
export function overlapping({ segments }: Line, period: Period): readonly Period[] {
  const found: Period[] = [];
  for (const { rule, since, last } of segments) {
    for (let at = last; at >= since && found.length < MAX_LEDGERS;) {
      const { startEpochMs, endEpochMs } = periodAt(parseRule(rule), at);
      if (endEpochMs <= period.startEpochMs) return found;
      // Where a rule has taken over, its first ledger begins with it; so may its last be its first.
      found.push({ startEpochMs: Math.max(startEpochMs, since), endEpochMs });
      at = startEpochMs - 1;
    }
  }
  return found;
}

/** Units that were charged in those ledgers. @returns undefined: the table is out of reach */
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
    // Of a ledger with shards, what they were given counts: they may be granted from a while longer.
    charged += Math.max(0, Number(read.item?.['cred'] ?? 0) - Number(read.item?.['rem'] ?? 0));
  }
  return charged;
}

/** Which limits of that level a subject has had, and which plan an administrator has put it on. */
export function subjectKey({ tenant, subject }: Pick<LedgerId, 'tenant' | 'subject'>, level: Level): ItemKey {
  return { pk: headKey({ tenant, limit: '', subject }).pk, sk: `LINES#${level}` };
}

/** Of a key; its routes are on the same plan. */
export function assignedKey(tenant: string, key: string): ItemKey {
  return { pk: headKey({ tenant, limit: '', subject: key }).pk, sk: 'ASSIGNED' };
}

/** The key that a ledger is of; undefined: it is of a whole tenant. */
export function keyOf({ subject }: LedgerId, level: Level): string | undefined {
  if (level === 'tenant') return undefined;
  return level === 'key' ? subject : parseKeyPart(subject.split('#')[0] ?? '');
}

export function parseLimits(item: Item | undefined): readonly string[] {
  return JSON.parse(String(item?.['limits'] ?? '[]')) as readonly string[];
}

/**
 * The limit whose ledgers a limit goes on with that a subject meets for the first time: of those that its plan has no more,
 * the one in the same place. undefined: it is new.
 */
export function predecessorOf(
  limit: string,
  level: Level,
  plan: UsagePlan,
  had: readonly string[],
): string | undefined {
  const now = plan.limits.filter((each) => each.kind === 'quota' && each.level === level).map(({ id }) => id);
  const added = now.filter((id) => !had.includes(id));
  return had.filter((id) => !now.includes(id))[added.indexOf(limit)];
}

export function isSamePeriod(one: Period, other: Period): boolean {
  return periodId(one) === periodId(other) && one.endEpochMs === other.endEpochMs;
}
