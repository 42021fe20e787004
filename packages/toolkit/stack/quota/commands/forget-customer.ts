/**
 * Finds what the tables store about a customer, and decides what happens to each item when the customer is forgotten.
 * All functions are pure, except for calls to the given tables.
 *
 * All items of the customer are deleted. The audit log, which may be required by law, retains only the kind, the time
 * and the author of each change. A plan retains everything except the customer.
 */
import { isJsonObject, parseJson, parseJsonObject } from '@gatewright/aws/json-object';
import { tenantPartition } from '#shared/access/keys/api-key-record.ts';
import { actorIdOf } from '#shared/portal/change-log.ts';
import { ALERTING, organisationPartition } from '#shared/portal/portal-items.ts';
import { parseUsageRecord } from '#shared/quota/admin/usage-record.ts';
import type { UsageRecord } from '#shared/quota/admin/usage-record.ts';
import { periodEndOf } from '#shared/quota/admin/usage-row.ts';
import { customerKey, parseCustomer } from '#shared/quota/plan/customer.ts';
import { KEEP_MS as LEDGERS_KEPT_MS, parseLedger } from '#shared/quota/ledger/ledger.ts';
import { makeInvoices } from '#shared/quota/usage/invoice.ts';
import type { Invoice } from '#shared/quota/usage/invoice.ts';
import { findUnrecordedFees } from './unrecorded-fees.ts';
import { parseKeyPart, printKeyPart } from '#shared/table/item-write.ts';
import type { Item, ItemKey } from '#shared/table/item-write.ts';
import type { ListedItem } from '#shared/table/listing.ts';

export interface SweptTable {
  scan(): AsyncIterable<ListedItem>;
  remove(key: ItemKey): Promise<void>;
  /**
   * Replaces the value of `doc`, but only if it is still `before`.
   * @throws if `doc` has another value
   */
  rewrite(key: ItemKey, doc: { readonly before: string; readonly after: string }): Promise<void>;
}

export type Tables = {
  readonly usage: SweptTable;
  readonly access: SweptTable;
  /** Absent if the stack has no portal. */
  readonly portal?: SweptTable;
};

export type Survey = {
  readonly found: ReadonlyMap<string, number>;
  /** Priced periods that are not closed, and fees that are not recorded. Neither are on any invoice yet. */
  readonly openMoney: readonly string[];
  /**
   * Recent invoices that can be made from records that will be deleted. It is unknown whether these invoices were sent.
   */
  readonly invoices: readonly DueInvoice[];
  /** API Gateway keys that correspond to API keys of the customer. */
  readonly nativeKeys: readonly string[];
  /** Whether the customer has a record that is not closed, so that further periods with a fee may begin. */
  readonly isActive: boolean;
};

/** An invoice, as `gatewright usage invoice` would make it from the same records. */
type DueInvoice = Pick<Invoice, 'number' | 'month' | 'currency' | 'total'>;

type Fate =
  | { readonly kind: 'keep' }
  | { readonly kind: 'delete'; readonly what: string }
  | { readonly kind: 'rewrite'; readonly what: string; readonly after: string };

const AT_ONCE = 16;
const OF_TENANTS = new Set(['Q', 'K', 'R', 'C']);
const KEEP: Fate = { kind: 'keep' };
const USAGE_SORTS = {
  HEAD: 'heads',
  'P#': 'ledgers',
  'U#': 'usage records',
  'OP#': 'operations',
  'SEEN#': 'seen requests',
} as const;

/**
 * Whether a table partition belongs to the customer. In the partition keys of ledgers, key plans, rates and permits,
 * the first name is the tenant.
 */
function isCustomersKey(tenant: string, pk: string): boolean {
  const [kind = '', owner] = pk.split('#');
  return OF_TENANTS.has(kind) && owner === printKeyPart(tenant);
}

