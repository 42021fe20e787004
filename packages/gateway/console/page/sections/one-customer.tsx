/** One customer: plan, use, next invoice, refusals, keys, people in the portal, and changes. */
import { useMemo, useState } from 'preact/hooks';
import { useFetched } from '../connection/control.ts';
import { Chart } from '../elements/chart.tsx';
import { Instant, Problem } from '../elements/parts.tsx';
import { dateTime } from '../texts.ts';
import { SortableTable } from '../elements/sortable-table.tsx';
import { linkTo } from '../address.ts';
import { describeChange, nameAuthor } from '../data/describe-change.ts';
import { sumByPeriod } from '../data/periods.ts';
import { countRefusals, describeRefusing } from '../data/refusals.ts';
import { number, State, UseBar } from './customer-use.tsx';
import { People } from './customer-people.tsx';
import { quoteValue } from '../../records/traffic-query.ts';
import type { Column } from '../elements/sort-order.ts';
import type {
  ShownChange,
  ShownCost,
  ShownCustomer,
  ShownCustomerKey,
  ShownUse,
} from '../../endpoints/customer-model.ts';
import type { RequestRow } from '../../records/model.ts';

type Props = {
  readonly tenant: string;
  /** The recorded requests; undefined for the customers of a deployed stack, whose requests are not recorded. */
  readonly rows: readonly RequestRow[] | undefined;
};

export function OneCustomer({ tenant, rows }: Props) {
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

function Facts({ customer, rows }: { readonly customer: ShownCustomer; readonly rows: Props['rows'] }) {
  const { name, plan, state, from, cost, uses, history, keys, changes, changesSince } = customer;
  return (
    <>
      <p>
        {name === undefined || name === customer.tenant ? null : `${name} · `}
        {plan === undefined ? 'no plan' : `plan ${plan}`}
        {from === undefined ? (
          ''
        ) : (
          <span class="soft">
            {' '}
            since <Instant at={from} />
          </span>
        )}
      </p>
      <h3>Limits in this period</h3>
      {uses.length === 0 ? <p class="soft">Nothing was counted in this period.</p> : <Uses uses={uses} />}
      {history.length === 0 ? null : <History history={history} />}
      {customer.isHistoryCut === true ? (
        <p class="soft">Only {number(history.length)} periods of keys and limits were read.</p>
      ) : null}
      <h3>Next invoice</h3>
      <Cost cost={cost} isLinked={rows !== undefined} />
      <h3>Refused requests</h3>
      <Refused customer={customer} />
      {rows === undefined ? <NotKnown /> : <Refusals tenant={customer.tenant} rows={rows} />}
      <h3>Keys</h3>
      {keys.length === 0 ? <p class="soft">This customer has no keys.</p> : <Keys keys={keys} />}
      {keys.some(({ lastUsedAt }) => lastUsedAt !== undefined) ? (
        <p class="soft">
          The last use is recorded at most every {customer.lastUseEverySeconds / 60} minutes, and not for
          requests that a cached result of the authorizer admits, so a key may have been used later.
        </p>
      ) : null}
      {state === 'no record' || rows === undefined ? null : (
        <People tenant={customer.tenant} isOpen={state !== 'closed'} />
      )}
      <h3>Plans</h3>
      <Plans plans={customer.plans} />
      <h3>
        Changes since <Instant at={changesSince} />
      </h3>
      {changes.length === 0 ? <p class="soft">Nothing was changed.</p> : <Changes changes={changes} />}
    </>
  );
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
            {use.periodEnd === undefined ? null : (
              <>
                until <Instant at={use.periodEnd} />
              </>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}

function keyOf({ limit, key = '', route = '', periodStart = '' }: ShownUse): string {
  return [limit, key, route, periodStart].join('\n');
}

/**
 * Shows the use of one limit by period. For a limit per key or per route, the uses of all keys and routes are added.
 */
function History({ history }: { readonly history: readonly ShownUse[] }) {
  // The limit with the most periods comes first, because its chart shows the most.
  const limits = [...Map.groupBy(history, ({ limit }) => limit)]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([limit]) => limit);
  const [chosen, setChosen] = useState(limits[0] ?? '');
  const periods = sumByPeriod(history.filter(({ limit }) => limit === chosen));
  const [only, another] = periods;
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
      {only === undefined || another !== undefined ? (
        <Chart
          key={chosen}
          label={`Units of ${chosen} used in each period`}
          seconds={periods.map(({ startSeconds }) => startSeconds)}
          series={[
            { name: 'used', values: periods.map(({ counted }) => counted), colour: '--accent', isBars: true },
          ]}
          height={120}
        />
      ) : (
        <p class="soft">
          {number(only.counted)} units of {chosen} since <Instant at={only.startSeconds * 1000} />. From the
          second period on, a plot shows the units of each period.
        </p>
      )}
    </>
  );
}

type CostProps = {
  readonly cost: ShownCost;
  /** Whether this page also shows the invoices, so that the cost can link to them. */
  readonly isLinked: boolean;
};

function Cost({ cost: { month, totals, isDraft, problem }, isLinked }: CostProps) {
  if (problem !== undefined) return <p class="note">The cost is not known: {problem}.</p>;
  if (totals.length === 0) return <p class="soft">Nothing that was used in {month} has a price.</p>;
  return (
    <p>
      <strong>{totals.map(({ total, currency }) => `${total} ${currency}`).join(' and ')}</strong>{' '}
      <span class="soft">
        for {month}
        {isDraft ? ', a draft until its periods are closed' : ', all periods are closed'}
        {isLinked ? (
          <>
            {' '}
            · <a href={linkTo('keys')}>Invoices</a>
          </>
        ) : null}
      </span>
    </p>
  );
}

/** Shows the used-up quotas, closed periods and suspensions because of which requests of the customer are refused now. */
function Refused({ customer }: { readonly customer: ShownCustomer }) {
  const causes = describeRefusing(customer, (at) => dateTime(Date.parse(at)));
  return causes.length === 0 ? (
    <p class="soft">
      No quota of this customer is used up, no current period is closed, and neither the customer nor one of
      its limits is suspended.
    </p>
  ) : (
    <ul class="uses">
      {causes.map((cause) => (
        <li key={cause}>{cause}</li>
      ))}
    </ul>
  );
}

function NotKnown() {
  return (
    <p class="soft">
      The tables do not record single refused requests, nor refusals by rates and concurrency limits. The
      access log of the API does: <code>gatewright explain REQUEST_ID --api ID --stage NAME</code>.
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
              search: `customer:${quoteValue(tenant)}${status === undefined ? '' : ` status:${status}`}`,
            })}
          >
            {count} × {status ?? 'message'} {reason}
          </a>
          <span class="soft">
            last at <Instant at={lastEpochMs} />
          </span>
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
            {createdAt === undefined ? null : <Instant at={createdAt} />}
          </td>
          <td class="soft" data-column="Last used">
            {lastUsedAt === undefined ? 'never' : <Instant at={lastUsedAt} />}
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
          <span>{plan}</span>{' '}
          <span class="soft">
            from <Instant at={from} />
          </span>
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
          <span>{describeChange({ kind, before, after })}</span>
          <span class="soft">
            <Instant at={at} /> by <span title={by}>{nameAuthor(by)}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}
