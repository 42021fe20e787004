import { Chart } from '../elements/chart.tsx';
import { useFetched } from '../connection/control.ts';
import { Empty, NumberCell, Problem, SectionHead } from '../elements/parts.tsx';
import { SortableTable } from '../elements/sortable-table.tsx';
import { quoteValue } from '../traffic/traffic-query.ts';
import { linkTo } from '../address.ts';
import { ms } from '../texts.ts';
import { CostView } from './cost.tsx';
import type { Column } from '../elements/sort-order.ts';
import type { RouteNumbers as RouteRow, ShownNumbers } from '../../endpoints/inspect-model.ts';

const EVERY_MS = 2000;

const COLUMNS: readonly Column<RouteRow>[] = [
  { title: 'Route', by: ({ route }) => route },
  { title: 'API', by: ({ apiName }) => apiName },
  { title: 'Requests', by: ({ count }) => count, isNumber: true },
  { title: '4xx', by: ({ clientErrors }) => clientErrors, isNumber: true },
  { title: '5xx', by: ({ serverErrors }) => serverErrors, isNumber: true },
  { title: 'p50', by: ({ p50Ms }) => p50Ms, isNumber: true },
  { title: 'p99', by: ({ p99Ms }) => p99Ms, isNumber: true },
];

const VIEWS = [
  [undefined, 'Traffic'],
  ['cost', 'Cost on AWS'],
] as const;

export function NumbersSection({ item }: { readonly item: string | undefined }) {
  const isCost = item === 'cost';
  return (
    <div class="single scrolls">
      <SectionHead
        title="Numbers"
        about={
          isCost
            ? 'What a month of traffic with the recorded mix would cost on AWS.'
            : 'Requests, errors and durations of all requests since startup.'
        }
      />
      <nav class="tabs" aria-label="Views">
        {VIEWS.map(([name, title]) => (
          <a key={title} href={linkTo('numbers', name)} aria-current={name === item ? 'page' : undefined}>
            {title}
          </a>
        ))}
      </nav>
      {isCost ? <CostView /> : <TrafficNumbers />}
    </div>
  );
}

function TrafficNumbers() {
  const { data, error } = useFetched<ShownNumbers>('console/numbers', EVERY_MS);
  if (data === undefined) return <Problem text={error} />;
  const { routes, seconds, count } = data;
  return (
    <>
      <Problem text={error} />
      {count === 0 ? (
        <Empty title="No requests yet.">
          Requests, errors and times of a route are shown here once it is called.
        </Empty>
      ) : (
        <Chart
          label="Requests and errors of each second"
          seconds={seconds.map(([second]) => second)}
          series={[
            { name: 'requests', values: seconds.map(([, all]) => all), colour: '--accent' },
            { name: 'errors', values: seconds.map(([, , errors]) => errors), colour: '--bad' },
          ]}
          height={220}
        />
      )}
      {routes.length === 0 ? null : <RouteNumbers routes={routes} />}
    </>
  );
}

function RouteNumbers({ routes }: Pick<ShownNumbers, 'routes'>) {
  return (
    <SortableTable name="numbers" label="Routes" kind="stacks" columns={COLUMNS} rows={routes}>
      {(one) => (
        <tr key={`${one.apiName}${one.route}`}>
          <th scope="row">
            <a href={linkTo('traffic', '', { search: `route:${quoteValue(one.route)}` })}>{one.route}</a>
          </th>
          <td class="soft">{one.apiName}</td>
          <NumberCell column="Requests">{one.count}</NumberCell>
          <NumberCell column="4xx">{one.clientErrors}</NumberCell>
          <NumberCell column="5xx" isWrong={one.serverErrors > 0}>
            {one.serverErrors}
          </NumberCell>
          <NumberCell column="p50">{ms(one.p50Ms)}</NumberCell>
          <NumberCell column="p99">{ms(one.p99Ms)}</NumberCell>
        </tr>
      )}
    </SortableTable>
  );
}