function usageFate(tenant: string, { key, item }: ListedItem): Fate {
  if (isCustomersKey(tenant, key.pk)) return { kind: 'delete', what: nameOf(key) };
  const doc = item['doc'];
  if (typeof doc !== 'string') return KEEP;
  if (key.pk.startsWith('AUDIT#')) return auditFate(tenant, doc);
  if (!key.pk.startsWith('PLAN#')) return KEEP;
  const plan: unknown = JSON.parse(doc);
  const after = JSON.stringify(withoutCustomer(plan, tenant));
  return after === JSON.stringify(plan)
    ? KEEP
    : { kind: 'rewrite', what: 'plans that name the customer', after };
}

function nameOf({ pk, sk }: ItemKey): string {
  if (pk.startsWith('K#')) return sk === 'PLAN' ? 'keys' : 'operations';
  if (pk.startsWith('R#')) return 'rates';
  if (pk.startsWith('C#')) return 'permits';
  const known = Object.entries(USAGE_SORTS).find(([prefix]) => sk.startsWith(prefix));
  return known?.[1] ?? 'others';
}

/** The target of an audit entry about a customer that was deleted. It replaces the customer's name. */
export const DELETED_CUSTOMER = { customer: 'deleted' };

function auditFate(tenant: string, doc: string): Fate {
  const entry = JSON.parse(doc) as Readonly<Record<string, unknown>>;
  const target = entry['target'] as Readonly<Record<string, unknown>> | undefined;
  if (target?.['tenant'] === tenant) {
    const { kind, at } = entry;
    // If a member of the portal made the change, `by` contains the customer's name and the account, so `by` is
    // replaced.
    const by = String(entry['by']).startsWith(actorIdOf(tenant, '')) ? 'portal' : entry['by'];
    const empty = { input: {}, before: {}, after: {} };
    // The operation id is removed, because an administrator may have chosen any string as the id, even a person's name.
    const after = JSON.stringify({ operationId: '-', kind, by, at, target: DELETED_CUSTOMER, ...empty });
    return { kind: 'rewrite', what: 'audit entries', after };
  }
  const after = JSON.stringify(withoutCustomer(entry, tenant));
  return after === JSON.stringify(entry)
    ? KEEP
    : { kind: 'rewrite', what: 'audit entries of plans that name the customer', after };
}

/** Removes one customer from a plan, or from a value that contains plans. */
function withoutCustomer(value: unknown, tenant: string): unknown {
  if (Array.isArray(value)) return value.map((each) => withoutCustomer(each, tenant));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      name === 'customers' && isJsonObject(member)
        ? Object.fromEntries(Object.entries(member).filter(([customer]) => customer !== tenant))
        : withoutCustomer(member, tenant),
    ]),
  );
}

/**
 * The ids of the customer's credentials. Some items of the access table contain only these ids, and not the name of the
 * customer.
 */
type Credentials = {
  readonly keyIds: ReadonlySet<string>;
  readonly endpointIds: ReadonlySet<string>;
  readonly nativeKeys: readonly string[];
};

/**
 * Decides what happens to an item of the access table. Audit entries of keys, and the ids of deliveries, contain ids
 * instead of the customer's name. The changes of endpoints are in the partition of the customer.
 */
function accessFate(tenant: string, { keyIds, endpointIds }: Credentials, { key, item }: ListedItem): Fate {
  if (key.pk === tenantPartition(tenant)) return { kind: 'delete', what: whatOfList(key) };
  if (key.pk.startsWith('ENDPOINT#'))
    return tenantOf(item) === tenant ? { kind: 'delete', what: 'endpoints for webhooks' } : KEEP;
  if (key.pk.startsWith('WEBHOOK#'))
    return endpointIds.has(key.pk.split('/')[1] ?? '') ? { kind: 'delete', what: 'ids of deliveries' } : KEEP;
  if (!key.pk.startsWith('KEY#') || !keyIds.has(key.pk.slice('KEY#'.length))) return KEEP;
  return { kind: 'delete', what: key.sk === 'KEY' ? 'API keys' : 'operations on API keys' };
}

function whatOfList({ sk }: ItemKey): string {
  return sk.startsWith('KEY#') ? 'lists of API keys' : 'lists and changes of endpoints';
}

/** Returns the tenant that the record of a key or endpoint names. */
function tenantOf({ doc }: Item): unknown {
  return parseJsonObject(String(doc))?.['tenant'];
}

