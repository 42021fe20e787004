/**
 * Binds a member's request to its tenant: the ports of this file refuse or hide every item of another tenant. The code
 * that uses these ports (administration of keys, customers and usage) is the same as for administrators, so a mistake
 * in a route of the portal cannot reach another tenant.
 */
import { parseJsonObject } from '@gatewright/aws/json-object';
import { tenantPartition } from '../access/keys/api-key-record.ts';
import type { ItemListing, ItemStore } from '../ports.ts';
import type { AdminPorts } from '../quota/admin/operation.ts';
import { subjectList } from '../quota/ledger/ledger.ts';
import { customerKey } from '../quota/plan/customer.ts';
import { keyList, keyPlanKey } from '../quota/plan/key-plans.ts';
import { PLAN_LIST } from '../quota/plan/plan-book.ts';
import { isNewsWrite } from '../quota/plan/plan-news.ts';
import type { Item, ItemKey, ItemWrite, ReadOutcome } from '../table/item-write.ts';
import { organisationPartition } from './portal-items.ts';

/** The kind of access to an item. `read` includes conditions in transactions, and announcements in plans. */
type Use = 'read' | 'write';

/**
 * Binds the table of customers, plans and usage. Plans may be read, and announcements may be added to them, and audit
 * entries may be added.
 */
export function bindUsagePorts(ports: AdminPorts, tenant: string): AdminPorts {
  const customer = customerKey(tenant).pk;
  // `Q#acme##` without its last separator is the beginning of every partition of the tenant.
  const ownLedgers = customer.slice(0, customer.length - 1);
  const ownKeys = keyPlanKey(tenant, '').pk;
  const lists = new Set([subjectList(tenant), keyList(tenant), PLAN_LIST]);
  const isTenants = ({ pk }: ItemKey): boolean => pk.startsWith(ownLedgers) || pk.startsWith(ownKeys);
  // Audit entries of all tenants share partitions, but their names are unpredictable: only the record of a change
  // contains the name of its entry.
  const mayUse = (key: ItemKey, use: Use): boolean =>
    isTenants(key) || key.pk.startsWith('AUDIT#') || (use === 'read' && key.pk.startsWith('PLAN#'));
  return {
    ...ports,
    store: bindStore(ports.store, mayUse),
    listing: bindListing(ports.listing, isTenants, lists),
  };
}

/** Binds the table of the portal, so that only items of the organisation can be reached. */
export function bindOrganisation<
  Ports extends { readonly store: ItemStore; readonly listing: Pick<ItemListing, 'range'> },
>(ports: Ports, tenant: string): Ports {
  const own = organisationPartition(tenant);
  const isOwn = ({ pk, sk }: ItemKey): boolean =>
    pk === own ||
    // These partitions contain the secrets of invitations, and the organisations of an account.
    (pk.startsWith('INVITE#') && sk === 'INVITE') ||
    (pk.startsWith('ACCOUNT#') && sk === own) ||
    (pk === 'ALERTING' && sk === own);
  return {
    ...ports,
    store: bindStore(ports.store, isOwn),
    listing: bindListing(ports.listing, isOwn, new Set()),
  };
}

/**
 * Binds the table of API keys and endpoints. The partition of a key or endpoint contains only its id, so each item is
 * read first. An item of another tenant is treated as if it did not exist, and only items of the tenant, or new items,
 * are written.
 */
