/** Manages customers: who has a record, which plan is in force from which time, and whether requests are admitted. */
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { customerUnknown, DomainError, VersionConflict } from '../../errors.ts';
import type { ItemWrite } from '../../table/item-write.ts';
import {
  CUSTOMER_LIST,
  customerKey,
  EVERYWHERE_MS,
  everywhereBy,
  parseCustomer,
  planOfTerm,
  printCustomer,
  spansOf,
  termAt,
} from '../plan/customer.ts';
import type { Customer, CustomerState, Term } from '../plan/customer.ts';
import { isCurrency } from '../usage/money.ts';
import { planKey } from '../ledger/ledger.ts';
import { NEWS_DIGITS, withNews } from '../plan/plan-news.ts';
import type { CustomerPlan } from '../plan/plan.ts';
import { checkKey, checkSubject } from '../plan/subject.ts';
import { announce } from './announce.ts';
import { parseCursor, printCursor } from './cursor.ts';
import { findCustomer, readTerms } from './find-customer.ts';
import { applyOperation, readItem, recordWrite, unavailable } from './operation.ts';
import type { AdminPorts, AppliedOperation, ChangeRequest, Requested } from './operation.ts';
import { namePlan } from './plans.ts';

export type NewCustomer = {
  readonly tenant: string;
  readonly plan: string;
  readonly name?: string | undefined;
  readonly currency?: string | undefined;
  readonly limits?: Term['limits'] | undefined;
};

export type WantedTerm = {
  readonly tenant: string;
  readonly plan: string;
  /** The time from which the plan is in force; undefined means now. */
  readonly fromEpochMs?: number | undefined;
  readonly limits?: Term['limits'] | undefined;
  /** The currency of the customer from now on; undefined keeps the currency of the record. */
  readonly currency?: string | undefined;
  /** The version of the record after the change. It must be one more than the newest version. */
  readonly version: number;
};

const PAGE = 100;
/**
 * A term that begins within this time from now is not changed any more. Clocks differ, so some processes may already
 * use the term.
 */
const SETTLED_MS = EVERYWHERE_MS;
const YEAR_MS = 367 * 86_400_000;
/**
 * The maximum number of times that the plan of a customer may change in a year. Each change can start a new ledger, so
 * the number must be lower than the number of ledgers that the head of a limit can store for one period; @see mayEnd
 */
export const CHANGES_A_YEAR = 24;

/**
 * Creates a customer record.
 * @throws DomainError CUSTOMER_EXISTS, PLAN_UNKNOWN, CURRENCY_UNKNOWN, CURRENCY_MISMATCH, LIMIT_UNKNOWN; the errors of
 * `applyOperation`
 */
export async function createCustomer(
  ports: AdminPorts,
  requested: Requested,
  { tenant, plan, name, currency, limits }: NewCustomer,
): Promise<AppliedOperation> {
  const input = { plan, ...present({ name, currency, limits }) };
  const asked = changeOf('create-customer', tenant, input);
  return announced(
    ports,
    tenant,
    applyOperation(ports, requested, asked, async () => {
      checkCurrency(currency);
      const named = await namePlan(ports, plan, requested.atEpochMs);
      const { atEpochMs } = requested;
      const customer: Customer = {
        tenant,
        ...present({ name, currency }),
        state: 'active',
        stateSinceEpochMs: atEpochMs,
        terms: [{ plan, fromEpochMs: atEpochMs, ...present({ limits }) }],
        changedAtEpochMs: atEpochMs,
        version: 1,
      };
      assertFits(customer, named.plan, limits);
      if ((await findCustomer(ports, tenant)) !== undefined)
        throw new DomainError(
          'CUSTOMER_EXISTS',
          'a customer record with that name exists already. To change its plan, use gatewright customers set-plan. If the customer is closed, its record stays until the customer is deleted with gatewright customers delete',
        );
      return {
        writes: (record) => [recordWrite(asked, requested, record), putWrite(customer), ...named.writes],
        before: {},
        after: showCustomer(customer, atEpochMs),
      };
    }),
  );
}

