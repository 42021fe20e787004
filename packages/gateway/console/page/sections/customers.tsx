/**
 * The customers of the toolkit's customer plans, and their people in the portal. Plans and states cannot be changed here;
 * `gatewright customers` changes them.
 */
import { useMemo, useState } from 'preact/hooks';
import { useFetched } from '../connection/control.ts';
import { Chart } from '../elements/chart.tsx';
import { Empty, NumberCell, Problem, SectionHead } from '../elements/parts.tsx';
import { SortableTable } from '../elements/sortable-table.tsx';
import { linkTo } from '../address.ts';
import { dateTime } from '../texts.ts';
import { sumByPeriod } from '../data/periods.ts';
import { countRefusals } from '../data/refusals.ts';
import { People } from './customer-people.tsx';
import { quoteValue } from '../traffic/traffic-query.ts';
import type { Column } from '../elements/sort-order.ts';
import type {
  ShownChange,
  ShownCost,
  ShownCustomer,
  ShownCustomerKey,
  ShownCustomerRow,
  ShownCustomers,
  ShownUse,
} from '../../endpoints/customer-model.ts';
import type { RequestRow } from '../../records/model.ts';

/** The maximum number of customers in the list. The search finds the others. */
const MAX_CUSTOMERS = 1_000;

type Props = { readonly item: string | undefined; readonly rows: readonly RequestRow[] };

export function CustomersSection({ item, rows }: Props) {
  const { data, error, reload } = useFetched<ShownCustomers>('console/customers');
  const [search, setSearch] = useState('');
  const customers = data?.customers ?? [];
  const found = useMemo(() => choose(customers, search), [customers, search]);
  return (
    <div class={`split ${item === undefined ? '' : 'is-open'}`}>
      <section class="split-list scrolls" aria-label="Customers">
        <SectionHead
          title="Customers"
          about="Who uses the API on which plan, and how much of it is used. To change a customer, run gatewright customers."
        >
          <input
            type="search"
            placeholder="Search  /"
            aria-label="Search"
            value={search}
            onInput={({ currentTarget }) => setSearch(currentTarget.value)}
          />
          <button type="button" onClick={reload}>
            Refresh
          </button>
        </SectionHead>
        <Problem text={error} />
        {data === undefined ? null : found.length === 0 ? (
          <Empty title={customers.length === 0 ? 'There are no customers yet.' : 'No matching customer.'}>
            {customers.length === 0 ? (
              <>
                <code>gatewright customers create</code> puts a customer on a plan, and{' '}
                <code>gatewright keys create</code> gives it a key.
              </>
            ) : undefined}
          </Empty>
        ) : (
          <Customers customers={found} opened={item} />
        )}
      </section>
      {item === undefined ? null : <OneCustomer key={item} tenant={item} rows={rows} />}
    </div>
  );
}

