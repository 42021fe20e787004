/** Customer plans. They are parsed and checked once, when they are saved. A plan that cannot be enforced is refused. */
import { PlanInvalid } from '../../errors.ts';
import { isTimeZone, PERIODS } from '../ledger/period.ts';
import type { PeriodLength, PeriodRule } from '../ledger/period.ts';
import { PlanFields } from './plan-fields.ts';
import { parseInvoiceTerms, parsePrice } from '../usage/price.ts';
import type { InvoiceTerms, Price } from '../usage/price.ts';

export const LEVELS = ['tenant', 'key', 'route'] as const;
/** The scope of a limit: the whole tenant, one of its keys, or one route of one key. */
export type Level = (typeof LEVELS)[number];

export type QuotaLimit = {
  readonly kind: 'quota';
  readonly id: string;
  readonly level: Level;
  /** Units per period. */
  readonly quota: number;
  readonly period: PeriodRule;
  /** Whether the quota is a customer's own; @see planOfTerm */
  readonly isOwn?: true;
  /** Units that count as used when this limit first applies to a key, like AWS's `offset`. */
  readonly initialUsage: number;
  /** Units above the quota that are still admitted. Requests that use them are flagged. */
  readonly overage: number;
  /** Percentages of the quota in ascending order. Each is reported once per period. */
  readonly alarms: readonly number[];
  /**
   * Maximum number of units that are leased but not reported as used. 0 means that nothing is leased, so each request
   * costs one write.
   */
  readonly wasteBudget: number;
  readonly leaseSeconds: number;
  readonly maxLeaseUnits: number;
  /**
   * `exact` means that units are used and charged in one write, so even a process that dies has charged exactly what it
   * admitted.
   */
  readonly billing: 'exact' | 'leased';
  /** The price of the limit's units. Without a price, the units do not appear on an invoice. */
  readonly price?: Price;
  /** The number of items of the ledger: a fixed number, or `auto` for as many as its writes need. Default: one item. */
  readonly shards?: 'auto' | number;
};

export type RateLimit = {
  readonly kind: 'rate';
  readonly id: string;
  readonly level: Level;
  /** Units per `perSeconds`. */
  readonly rate: number;
  readonly perSeconds: number;
  /** The number of units that a customer may use at once. The stored bucket is smaller; @see usableBurst */
  readonly burst: number;
  /** The maximum time between a request for units and their use. It is longer if units are leased. */
  readonly maxAgeMs: number;
  readonly leased: boolean;
  /** Largest difference between the clocks of two holders. */
  readonly clockSkewMs: number;
};

export type ConcurrencyLimit = {
  readonly kind: 'concurrency';
  readonly id: string;
  readonly level: Level;
  readonly concurrency: number;
  /** The longest duration of a request on a platform that gives no deadline. */
  readonly maxSeconds: number;
  /** Largest error of a holder's clock. */
  readonly clockSkewMs: number;
};

export type Limit = QuotaLimit | RateLimit | ConcurrencyLimit;

export type CustomerPlan = {
  readonly id: string;
  /** Incremented by every change. A period begins with the newest version. */
  readonly version: number;
  readonly limits: readonly Limit[];
  /** Units per request by route; `*` applies to every other route. */
  readonly costs: ReadonlyMap<string, number>;
  /** Currency and customers of the invoices. Without this member, nothing is invoiced. */
  readonly invoice?: InvoiceTerms;
  /** The parsed document as JSON, in the form in which it is stored. */
  readonly source: string;
  /** Whether some quotas are a customer's own; @see planOfTerm */
  readonly isOwn?: true;
};

/** Maximum number of units. Larger numbers would not be exact in JavaScript and DynamoDB. */
export const MAX_UNITS = Number.MAX_SAFE_INTEGER;
/** Maximum age of granted units that are not leased. Units that are not used within this time are dropped. */
const DIRECT_MAX_AGE_MS = 250;

/**
 * Maximum number of shards. Each shard accepts a thousand writes per second, and one write leases hundreds of units, so
 * no subject needs more. It is a power of two, because `auto` doubles the number.
 */
export const MAX_SHARDS = 16;

const MAX_LIMITS = 10;
const MAX_ROUTES = 500;
const MAX_RATE_WINDOW_SECONDS = 86_400;
/**
 * Maximum number of permits of a concurrency limit. More permits would need more items than one request may have to
 * try.
 */
