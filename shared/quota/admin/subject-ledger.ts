import { DomainError, RequestInvalid } from '../../errors.ts';
import type { Item, ItemKey } from '../../table/item-write.ts';
import { headKey, expiryOf, isBeforeTerm, ledgerKey, openingCredits } from '../ledger/ledger.ts';
import type { LedgerId } from '../ledger/ledger.ts';
import {
  assignedKey,
  chargedIn,
  mayEnd,
  mayReplace,
  overlapping,
  findUser,
  lineName,
  parseLimits,
  parseLine,
  predecessorOf,
  printRule,
  ruleAt,
  subjectKey,
} from '../ledger/line.ts';
import { planOfTerm } from '../plan/customer.ts';
import { isEndedByTerm, openPeriod } from '../ledger/open-period.ts';
import { periodAt, periodId } from '../ledger/period.ts';
import type { Period, PeriodRule } from '../ledger/period.ts';
import type { QuotaLimit, CustomerPlan } from '../plan/plan.ts';
import { readShards } from '../ledger/shards.ts';
import { checkLedgerId, checkSubject, ledgerIdOf, termFor } from '../plan/subject.ts';
import { readTerms } from './find-customer.ts';
import { findKeyPlan, listKeys } from './keys.ts';
import { readItem, unavailable } from './operation.ts';
import type { AdminPorts } from './operation.ts';
import { getPlan } from './plans.ts';
import { namesOf, periodEndOf, toUsageRow } from './usage-row.ts';
import type { SubjectHead, UsageRow } from './usage-row.ts';

export type LedgerQuestion = {
  readonly tenant: string;
  readonly limit: string;
  /** The API key; undefined if the limit applies to the whole tenant. */
  readonly key: string | undefined;
  /** The route; required only for limits per route. */
  readonly route: string | undefined;
  /** An instant of the period; undefined means now. */
  readonly periodEpochMs: number | undefined;
  /** The plan to use when the subject has no plan and no charges yet. */
  readonly plan?: string | undefined;
};

export type SubjectLedger = {
  readonly id: LedgerId;
  readonly limit: QuotaLimit;
  readonly plan: CustomerPlan;
  readonly period: Period;
  readonly head: Item | undefined;
  /** The ledger's item; undefined if the current period has no ledger yet. */
  readonly item: Item | undefined;
  readonly carried: number;
  /** Start of the recorded term under which the plan is in force. */
  readonly termEpochMs?: number | undefined;
  /** Whether the customer's record says that the customer is suspended or closed. */
  readonly isHalted: boolean;
};

const OPENINGS = 3;

/**
 * Returns the id of the ledgers of the given subject and limit.
 * @throws DomainError SUBJECT_INVALID if a name is missing or too long
 */
export function idOf(question: LedgerQuestion): LedgerId {
  const { tenant, key, route, limit } = question;
  const subject = { tenant, key: key ?? '-', plan: '-', ...(route !== undefined && { route }) };
  checkSubject(subject);
  const id = ledgerIdOf({ id: limit, level: levelOf(question) }, subject);
  checkLedgerId(id);
  return id;
}

/**
 * Finds the ledger for the requested instant. For the current time, this is the current ledger, or the ledger that the
 * next request would use. Its plan is the first of these that exists: the plan that the customer's record names, the
 * plan assigned to the key, the plan of the last charge, the plan of the tenant's keys (only for a limit of the
 * tenant), the plan in `question`.
 * @throws RequestInvalid if `question` names another plan, or names a route wrongly; DomainError KEY_UNKNOWN,
 * PLAN_UNKNOWN, LIMIT_UNKNOWN, PERIOD_UNKNOWN, SUBJECT_INVALID, STORE_UNAVAILABLE
 */
export async function findLedger(
  ports: Pick<AdminPorts, 'store' | 'listing'>,
  question: LedgerQuestion,
  nowEpochMs: number,
): Promise<SubjectLedger> {
  const asked = idOf(question);
  const own = await readItem(ports.store, headKey(asked));
  const terms = await readTerms(ports, question, nowEpochMs);
  const plan = await findPlan(ports, question, own, terms);
  const limit = findLimit(plan, question);
  const { id, head } = await findLine(ports, asked, own, plan, limit);
  const isHalted = terms.kind === 'halted';
  const found = { id, limit, plan, head, isHalted, termEpochMs: termOf(terms, limit, nowEpochMs) };
  const { periodEpochMs } = question;
  const kept = periodEpochMs === undefined ? undefined : await findLedgerAt(ports, id, periodEpochMs);
  if (kept !== undefined) return { ...found, ...kept, carried: 0 };
  const now = periodAt(limit.period, nowEpochMs);
  if (periodEpochMs !== undefined && (periodEpochMs < now.startEpochMs || now.endEpochMs <= periodEpochMs))
    throw new DomainError('PERIOD_UNKNOWN', 'nothing was charged in that period, or its ledger has expired');
  return { ...found, ...(await findStanding(ports, question, found, nowEpochMs)) };
}

