import { Chart } from '../elements/chart.tsx';
import { withoutRest } from '../elements/chart-top.ts';
import { useFetched } from '../connection/control.ts';
import { Empty, NumberCell, Problem, Reading, SectionHead } from '../elements/parts.tsx';
import { SortableTable } from '../elements/sortable-table.tsx';
import { NO_ROUTE, quoteValue } from '../../records/traffic-query.ts';
import { useToolkitFold } from '../elements/toolkit-fold.tsx';
import { linkTo } from '../address.ts';
import { ms } from '../texts.ts';
import { CostView } from './cost.tsx';
import type { Column } from '../elements/sort-order.ts';
import type { RouteNumbers as RouteRow, ShownNumbers } from '../../endpoints/inspect-model.ts';

const EVERY_MS = 2000;

const COLUMNS: readonly Column<RouteRow>[] = [
  { title: 'Route', by: nameRoute },
  { title: 'API', by: ({ api }) => api },
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
  if (data === undefined) return <Reading what="the numbers" of={{ data, error }} />;
  return <Counted numbers={data} error={error} />;
}

/** Returns the name of the row; the requests without a route are one row for each API. */
function nameRoute({ route }: RouteRow): string {
  return route ?? NO_ROUTE;
}

function Counted({
  numbers: { routes, seconds, toolkitSeconds },
  error,
}: {
  readonly numbers: ShownNumbers;
  readonly error: string | undefined;
}) {
  const { shown, button } = useToolkitFold(routes, 'routes');
  const hasToolkit = shown.some(({ isToolkit }) => isToolkit);
  const drawn = hasToolkit ? seconds.map((second, at) => addCounts(second, toolkitSeconds[at])) : seconds;
  return (
    <>
      <Problem text={error} />
      {button === null ? null : <div class="row">{button}</div>}
      {shown.length === 0 ? (
        <Empty title="No requests yet.">
          Requests, errors and times of a route are shown here once it is called.
        </Empty>
      ) : (
        <section class="card" aria-label="Requests by second">
          <Chart
            label="Requests of each second, with the 4xx and 5xx responses among them"
            seconds={drawn.map(([second]) => second)}
            series={[
              { name: 'requests', values: drawn.map(([, all]) => all), colour: '--accent' },
              {
                name: '4xx',
                values: withoutRest(drawn.map(([, , clientErrors]) => clientErrors)),
                colour: '--warn',
              },
              {
                name: '5xx',
                values: withoutRest(drawn.map(([, , , serverErrors]) => serverErrors)),
                colour: '--bad',
              },
            ]}
            height={220}
          />
        </section>
      )}
      {shown.length === 0 ? null : <RouteNumbers routes={shown} />}
    </>
  );
}

type Second = ShownNumbers['seconds'][number];

function addCounts(
  [second, count, clientErrors, serverErrors]: Second,
  [, more, moreClient, moreServer]: Second = [second, 0, 0, 0],
): Second {
  return [second, count + more, clientErrors + moreClient, serverErrors + moreServer];
}

function RouteNumbers({ routes }: Pick<ShownNumbers, 'routes'>) {
  return (
    <SortableTable name="numbers" isCard label="Routes" kind="stacks" columns={COLUMNS} rows={routes}>
      {(one) => (
        <tr key={`${one.apiId}${one.route ?? ''}`}>
          <th scope="row">
            <a href={linkTo('traffic', '', { search: searchFor(one) })}>{nameRoute(one)}</a>
          </th>
          <td class="soft">{one.api}</td>
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

function searchFor(one: RouteRow): string {
  return `api:${quoteValue(one.api)} route:${quoteValue(nameRoute(one))}`;
}