/**
 * Decides what happens to an item of the portal. Attack: if items remained and the customer's name were used again, a
 * former member would be a member of the new customer.
 */
function portalFate(tenant: string, { key: { pk, sk }, item }: ListedItem): Fate {
  const own = organisationPartition(tenant);
  const isListed = (pk.startsWith('ACCOUNT#') || pk === ALERTING) && sk === own;
  const isSecret = (pk.startsWith('SESSION#') || pk.startsWith('INVITE#')) && item['tenant'] === tenant;
  return pk === own || isListed || isSecret ? { kind: 'delete', what: 'items of the portal' } : KEEP;
}

/** Reads every item of the tables. Changes nothing. */
export async function survey(
  { usage, access, portal }: Tables,
  tenant: string,
  nowEpochMs: number,
): Promise<Survey> {
  const found = new Map<string, number>();
  const count = (fate: Fate): void => {
    if (fate.kind !== 'keep') found.set(fate.what, (found.get(fate.what) ?? 0) + 1);
  };
  const money = new OpenMoney(tenant, nowEpochMs);
  const record = customerKey(tenant);
  let isActive = false;
  for await (const kept of usage.scan()) {
    count(usageFate(tenant, kept));
    money.look(kept);
    if (kept.key.pk === record.pk && kept.key.sk === record.sk)
      isActive = parseCustomer(kept.item).state !== 'closed';
  }
  const credentials = await credentialsOf(access, tenant);
  const { nativeKeys } = credentials;
  for await (const kept of access.scan()) count(accessFate(tenant, credentials, kept));
  if (portal !== undefined) for await (const kept of portal.scan()) count(portalFate(tenant, kept));
  const openMoney = [...money.open, ...(await money.findFees())];
  return { found, openMoney, invoices: money.invoices, nativeKeys, isActive };
}

/**
 * Deletes the customer's items, and removes the customer from items that must remain. An interrupted run may be
 * repeated.
 */
export async function forget({ usage, access, portal }: Tables, tenant: string): Promise<void> {
  if (portal !== undefined) await sweep(portal, (kept) => portalFate(tenant, kept));
  await sweep(usage, (kept) => usageFate(tenant, kept));
  const credentials = await credentialsOf(access, tenant);
  const links: ItemKey[] = [];
  await sweep(access, (kept) => {
    const fate = accessFate(tenant, credentials, kept);
    const { pk } = kept.key;
    // The items that link keys and endpoints to the customer are deleted last, so that a repeated run still finds the
    // other items of these keys and endpoints.
    const isLink = pk === tenantPartition(tenant) || pk.startsWith('ENDPOINT#');
    if (!isLink || fate.kind === 'keep') return fate;
    links.push(kept.key);
    return KEEP;
  });
  for (const key of links) await access.remove(key);
}

async function sweep(table: SweptTable, fateOf: (kept: ListedItem) => Fate): Promise<void> {
  let running: Promise<void>[] = [];
  for await (const kept of table.scan()) {
    const fate = fateOf(kept);
    if (fate.kind === 'keep') continue;
    running.push(
      fate.kind === 'delete'
        ? table.remove(kept.key)
        : table.rewrite(kept.key, { before: String(kept.item['doc']), after: fate.after }),
    );
    if (running.length < AT_ONCE) continue;
    await Promise.all(running);
    running = [];
  }
  await Promise.all(running);
}

async function credentialsOf(access: SweptTable, tenant: string): Promise<Credentials> {
  const [keyIds, endpointIds] = [new Set<string>(), new Set<string>()];
  const nativeKeys: string[] = [];
  for await (const { key, item } of access.scan()) {
    const [kind, id = ''] = key.pk.split('#');
    if (key.pk === tenantPartition(tenant) && key.sk.startsWith('KEY#'))
      keyIds.add(key.sk.slice('KEY#'.length));
    if (kind === 'ENDPOINT' && tenantOf(item) === tenant) endpointIds.add(id);
    if (kind !== 'KEY' || key.sk !== 'KEY') continue;
    const record = parseJson(String(item['doc'])) as
      | { tenant?: unknown; native?: { apiKeyId?: unknown } }
      | undefined;
    if (record?.tenant !== tenant) continue;
    keyIds.add(id);
    if (record.native !== undefined) nativeKeys.push(String(record.native.apiKeyId));
  }
  return { keyIds, endpointIds, nativeKeys };
}

