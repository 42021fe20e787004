/**
 * A stage of the stack, called with certain credentials: its tables, its services, and the APIs that it calls.
 */
import * as commands from '@aws-sdk/client-dynamodb';
import { KeyAdmin } from '#shared/access/keys/key-admin.ts';
import { writeIndex } from '#shared/cache/labels.ts';
import { createInvalidator } from '#shared/cache/lambda-invalidator.ts';
import { createStageCaches } from '#shared/cache/stage-cache-poster.ts';
import type { ItemListing, ItemStore } from '#shared/ports.ts';
import { createPlanCatalogue } from '#shared/quota/admin/plan-catalogue.ts';
import { createQuotas } from '#shared/quota/quotas.ts';
import { createDynamoDbListing } from '#shared/table/dynamodb-listing.ts';
import { createDynamoDbTable } from '#shared/table/dynamodb-table.ts';
import type { ReadTable } from '#shared/table/dynamodb-table.ts';
import { gatherTableReads } from '#shared/table/dynamodb-gathered-reads.ts';
import { createDynamoDbClaims } from '#shared/webhooks/dynamodb-claims.ts';
import type { ChannelPorts } from '#shared/websocket/channel-ports.ts';
import { createLiveStore } from '#shared/websocket/dynamodb-live.ts';
import { signRequest } from '@gatewright/aws/sign-request';
import { REAL_RANDOM } from '../support/real-quota-ports.ts';

export type Credentials = { readonly accessKeyId: string; readonly secretAccessKey: string };
export type Addresses = {
  /** The stage of the stack. */
  readonly stage: string;
  readonly dynamodb: string;
  readonly control: string;
  /** Physical names, by logical id. */
  readonly tables: Readonly<Record<string, string>>;
  /** APIs in other stacks that functions of the stack call. */
  readonly sockets: { readonly id: string };
  readonly cached: { readonly id: string; readonly origin: string };
};

export const TIMER = { pause: () => Promise.resolve() };
const LIMITS = [
  { id: 'daily', level: 'key', quota: 1000, period: 'DAY', alarms: [1] },
  { id: 'spread', level: 'tenant', quota: 100_000, period: 'DAY', shards: 4 },
  { id: 'burst', level: 'key', rate: 10, burst: 50 },
];
export const COUNTED = { id: 'counted', version: 1, limits: LIMITS.slice(0, 1) };
export const clock = { nowEpochMs: () => Date.now(), monotonicMs: () => performance.now() };

/** An API refused a call. It writes no line about roles. */
export class RefusedByApi extends Error {}

type Table = { readonly store: ItemStore; readonly listing: ItemListing };

/** The tables as a caller with these credentials reaches them. */
export class Desk {
  readonly access: Table;
  readonly usage: Table;
  /** The same table as functions reach it that list items, with reads of many items in one call. */
  readonly listedUsage: Table;
  /** The table of the portal, which cannot be used if the stack has no portal. */
  readonly portal: Table;
  readonly #at: Addresses;
  readonly #credentials: Credentials;
  readonly #client: commands.DynamoDBClient;

