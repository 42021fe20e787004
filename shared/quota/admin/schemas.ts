/** JSON Schemas of quota-admin's responses, and fields that several of its routes accept. */
import { instant, oneOf, optional, text, wholeNumber } from '../../http/fields.ts';
import type { JsonSchema } from '../../http/fields.ts';
import { PERIODS } from '../ledger/period.ts';
import { CUSTOMER_STATES } from '../plan/customer.ts';
import { LEVELS } from '../plan/plan.ts';

const TEXT = { type: 'string' };
const WHOLE = { type: 'integer' };
const INSTANT = { type: 'string', format: 'date-time' };
const DATE = { type: 'string', description: 'A day, 2026-11-20, or an instant' };
const FACTS = { type: 'object' };

const PRICE = {
  type: 'object',
  description: 'Amounts are decimal text; the first `included` units are free.',
  properties: {
    fee: TEXT,
    prorate: { type: 'boolean' },
    included: WHOLE,
    meter: TEXT,
    tiers: {
      type: 'array',
      items: {
        type: 'object',
        required: ['unitPrice'],
        properties: { upTo: WHOLE, unitPrice: TEXT },
        additionalProperties: false,
      },
    },
  },
  additionalProperties: false,
};

const ADDRESSEE = {
  type: 'object',
  required: ['name'],
  properties: {
    name: TEXT,
    taxId: TEXT,
    email: TEXT,
    stripe: TEXT,
    from: DATE,
    until: DATE,
    address: { type: 'array', items: TEXT },
  },
  additionalProperties: false,
};

const LIMIT = {
  type: 'object',
  description:
    'A quota (quota, period), a rate (rate, burst) or a number of requests at once (concurrency); node_modules/gatewright/docs/guides/sell/quota.md explains the fields.',
  required: ['id', 'level'],
  properties: {
    id: TEXT,
    level: { enum: LEVELS },
    quota: WHOLE,
    overage: WHOLE,
    initialUsage: WHOLE,
    wasteBudget: { type: 'number' },
    period: {
      anyOf: [{ enum: PERIODS }, structure({ everySeconds: WHOLE, from: TEXT }, ['from'])],
    },
    timeZone: TEXT,
    anchor: FACTS,
    alarms: { type: 'array', items: WHOLE },
    rate: { type: 'number' },
    perSeconds: { type: 'number' },
    burst: WHOLE,
    concurrency: WHOLE,
    maxSeconds: WHOLE,
    clockSkewMs: WHOLE,
    shards: { anyOf: [{ const: 'auto' }, WHOLE] },
    lease: { anyOf: [{ const: false }, FACTS] },
    billing: { enum: ['exact', 'leased'] },
    price: PRICE,
  },
  additionalProperties: false,
};

export const PLAN: JsonSchema = {
  type: 'object',
  description:
    'A customer plan. A plan that cannot be enforced is refused, and the response names the path of the invalid field.',
  required: ['id', 'version', 'limits'],
  properties: {
    id: TEXT,
    version: {
      type: 'integer',
      minimum: 1,
      description: '1 for a new plan, otherwise one more than the newest',
    },
    limits: { type: 'array', minItems: 1, maxItems: 10, items: LIMIT },
    cost: { anyOf: [WHOLE, { type: 'object', additionalProperties: WHOLE }] },
    invoice: {
      type: 'object',
      required: ['currency'],
      properties: { currency: TEXT, customers: { type: 'object', additionalProperties: ADDRESSEE } },
      additionalProperties: false,
    },
  },
  additionalProperties: false,
};

const OWN_QUOTAS = { type: 'object', additionalProperties: WHOLE };

export const CUSTOMER_RECORD: JsonSchema = structure(
  {
    tenant: TEXT,
    name: TEXT,
    currency: TEXT,
    state: { enum: CUSTOMER_STATES },
    stateSince: INSTANT,
    plan: { ...TEXT, description: 'In force now' },
    from: INSTANT,
    limits: OWN_QUOTAS,
    everywhereBy: {
      ...INSTANT,
      description:
        'The time at which the last change is in force in every process, including processes that have leased units',
    },
    plans: { type: 'array', items: structure({ plan: TEXT, from: INSTANT, limits: OWN_QUOTAS }, ['limits']) },
    version: WHOLE,
  },
  ['name', 'currency', 'stateSince', 'plan', 'from', 'limits'],
);

export const TERMS: JsonSchema = structure(
  {
    tenant: TEXT,
    key: TEXT,
    by: {
      enum: ['customer', 'key', 'caller'],
      description: 'Whose record determines the plan; caller if no plan is recorded',
    },
    state: { enum: CUSTOMER_STATES },
    plan: TEXT,
    from: INSTANT,
    limits: OWN_QUOTAS,
  },
  ['plan', 'from', 'limits'],
);

export const MIGRATED: JsonSchema = structure(
  { created: WHOLE, kept: WHOLE, mixed: { type: 'array', items: TEXT }, next: TEXT },
  ['next'],
);

export const KEY_PLAN: JsonSchema = structure({ tenant: TEXT, key: TEXT, plan: TEXT, version: WHOLE });

