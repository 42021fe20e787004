import { Chart } from '../chart.tsx';
import { useFetched } from '../control.ts';
import { Empty, NumberCell, Problem, SectionHead, TableBox, TableHead } from '../parts.tsx';
import { linkTo } from '../address.ts';
import { ms } from '../texts.ts';
import { CostView } from './cost.tsx';
import type { ShownNumbers } from '../../endpoints/inspect-model.ts';

const EVERY_MS = 2000;

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
            ? 'What a month of the recorded mix would cost on AWS.'
            : 'Requests, errors and times of all requests since the start.'
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
    <TableBox label="Routes">
      <table class="stacks">
        <TableHead
          columns={[
            'Route',
            'API',
            { number: 'Requests' },
            { number: '4xx' },
            { number: '5xx' },
            { number: 'p50' },
            { number: 'p99' },
          ]}
        />
        <tbody>
          {routes.map((one) => (
            <tr key={`${one.apiName}${one.route}`}>
              <th scope="row">
                <a href={linkTo('traffic', '', { search: one.route })}>{one.route}</a>
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
          ))}
        </tbody>
      </table>
    </TableBox>
  );
}