/**
 * Assigns a plan to a customer, from now on or from a later time. Changes that were planned for times after that are
 * withdrawn. Terms that have already begun do not change.
 * @throws DomainError CUSTOMER_UNKNOWN, CUSTOMER_CLOSED, PLAN_UNKNOWN, CURRENCY_UNKNOWN, CURRENCY_MISMATCH,
 * LIMIT_UNKNOWN, PERIOD_CLOSED, EDIT_CONFLICT, CHANGES_TOO_MANY; the errors of `applyOperation`
 */
export async function setPlan(
  ports: AdminPorts,
  requested: Requested,
  { tenant, plan, fromEpochMs, limits, currency, version }: WantedTerm,
): Promise<AppliedOperation> {
  const from = fromEpochMs === undefined ? undefined : new Date(fromEpochMs).toISOString();
  const asked = changeOf('set-plan', tenant, { plan, version, ...present({ from, limits, currency }) });
  return announced(
    ports,
    tenant,
    applyOperation(ports, requested, asked, async () => {
      checkCurrency(currency);
      const { atEpochMs } = requested;
      const known = await requireCustomer(ports, tenant);
      const customer = { ...known, ...present({ currency }) };
      if (version !== customer.version + 1)
        throw new VersionConflict(
          customer.version + 1,
          `the next version of the customer is ${customer.version + 1}, but the request has ${version}`,
        );
      const named = await namePlan(ports, plan, requested.atEpochMs);
      assertFits(customer, named.plan, limits);
      const term = { plan, fromEpochMs: fromEpochMs ?? atEpochMs, ...present({ limits }) };
      const terms = withTerm(customer, term, atEpochMs);
      const changed = { ...customer, version, terms, changedAtEpochMs: atEpochMs };
      const told = await plansToTell(ports, customer, atEpochMs);
      return {
        writes: (record) => [
          recordWrite(asked, requested, record),
          putWrite(changed, customer.version),
          ...withNews(named.writes, told, atEpochMs, ports.random.hex(NEWS_DIGITS)),
        ],
        before: showCustomer(known, atEpochMs),
        after: showCustomer(changed, atEpochMs),
      };
    }),
  );
}

/**
 * Suspends, resumes, or permanently closes a customer.
 * @throws DomainError CUSTOMER_UNKNOWN, CUSTOMER_CLOSED; the errors of `applyOperation`
 */
export async function setState(
  ports: AdminPorts,
  requested: Requested,
  tenant: string,
  state: CustomerState,
): Promise<AppliedOperation> {
  const asked = changeOf('set-customer-state', tenant, { state });
  return announced(
    ports,
    tenant,
    applyOperation(ports, requested, asked, async () => {
      const { atEpochMs } = requested;
      const customer = await requireCustomer(ports, tenant);
      const { terms } = customer;
      const changed: Customer = {
        ...customer,
        state,
        stateSinceEpochMs: customer.state === state ? customer.stateSinceEpochMs : atEpochMs,
        // Planned changes are removed when the customer is closed, because their plans will never apply.
        terms:
          state === 'closed'
            ? terms.filter((term, index) => index === 0 || term.fromEpochMs <= atEpochMs)
            : terms,
        changedAtEpochMs: atEpochMs,
        version: customer.version + 1,
      };
      const told = await plansToTell(ports, customer, atEpochMs);
      return {
        writes: (record) => [
          recordWrite(asked, requested, record),
          putWrite(changed, customer.version),
          ...withNews([], told, atEpochMs, ports.random.hex(NEWS_DIGITS)),
        ],
        before: showCustomer(customer, atEpochMs),
        after: showCustomer(changed, atEpochMs),
      };
    }),
  );
}

/**
 * Returns the plans by which processes may charge the customer when its record changes. A plan of an access document
 * that no process has saved yet is left out.
 */
