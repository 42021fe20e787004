/**
 * Finds the fees that are due for periods without requests. A subscriber owes a plan's fee even without using the plan.
 * Such a period has no ledger, only a usage record. If a request is charged to it later, the request opens a ledger,
 * and its usage becomes a correction.
 *
 * The subscribers of a plan are the customers with a record that names it, the keys that an administrator has assigned
 * to it, the tenants of these keys, and the customers that have a `from` in the plan's invoice settings.
 */
import { parseKeyPart } from '../../table/item-write.ts';
import type { Item, ItemWrite } from '../../table/item-write.ts';
import type { ListedKey } from '../../table/listing.ts';
import { CUSTOMER_LIST, customerKey, parseCustomer, planOfTerm, spansOf } from '../plan/customer.ts';
import type { Customer, TermSpan } from '../plan/customer.ts';
import { assignmentsOf, keyList } from '../plan/key-plans.ts';
import type { Assignment } from '../plan/key-plans.ts';
import { headKey, KEEP_MS, planKey, subjectList } from '../ledger/ledger.ts';
import type { LedgerId } from '../ledger/ledger.ts';
import { monthAt, periodAt, periodId } from '../ledger/period.ts';
import type { Period } from '../ledger/period.ts';
import type { QuotaLimit, CustomerPlan } from '../plan/plan.ts';
import { parseStored, PLAN_LIST, versionKey } from '../plan/plan-book.ts';
import { feeOfTerm } from '../plan/term-fees.ts';
import { parseCursor, printCursor, refusedCursor } from './cursor.ts';
import { findCustomer } from './find-customer.ts';
import type { Page, UsageQuestion } from './list-usage.ts';
import { readItem, unavailable } from './operation.ts';
import type { AdminPorts } from './operation.ts';
import { parseUsageRecord, recordPrefix } from './usage-record.ts';
import { freeLedgerId, ledgerOf, periodEndOf } from './usage-row.ts';
import type { UsageRow } from './usage-row.ts';

type DueFee = {
  readonly row: UsageRow;
  readonly pk: string;
  readonly planVersion: number;
  /** The customer's term for which the fee is due; @see Billing */
  readonly term?: number;
  /** The write that updates the subject's head. Exports find the usage record through the head. */
  readonly head: ItemWrite;
};

type Ports = Pick<AdminPorts, 'store' | 'listing'>;
/** The current time, and the latest end of a period (Infinity if there is no bound). */
type Bounds = { readonly nowEpochMs: number; readonly endByMs: number };
/** A version of a plan, and the time during which it was the newest version. */
type PlanVersion = {
  readonly plan: CustomerPlan;
  readonly fromEpochMs: number;
  readonly untilEpochMs: number;
};
/** The versions of each plan, newest first. */
type Plans = ReadonlyMap<string, readonly PlanVersion[]>;

type Subscriber = {
  readonly tenant: string;
  /** The API key. It is undefined if the tenant as a whole is the subscriber. */
  readonly key: string | undefined;
  readonly assignments: readonly Assignment[];
  /**
   * The customer's record. If it is set, fees depend on the customer's terms, and on the assignments of keys only
   * before the first term.
   */
  readonly customer: Customer | undefined;
};

type Owed = {
  readonly id: LedgerId;
  readonly limit: QuotaLimit;
  readonly plan: CustomerPlan;
  readonly period: Period;
  /** The term of a customer with a record for which the fee is due. */
  readonly term?: TermSpan;
};

/** Maximum number of subscribers per page. Each subscriber costs a few reads. */
const PAGE = 50;
/**
 * Maximum number of ledgers or records that are read for one subject. It is enough, because only periods of an hour or
 * more have fees.
 */
const KEPT = 1000;
/** A string that sorts after every instant. */
const LAST = '\uffff';
/** The longest period plus a day. */
const LONGEST_MS = 367 * 86_400_000;

/**
 * Lists the fees that are due for periods without requests.
 * @param periods `ended` lists only periods that have ended, even if late requests may still be reported for them;
 * `begun` lists all periods that have started
 */