function choose(customers: readonly ShownCustomerRow[], search: string): readonly ShownCustomerRow[] {
  const words = search.toLowerCase().split(/\s+/);
  return customers.filter(({ tenant, name = '', plan = '', state }) => {
    const text = `${tenant} ${name} ${plan} ${state}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

const COLUMNS: readonly Column<ShownCustomerRow>[] = [
  { title: 'Customer', by: ({ tenant }) => tenant },
  { title: 'Name', by: ({ name }) => name },
  { title: 'Plan', by: ({ plan }) => plan },
  { title: 'State', by: ({ state }) => state },
  { title: 'Fullest limit', by: ({ fullest }) => shareOf(fullest), isNumber: true },
];

function Customers({
  customers,
  opened,
}: {
  readonly customers: readonly ShownCustomerRow[];
  readonly opened: string | undefined;
}) {
  return (
    <>
      <SortableTable
        name="customers"
        isCard
        label="All customers"
        kind="stacks customers"
        columns={COLUMNS}
        rows={customers.slice(0, MAX_CUSTOMERS)}
      >
        {(one) => (
          <tr key={one.tenant} class={one.tenant === opened ? 'open' : ''}>
            <th scope="row">
              <a href={linkTo('customers', one.tenant)}>{one.tenant}</a>
            </th>
            <td class="soft">{one.name ?? ''}</td>
            <td>{one.plan ?? '–'}</td>
            <td>
              <State state={one.state} />
            </td>
            <NumberCell column="Fullest limit">
              {one.fullest === undefined ? (
                <span class="soft">not used</span>
              ) : (
                <>
                  <span class="soft">{one.fullest.limit}</span> <UseBar use={one.fullest} />
                </>
              )}
            </NumberCell>
          </tr>
        )}
      </SortableTable>
      {customers.length > MAX_CUSTOMERS ? (
        <p class="soft">
          The first {MAX_CUSTOMERS} of {customers.length} customers are shown; use the search to find the
          others.
        </p>
      ) : null}
    </>
  );
}

function State({ state }: { readonly state: string }) {
  return state === 'active' ? <span>active</span> : <span class="badge">{state}</span>;
}

function shareOf(use: ShownUse | undefined): number {
  return use === undefined ? -1 : use.counted / Math.max(1, use.allowance);
}

/** Shows how much of an allowance is used, as a bar and as numbers. */
function UseBar({ use: { limit, counted, allowance } }: { readonly use: ShownUse }) {
  const isSpent = counted >= allowance;
  return (
    <span class="use">
      <meter
        min={0}
        max={Math.max(1, allowance)}
        optimum={0}
        low={allowance * 0.8}
        high={Math.max(0, allowance - 1)}
        value={counted}
        aria-label={`Used of ${limit}`}
      />{' '}
      <span class={isSpent ? 'spent' : ''}>
        {number(counted)} of {number(allowance)}
      </span>
    </span>
  );
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}

function OneCustomer({ tenant, rows }: { readonly tenant: string; readonly rows: readonly RequestRow[] }) {
  const { data, error, reload } = useFetched<ShownCustomer>(
    `console/customers/one?tenant=${encodeURIComponent(tenant)}`,
  );
  return (
    <aside class="panel" aria-label="One customer">
      <div class="panel-bar">
        <a class="button" href={linkTo('customers')} aria-label="Close">
          ✕
        </a>
        <h2>{tenant}</h2>
        {data === undefined ? null : <State state={data.state} />}
        <button type="button" onClick={reload}>
          Refresh
        </button>
      </div>
      <Problem text={error} />
      {data === undefined ? (
        error === undefined ? (
          <p class="soft">Reading the usage …</p>
        ) : null
      ) : (
        <Facts customer={data} rows={rows} />
      )}
    </aside>
  );
}

function Facts({
  customer,
  rows,
}: {
  readonly customer: ShownCustomer;
  readonly rows: readonly RequestRow[];
}) {
  const { name, plan, state, from, cost, uses, history, keys, changes, changesSince } = customer;
  return (
    <>
      <p>
        {name === undefined || name === customer.tenant ? null : `${name} · `}
        {plan === undefined ? 'no plan' : `plan ${plan}`}
        {from === undefined ? '' : <span class="soft"> since {instant(from)}</span>}
      </p>
      <h3>Limits in this period</h3>
      {uses.length === 0 ? <p class="soft">Nothing was counted in this period.</p> : <Uses uses={uses} />}
      {history.length === 0 ? null : <History history={history} />}
      <h3>Cost so far</h3>
      <Cost cost={cost} />
      <h3>Refused requests</h3>
      <Refusals tenant={customer.tenant} rows={rows} />
      <h3>Keys</h3>
      {keys.length === 0 ? <p class="soft">This customer has no keys.</p> : <Keys keys={keys} />}
      {state === 'no record' ? null : <People tenant={customer.tenant} isOpen={state !== 'closed'} />}
      <h3>Plans</h3>
      <Plans plans={customer.plans} />
      <h3>Changes since {instant(changesSince)}</h3>
      {changes.length === 0 ? <p class="soft">Nothing was changed.</p> : <Changes changes={changes} />}
    </>
  );
}

function instant(text: string): string {
  return dateTime(Date.parse(text));
}

function Uses({ uses }: { readonly uses: readonly ShownUse[] }) {
  return (
    <ul class="uses">
      {uses.map((use) => (
        <li key={keyOf(use)}>
          <span class="use-name">
            {use.limit} {use.route === undefined ? null : <code>{use.route}</code>}{' '}
            {use.key === undefined ? null : <span class="soft">key {use.key}</span>}
          </span>
          <UseBar use={use} />
          <span class="soft">
            {use.state === undefined || use.state === 'open' ? '' : `${use.state} · `}
            {use.periodEnd === undefined ? '' : `until ${instant(use.periodEnd)}`}
          </span>
        </li>
      ))}
    </ul>
  );
}

function keyOf({ limit, key = '', route = '', periodStart = '' }: ShownUse): string {
  return [limit, key, route, periodStart].join('\n');
}

/** Shows the use of one limit by period. A limit per key or per route is the sum of its keys and routes. */
function History({ history }: { readonly history: readonly ShownUse[] }) {
  // The limit with the most periods comes first, because its chart says most.
  const limits = [...Map.groupBy(history, ({ limit }) => limit)]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([limit]) => limit);
  const [chosen, setChosen] = useState(limits[0] ?? '');
  const periods = sumByPeriod(history.filter(({ limit }) => limit === chosen));
  return (
    <>
      {limits.length < 2 ? null : (
        <div class="row tools">
          <select
            aria-label="Limit"
            value={chosen}
            onChange={({ currentTarget }) => setChosen(currentTarget.value)}
          >
            {limits.map((limit) => (
              <option key={limit} value={limit}>
                {limit}
              </option>
            ))}
          </select>
        </div>
      )}
      <Chart
        key={chosen}
        label={`Units of ${chosen} used in each period`}
        seconds={periods.map(({ startSeconds }) => startSeconds)}
        series={[
          { name: 'used', values: periods.map(({ counted }) => counted), colour: '--accent', isBars: true },
        ]}
        height={120}
      />
    </>
  );
}

function Cost({ cost: { month, totals, isDraft, problem } }: { readonly cost: ShownCost }) {
  if (problem !== undefined) return <p class="note">The cost is not known: {problem}.</p>;
  if (totals.length === 0) return <p class="soft">Nothing that was used in {month} has a price.</p>;
  return (
    <p>
      <strong>{totals.map(({ total, currency }) => `${total} ${currency}`).join(' and ')}</strong>{' '}
      <span class="soft">
        for {month}
        {isDraft ? ', a draft until its periods are closed' : ', all periods are closed'} ·{' '}
        <a href={linkTo('keys')}>Invoices</a>
      </span>
    </p>
  );
}

function Refusals({ tenant, rows }: { readonly tenant: string; readonly rows: readonly RequestRow[] }) {
  const refusals = useMemo(() => countRefusals(rows, tenant), [rows, tenant]);
  if (refusals.length === 0)
    return <p class="soft">None of the recorded requests of this customer was refused.</p>;
  return (
    <ul class="uses">
      {refusals.map(({ reason, status, count, lastEpochMs }) => (
        <li key={`${status} ${reason}`}>
          <a
            href={linkTo('traffic', '', {
              search: `customer:${quoteValue(tenant)} status:${status}`,
            })}
          >
            {count} × {status} {reason}
          </a>
          <span class="soft">last at {dateTime(lastEpochMs)}</span>
        </li>
      ))}
    </ul>
  );
}

const KEY_COLUMNS: readonly Column<ShownCustomerKey>[] = [
  { title: 'Key', by: ({ keyId }) => keyId },
  { title: 'Name', by: ({ name }) => name },
  { title: 'State', by: ({ state }) => state },
  { title: 'Created', by: ({ createdAt }) => createdAt },
  { title: 'Last used', by: ({ lastUsedAt }) => lastUsedAt },
];

function Keys({ keys }: { readonly keys: readonly ShownCustomerKey[] }) {
  return (
    <SortableTable name="customer-keys" label="Keys" kind="stacks" columns={KEY_COLUMNS} rows={keys}>
      {({ keyId, name, state, createdAt, lastUsedAt }) => (
        <tr key={keyId}>
          <th scope="row">
            <code>{keyId}</code>
          </th>
          <td>{name ?? ''}</td>
          <td>
            <State state={state} />
          </td>
          <td class="soft" data-column="Created">
            {createdAt === undefined ? '' : instant(createdAt)}
          </td>
          <td class="soft" data-column="Last used">
            {lastUsedAt === undefined ? 'never' : instant(lastUsedAt)}
          </td>
        </tr>
      )}
    </SortableTable>
  );
}

function Plans({ plans }: Pick<ShownCustomer, 'plans'>) {
  if (plans.length === 0)
    return <p class="soft">There is no record of this customer; its keys or tokens name the plan.</p>;
  return (
    <ul class="uses">
      {plans.map(({ plan, from }) => (
        <li key={from}>
          <span>{plan}</span> <span class="soft">from {instant(from)}</span>
        </li>
      ))}
    </ul>
  );
}

function Changes({ changes }: { readonly changes: readonly ShownChange[] }) {
  return (
    <ul class="uses">
      {changes.map(({ at, by, kind, before, after }) => (
        <li key={`${at} ${kind}`}>
          <span>
            {kind} {after === undefined ? '' : before === undefined ? after : `${before} → ${after}`}
          </span>
          <span class="soft">
            {instant(at)} by {by}
          </span>
        </li>
      ))}
    </ul>
  );
}
