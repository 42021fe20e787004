/**
 * Creates a period's ledger at its first use: exactly once, by the newest plan, and at most ten seconds early. If
 * the plan's periods have changed, the new ledger may overlap old ones. Their charges then count in the new ledger, and
 * the old ledgers grant nothing more. So the units available during the overlap are never more than the larger of the
 * two limits.
 */
import type { ItemStore } from '../../ports.ts';
import type { Item, RefusedMember, TransactOutcome } from '../../table/item-write.ts';
import { headKey, isBeforeTerm, isOfPeriod, KEEP_MS, ledgerKey, openingCredits } from './ledger.ts';
import type { LedgerId } from './ledger.ts';
import {
  assignedKey,
  chargedIn,
  findUser,
  keyOf,
  lineName,
  mayEnd,
  mayReplace,
  overlapping,
  parseLimits,
  parseLine,
  predecessorOf,
  printPast,
  printRule,
  subjectKey,
} from './line.ts';
import type { Line } from './line.ts';
import { adoptWrite, aliasWrites, openWrites, replaceWrite } from './opening.ts';
import type { Head } from './opening.ts';
import type { Period } from './period.ts';
import type { QuotaLimit, CustomerPlan } from '../plan/plan.ts';

export type OpenRequest = {
  readonly id: LedgerId;
  readonly period: Period;
  readonly limit: QuotaLimit;
  readonly plan: CustomerPlan;
  /** The time of the store's clock if it is known, since the local clock may be wrong. */
  readonly nowEpochMs: number;
  /** The recorded term under which the plan is in force; absent if the caller named the plan. */
  readonly termEpochMs?: number | undefined;
};

export type Opened =
  /** The ledger exists or may exist, so the caller can continue with it. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'plan-changed' }
  | { readonly kind: 'moved'; readonly period: Period }
  /** The limit continues the ledgers of a previous limit of its plan. */
  | { readonly kind: 'renamed'; readonly id: LedgerId }
  /** The period ended long ago, and its ledger has expired. */
  | { readonly kind: 'gone' }
  /** The subject is suspended. No period is opened for it until an operator resumes it. */
  | { readonly kind: 'suspended' }
  | { readonly kind: 'unavailable' };

/**
 * How long before its start a period may be opened, by the store's clock. A tolerance is needed because requests have
 * timestamps of other clocks.
 */
const EARLY_MS = 10_000;
const ROUNDS = 4;

export async function openPeriod(request: OpenRequest, store: ItemStore): Promise<Opened> {
  // A period in the future is not opened. Otherwise a fast clock would move the head into the future, and every period
  // before it would count as past.
  if (request.period.startEpochMs > request.nowEpochMs + EARLY_MS) return { kind: 'unavailable' };
  const rule = printRule(request.limit.period);
  let head: Head = { is: 'next', rule };
  let { period } = request;
  let carried = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const outcome = await open({ ...request, period }, head, carried, store);
    const opened = toOpened(request, outcome, period);
    if (opened !== undefined) return opened;
    const [, refused] = outcome.kind === 'refused' ? outcome.members : [];
    // If the head's own condition was true, the refusal does not contain the head, so the head has to be read.
    const isSought = isRefusedByTerm(request, outcome) && refused?.holds === true;
    const read = isSought ? await store.read(headKey(request.id), { consistent: true }) : undefined;
    if (read?.kind === 'unavailable') return { kind: 'unavailable' };
    const next = await decide(request, read === undefined ? itemOf(refused) : read.item, store);
    if ('kind' in next) return next;
    ({ head, period, carried } = next);
  }
  return { kind: 'unavailable' };
}

type Plan = { readonly head: Head; readonly period: Period; readonly carried: number };