const COUNTS = { quota: WHOLE, credits: WHOLE, used: WHOLE, withinQuota: WHOLE, overage: WHOLE, lost: WHOLE };
const NAMES = {
  tenant: TEXT,
  key: TEXT,
  route: TEXT,
  limit: TEXT,
  plan: TEXT,
  periodStart: INSTANT,
  periodEnd: INSTANT,
};
/** These properties come last, so that existing CSV columns keep their positions. */
const LEDGER = {
  ledger: {
    ...INSTANT,
    description: 'Id of the period if it differs from periodStart: the plan was changed within the period',
  },
  billedFrom: {
    ...INSTANT,
    description:
      "Start of the customer's term, if it is in a later month than the ledger; the invoice is for that month",
  },
};
const MONTH = { type: 'string', description: 'Month of the invoice: 2026-11' };
const OPTIONAL = ['key', 'route', 'ledger', 'billedFrom'];
const BILLING = { currency: TEXT, price: PRICE, carried: WHOLE, replaced: { type: 'boolean' }, term: WHOLE };

export const USAGE_ROW: JsonSchema = structure(
  {
    ...NAMES,
    state: { enum: ['open', 'suspended', 'closed'] },
    ...COUNTS,
    charged: WHOLE,
    outstanding: WHOLE,
    remaining: WHOLE,
    allowance: WHOLE,
    counted: {
      type: 'integer',
      description: 'Charged against the limit, including under earlier plans of the period',
    },
    left: WHOLE,
    month: MONTH,
    ...LEDGER,
  },
  OPTIONAL,
);

export const USAGE_RECORD: JsonSchema = structure(
  {
    recordId: TEXT,
    version: WHOLE,
    recordedAt: INSTANT,
    ...NAMES,
    ...COUNTS,
    usedDelta: WHOLE,
    overageDelta: WHOLE,
    month: MONTH,
    ...BILLING,
    ...LEDGER,
  },
  [...OPTIONAL, ...Object.keys(BILLING)],
);

const PERIOD_NAMES: JsonSchema = {
  type: 'array',
  items: structure({ tenant: TEXT, limit: TEXT, key: TEXT, periodStart: INSTANT }, ['key']),
};

export const CLOSED_PAGE: JsonSchema = structure(
  {
    closed: {
      ...WHOLE,
      description:
        'Periods that this request closed, including periods without requests whose fee it recorded',
    },
    recorded: { ...WHOLE, description: 'Records written, including corrections' },
    running: {
      ...WHOLE,
      description: 'Periods that cannot be closed yet, because they have not ended or ended only recently',
    },
    corrected: {
      ...WHOLE,
      description:
        'Records that correct periods that were closed before, because more usage was reported for them',
    },
    named: { ...PERIOD_NAMES, description: 'The first periods that this request closed' },
    namedCorrected: { ...PERIOD_NAMES, description: 'The first periods that this request corrected' },
    endedSince: {
      ...INSTANT,
      description: 'Without a month, periods without requests that ended before this time are not closed',
    },
    next: { ...TEXT, description: 'Cursor of the next page' },
  },
  ['corrected', 'named', 'namedCorrected', 'endedSince', 'next'],
);

const ENTRY = {
  operationId: TEXT,
  kind: TEXT,
  by: TEXT,
  at: INSTANT,
  target: FACTS,
  input: FACTS,
  before: FACTS,
  after: FACTS,
};

export const AUDIT_ENTRY: JsonSchema = structure(ENTRY);

export const APPLIED_OPERATION: JsonSchema = structure({
  ...ENTRY,
  repeated: { type: 'boolean', description: 'This change was already made with the same id.' },
});

/** Returns the schema of `{[name]: […], next?}`. */
export function pageOf(name: string, items: JsonSchema): JsonSchema {
  const next = { type: 'string', description: 'Cursor of the next page' };
  return structure({ [name]: { type: 'array', items }, next }, ['next']);
}

export function structure(properties: JsonSchema, optionalNames: readonly string[] = []): JsonSchema {
  const required = Object.keys(properties).filter((name) => !optionalNames.includes(name));
  return { type: 'object', required, properties };
}

export const CURSOR = optional(
  text('`next` of the previous response', { pattern: /^[A-Za-z0-9_-]+$/, maxLength: 8192 }),
);
export const ROUTE = optional(text('For limits per route: GET /orders/{id}'));
export const PLAN_NAME = optional(
  text('The plan to use if no plan is assigned to the subject and nothing was charged yet'),
);
export const PERIOD = instant('An instant of the period');
export const UNITS = { min: 1, max: Number.MAX_SAFE_INTEGER };

export const EXPORTED = {
  of: optional(
    oneOf(
      'usage of the periods that are still stored (the default), the records of closed periods, unrecorded fees of periods without requests, or what closing would record now',
      ['usage', 'records', 'due', 'drafts'],
    ),
  ),
  format: optional(oneOf('default: ndjson', ['ndjson', 'csv'])),
  from: optional(instant('Periods that begin at this instant or later')),
  to: optional(instant('Periods that begin before this instant')),
  limit: optional(wholeNumber('Rows per page; default: 500', { min: 1, max: 1000 })),
  cursor: CURSOR,
};
