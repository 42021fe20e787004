/**
 * Prices of units, and who pays them. Amounts are decimal text and are computed as integers, never as binary fractions.
 */
import { isJsonObject } from '@gatewright/aws/json-object';
import { isCurrency, parseDecimal } from './money.ts';
import type { PeriodLength } from '../ledger/period.ts';
import { PlanFields } from '../plan/plan-fields.ts';

/**
 * A tier contains the units above the previous tier, up to and including `upTo`. The last tier contains all remaining
 * units.
 */
type Tier = { readonly upTo?: number; readonly unitPrice: string };

export type Price = {
  readonly fee: string;
  /** If set, a customer with a record owes only the share of the fee for the time in which the plan is in force. */
  readonly prorate?: true;
  /** Number of units of a period that are free. */
  readonly included: number;
  readonly tiers: readonly Tier[];
  /** The event name of a billing provider's meter. */
  readonly meter?: string;
};

export type Addressee = {
  readonly name: string;
  readonly address: readonly string[];
  readonly taxId?: string;
  readonly email?: string;
  /** Id of a Stripe customer, `cus_…`. */
  readonly stripe?: string;
  /**
   * Start and end of the subscription (epoch ms). Fees are due for periods that end after `from` and begin before
   * `until`, even if the plan was not used and none of the customer's keys has the plan.
   */
  readonly from?: number;
  readonly until?: number;
};

export type InvoiceTerms = {
  /** A currency code of ISO 4217. */
  readonly currency: string;
  /** Customers by tenant. A tenant that is not listed is invoiced under its own name. */
  readonly customers: ReadonlyMap<string, Addressee>;
};

const MAX_TIERS = 20;
const MAX_CUSTOMERS = 500;
const MAX_ADDRESS_LINES = 6;
const MAX_TEXT = 200;
const MAX_UNITS = Number.MAX_SAFE_INTEGER;
/**
 * Minimum length of a period that has a fee. Shorter periods are refused, because a fee is charged for every period,
 * even without usage.
 */
const LEAST_FEE_SECONDS = 3600;

/**
 * Parses `invoice: {currency: EUR, customers: {acme: {name, address: […], taxId, email, stripe, from, until}}}`.
 * Returns undefined if the plan has no `invoice`.
 * @throws PlanInvalid if a field is missing or invalid
 */
export function parseInvoiceTerms(plan: PlanFields): InvoiceTerms | undefined {
  if (!plan.has('invoice')) return undefined;
  const fields = new PlanFields(plan.get('invoice'), plan.pathOf('invoice'));
  const currency = fields.text('currency', '');
  if (!isCurrency(currency)) fields.fail('currency', 'must be an ISO 4217 currency code such as EUR');
  const customers = fields.get('customers') ?? {};
  if (!isJsonObject(customers)) return fields.fail('customers', 'must be an object keyed by tenant');
  const names = Object.keys(customers);
  if (names.length > MAX_CUSTOMERS) fields.fail('customers', `must name at most ${MAX_CUSTOMERS} tenants`);
  const path = fields.pathOf('customers');
  fields.refuseOthers();
  return {
    currency,
    customers: new Map(
      names.map((tenant) => [
        tenant,
        parseAddressee(new PlanFields(customers[tenant], `${path}.${tenant.slice(0, 64)}`)),
      ]),
    ),
  };
}

/**
 * Parses `price: {fee: '49.00', included: 1000, tiers: [{upTo: 10000, unitPrice: '0.002'}, {unitPrice: '0.001'}],
 * prorate, meter}`. Returns undefined if the limit has no `price`.
 * @throws PlanInvalid if a field is missing or invalid
 */
export function parsePrice(limit: PlanFields, level: string, length: PeriodLength): Price | undefined {
  if (!limit.has('price')) return undefined;
  const fields = new PlanFields(limit.get('price'), limit.pathOf('price'));
  const fee = decimalOf(fields, 'fee', '0');
  if (Number(fee) > 0 && level === 'route')
    fields.fail(
      'fee',
      'is only for limits of a key or a tenant: a fee is due even without requests, but a route without requests is not known',
    );
  if (Number(fee) > 0 && typeof length === 'object' && length.everySeconds < LEAST_FEE_SECONDS)
    fields.fail('fee', 'needs periods of an hour or more');
  const included = fields.integer('included', { min: 0, max: MAX_UNITS }, 0);
  const tiers = fields
    .list('tiers', MAX_TIERS, [])
    .map((tier, index) => parseTier(new PlanFields(tier, `${fields.pathOf('tiers')}[${index}]`)));
  let below = included;
  for (const [index, { upTo }] of tiers.entries()) {
    const isLast = index === tiers.length - 1;
    const path = `tiers[${index}].upTo`;
    if (isLast && upTo !== undefined)
      fields.fail(path, 'must be omitted from the last tier, which covers all remaining units');
    if (!isLast && (upTo === undefined || upTo <= below))
      return fields.fail(
        path,
        `must be over ${below}, ${index === 0 ? 'the number of included units' : 'the end of the previous tier'}`,
      );
    below = upTo ?? below;
  }
  const prorate = fields.has('prorate') && fields.flag('prorate');
  const meter = fields.has('meter') ? fields.id('meter') : undefined;
  fields.refuseOthers();
  return { fee, ...(prorate && { prorate }), included, tiers, ...(meter !== undefined && { meter }) };
}

function parseTier(fields: PlanFields): Tier {
  const unitPrice = decimalOf(fields, 'unitPrice');
  const upTo = fields.has('upTo') ? fields.integer('upTo', { min: 1, max: MAX_UNITS }) : undefined;
  fields.refuseOthers();
  return { unitPrice, ...(upTo !== undefined && { upTo }) };
}

/**
 * Reads a decimal, which must be text. YAML would read an unquoted 0.002 as a binary number, which is not exactly
 * 0.002.
 */
function decimalOf(fields: PlanFields, name: string, fallback?: string): string {
  const value = fields.get(name) ?? fallback;
  if (typeof value === 'string' && parseDecimal(value) !== undefined) return value;
  return fields.fail(
    name,
    "must be decimal text such as '0.002': up to 12 digits before and after the point",
  );
}

function instantOf(fields: PlanFields, name: 'from' | 'until'): { readonly [key: string]: number } {
  return fields.has(name) ? { [name]: fields.instant(name) } : {};
}

function parseAddressee(fields: PlanFields): Addressee {
  const line = (name: string, value: unknown): string =>
    typeof value === 'string' && value !== '' && value.length <= MAX_TEXT && !/\p{Cc}/u.test(value)
      ? value
      : fields.fail(name, `must be a line of 1 to ${MAX_TEXT} characters`);
  const optional = (name: 'taxId' | 'email' | 'stripe'): { readonly [key: string]: string } =>
    fields.has(name) ? { [name]: line(name, fields.get(name)) } : {};
  const name = line('name', fields.get('name'));
  const address = fields.list('address', MAX_ADDRESS_LINES, []).map((each) => line('address', each));
  const customer = {
    name,
    address,
    ...optional('taxId'),
    ...optional('email'),
    ...optional('stripe'),
    ...instantOf(fields, 'from'),
    ...instantOf(fields, 'until'),
  };
  fields.refuseOthers();
  return customer;
}