export async function listDueFees(
  ports: Ports,
  question: Omit<UsageQuestion, 'limit'>,
  nowEpochMs: number,
  periods: 'ended' | 'begun',
): Promise<Page<DueFee>> {
  const endByMs = periods === 'ended' ? nowEpochMs : Infinity;
  const plans = await readPlansWithFees(ports, nowEpochMs - LONGEST_MS);
  if (plans.size === 0) return { rows: [] };
  const { subscribers, next } = await listSubscribers(ports, plans, question);
  const seen = new Set<string>();
  const rows: DueFee[] = [];
  for (const subscriber of subscribers)
    for (const owed of [
      ...owedBy(subscriber, plans, question, { nowEpochMs, endByMs }),
      ...owedByTerms(subscriber, plans, question, { nowEpochMs, endByMs }),
    ]) {
      const name = `${headKey(owed.id).pk}#${owed.period.startEpochMs}#${owed.term?.fromEpochMs ?? ''}`;
      if (seen.has(name)) continue;
      seen.add(name);
      const found = await lookUp(ports, owed);
      if (!found.isKnown) rows.push(toDue(owed, found.taken));
    }
  return { rows, ...(next !== undefined && { next }) };
}

async function readPlansWithFees({ store, listing }: Ports, sinceMs: number): Promise<Plans> {
  const plans = new Map<string, readonly PlanVersion[]>();
  for (let after: ListedKey | undefined; ;) {
    const page = await listing.list({ list: PLAN_LIST, limit: KEPT, ...(after !== undefined && { after }) });
    if (page.kind === 'unavailable') throw unavailable(page.reason);
    for (const { pk } of page.keys) {
      const item = await readItem(store, planKey(parseKeyPart(pk.slice(pk.indexOf('#') + 1))));
      if (item === undefined) continue;
      const versions = await readVersions(store, parseStored(item), sinceMs);
      const [newest] = versions;
      if (newest !== undefined && versions.some(({ plan }) => plan.limits.some(hasFee)))
        plans.set(newest.plan.id, versions);
    }
    if (page.after === undefined) return plans;
    ({ after } = page);
  }
}

/**
 * Returns the versions of a plan that were the newest at any time since `sinceMs`. A period without requests has the
 * fee of the version that a request at its beginning would have found, so that a new price is not charged for periods
 * that have begun.
 */
async function readVersions(
  store: Ports['store'],
  newest: CustomerPlan,
  sinceMs: number,
): Promise<readonly PlanVersion[]> {
  const versions: PlanVersion[] = [];
  let [plan, untilEpochMs] = [newest, Infinity];
  for (;;) {
    const savedAt = (await readItem(store, versionKey(plan.id, plan.version)))?.['savedAt'];
    const isOldest = typeof savedAt !== 'number' || savedAt <= sinceMs || plan.version <= 1;
    const before = isOldest ? undefined : await readItem(store, versionKey(plan.id, plan.version - 1));
    if (before === undefined || typeof savedAt !== 'number')
      return [...versions, { plan, fromEpochMs: -Infinity, untilEpochMs }];
    versions.push({ plan, fromEpochMs: savedAt, untilEpochMs });
    [plan, untilEpochMs] = [parseStored(before), savedAt];
  }
}

function isInForce({ fromEpochMs, untilEpochMs }: PlanVersion, atEpochMs: number): boolean {
  return fromEpochMs <= atEpochMs && atEpochMs < untilEpochMs;
}

function hasFee(limit: CustomerPlan['limits'][number]): limit is QuotaLimit {
  return limit.kind === 'quota' && limit.price !== undefined && Number(limit.price.fee) > 0;
}

/** Returns the prefix of the name by which cursors identify a list of fees. */
export function feeListOf(purpose?: UsageQuestion['purpose']): string {
  return purpose === undefined ? 'fees ' : `${purpose} fees `;
}