const MAX_CONCURRENCY = 1000;
const MAX_RUN_SECONDS = 900;

/**
 * Reads a plan as users write it:
 * `{id, version, limits: [{id, level, quota, period} | {id, level, rate, burst} | {id, level, concurrency}],
 *   cost?: 1 | {"POST /reports": 10, "*": 1}, invoice?: {currency: "EUR"}}`
 * @throws PlanInvalid with the path of the first field that is wrong
 *
 * @example
 * ```ts
 * import { parsePlan } from 'gatewright/quota';
 *
 * const plan = parsePlan({
 *   id: 'starter',
 *   version: 1,
 *   limits: [{ id: 'month', level: 'key', quota: 1000, period: 'MONTH' }],
 * });
 * plan.limits.length // → 1
 * ```
 */
export function parsePlan(value: unknown): CustomerPlan {
  const fields = new PlanFields(value, '');
  const id = fields.id('id');
  const version = fields.integer('version', { min: 1, max: MAX_UNITS });
  const costs = parseCosts(fields);
  const largestCost = Math.max(...costs.values());
  const limits = fields
    .list('limits', MAX_LIMITS)
    .map((limit, index) => parseLimit(new PlanFields(limit, `limits[${index}]`), largestCost));
  const invoice = parseInvoiceTerms(fields);
  fields.refuseOthers();
  const priced = limits.findIndex((limit) => limit.kind === 'quota' && limit.price !== undefined);
  if (priced !== -1 && invoice === undefined)
    throw new PlanInvalid(
      `limits[${priced}].price`,
      'needs a currency: set invoice.currency of the plan, such as EUR',
    );
  if (limits.length === 0) throw new PlanInvalid('limits', 'must have at least one limit');
  const ids = limits.map((limit) => limit.id);
  const twice = ids.findIndex((limitId, index) => ids.indexOf(limitId) < index);
  if (twice !== -1)
    throw new PlanInvalid(`limits[${twice}].id`, 'is already the id of an earlier limit; choose another id');
  return { id, version, limits, costs, ...(invoice && { invoice }), source: JSON.stringify(value) };
}

export function costOf(plan: CustomerPlan, route: string | undefined): number {
  const own = route === undefined ? undefined : plan.costs.get(route);
  return own ?? plan.costs.get('*') ?? 1;
}

/**
 * Returns the burst of the stored bucket: burst - rate * (age + 2 * skew). It is smaller than the promised burst,
 * because units may be used up to `maxAgeMs` after their request, by holders with different clocks.
 */
export function usableBurst(limit: RateLimit): number {
  const lateSeconds = (limit.maxAgeMs + 2 * limit.clockSkewMs) / 1000;
  return Math.floor(limit.burst - (limit.rate / limit.perSeconds) * lateSeconds);
}

function parseCosts(fields: PlanFields): ReadonlyMap<string, number> {
  const value = fields.get('cost') ?? 1;
  const units = { min: 0, max: MAX_UNITS };
  if (typeof value === 'number') return new Map([['*', fields.integer('cost', units, 1)]]);
  const byRoute = new PlanFields(value, 'cost');
  const routes = Object.keys(value);
  if (routes.length > MAX_ROUTES) fields.fail('cost', `must name at most ${MAX_ROUTES} routes`);
  return new Map([
    ['*', 1] as const,
    ...routes.map((route) => [route, byRoute.integer(route, units)] as const),
  ]);
}

function parseLimit(fields: PlanFields, largestCost: number): Limit {
  const [kind, another] = KINDS.filter((name) => fields.has(name));
  if (kind === undefined)
    return fields.fail('quota', `is missing: a limit must have one of ${KINDS.join(', ')}`);
  if (another !== undefined) return fields.fail(kind, `must be the only one of ${KINDS.join(', ')}`);
  const limit = PARSERS[kind](fields);
  fields.refuseOthers();
  if (limit.kind === 'concurrency') return limit;
  const largest = limit.kind === 'quota' ? limit.quota + limit.overage : usableBurst(limit);
  if (largest < Math.max(1, largestCost)) refuseSize(fields, limit, Math.max(1, largestCost));
  return limit;
}

const USUAL_LEASE = { seconds: 30, units: 10_000 };