  constructor(at: Addresses, credentials: Credentials) {
    this.#at = at;
    this.#credentials = credentials;
    const { dynamodb: endpoint } = at;
    this.#client = new commands.DynamoDBClient({
      endpoint,
      region: 'us-east-1',
      credentials,
      maxAttempts: 1,
    });
    this.access = this.#table('AccessTable');
    this.usage = this.#table('UsageTable');
    this.listedUsage = this.#table('UsageTable', true);
    this.portal = this.#table('PortalTable');
  }

  get channels(): ChannelPorts {
    const { store: items } = this.#table('ConnectionsTable');
    return {
      items,
      store: createLiveStore(this.#name('ConnectionsTable'), this.#load),
      clock,
      courier: { deliver: () => Promise.resolve() },
      limits: {
        keptSeconds: 60,
        pingMs: 60_000,
        connectionsPerCaller: 20,
        messagesPerConnection: 1_200,
        messagesPerCaller: 6_000,
      },
      knownApis: new Set(),
    };
  }

  get cache(): Table {
    return this.#table('CacheTable');
  }

  /** Records an entry of a stage cache under a label, as cacheTags() does. */
  async record(namespace: string): Promise<void> {
    const record = {
      apiId: this.#at.cached.id,
      stage: 'dev',
      method: 'GET',
      path: '/p',
      query: [],
      headers: [],
    };
    const item = {
      kind: 'stage',
      doc: JSON.stringify(record),
      mark: 'm',
      expiresAt: Date.now() / 1000 + 300,
    };
    const { store } = this.cache;
    const response = { kind: 'response', expiresAt: item.expiresAt };
    const labels = ['all', 'tag:t'];
    await writeIndex(store, namespace, { labels, id: '1', item });
    await writeIndex(store, namespace, { labels, id: '2', item: response });
  }

  /** Does what `cache-invalidator` does with a request. */
  async invalidate(namespace: string): Promise<void> {
    const { origin: apiEndpoint } = this.#at.cached;
    const stages = createStageCaches({
      region: 'us-east-1',
      credentials: this.#credentials,
      endpoint: this.#at.control,
      apiEndpoint,
    });
    const statuses: number[] = [];
    const refresh: typeof stages.refresh = async (record) => {
      const answer = await stages.refresh(record);
      statuses.push(answer.status);
      return answer;
    };
    const ports = { ...this.cache, clock, random: REAL_RANDOM, timer: TIMER };
    const beyond = { flushAuthorizers: () => Promise.resolve('refused' as const), invalidateEdge: undefined };
    const stageApis = new Set([`${namespace}/${this.#at.cached.id}`]);
    const invalidator = createInvalidator(
      { ...ports, stages: { ...stages, refresh }, stageApis, beyond },
      [],
    );
    await invalidator({ invalidate: { namespace, tags: ['t'] } }, () => undefined);
    if (statuses.includes(403)) throw new RefusedByApi();
  }

  flushAuthorizers(): Promise<void> {
    return this.call('apigateway', 'DELETE', '/restapis/abcdef1234/stages/dev/cache/authorizers');
  }

  flushCache(): Promise<void> {
    return this.call('apigateway', 'DELETE', `/restapis/${this.#at.cached.id}/stages/dev/cache/data`);
  }

  post(): Promise<void> {
    const path = `/${this.#at.sockets.id}/dev/@connections/AAAAAAAAAAAAAA%3D`;
    return this.call('execute-api', 'POST', path, {}, 'x');
  }

  /** Invokes `ws-publisher`, as other functions do to hand over deliveries. */
  handOver(): Promise<void> {
    const path = `/2015-03-31/functions/gatewright-${this.#at.stage}-ws-publisher/invocations`;
    return this.call('lambda', 'POST', path, { 'X-Amz-Invocation-Type': 'Event' }, '{"deliver":{}}');
  }

  queue(name: string): Promise<void> {
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const path = `/123456789012/gatewright-${this.#at.stage}-${name}`;
    return this.call('sqs', 'POST', path, form, 'Action=SendMessage&MessageBody=m');
  }

  /** Puts an event on the stack's bus. */
  announce(): Promise<void> {
    const headers = { 'Content-Type': 'application/x-amz-json-1.1', 'X-Amz-Target': 'AWSEvents.PutEvents' };
    const EventBusName = `gatewright-${this.#at.stage}-webhooks`;
    const Entries = [{ EventBusName, Source: 's', DetailType: 'd', Detail: '{}' }];
    return this.call('events', 'POST', '/', headers, JSON.stringify({ Entries }));
  }

  get claims() {
    return createDynamoDbClaims({ tableName: this.#name('AccessTable'), load: this.#load });
  }

  /** Any call of the control port. */
  async call(service: string, method: string, path: string, headers = {}, body = ''): Promise<void> {
    const url = new URL(path, this.#at.control);
    const sent = { method, url, headers, body, service, region: 'us-east-1', nowEpochMs: Date.now() };
    const signed = signRequest({ ...sent, ...this.#credentials });
    const reply = await fetch(url, { method, headers: signed, ...(body === '' ? {} : { body }) });
    await reply.arrayBuffer();
  }

  async keys(): Promise<KeyAdmin> {
    const known = { roles: new Set<string>(), hasNativePlans: false, cached: [], planClaims: [['plan']] };
    const ports = {
      store: this.access.store,
      listing: this.access.listing,
      clock,
      random: REAL_RANDOM,
      plans: createPlanCatalogue(this.usage),
      caches: { flush: () => Promise.resolve() },
      nativeKeys: { put: () => Promise.resolve(''), disable: () => Promise.resolve() },
    };
    const settings = {
      stage: 'prod',
      prefixes: new Map([['shop_live', known]]),
      documentPlans: ['gold'],
      chargedCaches: [],
    };
    return Promise.resolve(new KeyAdmin(ports, { ...settings, usageKeySecret: undefined }));
  }

  quotas(plan: string) {
    const { store } = this.usage;
    const plans = [{ id: plan, version: 1, limits: LIMITS }];
    return createQuotas({ store, clock, random: REAL_RANDOM, timer: TIMER, plans });
  }

  readonly #load = () => Promise.resolve({ client: this.#client, commands });
  #name = (logicalId: string): string => this.#at.tables[logicalId] ?? '';
  #table(logicalId: string, gathersReads = false): Table {
    const options = {
      tableName: this.#name(logicalId),
      load: this.#load,
      timeoutMs: 5000,
      ...(gathersReads && { gatherReads: (table: ReadTable) => gatherTableReads(table, TIMER) }),
    };
    return { store: createDynamoDbTable(options), listing: createDynamoDbListing(options) };
  }
}