async function listSubscribers(
  ports: Ports,
  plans: Plans,
  { tenant, cursor, purpose }: Omit<UsageQuestion, 'limit'>,
): Promise<{ readonly subscribers: readonly Subscriber[]; readonly next: string | undefined }> {
  const of = feeListOf(purpose) + (tenant ?? '');
  const { list, pk, sk, name } = parseCursor(of, cursor);
  if (name !== undefined) return listNamed(ports, plans, tenant, { of, after: name });
  if (cursor !== undefined && (list === undefined || pk === undefined || sk === undefined))
    throw refusedCursor();
  const after = list === undefined || pk === undefined || sk === undefined ? undefined : { list, pk, sk };
  const page = await ports.listing.list({
    limit: PAGE,
    ...(tenant !== undefined && { list: keyList(tenant) }),
    ...(after !== undefined && { after }),
  });
  if (page.kind === 'unavailable') throw unavailable(page.reason);
  const keys = page.keys.filter((each) => each.list.startsWith(keyList('')) || each.list === CUSTOMER_LIST);
  // The list of one tenant's keys does not contain the customer, so the customer is added.
  if (tenant !== undefined && cursor === undefined)
    keys.push({ list: CUSTOMER_LIST, ...customerKey(tenant) });
  const items = await Promise.all(keys.map((key) => readItem(ports.store, key)));
  const subscribers = await Promise.all(
    items.flatMap((item) => (item === undefined ? [] : [toSubscriber(ports, item)])),
  );
  const next = page.after === undefined ? { name: FIRST } : page.after;
  return {
    subscribers,
    next: printCursor(of, next),
  };
}

/** A string that sorts before every name. */
const FIRST = ' ';

/** Lists the customers that have a `from` in a plan's invoice settings. */
async function listNamed(
  ports: Ports,
  plans: Plans,
  tenant: string | undefined,
  { of, after }: { readonly of: string; readonly after: string },
): Promise<{ readonly subscribers: readonly Subscriber[]; readonly next: string | undefined }> {
  const newest = [...plans.values()].flatMap(([version]) => (version === undefined ? [] : [version.plan]));
  const named = newest.flatMap(({ id, invoice }) =>
    [...(invoice?.customers ?? [])].flatMap(([customer, { from, until }]) => {
      if (from === undefined || (tenant !== undefined && tenant !== customer)) return [];
      const assignment = { plan: id, sinceEpochMs: from, untilEpochMs: until };
      return [
        { name: JSON.stringify([id, customer]), tenant: customer, key: undefined, assignments: [assignment] },
      ];
    }),
  );
  const rest = named.sort((a, b) => (a.name < b.name ? -1 : 1)).filter(({ name }) => name > after);
  const last = rest.length > PAGE ? rest[PAGE - 1]?.name : undefined;
  return {
    subscribers: await Promise.all(
      rest
        .slice(0, PAGE)
        .map(async (each) => ({ ...each, customer: await findCustomer(ports, each.tenant) })),
    ),
    next: last === undefined ? undefined : printCursor(of, { name: last }),
  };
}

async function toSubscriber(ports: Ports, item: Item): Promise<Subscriber> {
  if (item['list'] === CUSTOMER_LIST) {
    const customer = parseCustomer(item);
    return { tenant: customer.tenant, key: undefined, assignments: [], customer };
  }
  const tenant = String(item['tenant']);
  const customer = await findCustomer(ports, tenant);
  return { tenant, key: String(item['key']), assignments: assignmentsOf(item), customer };
}

