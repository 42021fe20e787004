/**
 * The customers of the toolkit's customer plans, and their people in the portal. Plans and states cannot be changed
 * here; `gatewright customers` changes them.
 */
import { useMemo, useState } from 'preact/hooks';
import { useFetched } from '../connection/control.ts';
import { Empty, NumberCell, Problem, SectionHead } from '../elements/parts.tsx';
import { SortableTable } from '../elements/sortable-table.tsx';
import { linkTo } from '../address.ts';
import { number, State, UseBar } from './customer-use.tsx';
import { OneCustomer } from './one-customer.tsx';
import { describeCustomers } from '../data/describe-customers.ts';
import { sortRows } from '../elements/sort-order.ts';
import type { Column } from '../elements/sort-order.ts';
import type { ShownCustomerRow, ShownCustomers, ShownUse } from '../../endpoints/customer-model.ts';
import type { RequestRow } from '../../records/model.ts';

/** The maximum number of customers in the list. The search finds the others. */
const MAX_CUSTOMERS = 1_000;

type Props = {
  readonly item: string | undefined;
  /** The recorded requests; undefined for the customers of a deployed stack, whose requests are not recorded. */
  readonly rows: readonly RequestRow[] | undefined;
};

export function CustomersSection({ item, rows }: Props) {
  // The list is available long before the use of all customers has been read.
  const early = useFetched<ShownCustomers>('console/customers?without=use').data;
  const { data: whole, error, reload } = useFetched<ShownCustomers>('console/customers');
  const data = whole ?? early;
  const isReading = whole === undefined && error === undefined;
  const [search, setSearch] = useState('');
  const customers = data?.customers ?? [];
  const found = useMemo(
    () => sortRows(choose(customers, search), ({ tenant }) => tenant, false),
    [customers, search],
  );
  return (
    <div class={`split ${item === undefined ? '' : 'is-open'}`}>
      <section class="split-list scrolls" aria-label="Customers">
        <SectionHead
          title="Customers"
          about={`${describeCustomers(data, number)} ${
            rows === undefined ? 'This page only reads. ' : ''
          }To change a customer, run gatewright customers.`}
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
        {rows === undefined ? null : (
          <p class="soft">
            Their invoices are under <a href={linkTo('keys')}>Keys and quotas</a>.
          </p>
        )}
        <Problem text={error} />
        {error === undefined && (data === undefined || (isReading && customers.length === 0)) ? (
          <p class="soft">Reading the customers …</p>
        ) : null}
        {data === undefined || (isReading && customers.length === 0) ? null : found.length === 0 ? (
          <Empty title={customers.length === 0 ? 'There are no customers yet.' : 'No matching customer.'}>
            {customers.length === 0 ? (
              <>
                <code>gatewright customers create</code> puts a customer on a plan, and{' '}
                <code>gatewright keys create</code> gives it a key.
              </>
            ) : undefined}
          </Empty>
        ) : (
          <Customers customers={found} opened={item} isReading={isReading} />
        )}
        {data?.isCut === true ? <Cut count={customers.length} search={search} /> : null}
      </section>
      {item === undefined ? null : <OneCustomer key={item} tenant={item} rows={rows} />}
    </div>
  );
}

/** There are more customers than the list reads. A customer that is not in the list can be opened by its name. */
function Cut({ count, search }: { readonly count: number; readonly search: string }) {
  const tenant = search.trim();
  return (
    <p class="note">
      There are more customers than the {number(count)} that were read for this list. To open another one,{' '}
      {tenant === '' ? (
        'type its whole name in the search'
      ) : (
        <>
          open <a href={linkTo('customers', tenant)}>{tenant}</a>
        </>
      )}
      .
    </p>
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
  isReading,
}: {
  readonly customers: readonly ShownCustomerRow[];
  readonly opened: string | undefined;
  readonly isReading: boolean;
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
                <span class="soft">
                  {one.isUseUnread !== true ? 'not used' : isReading ? '…' : 'not read'}
                </span>
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

function shareOf(use: ShownUse | undefined): number {
  return use === undefined ? -1 : use.counted / Math.max(1, use.allowance);
}
