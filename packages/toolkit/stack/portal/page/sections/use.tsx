import { Chart } from '../elements/chart.tsx';
import { Badge, Empty, Fold, Loaded, SectionHead } from '../elements/parts.tsx';
import type { Usage, Use } from '@gatewright/handlers/portal/answers';
import { historiesOf, shareOf } from '../periods.ts';
import { number, time } from '../texts.ts';
import { useFetched } from '../use-fetched.ts';

export function UseSection() {
  const fetched = useFetched<Usage>('api/usage');
  return (
    <>
      <SectionHead
        title="Use"
        about="How much of each limit of your plan your keys have used. Times are UTC."
      >
        <button type="button" onClick={fetched.reload}>
          Read again
        </button>
      </SectionHead>
      <Loaded of={fetched}>
        {({ at, current, history, paces }) => (
          <>
            {current.length === 0 ? (
              <Empty title="Nothing has been used in this period.">
                Requests appear here a few seconds later.
              </Empty>
            ) : (
              <Uses current={current} />
            )}
            <p class="soft">As of {time(at)}</p>
            <Paces paces={paces} />
            <Histories history={history} />
          </>
        )}
      </Loaded>
    </>
  );
}

/**
 * The number of limits that are shown without a click, because an organisation may have a limit for each of many keys
 * and operations.
 */
const MOST_CARDS = 20;
const MOST_ROWS = 500;

/** Limits that are used up come first. */
function Uses({ current }: { readonly current: readonly Use[] }) {
  const ordered = current.toSorted((a, b) => Number(isSpent(b)) - Number(isSpent(a)));
  const rest = ordered.slice(MOST_CARDS);
  return (
    <>
      <UseList uses={ordered.slice(0, MOST_CARDS)} />
      {rest.length === 0 ? null : (
        <Fold label={`${rest.length} more`}>
          <UseList uses={rest} />
        </Fold>
      )}
    </>
  );
}

function UseList({ uses }: { readonly uses: readonly Use[] }) {
  return (
    <ul class="cards">
      {uses.map((use) => (
        <UseCard key={`${use.limit} ${use.key ?? ''} ${use.route ?? ''} ${use.periodStart}`} use={use} />
      ))}
    </ul>
  );
}

function isSpent({ says, left, allowance }: Use): boolean {
  return says !== undefined || (left <= 0 && allowance > 0);
}

/** States in which a limit refuses requests only when it is used up. */
const OPEN: readonly string[] = ['active', 'open'];

function UseCard({ use }: { readonly use: Use }) {
  const { limit, key, keyName, route, state, counted, allowance, left, over, periodEnd, says } = use;
  const share = shareOf(use);
  const label = `${number(counted)} of ${number(allowance)} used`;
  return (
    <li class="card">
      <div class="card-head">
        <h2>{limit}</h2>
        <Badge
          text={isSpent(use) && OPEN.includes(state) ? 'used up' : state}
          kind={isSpent(use) ? 'bad' : OPEN.includes(state) ? 'good' : 'warn'}
        />
      </div>
      {key === undefined && route === undefined ? null : (
        <p class="soft">
          {key === undefined ? null : (
            <>
              key <bdi>{keyName ?? key}</bdi>
            </>
          )}
          {key === undefined || route === undefined ? '' : ' · '}
          {route === undefined ? null : <bdi>{route}</bdi>}
        </p>
      )}
      <div
        class={isSpent(use) ? 'meter is-spent' : 'meter'}
        role="meter"
        aria-label={`${limit}: ${label}`}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={share}
      >
        <Bar share={share} />
      </div>
      <p>
        <strong>{label}</strong> ({share} %){left > 0 ? `, ${number(left)} left` : ''}
        {over > 0 ? `, ${number(over)} over` : ''}. The period ends {time(periodEnd)}.
      </p>
      {says === undefined ? null : <p class="note">{says}</p>}
    </li>
  );
}

function Paces({ paces }: Pick<Usage, 'paces'>) {
  if (paces.length === 0) return null;
  return (
    <section>
      <h2>Limits without a period</h2>
      <ul>
        {paces.map(({ limit, says }) => (
          <li key={limit}>{says}</li>
        ))}
      </ul>
    </section>
  );
}

/** The width is an attribute of SVG, because the Content-Security-Policy of the page forbids style attributes. */
function Bar({ share }: { readonly share: number }) {
  return (
    <svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <rect width={share} height="1" />
    </svg>
  );
}

function Histories({ history }: { readonly history: readonly Use[] }) {
  const histories = historiesOf(history);
  if (histories.length === 0) return null;
  return (
    <section>
      <h2>Earlier periods</h2>
      <div class="charts">
        {histories.map(({ limit, seconds, values }) => (
          <Chart key={limit} label={`Use of ${limit} by period`} seconds={seconds} values={values} />
        ))}
      </div>
      <Fold label="As a table">
        <div class="table-box" role="region" aria-label="Earlier periods as a table" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th>Limit</th>
                <th>Plan</th>
                <th>Key</th>
                <th>Route</th>
                <th>From</th>
                <th>Until</th>
                <th class="number">Used</th>
                <th class="number">Of</th>
              </tr>
            </thead>
            <tbody>
              {history.slice(-MOST_ROWS).map((use) => (
                <tr key={`${use.limit} ${use.key ?? ''} ${use.route ?? ''} ${use.periodStart} ${use.plan}`}>
                  <td data-column="Limit">{use.limit}</td>
                  <td data-column="Plan">{use.plan}</td>
                  <td data-column="Key">{use.keyName ?? use.key ?? '–'}</td>
                  <td data-column="Route">{use.route ?? '–'}</td>
                  <td data-column="From" class="time">
                    {time(use.periodStart)}
                  </td>
                  <td data-column="Until" class="time">
                    {time(use.periodEnd)}
                  </td>
                  <td data-column="Used" class="number">
                    {number(use.used)}
                  </td>
                  <td data-column="Of" class="number">
                    {number(use.allowance)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Fold>
    </section>
  );
}