/** Returns the fees that are due under a customer's terms, by period. */
function owedByTerms(
  { tenant, assignments, customer }: Subscriber,
  plans: Plans,
  { fromEpochMs, toEpochMs = Infinity }: Omit<UsageQuestion, 'limit'>,
  { nowEpochMs, endByMs }: Bounds,
): readonly Owed[] {
  // The fees under a customer's terms are computed once for the customer, not for each key.
  if (customer === undefined || assignments.length > 0) return [];
  const endAfterMs = Math.max(fromEpochMs ?? nowEpochMs - KEEP_MS, nowEpochMs - LONGEST_MS);
  return spansOf(customer).flatMap((term) => {
    const begunBy = Math.min(toEpochMs, nowEpochMs + 1);
    const time = { fromEpochMs: term.fromEpochMs, toEpochMs: Math.min(term.untilEpochMs, begunBy) };
    return (plans.get(term.plan) ?? []).flatMap((version) => {
      const plan = planOfTerm(version.plan, term.limits);
      return plan.limits
        .filter(hasFee)
        .filter(({ level }) => level === 'tenant')
        .flatMap((limit) =>
          periodsWithin(limit.period, time, endAfterMs)
            .filter((period) => period.endEpochMs <= endByMs)
            .filter((period) => ledgerStartOf(period, term) >= (fromEpochMs ?? -Infinity))
            .filter((period) => isInForce(version, ledgerStartOf(period, term)))
            .filter((period) => limit.price && feeOfTerm(customer, term, period, limit.price).kind === 'due')
            .map((period) => ({ id: { tenant, limit: limit.id, subject: '' }, limit, plan, period, term })),
        );
    });
  });
}

/** Returns the instant at which the first request in the period would open a ledger under the term. */
function ledgerStartOf({ startEpochMs }: Period, term: TermSpan | undefined): number {
  return Math.max(startEpochMs, term?.fromEpochMs ?? startEpochMs);
}

/**
 * Returns the periods for which a fee is due. If the plan changed during a period, only the plan at the end of the
 * period charges the fee.
 */
function owedBy(
  { tenant, key, assignments, customer }: Subscriber,
  plans: Plans,
  { fromEpochMs, toEpochMs = Infinity }: Omit<UsageQuestion, 'limit'>,
  { nowEpochMs, endByMs }: Bounds,
): readonly Owed[] {
  const endAfterMs = Math.max(fromEpochMs ?? nowEpochMs - KEEP_MS, nowEpochMs - LONGEST_MS);
  return assignments.flatMap(({ plan: planId, sinceEpochMs, untilEpochMs = Infinity }, index) => {
    const replacedAt = assignments[index - 1]?.sinceEpochMs ?? customer?.terms[0]?.fromEpochMs ?? Infinity;
    const time = {
      fromEpochMs: sinceEpochMs ?? nowEpochMs - KEEP_MS,
      toEpochMs: Math.min(untilEpochMs, toEpochMs, nowEpochMs + 1),
    };
    return (plans.get(planId) ?? []).flatMap((version) =>
      version.plan.limits.filter(hasFee).flatMap((limit) => {
        if (limit.level === 'key' && key === undefined) return [];
        const id = { tenant, limit: limit.id, subject: limit.level === 'key' ? (key ?? '') : '' };
        return periodsWithin(limit.period, time, endAfterMs)
          .filter(
            ({ startEpochMs, endEpochMs }) =>
              endEpochMs <= endByMs && endEpochMs <= replacedAt && startEpochMs >= (fromEpochMs ?? -Infinity),
          )
          .filter(({ startEpochMs }) => isInForce(version, Math.max(startEpochMs, time.fromEpochMs)))
          .map((period) => ({ id, limit, plan: version.plan, period }));
      }),
    );
  });
}

/**
 * Returns the periods that overlap the time span, newest first. Periods that ended before `endAfterMs` are left out.
 */
function periodsWithin(
  rule: QuotaLimit['period'],
  { fromEpochMs, toEpochMs }: { readonly fromEpochMs: number; readonly toEpochMs: number },
  endAfterMs: number,
): readonly Period[] {
  const found: Period[] = [];
  for (let at = toEpochMs - 1; at >= fromEpochMs;) {
    const period = periodAt(rule, at);
    if (period.endEpochMs <= endAfterMs) break;
    found.push(period);
    at = period.startEpochMs - 1;
  }
  return found;
}

