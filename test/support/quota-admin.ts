/** The administration of quotas in a table, and requests to it. */
import { randomUUID } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { DomainError } from '#shared/errors.ts';
import type { Clock } from '#shared/ports.ts';
import { assignPlan } from '#shared/quota/admin/keys.ts';
import type { AdminPorts, Requested } from '#shared/quota/admin/operation.ts';
import { savePlan } from '#shared/quota/admin/plans.ts';
import { findLedger, rowOf } from '#shared/quota/admin/subject-ledger.ts';
import type { LedgerQuestion } from '#shared/quota/admin/subject-ledger.ts';
import type { UsageRow } from '#shared/quota/admin/usage-row.ts';
import type { Item } from '#shared/table/item-write.ts';
import { createMemoryTable } from './memory-table.ts';
import { createMemoryListing } from './memory-listing.ts';
import { createQuotas } from '#shared/quota/quotas.ts';
import type { Quotas } from '#shared/quota/quotas.ts';
import { NOON_MS } from './quota-table.ts';
import { REAL_RANDOM } from './real-quota-ports.ts';

export function memoryAdminPorts(
  items = new Map<string, Item>(),
  clock: Clock = { nowEpochMs: () => NOON_MS },
): AdminPorts {
  return {
    store: createMemoryTable({ clock, items }),
    listing: createMemoryListing(items),
    random: REAL_RANDOM,
    timer: { pause: () => turn() },
  };
}

export function requested(operationId: string, atEpochMs = NOON_MS): Requested {
  return { operationId, by: 'arn:aws:iam::123456789012:user/alice', atEpochMs };
}

/** The limit `daily` of a key of the tenant. */
export function ofKey(tenant: string, overrides: Partial<LedgerQuestion> = {}): LedgerQuestion {
  return { tenant, limit: 'daily', key: 'k-1', route: undefined, periodEpochMs: undefined, ...overrides };
}

export type OpenAdmin = () => Promise<{
  ports: AdminPorts;
  /** Sets the store's clock. */
  moveTo: (epochMs: number) => void;
  close: () => Promise<void>;
}>;

/** A quota whose units are written one by one, so that exactly the admitted units are charged. */
export const DAILY = { id: 'daily', level: 'key', quota: 100, period: 'DAY', lease: false };

/** A table with tenants that use the quotas that administrators give them. */
export class AdministeredTable {
  readonly moveTo: (epochMs: number) => void;
  readonly #ports: AdminPorts;

  constructor({ ports, moveTo }: Awaited<ReturnType<OpenAdmin>>) {
    this.#ports = ports;
    this.moveTo = moveTo;
  }

  /** Saves a new plan, and assigns it to the key `k-1` of a tenant. */
  async aTenant(limits: readonly object[] = [DAILY]): Promise<{ tenant: string; plan: string }> {
    const tenant = randomUUID();
    await savePlan(this.#ports, requested('new'), tenant, { id: tenant, version: 1, limits });
    await assignPlan(this.#ports, requested('new'), { tenant, key: 'k-1', plan: tenant, version: 1 });
    return { tenant, plan: tenant };
  }

  aHolder(nowEpochMs: () => number): Quotas {
    const { store, timer } = this.#ports;
    const clock = { nowEpochMs, monotonicMs: nowEpochMs };
    return createQuotas({ store, clock, random: REAL_RANDOM, timer, denyCacheMs: 0 });
  }

  /** Sends `times` requests with the tenant's key, and returns how many are admitted. */
  async spend(tenant: string, times: number, atEpochMs = NOON_MS): Promise<number> {
    this.moveTo(atEpochMs);
    const quotas = this.aHolder(() => atEpochMs);
    let admitted = 0;
    for (let call = 0; call < times; call += 1)
      admitted += (await quotas.consume({ plan: tenant, tenant, key: 'k-1', atEpochMs })).allowed ? 1 : 0;
    await quotas.flush();
    return admitted;
  }

  async show(tenant: string, atEpochMs = NOON_MS): Promise<UsageRow> {
    return rowOf(await findLedger(this.#ports, ofKey(tenant), atEpochMs));
  }
}

/** The code of the refusal, or `done`. */
export function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'done',
    (error: unknown) => (error instanceof DomainError ? error.code : String(error)),
  );
}

/** An event of the admin API. It is signed unless specified otherwise. */
export function anAdminEvent(
  routeKey: string,
  options: {
    readonly path?: string;
    readonly parameters?: Readonly<Record<string, string>>;
    readonly query?: Readonly<Record<string, string>>;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly isBase64Encoded?: boolean;
    readonly signer?: string | undefined;
  } = {},
): object {
  const [method = '', routePath = ''] = routeKey.split(' ');
  const { path = routePath, parameters, query, headers = {}, body, isBase64Encoded = false } = options;
  const userArn = 'signer' in options ? options.signer : 'arn:aws:iam::123456789012:user/alice';
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    headers,
    ...(parameters !== undefined && { pathParameters: parameters }),
    ...(query !== undefined && { queryStringParameters: query }),
    ...(body !== undefined && { body }),
    isBase64Encoded,
    requestContext: {
      stage: '$default',
      requestId: 'r-1',
      timeEpoch: NOON_MS,
      http: { method: method === 'ANY' ? 'GET' : method, path },
      ...(userArn !== undefined && { authorizer: { iam: { userArn } } }),
    },
  };
}