async function plansToTell(
  { store }: Pick<AdminPorts, 'store'>,
  customer: Customer,
  atEpochMs: number,
): Promise<readonly string[]> {
  const spans = spansOf({ ...customer, state: 'active' });
  const current = spans.filter(({ untilEpochMs }) => untilEpochMs > atEpochMs - EVERYWHERE_MS);
  const plans = [...new Set(current.map(({ plan }) => plan))];
  const items = await Promise.all(plans.map((plan) => readItem(store, planKey(plan))));
  return plans.filter((_, at) => items[at] !== undefined);
}

/** Informs the processes that charge the customer that the customer's record has changed. */
async function announced(
  ports: AdminPorts,
  tenant: string,
  change: Promise<AppliedOperation>,
): Promise<AppliedOperation> {
  const applied = await change;
  await announce(ports, tenant, Number(applied.after['version']));
  return applied;
}

/** Returns what `readTerms` finds, in the form that administrators see. */
export async function showTerms(
  ports: Pick<AdminPorts, 'store'>,
  of: { readonly tenant: string; readonly key: string },
  atEpochMs: number,
): Promise<UnknownMembers> {
  const found = await readTerms(ports, of, atEpochMs);
  const { tenant, key } = of;
  const by = found.kind === 'term' ? found.by : found.kind === 'halted' ? 'customer' : 'caller';
  const state = found.kind === 'halted' ? found.state : 'active';
  const { plan, fromEpochMs, limits } = found.kind === 'none' ? {} : (found.term ?? {});
  const from = fromEpochMs === undefined ? undefined : printMoment(fromEpochMs);
  return { tenant, key, by, state, ...present({ plan, from, limits }) };
}

export async function getCustomer(
  ports: Pick<AdminPorts, 'store'>,
  tenant: string,
  atEpochMs: number,
): Promise<UnknownMembers> {
  const customer = await findCustomer(ports, tenant);
  if (customer === undefined) throw customerUnknown(tenant);
  return showCustomer(customer, atEpochMs);
}

/**
 * Lists the customers with a record.
 * @throws RequestInvalid if `cursor` is not a cursor; DomainError STORE_UNAVAILABLE if the table is unavailable
 */
export async function listCustomers(
  ports: Pick<AdminPorts, 'store' | 'listing'>,
  cursor: string | undefined,
  atEpochMs: number,
): Promise<{ readonly customers: readonly UnknownMembers[]; readonly next?: string }> {
  const list = CUSTOMER_LIST;
  const { pk } = parseCursor(list, cursor);
  const page = await ports.listing.list({
    list,
    limit: PAGE,
    ...(pk !== undefined && { after: { list, pk, sk: 'CUSTOMER' } }),
  });
  if (page.kind === 'unavailable') throw unavailable(page.reason);
  const items = await Promise.all(page.keys.map((key) => readItem(ports.store, key)));
  const customers = items.flatMap((item) =>
    item === undefined ? [] : [showCustomer(parseCustomer(item), atEpochMs)],
  );
  return { customers, ...(page.after !== undefined && { next: printCursor(list, { pk: page.after.pk }) }) };
}

function withTerm({ terms }: Customer, wanted: Term, nowEpochMs: number): readonly Term[] {
  if (wanted.fromEpochMs < nowEpochMs)
    throw new DomainError(
      'PERIOD_CLOSED',
      `${printMoment(wanted.fromEpochMs)} is in the past, and usage since then is billed under the earlier plan; omit the time, or pass a time in the future`,
    );
  const later = terms.filter(({ fromEpochMs }) => fromEpochMs >= wanted.fromEpochMs);
  if (later.some(({ fromEpochMs }) => fromEpochMs <= nowEpochMs + SETTLED_MS))
    throw new DomainError(
      'EDIT_CONFLICT',
      `another change to the customer comes into force at ${printMoment(later[0]?.fromEpochMs ?? 0)}; send this change after that time`,
    );
  const kept = terms.filter(({ fromEpochMs }) => fromEpochMs < wanted.fromEpochMs);
  const last = kept.at(-1);
  // The last remaining term already has this plan and these quotas, so the request only withdraws planned changes.
  if (last?.plan === wanted.plan && JSON.stringify(last.limits) === JSON.stringify(wanted.limits))
    return kept;
  const recent = kept.filter(({ fromEpochMs }) => fromEpochMs > wanted.fromEpochMs - YEAR_MS);
  if (recent.length >= CHANGES_A_YEAR)
    throw new DomainError(
      'CHANGES_TOO_MANY',
      `the plan of the customer has changed ${CHANGES_A_YEAR} times within a year, which is the maximum; send this change after ${printMoment((recent[0]?.fromEpochMs ?? 0) + YEAR_MS)}`,
    );
  return [...kept.slice(firstKept(kept, nowEpochMs - YEAR_MS)), wanted];
}