export function bindAccessPorts(
  { store, listing }: { readonly store: ItemStore; readonly listing: ItemListing },
  tenant: string,
): { readonly store: ItemStore; readonly listing: ItemListing } {
  const list = tenantPartition(tenant);
  const known = new Set<string>();
  const readOwn = async (key: ItemKey): Promise<ReadOutcome> => {
    const outcome = await store.read(key, { consistent: true });
    if (outcome.kind === 'unavailable' || outcome.item === undefined) return outcome;
    if (tenantOf(outcome.item) !== tenant) return { ...outcome, item: undefined };
    known.add(key.pk);
    return outcome;
  };
  const isNew = ({ key, when, change }: ItemWrite): boolean =>
    key.sk === mainOf(key) &&
    when.some(({ attribute, is }) => attribute === 'ver' && is === 'absent') &&
    tenantOf(contentOf(change)) === tenant;
  const assertOwn = (writes: readonly ItemWrite[]): void => {
    for (const { key, change } of writes) {
      if (key.pk === list) continue;
      const isOwn =
        mainOf(key) !== undefined &&
        (known.has(key.pk) || writes.some((write) => write.key.pk === key.pk && isNew(write)));
      const names = tenantOf(contentOf(change));
      if (!isOwn || (names !== undefined && names !== tenant)) throw foreign(key.pk);
    }
  };
  return {
    store: {
      async read(key, options) {
        if (key.pk.startsWith('DOCUMENTS')) return store.read(key);
        if (key.pk === list) return store.read(key, options);
        const main = mainOf(key);
        if (main === undefined) throw foreign(key.pk);
        if (key.sk === main) return readOwn(key);
        // The item is the record of an operation. Before a key is created, neither this record nor the key exists.
        const outcome = await store.read(key, { consistent: true });
        if (outcome.kind === 'unavailable' || outcome.item === undefined || known.has(key.pk)) return outcome;
        await readOwn({ pk: key.pk, sk: main });
        return known.has(key.pk) ? outcome : { ...outcome, item: undefined };
      },
      update(write) {
        assertOwn([write]);
        return store.update(write);
      },
      transact(writes) {
        assertOwn(writes);
        return store.transact(writes);
      },
    },
    listing: {
      range(range) {
        if (range.pk !== list && !known.has(range.pk)) throw foreign(range.pk);
        return listing.range(range);
      },
      list: () => {
        throw foreign('list');
      },
    },
  };
}

/** Returns the sort key of the item that names the tenant, in a partition of one key or endpoint. */
function mainOf({ pk }: ItemKey): 'KEY' | 'ENDPOINT' | undefined {
  if (pk.startsWith('KEY#')) return 'KEY';
  return pk.startsWith('ENDPOINT#') ? 'ENDPOINT' : undefined;
}

function contentOf(change: ItemWrite['change']): Item | undefined {
  if (change.kind === 'put') return change.item;
  return change.kind === 'update' ? change.set : undefined;
}

/**
 * A request tried to reach an item of another tenant. This is a bug, so the member gets 500, and an error is logged.
 */
function foreign(item: string): Error {
  return new Error(`the item ${item} does not belong to the tenant of the session`);
}

/** Returns undefined if the item is not the record of a key or endpoint and therefore does not belong to a tenant. */
function tenantOf(item: Item | undefined): unknown {
  return parseJsonObject(String(item?.['doc']))?.['tenant'];
}

function bindStore(store: ItemStore, isOwn: (key: ItemKey, use: Use) => boolean): ItemStore {
  const assert = (key: ItemKey, use: Use): void => {
    if (!isOwn(key, use)) throw foreign(key.pk);
  };
  const assertWrite = (write: ItemWrite): void => {
    assert(write.key, write.change.kind === 'check' || isNewsWrite(write) ? 'read' : 'write');
  };
  return {
    read(key, options) {
      assert(key, 'read');
      return store.read(key, options);
    },
    update(write) {
      assertWrite(write);
      return store.update(write);
    },
    transact(writes) {
      for (const write of writes) assertWrite(write);
      return store.transact(writes);
    },
  };
}

function bindListing(
  listing: Pick<ItemListing, 'range'> & Partial<ItemListing>,
  isOwn: (key: ItemKey, use: Use) => boolean,
  lists: ReadonlySet<string>,
): ItemListing {
  return {
    range(range) {
      if (!isOwn({ pk: range.pk, sk: range.from }, 'read')) throw foreign(range.pk);
      return listing.range(range);
    },
    list(page) {
      if (page.list === undefined || !lists.has(page.list) || listing.list === undefined)
        throw foreign(page.list ?? 'all lists');
      return listing.list(page);
    },
  };
}