async function decide(
  request: OpenRequest,
  item: Item | undefined,
  store: ItemStore,
): Promise<Plan | Opened> {
  const { period, limit } = request;
  const rule = printRule(limit.period);
  if (item?.['susp'] !== undefined) return { kind: 'suspended' };
  const line = parseLine(item, limit.period);
  if (line === undefined) {
    const alias = item?.['alias'];
    return typeof alias === 'string' ? followAlias(request, alias, store) : openUnderAlias(request, store);
  }
  const { cur } = line;
  const isByTerm = request.termEpochMs !== undefined || item?.['term'] !== undefined;
  if (isByTerm && period.startEpochMs < cur.endEpochMs && cur.startEpochMs < period.endEpochMs) {
    const found = await decideByTerm(request, line, store);
    if (found !== undefined) return found;
  }
  if (line.rule === undefined && cur.startEpochMs < period.startEpochMs)
    return { head: { is: 'legacy', rule, cur: cur.startEpochMs }, period, carried: 0 };
  const isOver = period.endEpochMs <= cur.startEpochMs;
  if (isOver || line.rule === undefined || line.rule === rule) {
    const inForce = await findInForce(request, line, store);
    if (inForce !== 'ended') return inForce;
    // Only current requests determine which ledger comes next. This request belongs to a period that is over.
    if (isOver) return { kind: 'unavailable' };
  } else if (cur.endEpochMs > period.startEpochMs) {
    const assigned = await readAssigned(request, line, store);
    if (assigned === 'unavailable') return { kind: 'unavailable' };
    if (!mayReplace(line, request.plan, assigned, request.nowEpochMs)) return { kind: 'moved', period: cur };
    if (request.nowEpochMs < cur.endEpochMs && !mayEnd(line, period)) {
      const inForce = await findInForce(request, line, store);
      if (inForce !== 'ended') return inForce;
    }
  }
  return replace(request, line, store);
}

/**
 * Decides by the recorded terms. A ledger is ended only by a later term. So a process with an old record, a late
 * request or a slow clock is charged to the ledger of the newer term.
 * @returns undefined if the terms do not decide
 */
async function decideByTerm(
  request: OpenRequest,
  line: Line,
  store: ItemStore,
): Promise<Plan | Opened | undefined> {
  const { id, plan, limit, termEpochMs } = request;
  const key = ledgerKey(id, line.cur);
  const read = await store.read(key, { consistent: true });
  if (read.kind === 'unavailable') return { kind: 'unavailable' };
  const { item } = read;
  if (item === undefined || (termEpochMs === undefined && item['term'] === undefined)) return undefined;
  // The ledger was ended but no successor was opened, because the process that ended it has died. So this process opens
  // the successor.
  if (item['nxt'] !== undefined) return replace(request, line, store);
  // The period has ended. Which period follows it does not depend on terms.
  if (line.cur.endEpochMs <= request.nowEpochMs && !isBeforeTerm(item, termEpochMs)) return undefined;
  const inForce: Opened = { kind: 'moved', period: periodOf(item, line.cur) };
  if (termEpochMs === undefined || !isBeforeTerm(item, termEpochMs) || !mayEnd(line, request.period))
    return inForce;
  const isOther = line.rule !== printRule(limit.period);
  if (isEndedByTerm(item, { plan, termEpochMs, isOther })) return replace(request, line, store);
  const adopted = await store.update(adoptWrite(key, plan.id, termEpochMs));
  return adopted.kind === 'unknown' || adopted.kind === 'rejected' ? { kind: 'unavailable' } : inForce;
}

/** Whether a later term ends the ledger instead of continuing it. */
export function isEndedByTerm(
  item: Item,
  at: { readonly plan: CustomerPlan; readonly termEpochMs: number | undefined; readonly isOther: boolean },
): boolean {
  if (!isBeforeTerm(item, at.termEpochMs)) return false;
  // A closed ledger cannot be continued. A request that is reported after the close is charged to the next ledger.
  const isSame =
    item['term'] === undefined &&
    item['closed'] === undefined &&
    item['plan'] === at.plan.id &&
    at.plan.isOwn !== true;
  return !isSame || at.isOther;
}

/**
 * Finds the ledger of the head, if the head has the same rule as the request, or if its rule stays in force.
 * @returns `ended` if the ledger was ended but its successor was never opened, because the process has died or its plan
 * has changed again meanwhile
 */
async function findInForce(
  { id, period }: OpenRequest,
  { cur }: Line,
  store: ItemStore,
): Promise<Opened | 'ended'> {
  const read = await store.read(ledgerKey(id, cur), { consistent: true });
  if (read.kind === 'unavailable') return { kind: 'unavailable' };
  if (read.item?.['nxt'] !== undefined) return 'ended';
  if (cur.startEpochMs !== period.startEpochMs) return { kind: 'moved', period: cur };
  // The same rule gives another end only if processes have different time zone data. In this case the period that was
  // opened first is used.
  return read.item === undefined ? { kind: 'gone' } : { kind: 'moved', period: periodOf(read.item, cur) };
}