type Standing = Pick<SubjectLedger, 'period' | 'item' | 'carried'>;

function termOf(
  terms: Awaited<ReturnType<typeof readTerms>>,
  limit: QuotaLimit,
  nowEpochMs: number,
): number | undefined {
  // The plan of a customer who is suspended or closed still decides what the period costs.
  const fromEpochMs = terms.kind === 'none' ? undefined : terms.term?.fromEpochMs;
  if (fromEpochMs === undefined) return undefined;
  const term = { by: terms.kind === 'term' ? terms.by : 'customer', fromEpochMs } as const;
  return termFor(limit, periodAt(limit.period, nowEpochMs), term);
}

/**
 * Finds the current ledger. This is the ledger in the head, unless it has ended, or a term or the plan's current period
 * would replace it.
 */
async function findStanding(
  { store }: Pick<AdminPorts, 'store'>,
  { tenant, key }: LedgerQuestion,
  { id, limit, plan, head, termEpochMs }: Omit<SubjectLedger, keyof Standing>,
  nowEpochMs: number,
): Promise<Standing> {
  const period = periodAt(limit.period, nowEpochMs);
  const line = parseLine(head, limit.period);
  if (line === undefined) return { period, item: undefined, carried: 0 };
  const assigned =
    key === undefined ? undefined : (await readItem(store, assignedKey(tenant, key)))?.['plan'];
  const isOther = line.rule !== undefined && line.rule !== printRule(limit.period);
  const wanted = typeof assigned === 'string' ? assigned : undefined;
  const isOver = line.cur.endEpochMs <= nowEpochMs;
  const current = isOver ? undefined : await readLedger(store, ledgerKey(id, line.cur));
  if (current !== undefined && (termEpochMs !== undefined || current['term'] !== undefined)) {
    if (!isEndedByTerm(current, { plan, termEpochMs, isOther }))
      return { period: line.cur, item: current, carried: 0 };
    const carried = await chargedIn(id, overlapping(line, period), store);
    if (carried === undefined) throw unavailable('the usage that counts in the new period could not be read');
    return { period, item: undefined, carried };
  }
  const isEnded = isOther && mayReplace(line, plan, wanted, nowEpochMs) && mayEnd(line, period);
  if (!isOver && !isEnded) return { period: line.cur, item: current, carried: 0 };
  const carried = isOther ? await chargedIn(id, overlapping(line, period), store) : 0;
  if (carried === undefined) throw unavailable('the usage that counts in the new period could not be read');
  return { period, item: undefined, carried };
}

/** Finds the ledgers that the next charge of a limit would use, as `openPeriod` does. */
async function findLine(
  { store }: Pick<AdminPorts, 'store'>,
  asked: LedgerId,
  own: Item | undefined,
  plan: CustomerPlan,
  limit: QuotaLimit,
): Promise<Pick<SubjectLedger, 'id' | 'head'>> {
  const found = { id: asked, head: own };
  if (own?.['cur'] !== undefined) return found;
  let name = lineName(asked.limit, own);
  if (name === asked.limit) {
    const had = parseLimits(await readItem(store, subjectKey(asked, limit.level)));
    const before = predecessorOf(asked.limit, limit.level, plan, had);
    if (before === undefined) return found;
    name = lineName(before, await readItem(store, headKey({ ...asked, limit: before })));
  }
  const user = await findUser(name, { id: asked, limit, plan }, store);
  if (user === 'unavailable') throw unavailable('the ledgers of the other limits could not be read');
  if (user !== undefined && user.limit !== asked.limit) return found;
  const id = { ...asked, limit: name };
  return { id, head: await readItem(store, headKey(id)) };
}

/**
 * Finds the ledger that contains an instant, whatever rule opened it. If one ledger has replaced another, finds the
 * newest.
 */
async function findLedgerAt(
  { store, listing }: Pick<AdminPorts, 'store' | 'listing'>,
  id: LedgerId,
  epochMs: number,
): Promise<Pick<SubjectLedger, 'period' | 'item'> | undefined> {
  const { pk } = headKey(id);
  const range = { pk, from: 'P#', to: `P#${new Date(epochMs).toISOString()}`, limit: 1, newestFirst: true };
  const page = await listing.range(range);
  if (page.kind === 'unavailable') throw unavailable(page.reason);
  const [kept] = page.items;
  if (kept === undefined) return undefined;
  const startEpochMs = Date.parse(kept.key.sk.slice('P#'.length));
  const period = { startEpochMs, endEpochMs: periodEndOf(kept.item) };
  return period.endEpochMs <= epochMs ? undefined : { period, item: await readLedger(store, kept.key) };
}

