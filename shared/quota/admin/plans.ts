import { DomainError, PlanInvalid, RequestInvalid, VersionConflict } from '../../errors.ts';
import type { Item, ItemWrite, Test } from '../../table/item-write.ts';
import { planKey } from '../ledger/ledger.ts';
import { parsePlan } from '../plan/plan.ts';
import {
  planVersionWrites,
  parseStored,
  PLAN_LIST,
  planUnknown,
  savePlanWrite,
  seedWrites,
} from '../plan/plan-book.ts';
import type { CustomerPlan } from '../plan/plan.ts';
import { parseCursor, printCursor } from './cursor.ts';
import { applyOperation, readItem, recordWrite, unavailable } from './operation.ts';
import type { AdminPorts, AppliedOperation, Requested } from './operation.ts';

/** A plan as saved: `{id, version, limits, cost?, invoice?}`. */
type PlanDocument = Readonly<Record<string, unknown>>;

type PlanPage = { readonly plans: readonly PlanDocument[]; readonly next?: string };

const PAGE = 25;

/**
 * Reads the newest version of a plan from the table. A plan that only an access document defines is read from the
 * document: a customer can change to it in the portal, which may not save plans, before the first charge saves it.
 * @throws DomainError PLAN_UNKNOWN if there is no such plan; STORE_UNAVAILABLE if the table is unavailable
 */
export async function getPlan(
  { store, documentPlans }: Pick<AdminPorts, 'store' | 'documentPlans'>,
  planId: string,
): Promise<CustomerPlan> {
  const item = await readItem(store, planKey(planId));
  const brought =
    item === undefined ? (await documentPlans?.())?.findLast(({ id }) => id === planId) : undefined;
  if (brought !== undefined) return parsePlan(brought);
  if (item === undefined)
    throw new DomainError(
      'PLAN_UNKNOWN',
      `the customer plan ${planId} does not exist; run gatewright plan list for the plans that exist`,
    );
  return parseStored(item);
}

/**
 * Finds the plan that a record is going to name, as the first charge would find it. This is the table's plan, or an
 * access document's plan if the table has none or an older version. `writes` must be part of the record's transaction;
 * they ensure that the plan is in the table, unless the role may not save plans.
 * @throws DomainError PLAN_UNKNOWN, STORE_UNAVAILABLE, PlanInvalid
 */
export async function namePlan(
  { store, documentPlans, savesPlans }: Pick<AdminPorts, 'store' | 'documentPlans' | 'savesPlans'>,
  planId: string,
  atEpochMs?: number,
): Promise<{ readonly plan: CustomerPlan; readonly writes: readonly ItemWrite[] }> {
  const item = await readItem(store, planKey(planId));
  const inDocuments = (await documentPlans?.()) ?? [];
  const brought = inDocuments.findLast(({ id }) => id === planId);
  const seed = brought && parsePlan(brought);
  const writes = seed === undefined ? [] : seedWrites(seed, item, atEpochMs);
  if (seed !== undefined && writes.length > 0)
    return { plan: seed, writes: savesPlans === false ? [] : writes };
  if (item === undefined) throw planUnknown(planId, [...new Set(inDocuments.map(({ id }) => id))]);
  const plan = parseStored(item);
  const isKept: Test = { attribute: 'ver', is: 'at-least', value: plan.version };
  return {
    plan,
    writes: [{ purpose: 'assign', key: planKey(planId), when: [isKept], change: { kind: 'check' } }],
  };
}

/**
 * Saves the plans of access documents that the table does not have, so that the fees of customers who have made no
 * request yet are found. Does nothing for a role that may not save plans.
 */
export async function saveNewPlans(
  { store, documentPlans, savesPlans }: Pick<AdminPorts, 'store' | 'documentPlans' | 'savesPlans'>,
  atEpochMs: number,
): Promise<void> {
  if (savesPlans === false) return;
  for (const brought of (await documentPlans?.()) ?? []) {
    const item = await readItem(store, planKey(brought.id));
    if (item !== undefined) continue;
    for (const write of seedWrites(parsePlan(brought), item, atEpochMs)) await store.update(write);
  }
}

export function documentOf(plan: CustomerPlan): PlanDocument {
  return JSON.parse(plan.source) as PlanDocument;
}

/**
 * Lists the plans in the table.
 * @throws RequestInvalid if `cursor` is not a cursor; DomainError STORE_UNAVAILABLE if the table is unavailable
 */
export async function listPlans(ports: AdminPorts, cursor: string | undefined): Promise<PlanPage> {
  const { pk } = parseCursor(PLAN_LIST, cursor);
  const page = await ports.listing.list({
    list: PLAN_LIST,
    limit: PAGE,
    ...(pk !== undefined && { after: { list: PLAN_LIST, pk, sk: 'V' } }),
  });
  if (page.kind === 'unavailable') throw unavailable(page.reason);
  const items = await Promise.all(page.keys.map((key) => readItem(ports.store, key)));
  const plans = items.filter((item) => item !== undefined).map((item) => documentOf(parseStored(item)));
  return { plans, ...(page.after !== undefined && { next: printCursor(PLAN_LIST, { pk: page.after.pk }) }) };
}

/**
 * Saves the next version of a plan, or the first version of a new plan. Periods that have begun keep their version.
 * @throws PlanInvalid with the name of the field; RequestInvalid if the document describes another plan; DomainError
 * EDIT_CONFLICT if the document's version is not the newest version plus one
 */
export function savePlan(
  ports: AdminPorts,
  requested: Requested,
  planId: string,
  document: unknown,
): Promise<AppliedOperation> {
  const plan = parsePlan(document);
  if (plan.id !== planId) throw new RequestInvalid('id', 'must be the id of the plan in the path');
  const { pk } = planKey(planId);
  const asked = { kind: 'save-plan', pk, target: { plan: planId }, input: documentOf(plan) };
  return applyOperation(ports, requested, asked, async () => {
    const item = await readItem(ports.store, planKey(planId));
    const newest = item === undefined ? undefined : Number(item['ver']);
    if (newest !== undefined && plan.version !== newest + 1)
      throw new VersionConflict(
        newest + 1,
        `version ${newest} is the newest, so the next is ${newest + 1}, but the request has ${plan.version}`,
      );
    return {
      writes: (record) => [
        recordWrite(asked, requested, record),
        savePlanWrite(plan, newest),
        ...planVersionWrites(plan, requested.atEpochMs),
      ],
      before: item === undefined ? {} : describeStored(item),
      after: { plan: documentOf(plan) },
    };
  });
}

/** Shows a plan as it is stored. If today's checks refuse an old plan, shows only its version. */
function describeStored(item: Item): Readonly<Record<string, unknown>> {
  try {
    return { plan: documentOf(parseStored(item)) };
  } catch (error) {
    if (!(error instanceof PlanInvalid)) throw error;
    return { version: Number(item['ver']) };
  }
}
