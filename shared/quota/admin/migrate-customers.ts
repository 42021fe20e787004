/**
 * Creates customer records for tenants that were created before customer records existed. A record is created if all
 * keys of the tenant are assigned to the same plan.
 */
import { DomainError } from '../../errors.ts';
import { printKeyPart } from '../../table/item-write.ts';
import type { ListedKey } from '../../table/listing.ts';
import { keyList, planOf } from '../plan/key-plans.ts';
import { parseCursor, printCursor, refusedCursor } from './cursor.ts';
import { createCustomer } from './customers.ts';
import { findCustomer } from './find-customer.ts';
import { readItem, unavailable } from './operation.ts';
import type { AdminPorts, Requested } from './operation.ts';

export type Migrated = {
  /** Number of tenants for which a customer record was created now. */
  readonly created: number;
  /** Number of tenants that already had a customer record. */
  readonly kept: number;
  /**
   * Tenants whose keys have different plans, or that have 1000 keys or more. A customer can have only one plan, so
   * these tenants keep their assignments.
   */
  readonly mixed: readonly string[];
  readonly next?: string;
};

/** The name of the list in cursors. */
const LIST = 'migrated';
const PAGE = 50;
/** Maximum number of keys of one tenant that are examined. */
const MAX_KEYS = 1000;

/**
 * Processes one page of the keys of all tenants. A page may be repeated at any time, because a repetition creates
 * nothing.
 */
export async function migrateCustomers(
  ports: AdminPorts,
  requested: Requested,
  cursor: string | undefined,
): Promise<Migrated> {
  const { list, pk, sk } = parseCursor(LIST, cursor);
  if (cursor !== undefined && (list === undefined || pk === undefined || sk === undefined))
    throw refusedCursor();
  const after = list === undefined || pk === undefined || sk === undefined ? undefined : { list, pk, sk };
  const page = await ports.listing.list({ limit: PAGE, ...(after !== undefined && { after }) });
  if (page.kind === 'unavailable') throw unavailable(page.reason);
  const counts = { created: 0, kept: 0 };
  const mixed: string[] = [];
  for (const key of page.keys.filter((each) => each.list.startsWith(keyList('')))) {
    const keys = await listKeysOf(ports, key.list);
    // Each tenant is handled once, at its first key.
    if (keys[0]?.pk !== key.pk) continue;
    const items = await Promise.all(keys.map((each) => readItem(ports.store, each)));
    const plans = new Set(items.flatMap((item) => planOf(item) ?? []));
    // Keys that were deleted meanwhile are ignored.
    const tenant = items.find((item) => item !== undefined)?.['tenant'];
    if (typeof tenant !== 'string') continue;
    const [plan] = plans;
    if ((await findCustomer(ports, tenant)) !== undefined) counts.kept += 1;
    else if (plan !== undefined && plans.size === 1 && keys.length < MAX_KEYS)
      counts[await create(ports, requested, tenant, plan)] += 1;
    else if (plan !== undefined) mixed.push(tenant);
  }
  return { ...counts, mixed, ...(page.after !== undefined && { next: printCursor(LIST, page.after) }) };
}

async function create(
  ports: AdminPorts,
  requested: Requested,
  tenant: string,
  plan: string,
): Promise<'created' | 'kept'> {
  // Operation ids are unique only within a tenant, so all tenants may have the same one. If a page is sent again, the
  // tenants that are already done are recognized by this id.
  const operationId = `migrate-${printKeyPart(requested.operationId)}`;
  try {
    const { repeated } = await createCustomer(ports, { ...requested, operationId }, { tenant, plan });
    return repeated ? 'kept' : 'created';
  } catch (error) {
    if (error instanceof DomainError && error.code === 'CUSTOMER_EXISTS') return 'kept';
    throw error;
  }
}

async function listKeysOf(
  { listing }: Pick<AdminPorts, 'listing'>,
  list: string,
): Promise<readonly ListedKey[]> {
  const page = await listing.list({ list, limit: MAX_KEYS });
  if (page.kind === 'unavailable') throw unavailable(page.reason);
  return page.keys;
}