function parseQuota(fields: PlanFields): QuotaLimit {
  const quota = fields.integer('quota', { min: 0, max: MAX_UNITS });
  const overage = fields.integer('overage', { min: 0, max: MAX_UNITS }, 0);
  if (quota + overage > MAX_UNITS) fields.fail('overage', `and quota together must be at most ${MAX_UNITS}`);
  const lease = fields.get('lease');
  const leaseFields = new PlanFields(lease === false ? {} : (lease ?? {}), fields.pathOf('lease'));
  const leaseSeconds = leaseFields.number('seconds', { min: 1, max: 3600 }, USUAL_LEASE.seconds);
  const maxLeaseUnits = leaseFields.integer('max', { min: 1, max: 1_000_000 }, USUAL_LEASE.units);
  leaseFields.refuseOthers();
  const wasteShare = fields.number('wasteBudget', { min: 0, max: 0.5 }, 0.01);
  const level = fields.oneOf('level', LEVELS);
  const period = parsePeriod(fields);
  const billing = parseBilling(fields, level, period);
  const isDirect = lease === false || billing === 'exact';
  const wasteBudget = isDirect ? 0 : Math.max(1, Math.floor(wasteShare * quota));
  const price = parsePrice(fields, level, period.length);
  const shards = parseShards(fields, wasteBudget, overage);
  return {
    kind: 'quota',
    id: fields.id('id'),
    level,
    quota,
    period,
    billing,
    initialUsage: fields.integer('initialUsage', { min: 0, max: quota }, 0),
    overage,
    alarms: parseAlarms(fields),
    wasteBudget,
    leaseSeconds,
    maxLeaseUnits,
    ...(price !== undefined && { price }),
    ...(shards !== undefined && { shards }),
  };
}

/**
 * Parses `billing`. By default, a tenant's monthly limit is billed exactly, unless the plan has settings for leases.
 * Any other limit is leased by default.
 */
function parseBilling(fields: PlanFields, level: Level, { length }: PeriodRule): QuotaLimit['billing'] {
  const ofLeases = ['lease', 'wasteBudget', 'shards'].filter(
    (name) => fields.has(name) && fields.get(name) !== false,
  );
  const isInvoiced = level === 'tenant' && length === 'MONTH' && ofLeases.length === 0;
  if (!fields.has('billing')) return isInvoiced ? 'exact' : 'leased';
  const billing = fields.oneOf('billing', ['exact', 'leased'] as const);
  const [needless] = ofLeases;
  if (billing === 'exact' && needless !== undefined)
    fields.fail(
      needless,
      'is a setting of leases, but billing: exact has no leases, because each request is one write; remove this setting, or set billing: leased',
    );
  return billing;
}

/**
 * Parses `shards`. Overage and alarms are not allowed with shards, because they need the total of all items, which a
 * shard does not know in time.
 */
function parseShards(fields: PlanFields, wasteBudget: number, overage: number): QuotaLimit['shards'] {
  if (!fields.has('shards')) return undefined;
  if (overage > 0)
    fields.fail(
      'overage',
      'cannot be combined with shards, because the total of all shards is not known when a request is charged; set a higher quota instead of an overage',
    );
  if (fields.has('alarms'))
    fields.fail(
      'alarms',
      'cannot be combined with shards, because the total of all shards is not known when a request is charged',
    );
  if (wasteBudget < 2) fields.fail('shards', 'need leases, and a waste budget of at least 2 units');
  if (fields.get('shards') === 'auto') return 'auto';
  const most = Math.min(MAX_SHARDS, wasteBudget);
  const shards = fields.get('shards');
  if (typeof shards === 'number' && Number.isInteger(shards) && shards >= 2 && shards <= most) return shards;
  return fields.fail(
    'shards',
    `must be auto, or a whole number from 2 to ${most}; each shard needs a unit of the waste budget`,
  );
}