class OpenMoney {
  readonly #tenant: string;
  readonly #nowEpochMs: number;
  readonly #priced = new Set<string>();
  readonly #ledgers: { readonly name: string; readonly limit: string }[] = [];
  readonly #records: UsageRecord[] = [];
  /** The customer's items, and the plans. The fees of periods without requests are computed from these items. */
  readonly #items: ListedItem[] = [];

  constructor(tenant: string, nowEpochMs: number) {
    this.#tenant = tenant;
    this.#nowEpochMs = nowEpochMs;
  }

  look(kept: ListedItem): void {
    const { key, item } = kept;
    const { pk, sk } = key;
    if (pk.startsWith('PLAN#') || isCustomersKey(this.#tenant, pk)) this.#items.push(kept);
    if (pk.startsWith('PLAN#') && typeof item['doc'] === 'string') this.#notePlan(item['doc']);
    // Only partitions with ledgers contain periods and usage records.
    if (!isCustomersKey(this.#tenant, pk)) return;
    if (sk.startsWith('P#')) this.#noteLedger(pk, sk, item);
    if (!sk.startsWith('U#')) return;
    this.#records.push(parseUsageRecord(item));
  }

  get open(): readonly string[] {
    return this.#ledgers.filter(({ limit }) => this.#priced.has(limit)).map(({ name }) => name);
  }

  /** Finds the fees of periods that have begun and in which the customer made no request. */
  async findFees(): Promise<readonly string[]> {
    const rows = await findUnrecordedFees(this.#items, this.#tenant, this.#nowEpochMs);
    return rows.map(
      ({ limit, key, periodStart, periodEnd }) =>
        `${[limit, key, periodStart].filter(Boolean).join('/')} (its fee is not recorded; ends at ${periodEnd})`,
    );
  }

  /**
   * Returns the invoices of months with a record that may not be on an invoice yet. Invoices with a total of zero are
   * left out.
   */
  get invoices(): readonly DueInvoice[] {
    // A month can be invoiced until its ledgers expire.
    const isRecent = ({ price, periodEnd }: UsageRecord): boolean =>
      price !== undefined && Date.parse(periodEnd) > this.#nowEpochMs - LEDGERS_KEPT_MS;
    const months = new Set(this.#records.filter(isRecent).map(({ month }) => month));
    return [...months].sort().flatMap((month) => {
      const records = this.#records.filter((record) => record.month === month);
      return makeInvoices(this.#tenant, month, records, () => undefined)
        .invoices.filter(({ total }) => !/^0(\.0*)?$/.test(total))
        .map(({ number, currency, total }) => ({ number, month, currency, total }));
    });
  }

  /**
   * Collects the limits that have a price, from every version of a plan, because an older version may apply to a period
   * that is still open.
   */
  #notePlan(doc: string): void {
    const plan = parseJson(doc) as
      | { id?: unknown; limits?: readonly { id?: unknown; price?: unknown }[] }
      | undefined;
    for (const { id, price } of plan?.limits ?? [])
      if (price !== undefined) this.#priced.add(JSON.stringify([plan?.id, id]));
  }

  #noteLedger(pk: string, sk: string, item: Item): void {
    if (parseLedger(item).closed) return;
    const [, , limit = '', ...subject] = pk.split('#').map(parseKeyPart);
    // After a change of plan, the ledger keeps its key, and has the name of the limit of the new plan. Ledgers of one
    // period differ by milliseconds in their keys.
    const id = String(item['name'] ?? limit);
    const start = sk.slice('P#'.length).replace(/\.\d{3}Z$/, '.000Z');
    const name = [id, ...subject.filter((part) => part !== ''), start].join('/');
    const end = new Date(periodEndOf(item)).toISOString();
    const text = `${name} (ends at ${end})`;
    this.#ledgers.push({ name: text, limit: JSON.stringify([item['plan'], id]) });
  }
}