/**
 * Replaces the overlapping ledgers. They are ended first, so that their charges are final, and only then is the next
 * ledger opened. Ledgers of past periods are also ended, because late requests could otherwise exceed the new limit
 * through them.
 */
async function replace(request: OpenRequest, line: Line, store: ItemStore): Promise<Plan | Opened> {
  const { id, period, limit, nowEpochMs, termEpochMs } = request;
  const before = overlapping(line, period);
  const ended = await Promise.all(
    before.map((each) => store.update(replaceWrite(ledgerKey(id, each), nowEpochMs, termEpochMs))),
  );
  if (ended.some(({ kind }) => kind === 'unknown' || kind === 'rejected')) return { kind: 'unavailable' };
  // One of the ledgers is continued under a later term. The next attempt finds that this ledger is in force.
  if (
    ended.some(
      (each) => each.kind === 'refused' && isBeforeTerm({ term: termEpochMs ?? Infinity }, termOf(each.item)),
    )
  )
    return { kind: 'ready' };
  const carried = await chargedIn(id, before, store);
  if (carried === undefined) return { kind: 'unavailable' };
  const startEpochMs = Math.max(period.startEpochMs, line.cur.startEpochMs + 1);
  const head = {
    is: 'other',
    rule: printRule(limit.period),
    from: line.rule,
    cur: line.cur.startEpochMs,
    past: printPast(line),
    nowEpochMs,
  } as const;
  return { head, period: { ...period, startEpochMs }, carried };
}

/**
 * Returns the term to which the ledger belongs. Returns undefined if the ledger is closed or was opened without a term.
 */
function termOf(item: Item | undefined): number | undefined {
  const { closed, term } = item ?? {};
  return closed === undefined && typeof term === 'number' ? term : undefined;
}

/**
 * Opens a period of a limit under whose id nothing was ever charged. The limit may be a renamed one. If so, returns the
 * ledgers that it continues.
 */
async function openUnderAlias(request: OpenRequest, store: ItemStore): Promise<Plan | Opened> {
  const { id, limit, plan, period } = request;
  const rule = printRule(limit.period);
  const read = await store.read(subjectKey(id, limit.level), { consistent: true });
  if (read.kind === 'unavailable') return { kind: 'unavailable' };
  const had = parseLimits(read.item);
  const listed = (limits: readonly string[]) =>
    ({ is: 'first', rule, limits: JSON.stringify(limits), had: read.item?.['limits'] }) as const;
  const fresh = { head: listed([...had.filter((each) => each !== limit.id), limit.id]), period, carried: 0 };
  const before = predecessorOf(limit.id, limit.level, plan, had);
  if (before === undefined || id.limit !== limit.id) return fresh;
  const named = await store.read(headKey({ ...id, limit: before }), { consistent: true });
  if (named.kind === 'unavailable') return { kind: 'unavailable' };
  const line = lineName(before, named.item);
  const user = await findUser(line, request, store);
  if (user === 'unavailable') return { kind: 'unavailable' };
  if (user !== undefined) return fresh;
  const head = listed(had.map((each) => (each === before ? limit.id : each)));
  const outcome = await store.transact(aliasWrites(id, line, plan, limit.level, head));
  if (outcome.kind === 'done') return { kind: 'renamed', id: { ...id, limit: line } };
  if (outcome.kind === 'rejected' && !outcome.retryable) return { kind: 'unavailable' };
  if (outcome.kind === 'refused' && outcome.members[0]?.holds === false) return { kind: 'plan-changed' };
  // Another process may have been faster. The next attempt reads what it wrote.
  return { head: { is: 'next', rule }, period, carried: 0 };
}

/**
 * Returns the ledgers of the limit that this limit has replaced, because this limit continues them. If another limit of
 * a later plan uses the same ledgers, this limit gets separate ledgers instead, in which the units that were charged
 * before count.
 */
