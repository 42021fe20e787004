import { DomainError, VersionConflict } from '../../errors.ts';
import {
  assignWrite,
  endAssignment,
  keyList,
  keyPlanKey,
  parseKeyPlan,
  planOf,
  unassignWrite,
} from '../plan/key-plans.ts';
import type { KeyPlan } from '../plan/key-plans.ts';
import { assignedKey } from '../ledger/line.ts';
import { parseCursor, printCursor } from './cursor.ts';
import { findCustomer } from './find-customer.ts';
import { applyOperation, readItem, recordWrite, unavailable } from './operation.ts';
import type { AdminPorts, AppliedOperation, Requested } from './operation.ts';
import { checkKey } from '../plan/subject.ts';
import { namePlan } from './plans.ts';

type KeyPage = { readonly keys: readonly KeyPlan[]; readonly next?: string };

const PAGE = 100;

/**
 * Lists the keys of a tenant that an administrator has assigned to a plan.
 * @throws RequestInvalid if `cursor` is not a cursor; DomainError STORE_UNAVAILABLE if the table is unavailable
 */
export async function listKeys(
  ports: Pick<AdminPorts, 'store' | 'listing'>,
  tenant: string,
  cursor: string | undefined,
): Promise<KeyPage> {
  const list = keyList(tenant);
  const { pk } = parseCursor(list, cursor);
  const page = await ports.listing.list({
    list,
    limit: PAGE,
    ...(pk !== undefined && { after: { list, pk, sk: 'PLAN' } }),
  });
  if (page.kind === 'unavailable') throw unavailable(page.reason);
  const items = await Promise.all(page.keys.map((key) => readItem(ports.store, key)));
  const keys = items.flatMap((item) =>
    item === undefined || planOf(item) === undefined ? [] : [parseKeyPlan(item)],
  );
  return { keys, ...(page.after !== undefined && { next: printCursor(list, { pk: page.after.pk }) }) };
}

/**
 * Returns the plan that is assigned to the key. Returns undefined if no plan is assigned.
 * @throws DomainError STORE_UNAVAILABLE if the table is unavailable
 */
export async function findKeyPlan(
  { store }: Pick<AdminPorts, 'store'>,
  tenant: string,
  key: string,
): Promise<KeyPlan | undefined> {
  const item = await readItem(store, keyPlanKey(tenant, key));
  return item === undefined || planOf(item) === undefined ? undefined : parseKeyPlan(item);
}

/**
 * Removes the plan that is assigned to a key. The charges of the key remain.
 * @throws DomainError KEY_UNKNOWN; the errors of `applyOperation`
 */
export function unassignPlan(
  ports: AdminPorts,
  requested: Requested,
  { tenant, key }: Pick<KeyPlan, 'tenant' | 'key'>,
): Promise<AppliedOperation> {
  const { pk } = keyPlanKey(tenant, key);
  checkKey(pk);
  const asked = { kind: 'unassign-plan', pk, target: { tenant, key }, input: {} };
  return applyOperation(ports, requested, asked, async () => {
    const item = await readItem(ports.store, keyPlanKey(tenant, key));
    if (item === undefined || planOf(item) === undefined)
      throw new DomainError('KEY_UNKNOWN', 'no plan is assigned to the key');
    const known = parseKeyPlan(item);
    return {
      writes: (record) => [
        recordWrite(asked, requested, record),
        unassignWrite({ tenant, key, version: known.version + 1 }, endAssignment(item, requested.atEpochMs)),
        {
          purpose: 'assign',
          key: assignedKey(tenant, key),
          when: [],
          change: { kind: 'update', remove: ['plan', 'at'] },
        },
      ],
      before: { plan: known.plan, version: known.version },
      after: {},
    };
  });
}

/**
 * Assigns a plan to a key. `version` is 1 for the first assignment, and one more than the newest version for later
 * assignments.
 * @throws DomainError PLAN_UNKNOWN, ASSIGNMENT_OVERRULED, EDIT_CONFLICT; the errors of `applyOperation`
 */
export function assignPlan(
  ports: AdminPorts,
  requested: Requested,
  wanted: KeyPlan,
): Promise<AppliedOperation> {
  const { tenant, key, plan, version } = wanted;
  const { pk } = keyPlanKey(tenant, key);
  checkKey(pk);
  const asked = { kind: 'assign-plan', pk, target: { tenant, key }, input: { plan, version } };
  return applyOperation(ports, requested, asked, async () => {
    const named = await namePlan(ports, plan, requested.atEpochMs);
    if ((await findCustomer(ports, tenant)) !== undefined)
      throw new DomainError(
        'ASSIGNMENT_OVERRULED',
        'the record of the customer names the plan of all its keys; change it with gatewright customers set-plan',
      );
    const item = await readItem(ports.store, keyPlanKey(tenant, key));
    const known = item === undefined || planOf(item) === undefined ? undefined : parseKeyPlan(item);
    // If the same plan is assigned again, its term continues, so no new start time is stored.
    const at = known?.plan === plan ? {} : { at: requested.atEpochMs };
    const next = Number(item?.['ver'] ?? 0) + 1;
    if (version !== next)
      throw new VersionConflict(
        next,
        `the next version of the assignment is ${next}, but the request has ${version}`,
      );
    return {
      writes: (record) => [
        recordWrite(asked, requested, record),
        ...named.writes,
        assignWrite(wanted, requested.atEpochMs, endAssignment(item, requested.atEpochMs)),
        // This item determines the plan by which the key's requests are charged.
        {
          purpose: 'assign',
          key: assignedKey(tenant, key),
          when: [],
          change: { kind: 'update', set: { plan, ...at } },
        },
      ],
      before: known === undefined ? {} : { plan: known.plan, version: known.version },
      after: { plan, version },
    };
  });
}
