/** From the names in a request to the one ledger that they mean. */
import { DomainError, RequestInvalid } from '../../errors.ts';
import type { Item, ItemKey } from '../../table/item-write.ts';
import { headKey, KEEP_MS, ledgerKey } from '../ledger.ts';
import type { LedgerId } from '../ledger.ts';
import { openPeriod } from '../open-period.ts';
import { periodAt, periodId } from '../period.ts';
import type { Period } from '../period.ts';
import type { QuotaLimit, UsagePlan } from '../plan.ts';
import { readWhole } from '../shards.ts';
import { checkSubject, ledgerIdOf } from '../subject.ts';
import { findKeyPlan } from './keys.ts';
import { readItem, unavailable } from './operation.ts';
import type { AdminPorts } from './operation.ts';
import { getPlan } from './plans.ts';
import { toUsageRow } from './usage-row.ts';
import type { UsageRow } from './usage-row.ts';

export type LedgerQuestion = {
  readonly tenant: string;
  readonly limit: string;
  /** undefined: the limit is of the whole tenant. */
  readonly key: string | undefined;
  /** Needed for limits per route, and for no others. */
  readonly route: string | undefined;
  /** An instant of the period that is meant; undefined = the one of now. */
  readonly periodEpochMs: number | undefined;
};

export type SubjectLedger = {
  readonly id: LedgerId;
  readonly limit: QuotaLimit;
  readonly plan: UsagePlan;
  readonly period: Period;
  readonly head: Item | undefined;
  /** undefined: the period is the one of now, and nothing was charged in it yet. */
  readonly item: Item | undefined;
};

const OPENINGS = 3;

/** @throws DomainError SUBJECT_INVALID */
export function idOf(question: LedgerQuestion): LedgerId {
  const { tenant, key, route, limit } = question;
  const subject = { tenant, key: key ?? '-', plan: '-', ...(route !== undefined && { route }) };
  checkSubject(subject);
  return ledgerIdOf({ id: limit, level: levelOf(question) }, subject);
}

/**
 * Finds a ledger as it is now. The plan is the one assigned to the key, else the one last charged by.
 * @throws DomainError KEY_UNKNOWN, PLAN_UNKNOWN, LIMIT_UNKNOWN, PERIOD_UNKNOWN, SUBJECT_INVALID, STORE_UNAVAILABLE
 */
export async function findLedger(
  ports: Pick<AdminPorts, 'store'>,
  question: LedgerQuestion,
  nowEpochMs: number,
): Promise<SubjectLedger> {
  const { periodEpochMs } = question;
  const id = idOf(question);
  const head = await readItem(ports.store, headKey(id));
  const plan = await findPlan(ports, question, head);
  const limit = findLimit(plan, question);
  const period = periodAt(limit.period, periodEpochMs ?? nowEpochMs);
  const item = await readLedger(ports.store, ledgerKey(id, period));
  const isNow = period.startEpochMs <= nowEpochMs && nowEpochMs < period.endEpochMs;
  if (item === undefined && !isNow)
    throw new DomainError('PERIOD_UNKNOWN', 'nothing was charged in that period, or it is long over');
  return { id, limit, plan, period, head, item };
}

/**
 * As `findLedger`, and opens the period of now if nothing was charged in it yet: a top-up may come first.
 * @throws as `findLedger`, and DomainError EDIT_CONFLICT while the subject is suspended
 */
export async function findOpenLedger(
  ports: Pick<AdminPorts, 'store'>,
  question: LedgerQuestion,
  nowEpochMs: number,
): Promise<SubjectLedger & { readonly item: Item }> {
  for (let opening = 0; opening < OPENINGS; opening += 1) {
    const found = await findLedger(ports, question, nowEpochMs);
    if (found.item !== undefined) return { ...found, item: found.item };
    const opened = await openPeriod({ ...found, nowEpochMs }, ports.store);
    if (opened.kind === 'gone')
      throw new DomainError('PERIOD_UNKNOWN', 'the period is over, and its ledger is gone');
    if (opened.kind === 'suspended')
      throw new DomainError('EDIT_CONFLICT', 'the subject is suspended; resume it first');
    if (opened.kind === 'unavailable') throw unavailable('the period could not be opened');
  }
  throw new DomainError('EDIT_CONFLICT', 'the period could not be opened: its plan is being changed');
}

/** How a ledger stands; one that nobody has opened is shown as it would be opened. */
export function rowOf({ id, limit, plan, period, head, item }: SubjectLedger): UsageRow {
  const credits = limit.quota + limit.overage - (head?.['cur'] === undefined ? limit.initialUsage : 0);
  const susp = head?.['susp'];
  const shown = item ?? {
    ...{ rem: credits, cred: credits, lim: limit.quota, ov: limit.overage },
    expiresAt: Math.ceil((period.endEpochMs + KEEP_MS) / 1000),
    ...(susp !== undefined && { susp }),
  };
  return toUsageRow({ id, level: limit.level, plan: plan.id }, periodId(period), shown);
}

/** With its shards, as one. */
async function readLedger(store: AdminPorts['store'], key: ItemKey): Promise<Item | undefined> {
  const whole = await readWhole(store, key, await readItem(store, key));
  if (whole.kind === 'unavailable') throw unavailable(whole.reason);
  return whole.item;
}

async function findPlan(
  ports: Pick<AdminPorts, 'store'>,
  { tenant, key }: LedgerQuestion,
  head: Item | undefined,
): Promise<UsagePlan> {
  const assigned = key === undefined ? undefined : await findKeyPlan(ports, tenant, key);
  const planId = assigned?.plan ?? head?.['plan'];
  if (typeof planId === 'string') return getPlan(ports, planId);
  throw new DomainError(
    'KEY_UNKNOWN',
    'no plan is assigned to it, and nothing was ever charged to it under that limit',
  );
}

function levelOf({ key, route }: LedgerQuestion): QuotaLimit['level'] {
  return key === undefined ? 'tenant' : route === undefined ? 'key' : 'route';
}

function findLimit(plan: UsagePlan, question: LedgerQuestion): QuotaLimit {
  const level = levelOf(question);
  const limit = plan.limits.find(({ id }) => id === question.limit);
  if (limit === undefined) throw new DomainError('LIMIT_UNKNOWN', 'the plan has no limit of that id');
  if (limit.kind !== 'quota')
    throw new DomainError('LIMIT_UNKNOWN', `that limit is no quota (${limit.kind}), and has no usage`);
  if (limit.level === level) return limit;
  if (limit.level === 'route') throw new RequestInvalid('route', 'must be given: the limit is per route');
  if (level === 'route') throw new RequestInvalid('route', 'must not be given: the limit is not per route');
  throw new DomainError(
    'LIMIT_UNKNOWN',
    `that limit is per ${limit.level}, and is found at the ${limit.level}'s path`,
  );
}