/**
 * Returns the index of the first term to keep: the last term that had begun by `yearEpochMs`, because it is still in
 * force at this time. Earlier terms have no effect any more.
 */
function firstKept(terms: readonly Term[], yearEpochMs: number): number {
  return Math.max(
    0,
    terms.findLastIndex(({ fromEpochMs }) => fromEpochMs <= yearEpochMs),
  );
}

function checkCurrency(currency: string | undefined): void {
  if (currency !== undefined && !isCurrency(currency))
    throw new DomainError(
      'CURRENCY_UNKNOWN',
      `the currency must be an ISO 4217 code such as EUR; it is "${currency}"`,
    );
}

/** Checks that the plan is in the customer's currency and supports the customer's own quotas. */
function assertFits({ currency }: Customer, plan: CustomerPlan, limits: Term['limits'] | undefined): void {
  const invoiced = plan.invoice?.currency;
  if (currency !== undefined && invoiced !== undefined && currency !== invoiced)
    throw new DomainError(
      'CURRENCY_MISMATCH',
      `the customer is invoiced in ${currency}, but plan ${plan.id} is in ${invoiced}; name a plan in ${currency}, or set the currency of the customer to ${invoiced} as well (--currency ${invoiced})`,
    );
  planOfTerm(plan, limits);
}

async function requireCustomer(ports: Pick<AdminPorts, 'store'>, tenant: string): Promise<Customer> {
  const customer = await findCustomer(ports, tenant);
  if (customer === undefined) throw customerUnknown(tenant);
  if (customer.state === 'closed')
    throw new DomainError(
      'CUSTOMER_CLOSED',
      `the customer was closed on ${printMoment(customer.stateSinceEpochMs)} and stays closed. To use the name again, delete the customer with gatewright customers delete, and create a new one`,
    );
  return customer;
}

function changeOf(kind: string, tenant: string, input: UnknownMembers): ChangeRequest {
  checkSubject({ plan: '-', tenant, key: '-' });
  const { pk } = customerKey(tenant);
  checkKey(pk);
  return { kind, pk, target: { tenant }, input };
}

/** Builds a write that the store refuses if the record was changed in the meantime. */
function putWrite(customer: Customer, basedOn?: number): ItemWrite {
  return {
    purpose: 'assign',
    key: customerKey(customer.tenant),
    when: [
      basedOn === undefined
        ? { attribute: 'ver', is: 'absent' }
        : { attribute: 'ver', is: 'equal', value: basedOn },
    ],
    change: { kind: 'put', item: printCustomer(customer) },
  };
}

/** Shows a customer to administrators, with the term in force first and times as text. */
export function showCustomer(customer: Customer, atEpochMs: number): UnknownMembers {
  const { tenant, name, currency, state, stateSinceEpochMs, terms, version } = customer;
  const inForce = termAt(customer, atEpochMs);
  return {
    tenant,
    ...present({ name, currency }),
    state,
    ...(state !== 'active' && { stateSince: printMoment(stateSinceEpochMs) }),
    ...(inForce !== undefined && { plan: inForce.plan, from: printMoment(inForce.fromEpochMs) }),
    everywhereBy: printMoment(everywhereBy(customer, atEpochMs)),
    ...(inForce?.limits !== undefined && { limits: inForce.limits }),
    plans: terms.map(({ plan, fromEpochMs, limits }) => ({
      plan,
      from: printMoment(fromEpochMs),
      ...present({ limits }),
    })),
    version,
  };
}

function printMoment(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

type Present<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

function present<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>;
}