async function followAlias(request: OpenRequest, alias: string, store: ItemStore): Promise<Plan | Opened> {
  const { id, limit, period } = request;
  const line = { ...id, limit: alias };
  const user = await findUser(alias, request, store);
  if (user === 'unavailable') return { kind: 'unavailable' };
  if (user === undefined || user.limit === limit.id) return { kind: 'renamed', id: line };
  const [list, head] = await Promise.all([
    store.read(subjectKey(id, limit.level), { consistent: true }),
    store.read(headKey(line), { consistent: true }),
  ]);
  if (list.kind === 'unavailable' || head.kind === 'unavailable') return { kind: 'unavailable' };
  const previous = parseLine(head.item, limit.period);
  const carried = previous === undefined ? 0 : await chargedIn(line, overlapping(previous, period), store);
  if (carried === undefined) return { kind: 'unavailable' };
  const limits = JSON.stringify([...new Set([...parseLimits(list.item), limit.id, user.limit])]);
  const rule = printRule(limit.period);
  return { head: { is: 'first', rule, limits, had: list.item?.['limits'], alias }, period, carried };
}

/** Reads the key's assigned plan. Needed only if another plan's period would be ended. */
async function readAssigned(
  { id, limit, plan }: OpenRequest,
  line: Line,
  store: ItemStore,
): Promise<string | undefined> {
  const key = keyOf(id, limit.level);
  if (line.plan === plan.id || key === undefined) return undefined;
  const read = await store.read(assignedKey(id.tenant, key), { consistent: true });
  if (read.kind === 'unavailable') return 'unavailable';
  const assigned = read.item?.['plan'];
  return typeof assigned === 'string' ? assigned : undefined;
}

function open(request: OpenRequest, head: Head, carried: number, store: ItemStore): Promise<TransactOutcome> {
  const { id, period, limit, plan } = request;
  const { quota, overage, level, wasteBudget } = limit;
  const before = carried + (head.is === 'first' && head.alias === undefined ? limit.initialUsage : 0);
  const isSharded = limit.shards !== undefined;
  const credits = openingCredits({ limit: quota, overage, carried: before });
  const { termEpochMs } = request;
  return store.transact(
    openWrites({
      id,
      period,
      plan,
      credits,
      limit: quota,
      overage,
      level,
      wasteBudget,
      head,
      isSharded,
      carried,
      termEpochMs,
      ...(limit.id !== id.limit && { name: limit.id }),
    }),
  );
}

function itemOf(member: RefusedMember | undefined): Item | undefined {
  return member?.holds === false ? member.item : undefined;
}

function periodOf(ledger: Item, { startEpochMs }: Period): Period {
  return { startEpochMs, endEpochMs: Number(ledger['expiresAt']) * 1000 - KEEP_MS };
}

function isRefusedByTerm({ termEpochMs }: OpenRequest, outcome: TransactOutcome): boolean {
  const ledger = outcome.kind === 'refused' ? outcome.members[2] : undefined;
  return ledger?.holds === false && isBeforeTerm(ledger.item ?? {}, termEpochMs);
}

/**
 * Turns the outcome of the writes into the result of the opening. Returns undefined if the result depends on the head.
 */
function toOpened(request: OpenRequest, outcome: TransactOutcome, period: Period): Opened | undefined {
  const isMoved = period.startEpochMs !== request.period.startEpochMs;
  switch (outcome.kind) {
    case 'done':
    case 'unknown':
      return isMoved ? { kind: 'moved', period } : { kind: 'ready' };
    case 'rejected':
      return outcome.retryable ? { kind: 'ready' } : { kind: 'unavailable' };
    case 'refused':
      return explain(
        outcome.members,
        { ...request, period },
        isMoved ? { kind: 'moved', period } : { kind: 'ready' },
      );
  }
}

/**
 * Explains a refusal. Returns undefined if the explanation depends on the head. A ledger at the same key may belong to
 * another period that begins at the same time, and the head then shows which period follows it.
 */
function explain(
  [plan, head, ledger, limits]: readonly RefusedMember[],
  { period, termEpochMs }: OpenRequest,
  ready: Opened,
): Opened | undefined {
  const kept = ledger?.holds === false ? (ledger.item ?? {}) : undefined;
  const isBefore = kept !== undefined && isBeforeTerm(kept, termEpochMs);
  if (kept !== undefined && kept['nxt'] === undefined && isOfPeriod(kept, period) && !isBefore) return ready;
  if (plan?.holds === false) return { kind: 'plan-changed' };
  if (isBefore) return undefined;
  return head?.holds === false || limits?.holds === false ? undefined : ready;
}
