/**
 * Reads customers for the console, with the same functions as `gatewright customers`, `gatewright usage`, `gatewright
 * keys` and `gatewright quota audit`.
 */
import { compareNames } from '@gatewright/aws/text/name-order';
import { membersOf } from '@gatewright/aws/json-object';
import { LAST_USE_EVERY_SECONDS } from '#shared/access/keys/last-use.ts';
import type { UsageRow } from '#shared/quota/admin/usage-row.ts';
import { UsageError } from '../../../../base/terminal/output.ts';
import { textAt } from '../../../terminal/aws-call.ts';
import type { AdminFlags, AdminTarget } from '../../../terminal/admin-client.ts';
import { describeRefusal } from '#shared/portal/describe-refusal.ts';
import { readFirstPages } from '../../commands/admin-commands.ts';
import type { Answer } from '../../commands/admin-commands.ts';
import { readExport } from './export-rows.ts';
import {
  eachCustomers,
  eachUsage,
  findCustomer,
  planOf,
  readAudit,
  readKeys,
  readLeft,
  readUsage,
} from './read-customers.ts';
import { printReads, readRefusalOf } from './read-refusals.ts';
import { readInvoices, readNotClosed } from './usage-invoice.ts';
import type {
  CustomerBook,
  ShownCustomer,
  ShownCustomerRow,
  ShownCustomers,
} from '../../../../gateway/engine/index.ts';

type ShownUse = ShownCustomer['uses'][number];
type ShownChange = ShownCustomer['changes'][number];

const DAY_MS = 86_400_000;
/**
 * How far back changes are read. The audit's pages contain changes of all customers, so the number of pages is limited.
 */
const [CHANGE_DAYS, CHANGE_PAGES] = [7, 8];
/** How far back the use of past periods is read. */
const HISTORY_DAYS = 92;
/**
 * Maximum number of periods that are read for one customer. A customer with many keys has a period for each key and
 * day.
 */
const MOST_PERIODS = 5_000;
/** Maximum number of pages that are read for the list: 2,000 customers, and the use of 4,000 limits and keys. */
const [CUSTOMER_PAGES, USAGE_PAGES] = [20, 80];

/** @param findTarget returns the admin API of the running gateway, or undefined if it has none */
export function openCustomerBook(findTarget: () => AdminTarget | undefined): CustomerBook {
  const flags = (): AdminFlags => {
    const target = findTarget();
    if (target !== undefined) return { target };
    throw new UsageError(
      'There are no customers, because this gateway does not serve Gatewright’s stack, which records the usage.',
    );
  };
  return {
    list: (how) => list(how, flags()),
    one: (tenant, nowEpochMs) => showOne(tenant, nowEpochMs, flags()),
    async reads(call) {
      const says = await readRefusalOf(call, flags());
      return says === undefined ? undefined : printReads(says);
    },
  };
}

async function list(
  { withUse }: Parameters<CustomerBook['list']>[0],
  flags: AdminFlags,
): Promise<ShownCustomers> {
  const customers = await readFirstPages(eachCustomers(flags), CUSTOMER_PAGES);
  const usage = withUse ? await readFirstPages(eachUsage(flags), USAGE_PAGES) : { rows: [], isCut: false };
  const isUseWhole = withUse && !usage.isCut;
  const byTenant = Map.groupBy(usage.rows.map(toUse), ({ tenant }) => tenant);
  const recorded = customers.rows.map((customer): ShownCustomerRow => {
    const uses = byTenant.get(String(customer['tenant']));
    const row = showRow(
      customer,
      (uses ?? []).map(({ use }) => use),
    );
    return uses === undefined && !isUseWhole ? { ...row, isUseUnread: true } : row;
  });
  const known = new Set(recorded.map(({ tenant }) => tenant));
  // A tenant may have usage but no record, because claims of tokens and keys can name any tenant.
  const others = [...byTenant].flatMap(([tenant, uses]) =>
    known.has(tenant)
      ? []
      : [
          showUnrecorded(
            tenant,
            uses[0]?.plan,
            uses.map(({ use }) => use),
          ),
        ],
  );
  return {
    customers: [...recorded, ...others].toSorted((a, b) => compareNames(a.tenant, b.tenant)),
    ...((customers.isCut || usage.isCut) && { isCut: true }),
  };
}