type Found = {
  /**
   * Whether nothing is left to record: the fee has a ledger or a record, or the limit was suspended when the period
   * began.
   */
  readonly isKnown: boolean;
  /** The ids of the ledgers and records of other terms of the period. */
  readonly taken: ReadonlySet<string>;
};

async function lookUp({ store, listing }: Ports, { id, period, term }: Owed): Promise<Found> {
  const { pk } = headKey(id);
  const head = await readItem(store, headKey(id));
  const suspendedAt = head?.['susp'];
  if (typeof suspendedAt === 'number' && suspendedAt <= period.startEpochMs)
    return { isKnown: true, taken: new Set() };
  const alias = head?.['alias'];
  const at = typeof alias === 'string' ? headKey({ ...id, limit: alias }).pk : pk;
  const to = new Date(period.endEpochMs).toISOString();
  const from = new Date(period.startEpochMs - LONGEST_MS).toISOString();
  const overlaps = (start: string, endEpochMs: number): boolean =>
    Date.parse(start) < period.endEpochMs && endEpochMs > period.startEpochMs;
  // A ledger that contains no term belongs to the term that was in force when the period began, if there was one.
  const isOfTerm = (noted: unknown): boolean =>
    term === undefined ||
    (noted === undefined ? term.fromEpochMs <= period.startEpochMs : noted === term.fromEpochMs);
  const newest = { pk: at, limit: KEPT, newestFirst: true };
  const ledgers = await listing.range({ ...newest, from: `P#${from}`, to: `P#${to}` });
  if (ledgers.kind === 'unavailable') throw unavailable(ledgers.reason);
  const ofPeriod = ledgers.items.filter(({ key, item }) =>
    overlaps(key.sk.slice('P#'.length), periodEndOf(item)),
  );
  const records = await listing.range({
    ...newest,
    from: recordPrefix(from),
    to: `${recordPrefix(to)}${LAST}`,
  });
  if (records.kind === 'unavailable') throw unavailable(records.reason);
  const recorded = records.items
    .map(({ item }) => parseUsageRecord(item))
    .filter((record) => overlaps(ledgerOf(record), Date.parse(record.periodEnd)));
  return {
    isKnown:
      ofPeriod.some(({ item }) => isOfTerm(item['term'])) || recorded.some((record) => isOfTerm(record.term)),
    taken: new Set([...ofPeriod.map(({ key }) => key.sk.slice('P#'.length)), ...recorded.map(ledgerOf)]),
  };
}

/**
 * Returns the row of a fee. If the first request of the period came under a later term, its ledger has the id that this
 * row would have, and the row gets the next free id.
 */
function toDue({ id, limit, plan, period, term }: Owed, taken: ReadonlySet<string>): DueFee {
  const { tenant, subject } = id;
  const startEpochMs = ledgerStartOf(period, term);
  const ledger = freeLedgerId(startEpochMs, (id) => taken.has(id));
  const periodStart = periodId(period);
  const credits = limit.quota + limit.overage;
  const none = { charged: 0, counted: 0, used: 0, outstanding: 0, withinQuota: 0, overage: 0, lost: 0 };
  const key = headKey(id);
  return {
    row: {
      tenant,
      limit: limit.id,
      ...(limit.level === 'key' && { key: subject }),
      plan: plan.id,
      periodStart,
      periodEnd: new Date(period.endEpochMs).toISOString(),
      ...(ledger !== periodStart && { ledger }),
      month: monthAt(limit.period.timeZone, startEpochMs),
      state: 'open',
      quota: limit.quota,
      credits,
      remaining: credits,
      allowance: limit.quota,
      left: limit.quota,
      ...none,
    },
    pk: key.pk,
    planVersion: plan.version,
    ...(term !== undefined && { term: term.fromEpochMs }),
    head: {
      purpose: 'record',
      key,
      when: [{ attribute: 'list', is: 'absent' }],
      change: { kind: 'update', set: { plan: plan.id, level: limit.level, list: subjectList(tenant) } },
    },
  };
}
