/**
 * An access table in memory that administrators and authorizers share, with a clock that moves on request.
 */
import { createApiKeyReader } from '#shared/access/keys/api-key-store.ts';
import { KeyAdmin } from '#shared/access/keys/key-admin.ts';
import type { KeyAdminSetting, NewKey } from '#shared/access/keys/key-admin.ts';
import type { CachedApi } from '#shared/access/keys/key-prefixes.ts';
import { DomainError } from '#shared/errors.ts';
import type { ApiKeyReader, ItemListing, ItemStore } from '#shared/ports.ts';
import type { Item } from '#shared/table/item-write.ts';
import { createMemoryTable } from './memory-table.ts';
import { createMemoryListing } from './memory-listing.ts';
import { REAL_RANDOM } from './real-quota-ports.ts';

/** 2026-11-19T12:00:00Z */
export const NOON_SECONDS = Date.UTC(2026, 10, 19, 12) / 1000;

const REST_API: CachedApi = { kind: 'rest', apiId: 'abcdefghij', stage: 'prod' };

const SETTING: Omit<KeyAdminSetting, 'stage'> = {
  prefixes: new Map([
    ['shop_live', { roles: new Set(['support']), hasNativePlans: true, cached: [REST_API], planClaims: [] }],
    ['shop_test', { roles: new Set(), hasNativePlans: false, cached: [], planClaims: [] }],
    [
      'shop_paid',
      {
        roles: new Set(),
        hasNativePlans: false,
        cached: [],
        planClaims: [['plan'], ['tier'], ['owner', 'x']],
      },
    ],
  ]),
  documentPlans: ['gold'],
  chargedCaches: [],
  usageKeySecret: 'u'.repeat(32),
};

export function aNewKey(over: Partial<NewKey> = {}): NewKey {
  return { prefix: 'shop_live', tenant: 'acme', roles: [], scopes: ['orders:read'], metadata: {}, ...over };
}

export class ApiKeyTable {
  nowSeconds = NOON_SECONDS;
  /** While true, no call gets an answer; a write may or may not be carried out. */
  isDown = false;
  /** While true, writes are carried out, but their answers are lost. */
  losesAnswers = false;
  /** While true, the table becomes unreachable as soon as something is written. */
  isDownAfterWrites = false;
  /** While true, API Gateway refuses every call. */
  isGatewayDown = false;
  readonly items = new Map<string, Item>();
  readonly calls: string[] = [];
  /** The messages that were sent to API Gateway. */
  readonly messages: string[] = [];
  /** Ids of the usage plans that are saved. */
  readonly plans = new Set<string>();
  /** If set, plans cannot be looked up. */
  plansFault: Error | undefined;
  /** The customers that have a record. */
  readonly customers = new Map<string, 'active' | 'suspended' | 'closed'>();
  readonly store: ItemStore;
  readonly reader: ApiKeyReader;
  readonly admin: KeyAdmin;
  /** The version of every customer's record. */
  customerVersion = 1;
  #operations = 0;

  constructor(
    over?: { readonly store: ItemStore; readonly listing: Pick<ItemListing, 'range'> },
    stage = 'prod',
    prefixes = SETTING.prefixes,
  ) {
    const clock = { nowEpochMs: () => this.nowSeconds * 1000 };
    const memory = over?.store ?? createMemoryTable({ clock, items: this.items });
    this.store = {
      update: (write) => this.#call('update', () => memory.update(write), UNKNOWN),
      transact: async (writes) => {
        const outcome = await this.#call('transact', () => memory.transact(writes), UNKNOWN);
        this.isDown ||= this.isDownAfterWrites;
        return this.losesAnswers ? UNKNOWN : outcome;
      },
      read: (key, options) => this.#call('read', () => memory.read(key, options), UNREAD),
    };
    this.reader = createApiKeyReader(this.store);
    const report = (what: string): Promise<void> => {
      if (this.isGatewayDown)
        return Promise.reject(new DomainError('CONTROL_PLANE_FAILED', 'API Gateway cannot be reached'));
      this.messages.push(what);
      return Promise.resolve();
    };
    this.admin = new KeyAdmin(
      {
        store: this.store,
        clock,
        random: REAL_RANDOM,
        listing: over?.listing ?? createMemoryListing(this.items),
        caches: { flush: ({ kind, apiId, stage }) => report(`flush ${kind} ${apiId}/${stage}`) },
        nativeKeys: {
          put: ({ name, value, usagePlanId }) =>
            report(`put ${name} ${value} ${usagePlanId}`).then(() => 'native1'),
          disable: (apiKeyId) => report(`disable ${apiKeyId}`),
        },
        plans: {
          customer: (tenant) => {
            const state = this.customers.get(tenant);
            return Promise.resolve(state && { state, version: this.customerVersion });
          },
          has: (planId) =>
            this.plansFault === undefined
              ? Promise.resolve(this.plans.has(planId))
              : Promise.reject(this.plansFault),
          list: () => Promise.resolve([...this.plans]),
        },
      },
      { ...SETTING, stage, prefixes },
    );
  }

  /** Returns the id of a new operation. */
  operation(): { readonly id: string; readonly by: string } {
    this.#operations += 1;
    return { id: `op-${this.#operations}-${REAL_RANDOM.hex(8)}`, by: 'arn:aws:iam::123456789012:user/ada' };
  }

  /** Creates a key that can be used, and returns it with its id. */
  async make(over: Partial<NewKey> = {}): Promise<{ readonly key: string; readonly keyId: string }> {
    const { key, stored } = await this.admin.create(aNewKey(over), this.operation());
    if (key === undefined) throw new Error('a new key was not shown');
    return { key, keyId: stored.record.keyId };
  }

  countOf(call: string): number {
    return this.calls.filter((name) => name === call).length;
  }

  #call<T>(name: string, carryOut: () => Promise<T>, unanswered: T): Promise<T> {
    this.calls.push(name);
    return this.isDown ? Promise.resolve(unanswered) : carryOut();
  }
}

const UNKNOWN = { kind: 'unknown', reason: 'down' } as const;
const UNREAD = { kind: 'unavailable', reason: 'down' } as const;