function showRow(customer: Answer, uses: readonly ShownUse[]): ShownCustomerRow {
  return {
    tenant: String(customer['tenant']),
    name: textAt(customer, 'name'),
    state: textAt(customer, 'state') ?? 'active',
    plan: planOf(customer),
    from: textAt(customer, 'from'),
    fullest: findFullest(uses),
  };
}

function showUnrecorded(
  tenant: string,
  plan: string | undefined,
  uses: readonly ShownUse[],
): ShownCustomerRow {
  return { tenant, state: 'no record', plan, fullest: findFullest(uses) };
}

/** Returns the limit with the greatest used share; undefined if there are no limits. */
function findFullest(uses: readonly ShownUse[]): ShownUse | undefined {
  const shareOf = ({ counted, allowance }: ShownUse): number => counted / Math.max(1, allowance);
  return uses.toSorted((a, b) => shareOf(b) - shareOf(a))[0];
}

async function showOne(
  tenant: string,
  nowEpochMs: number,
  flags: AdminFlags,
): Promise<ShownCustomer | undefined> {
  const customer = await findCustomer(tenant, flags);
  const fromEpochMs = nowEpochMs - HISTORY_DAYS * DAY_MS;
  // The calls are made one after the other. Parallel calls would take longer, because each would start another instance
  // of the function.
  const limits = customer === undefined ? [] : await readLeft(tenant, planOf(customer), flags);
  const left = limits.filter(({ level }) => level === 'tenant');
  const usage = await readUsage({ tenant }, flags);
  const keys = await readKeys(tenant, flags);
  const past = await readHistory(tenant, fromEpochMs, flags);
  const { changes, since } = await readChanges(tenant, nowEpochMs, flags);
  const cost = await readCost(tenant, nowEpochMs, flags);
  const counted = usage.map(toUse);
  if (customer === undefined && counted.length === 0 && keys.length === 0) return undefined;
  const uses = counted.map(({ use }) => use);
  const whole = new Set(
    uses.flatMap(({ limit, key, route }) => ((key ?? route) === undefined ? [limit] : [])),
  );
  // Limits that were not used in this period have no usage yet.
  const unused = left.flatMap((standing) => {
    const { use } = toUse(standing);
    return whole.has(use.limit) ? [] : [use];
  });
  const row =
    customer === undefined ? showUnrecorded(tenant, counted[0]?.plan, uses) : showRow(customer, uses);
  return {
    ...row,
    currency: customer && textAt(customer, 'currency'),
    plans: plansOf(customer),
    keys: keys.map(showKey),
    lastUseEverySeconds: LAST_USE_EVERY_SECONDS,
    uses: [...uses, ...unused],
    ...past,
    cost,
    changes,
    changesSince: since,
  };
}

function plansOf(customer: Answer | undefined): ShownCustomer['plans'] {
  const plans = customer?.['plans'];
  return (Array.isArray(plans) ? (plans as readonly Answer[]) : []).map(({ plan, from }) => ({
    plan: String(plan),
    from: String(from),
  }));
}

function showKey(key: Answer): ShownCustomer['keys'][number] {
  return {
    keyId: String(key['keyId']),
    name: textAt(key, 'name'),
    state: String(key['state']),
    createdAt: textAt(key, 'createdAt'),
    lastUsedAt: textAt(key, 'lastUsedAt'),
  };
}

type Counted = { readonly tenant: string; readonly plan: string | undefined; readonly use: ShownUse };