/**
 * Like `findLedger`, but opens the current period if it has no ledger yet. This is needed for a top-up before the first
 * request.
 * @throws the errors of `findLedger`; DomainError EDIT_CONFLICT if the subject is suspended or its plan is being
 * changed
 */
export async function findOpenLedger(
  ports: Pick<AdminPorts, 'store' | 'listing'>,
  question: LedgerQuestion,
  nowEpochMs: number,
): Promise<SubjectLedger & { readonly item: Item }> {
  for (let opening = 0; opening < OPENINGS; opening += 1) {
    const found = await findLedger(ports, question, nowEpochMs);
    if (found.item !== undefined) return { ...found, item: found.item };
    const opened = await openPeriod({ ...found, nowEpochMs }, ports.store);
    if (opened.kind === 'gone')
      throw new DomainError('PERIOD_UNKNOWN', 'the period has ended, and its ledger has expired');
    if (opened.kind === 'suspended')
      throw new DomainError('EDIT_CONFLICT', 'the subject is suspended; resume it first');
    if (opened.kind === 'unavailable') throw unavailable('the period could not be opened');
  }
  throw new DomainError('EDIT_CONFLICT', 'the period could not be opened, because its plan is being changed');
}

/** Returns the state of a ledger. A ledger that is not open yet is shown as it would be opened. */
export function rowOf({ id, limit, plan, period, head, item, carried, isHalted }: SubjectLedger): UsageRow {
  const { quota, overage } = limit;
  const before = carried + (head?.['cur'] === undefined ? limit.initialUsage : 0);
  const credits = openingCredits({ limit: quota, overage, carried: before });
  const susp = head?.['susp'];
  const shown = item ?? {
    rem: credits,
    cred: credits,
    lim: quota,
    ov: overage,
    carry: carried,
    name: limit.id,
    expiresAt: expiryOf(period),
    ...(susp !== undefined && { susp }),
  };
  const rule = (startEpochMs: number): PeriodRule | undefined =>
    item === undefined ? limit.period : ruleAt(head, startEpochMs);
  const subject = { id, level: limit.level, plan: plan.id, ruleAt: rule };
  return toUsageRow(subject, periodId(period), shown, isHalted);
}

/**
 * If a later recorded term ends the subject's last ledger, returns the row of the ledger that the next request would
 * open.
 * @param last the newest ledger that has begun, and the head
 * @param terms the terms in force for the subject
 * @returns undefined if the last ledger is still in force, or the plan has no limit that continues it
 * @throws DomainError STORE_UNAVAILABLE if the table is unavailable
 */
export async function findNextRow(
  ports: Pick<AdminPorts, 'store' | 'listing'>,
  subject: SubjectHead,
  last: { readonly head: Item; readonly key: ItemKey; readonly item: Item },
  terms: Awaited<ReturnType<typeof readTerms>>,
  nowEpochMs: number,
): Promise<UsageRow | undefined> {
  const { id, level } = subject;
  const { tenant } = id;
  const { key, route } = namesOf(subject);
  if (`P#${String(last.head['cur'])}` !== last.key.sk) return undefined;
  if (terms.kind !== 'term' || !isBeforeTerm(last.item, terms.term.fromEpochMs)) return undefined;
  const plan = await getPlan(ports, terms.term.plan);
  const limits = plan.limits.filter((limit) => limit.kind === 'quota' && limit.level === level);
  for (const { id: limit } of limits) {
    const found = await findLedger(
      ports,
      { tenant, key, route, limit, periodEpochMs: undefined },
      nowEpochMs,
    );
    if (found.id.limit === id.limit) return rowOf(found);
  }
  return undefined;
}

/** Reads a ledger merged with its shards. */
async function readLedger(store: AdminPorts['store'], key: ItemKey): Promise<Item | undefined> {
  const whole = await readShards(store, key, await readItem(store, key));
  if (whole.kind === 'unavailable') throw unavailable(whole.reason);
  return whole.item;
}

