import type { Item } from '../../table/item-write.ts';
import { parseKeyPart } from '../../table/item-write.ts';
import { KEEP_MS, parseLedger, standingOf } from '../ledger/ledger.ts';
import type { LedgerId, Standing } from '../ledger/ledger.ts';
import { ruleAt } from '../ledger/line.ts';
import { monthAt, periodAt, periodId } from '../ledger/period.ts';
import type { PeriodRule } from '../ledger/period.ts';
import { namesOfSubject } from '../plan/subject.ts';

export type UsageRow = {
  readonly tenant: string;
  readonly limit: string;
  /** The API key; absent for a limit of the whole tenant. */
  readonly key?: string;
  /** The route; absent unless the limit is per route. */
  readonly route?: string;
  readonly plan: string;
  /** ISO 8601, UTC. */
  readonly periodStart: string;
  readonly periodEnd: string;
  /**
   * The ledger's id. Present only if the ledger has replaced another ledger in its period.
   * @see ledgerOf
   */
  readonly ledger?: string;
  /**
   * The month of the invoice, such as `2026-11`: the month in which the ledger begins, or the customer's term if that
   * is later, in the time zone of the period.
   */
  readonly month: string;
  /**
   * The start of the customer's term. Present only if it is in a later month than the start of the ledger: a customer
   * pays nothing for the time before it.
   */
  readonly billedFrom?: string;
  readonly state: 'open' | 'suspended' | 'closed';
  /** Units per period, as the limit was set. */
  readonly quota: number;
  /** All units that may be charged: quota, overage, top-ups, and units returned by resets. */
  readonly credits: number;
  /** Units granted, even if they are not reported as used. It is never less than the units of admitted requests. */
  readonly charged: number;
  /** Units reported as used. */
  readonly used: number;
  /** Units granted and not reported as used. */
  readonly outstanding: number;
  readonly remaining: number;
  /** Used units that are covered by the quota, top-ups and resets. */
  readonly withinQuota: number;
  /** Used units beyond these. */
  readonly overage: number;
  /** Units of a closed period that were granted but never reported as used. They are not billed. */
  readonly lost: number;
} & Standing;

export type SubjectHead = {
  readonly id: LedgerId;
  readonly level: string;
  readonly plan: string;
  /** Returns the rule of the period that began at this time; undefined if the rule is not stored. */
  readonly ruleAt: (startEpochMs: number) => PeriodRule | undefined;
};

/**
 * Returns the subject of a head, from its key and its attributes.
 * @param item the head of the subject
 */
export function subjectOf(pk: string, item: Item): SubjectHead {
  const [, tenant = '', limit = '', subject = ''] = pk.split('#').map(parseKeyPart);
  // An older head without a level belongs to a key, or to a tenant if it names no key.
  const level = item['level'] ?? (subject === '' ? 'tenant' : 'key');
  return {
    id: { tenant, limit, subject },
    level: String(level),
    plan: String(item['plan'] ?? ''),
    ruleAt: (startEpochMs) => ruleAt(item, startEpochMs),
  };
}

/** Returns the id of a ledger: the id of the first moment, at or after the given moment, whose id is free. */
export function freeLedgerId(fromEpochMs: number, isTaken: (id: string) => boolean): string {
  let free = fromEpochMs;
  while (isTaken(new Date(free).toISOString())) free += 1;
  return new Date(free).toISOString();
}

/**
 * Returns the id of the ledger of a row or record. It is unique for the subject, even if a new plan opened another
 * ledger within a period.
 */
export function ledgerOf({ ledger, periodStart }: Pick<UsageRow, 'ledger' | 'periodStart'>): string {
  return ledger ?? periodStart;
}

/** Returns the instant at which the usage of a row or record begins. It is in the month of the invoice. */
export function beginOf(row: Pick<UsageRow, 'billedFrom' | 'ledger' | 'periodStart'>): number {
  return Date.parse(row.billedFrom ?? ledgerOf(row));
}

/**
 * Returns the usage that a ledger contains.
 * @param id the id of the ledger, which is an instant of its period, usually the first
 * @param isHalted whether the customer is suspended or closed, even if the ledger is not
 */
export function toUsageRow(subject: SubjectHead, id: string, item: Item, isHalted = false): UsageRow {
  const { tenant } = subject.id;
  const startEpochMs = Date.parse(id);
  const rule = subject.ruleAt(startEpochMs);
  const periodStart = rule === undefined ? id : periodId(periodAt(rule, startEpochMs));
  const limit = String(item['name'] ?? subject.id.limit);
  const ledger = parseLedger(item);
  const { used, outstanding, remaining, credits, closed, suspended } = ledger;
  const covered = Math.max(0, ledger.covered);
  return {
    tenant,
    limit,
    ...namesOf(subject),
    plan: String(item['plan'] ?? subject.plan),
    periodStart,
    periodEnd: new Date(periodEndOf(item)).toISOString(),
    ...(id !== periodStart && { ledger: id }),
    ...monthOf(rule?.timeZone ?? 'UTC', startEpochMs, item['term']),
    state: closed ? 'closed' : suspended ? 'suspended' : 'open',
    quota: ledger.limit,
    credits,
    charged: credits - remaining,
    used,
    outstanding,
    remaining,
    withinQuota: Math.min(used, covered),
    overage: Math.max(0, used - covered),
    lost: closed ? outstanding : 0,
    ...standingOf({ ...ledger, suspended: suspended || isHalted }),
  };
}

function monthOf(
  timeZone: string,
  startEpochMs: number,
  term: Item[string] | undefined,
): Pick<UsageRow, 'month' | 'billedFrom'> {
  const month = monthAt(timeZone, startEpochMs);
  if (typeof term !== 'number' || term <= startEpochMs) return { month };
  const monthOfTerm = monthAt(timeZone, term);
  return monthOfTerm === month ? { month } : { month: monthOfTerm, billedFrom: new Date(term).toISOString() };
}

/** Computes the end of a period from the item's time to live. This is exact, because both times are whole seconds. */
export function periodEndOf(item: Item): number {
  return Number(item['expiresAt']) * 1000 - KEEP_MS;
}

export function namesOf({ id, level }: SubjectHead): Pick<UsageRow, 'key' | 'route'> {
  if (level === 'tenant') return {};
  return namesOfSubject(level, id.subject);
}
