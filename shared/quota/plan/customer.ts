/**
 * A customer's record. It states which plan is in force from which time. A term that has begun never changes. Requests,
 * invoices and administration all use this record.
 */
import { isJsonObject } from '@gatewright/aws/json-object';
import { DomainError } from '../../errors.ts';
import type { Item, ItemKey } from '../../table/item-write.ts';
import { headKey } from '../ledger/ledger.ts';
import { parsePlan } from './plan.ts';
import type { CustomerPlan } from './plan.ts';
import { readStoredRecord } from '../../table/stored-record.ts';

export type Term = {
  readonly plan: string;
  readonly fromEpochMs: number;
  /** The customer's own quotas instead of the plan's, by limit id. */
  readonly limits?: Readonly<Record<string, number>>;
};

export const CUSTOMER_STATES = ['active', 'suspended', 'closed'] as const;
export type CustomerState = (typeof CUSTOMER_STATES)[number];

export type Customer = {
  readonly tenant: string;
  readonly name?: string;
  /** The currency of the customer's invoices. Plans that the customer changes to must have this currency. */
  readonly currency?: string;
  readonly state: CustomerState;
  readonly stateSinceEpochMs: number;
  /** The terms in ascending order of time. There is at least one. */
  readonly terms: readonly Term[];
  /** The time of the last change; undefined in records that were last written by an earlier version. */
  readonly changedAtEpochMs?: number;
  /** Incremented by every change. */
  readonly version: number;
};

/** Time after which a change to a record is in force in every process, whatever the process has leased or read. */
export const EVERYWHERE_MS = 60_000;

/** The list of all customers of a table. */
export const CUSTOMER_LIST = 'CUSTOMERS';

/** The sort key of a customer's record. */
export const CUSTOMER_SK = 'CUSTOMER';

/**
 * Returns the key of a customer's record. It is in the tenant's own partition, because every role that may charge the
 * tenant can read that partition.
 */
export function customerKey(tenant: string): ItemKey {
  return { pk: headKey({ tenant, limit: '', subject: '' }).pk, sk: CUSTOMER_SK };
}

export function printCustomer({ version, ...record }: Customer): Item {
  return { ver: version, doc: JSON.stringify(record), list: CUSTOMER_LIST, told: TOLD_BY_PLAN };
}

/**
 * Attribute `told` of a record whose writer announces each change in the plan;
 * @see plan-news.ts
 */
const TOLD_BY_PLAN = 'plan';

/**
 * Whether each change to the record is announced in its plan. Earlier versions did not announce changes in the plan.
 */
export function isToldByPlan(item: Item): boolean {
  return item['told'] === TOLD_BY_PLAN;
}

/**
 * Reads a customer from its item.
 * @throws DomainError STORE_UNAVAILABLE for an item that this code cannot have written, so that no request is admitted
 */
export function parseCustomer(item: Item): Customer {
  const { record, version } = readStoredRecord(
    item,
    isRecord,
    'an item of the usage table is not a customer',
  );
  return { ...record, version };
}

/** Returns the term in force, or undefined if no term has started. */
export function termAt({ terms }: Pick<Customer, 'terms'>, epochMs: number): Term | undefined {
  return terms.findLast(({ fromEpochMs }) => fromEpochMs <= epochMs);
}

/**
 * Returns the time from which the record is in force in every process. If a change was planned more than a minute
 * ahead, this is the planned time, because every process has learned of the change by then.
 */
export function everywhereBy(
  { stateSinceEpochMs, changedAtEpochMs, terms }: Customer,
  atEpochMs: number,
): number {
  const since = Math.max(stateSinceEpochMs, termAt({ terms }, atEpochMs)?.fromEpochMs ?? 0);
  return Math.max(since, (changedAtEpochMs ?? since) + EVERYWHERE_MS);
}

export type TermSpan = Term & {
  /** The time when the next term starts or the customer was closed. Infinity if the term has no end. */
  readonly untilEpochMs: number;
};

/** Returns the terms with their ends, without those that never come into force, such as terms after a closure. */
export function spansOf({ terms, state, stateSinceEpochMs }: Customer): readonly TermSpan[] {
  const endEpochMs = state === 'closed' ? stateSinceEpochMs : Infinity;
  return terms
    .map((term, index) => ({
      ...term,
      untilEpochMs: Math.min(endEpochMs, terms[index + 1]?.fromEpochMs ?? Infinity),
    }))
    .filter(({ fromEpochMs, untilEpochMs }) => fromEpochMs < untilEpochMs);
}

/**
 * Returns the plan with the customer's own quotas.
 * @throws DomainError LIMIT_UNKNOWN if the plan lacks a limit for which the customer has a quota; PlanInvalid if the
 * plan does not allow the quota
 */
export function planOfTerm(plan: CustomerPlan, limits: Term['limits']): CustomerPlan {
  if (limits === undefined) return plan;
  const known = plan.limits.filter(({ kind }) => kind === 'quota').map(({ id }) => id);
  const unknown = Object.keys(limits).find((id) => !known.includes(id));
  if (unknown !== undefined)
    throw new DomainError(
      'LIMIT_UNKNOWN',
      `plan ${plan.id} has no quota ${unknown}, but the customer has a limit of its own for it; ${known.length === 0 ? 'the plan has no quotas' : `expected one of ${known.join(', ')}`}`,
    );
  const document = JSON.parse(plan.source) as { readonly limits: readonly { readonly id: string }[] };
  const own = document.limits.map((limit) =>
    Object.hasOwn(limits, limit.id) ? { ...limit, quota: limits[limit.id] } : limit,
  );
  const parsed = parsePlan({ ...document, limits: own });
  return {
    ...parsed,
    limits: parsed.limits.map((limit) =>
      limit.kind === 'quota' && Object.hasOwn(limits, limit.id) ? { ...limit, isOwn: true } : limit,
    ),
    isOwn: true,
  };
}

function isRecord(value: unknown): value is Omit<Customer, 'version'> {
  if (typeof value !== 'object' || value === null) return false;
  const { tenant, state, stateSinceEpochMs, terms } = value as Readonly<Record<keyof Customer, unknown>>;
  return (
    typeof tenant === 'string' &&
    (state === 'active' || state === 'suspended' || state === 'closed') &&
    typeof stateSinceEpochMs === 'number' &&
    Array.isArray(terms) &&
    terms.length > 0 &&
    terms.every(isTerm)
  );
}

function isTerm(value: unknown): value is Term {
  if (typeof value !== 'object' || value === null) return false;
  const { plan, fromEpochMs, limits } = value as Readonly<Record<keyof Term, unknown>>;
  const isWhole =
    limits === undefined || (isJsonObject(limits) && Object.values(limits).every(Number.isSafeInteger));
  return typeof plan === 'string' && Number.isSafeInteger(fromEpochMs) && isWhole;
}