async function findPlan(
  ports: Pick<AdminPorts, 'store' | 'listing'>,
  question: LedgerQuestion,
  head: Item | undefined,
  terms: Awaited<ReturnType<typeof readTerms>>,
): Promise<CustomerPlan> {
  const { tenant, key, plan: named } = question;
  const term = 'term' in terms ? terms.term : undefined;
  if (term !== undefined) {
    if (named !== undefined && named !== term.plan)
      throw new RequestInvalid('plan', `must be omitted: the plan is ${term.plan}`);
    // The key's plan is not assumed to be the tenant's plan, because the key may belong to another customer.
    if (key !== undefined && named === undefined && head === undefined) {
      const isCharged = (await findLastPlan(ports, question)) !== undefined;
      if (!isCharged && (await findKeyPlan(ports, tenant, key)) === undefined) throw unknownSubject();
    }
    return planOfTerm(await getPlan(ports, term.plan), term.limits);
  }
  const assigned = key === undefined ? undefined : await findKeyPlan(ports, tenant, key);
  const known = assigned?.plan ?? head?.['plan'] ?? (await findLastPlan(ports, question));
  if (typeof known === 'string') {
    if (named === undefined || named === known) return getPlan(ports, known);
    throw new RequestInvalid('plan', `must be omitted: the plan is ${known}`);
  }
  const ofKeys = key === undefined ? await findPlanOfKeys(ports, question) : undefined;
  if (ofKeys !== undefined) return ofKeys;
  if (named !== undefined) return getPlan(ports, named);
  throw unknownSubject();
}

function unknownSubject(): DomainError {
  return new DomainError(
    'KEY_UNKNOWN',
    'no plan is assigned to the subject, and nothing was ever charged to it under that limit: check the name, or name the plan (--plan)',
  );
}

/**
 * Finds the plan for a tenant's limit that has no requests yet: the plan of the tenant's keys.
 * @throws RequestInvalid if the keys have more than one plan with this limit, and `question` names none
 */
async function findPlanOfKeys(
  ports: Pick<AdminPorts, 'store' | 'listing'>,
  question: LedgerQuestion,
): Promise<CustomerPlan | undefined> {
  const { keys } = await listKeys(ports, question.tenant, undefined);
  const ids = new Set(keys.map(({ plan }) => plan));
  if (question.plan !== undefined) ids.add(question.plan);
  const plans = await Promise.all([...ids].map((id) => getPlan(ports, id)));
  const having = plans.filter(({ limits }) =>
    limits.some(({ id, level }) => id === question.limit && level === 'tenant'),
  );
  const wanted = question.plan === undefined ? having : having.filter(({ id }) => id === question.plan);
  if (wanted.length > 1)
    throw new RequestInvalid(
      'plan',
      `is required: keys of the tenant have the plans ${wanted.map(({ id }) => id).join(' and ')}`,
    );
  // If no plan has such a limit, the request is refused, and it does not matter which plan is used for the refusal.
  return wanted[0] ?? plans[0];
}

/**
 * Finds the plan of the limit that was added last to the subject's limits, because the requested limit may be a new
 * name of that limit.
 */
async function findLastPlan(ports: Pick<AdminPorts, 'store'>, question: LedgerQuestion): Promise<unknown> {
  const id = idOf(question);
  const limit = parseLimits(await readItem(ports.store, subjectKey(id, levelOf(question)))).at(-1);
  if (limit === undefined) return undefined;
  const head = await readItem(ports.store, headKey({ ...id, limit }));
  const alias = head?.['alias'];
  return typeof alias === 'string'
    ? (await readItem(ports.store, headKey({ ...id, limit: alias })))?.['plan']
    : head?.['plan'];
}

function levelOf({ key, route }: LedgerQuestion): QuotaLimit['level'] {
  return key === undefined ? 'tenant' : route === undefined ? 'key' : 'route';
}

function findLimit(plan: CustomerPlan, question: LedgerQuestion): QuotaLimit {
  const level = levelOf(question);
  const limit = plan.limits.find(({ id }) => id === question.limit);
  if (limit === undefined)
    throw new DomainError(
      'LIMIT_UNKNOWN',
      `plan ${plan.id} has no limit ${question.limit}; expected one of ${plan.limits.map(({ id }) => id).join(', ')}`,
    );
  if (limit.kind !== 'quota')
    throw new DomainError(
      'LIMIT_UNKNOWN',
      `the limit ${limit.id} is not a quota (${limit.kind}), so it has no usage`,
    );
  if (limit.level === level) return limit;
  if (limit.level === 'route')
    throw new RequestInvalid('route', 'is required, because the limit is per route');
  if (level === 'route')
    throw new RequestInvalid('route', 'must be omitted, because the limit is not per route');
  throw new DomainError(
    'LIMIT_UNKNOWN',
    limit.level === 'key'
      ? `the limit ${limit.id} applies to each key separately: name the key (gatewright quota … --key ID; gatewright keys list prints the ids), or use the path of the key`
      : `the limit ${limit.id} applies to the tenant as a whole: leave out the key (--key), or use the path of the tenant`,
  );
}