function parsePeriod(fields: PlanFields): PeriodRule {
  const length = parsePeriodLength(fields);
  const timeZone = fields.text('timeZone', 'UTC');
  if (!isTimeZone(timeZone))
    fields.fail(
      'timeZone',
      `is ${JSON.stringify(timeZone)}; expected an IANA time zone such as Europe/Berlin`,
    );
  const anchor = new PlanFields(fields.get('anchor') ?? {}, fields.pathOf('anchor'));
  const dayName = length === 'WEEK' ? 'weekday' : 'day';
  if (typeof length === 'object' && (fields.has('timeZone') || fields.has('anchor')))
    fields.fail('anchor', 'and timeZone are for DAY, WEEK and MONTH; other periods begin at period.from');
  if (length === 'DAY' && anchor.has('day')) anchor.fail('day', 'is for MONTH; a DAY begins at anchor.time');
  const anchorDay = anchor.integer(dayName, { min: 1, max: length === 'WEEK' ? 7 : 31 }, 1);
  const time = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(anchor.text('time', '00:00'));
  if (time === null) return anchor.fail('time', 'must be a time of day like 06:00');
  anchor.refuseOthers();
  return { length, timeZone, anchorDay, anchorMinutes: Number(time[1]) * 60 + Number(time[2]) };
}

function parsePeriodLength(fields: PlanFields): PeriodLength {
  const value = fields.get('period');
  if (typeof value !== 'object' || value === null) return fields.oneOf('period', PERIODS);
  const custom = new PlanFields(value, fields.pathOf('period'));
  const everySeconds = custom.integer('everySeconds', { min: 1, max: 366 * 86_400 });
  const from = custom.has('from') ? custom.instant('from') : undefined;
  custom.refuseOthers();
  return { everySeconds, ...(from !== undefined && { fromEpochMs: from }) };
}

function parseAlarms(fields: PlanFields): readonly number[] {
  const alarms = fields.list('alarms', 8, []).map((percent) => {
    if (typeof percent === 'number' && Number.isInteger(percent) && percent >= 1 && percent <= 1000)
      return percent;
    return fields.fail('alarms', 'must be whole percentages of the quota from 1 to 1000');
  });
  if (new Set(alarms).size < alarms.length) fields.fail('alarms', 'must not contain a percentage twice');
  return alarms.sort((a, b) => a - b);
}

function parseRate(fields: PlanFields): RateLimit {
  const lease = fields.get('lease');
  const leaseFields = new PlanFields(lease === false ? {} : (lease ?? {}), fields.pathOf('lease'));
  const maxAgeMs = leaseFields.integer('maxAgeMs', { min: 1, max: 60_000 }, DIRECT_MAX_AGE_MS);
  leaseFields.refuseOthers();
  const rate = fields.number('rate', { min: 1e-6, max: 1e6 });
  const perSeconds = fields.number('perSeconds', { min: 1, max: MAX_RATE_WINDOW_SECONDS }, 1);
  const burst = fields.integer('burst', { min: 1, max: 1e9 });
  if ((burst * perSeconds) / rate > MAX_RATE_WINDOW_SECONDS)
    fields.fail('burst', 'needs more than a day to refill; use a quota instead');
  return {
    kind: 'rate',
    id: fields.id('id'),
    level: fields.oneOf('level', LEVELS),
    rate,
    perSeconds,
    burst,
    maxAgeMs,
    leased: leaseFields.has('maxAgeMs'),
    clockSkewMs: fields.integer('clockSkewMs', { min: 0, max: 60_000 }, 200),
  };
}

/** Parses a concurrency limit. The cost of a request does not matter, because each running request counts as one. */
function parseConcurrency(fields: PlanFields): ConcurrencyLimit {
  return {
    kind: 'concurrency',
    id: fields.id('id'),
    level: fields.oneOf('level', LEVELS),
    concurrency: fields.integer('concurrency', { min: 1, max: MAX_CONCURRENCY }),
    maxSeconds: fields.integer('maxSeconds', { min: 1, max: 86_400 }, MAX_RUN_SECONDS),
    clockSkewMs: fields.integer('clockSkewMs', { min: 0, max: 60_000 }, 1000),
  };
}

const KINDS = ['quota', 'rate', 'concurrency'] as const;
const PARSERS = { quota: parseQuota, rate: parseRate, concurrency: parseConcurrency } as const;

function refuseSize(fields: PlanFields, limit: QuotaLimit | RateLimit, needed: number): never {
  if (limit.kind === 'quota')
    return fields.fail(
      'quota',
      `is less than the largest cost (${needed}): a request of this cost could never be admitted`,
    );
  const least = Math.ceil(limit.burst - usableBurst(limit) + needed);
  const why = limit.leased ? 'the lease of the limit' : 'the time between request and use';
  return fields.fail(
    'burst',
    `is too small for ${why}: make it at least ${least}, or lower lease.maxAgeMs or clockSkewMs`,
  );
}