function toUse(row: Answer): Counted {
  return {
    tenant: String(row['tenant']),
    plan: textAt(row, 'plan'),
    use: {
      limit: String(row['limit']),
      key: textAt(row, 'key'),
      route: textAt(row, 'route'),
      periodStart: textAt(row, 'periodStart'),
      periodEnd: textAt(row, 'periodEnd'),
      state: textAt(row, 'state'),
      allowance: Number(row['allowance'] ?? 0),
      counted: Number(row['counted'] ?? 0),
      left: Number(row['left'] ?? 0),
      ...(refuses(row) && { refuses: true }),
    },
  };
}

/** A limit without usage has no state, and refuses no requests. */
function refuses(row: Answer): boolean {
  return row['state'] !== undefined && describeRefusal(row as UsageRow, { plan: '' }) !== undefined;
}

async function readHistory(
  tenant: string,
  fromEpochMs: number,
  flags: AdminFlags,
): Promise<Pick<ShownCustomer, 'history' | 'isHistoryCut'>> {
  const periods = new Map<string, ShownUse>();
  const from = new Date(fromEpochMs).toISOString();
  let isCut = false;
  for await (const row of readExport<UsageRow>('usage', { tenant, from }, flags)) {
    const { refuses: _, ...use } = toUse(row).use;
    const name = [use.limit, use.key, use.route, use.periodStart].join('\n');
    const other = periods.get(name);
    // If the plan has changed within a period, the period has a row for each plan. The last row counts all units.
    if (other === undefined || other.counted < use.counted) periods.set(name, use);
    // Reads one period more than is shown, to know whether there are more.
    isCut = periods.size > MOST_PERIODS;
    if (!isCut) continue;
    periods.delete(name);
    break;
  }
  return {
    history: [...periods.values()].toSorted((a, b) =>
      (a.periodStart ?? '').localeCompare(b.periodStart ?? ''),
    ),
    ...(isCut && { isHistoryCut: true }),
  };
}

async function readChanges(
  tenant: string,
  nowEpochMs: number,
  flags: AdminFlags,
): Promise<{ readonly changes: readonly ShownChange[]; readonly since: string }> {
  const changes: ShownChange[] = [];
  let [pages, since] = [0, new Date(nowEpochMs).toISOString()];
  for (let ago = 0; ago < CHANGE_DAYS; ago += 1) {
    const day = new Date(nowEpochMs - ago * DAY_MS).toISOString();
    for await (const entries of readAudit(day, flags)) {
      const own = entries.filter(({ target }) => membersOf(target)['tenant'] === tenant);
      changes.push(...own.map(showChange));
      pages += 1;
      if (pages >= CHANGE_PAGES) return { changes, since: textAt(entries.at(-1) ?? {}, 'at') ?? since };
    }
    since = `${day.slice(0, 10)}T00:00:00.000Z`;
  }
  return { changes, since };
}

function showChange({ at, by, kind, before, after }: Answer): ShownChange {
  const change = { at: String(at), by: String(by), kind: String(kind) };
  const [earlier, later] = [membersOf(before), membersOf(after)];
  for (const name of ['plan', 'state']) {
    const [was, is] = [textAt(earlier, name), textAt(later, name)];
    if (was !== is) return { ...change, before: was, after: is };
  }
  return change;
}

/** Reads what the month has cost so far, from the drafts of the month's invoices. */
async function readCost(
  tenant: string,
  nowEpochMs: number,
  flags: AdminFlags,
): Promise<ShownCustomer['cost']> {
  const month = new Date(nowEpochMs).toISOString().slice(0, 7);
  const asked = { ...flags, tenant, period: month };
  try {
    const open = await readNotClosed(asked);
    const totals: { total: string; currency: string }[] = [];
    let isDraft = open.length > 0;
    for await (const { invoices } of readInvoices(asked, open)) {
      totals.push(...invoices.map(({ total, currency }) => ({ total, currency })));
      isDraft ||= invoices.some(({ draft }) => draft === true);
    }
    return { month, totals, isDraft };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { month, totals: [], isDraft: true, problem: error.message };
  }
}
