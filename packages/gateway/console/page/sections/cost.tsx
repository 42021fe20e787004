import { useState } from 'preact/hooks';
import { costOf, count, unitsPerEvent } from '../cost/cost.ts';
import { findCheaper } from '../cost/cheaper.ts';
import { useFetched } from '../connection/control.ts';
import { Empty, NumberCell, Problem, Reading } from '../elements/parts.tsx';
import { SortableTable } from '../elements/sortable-table.tsx';
import { EDITABLE, priceOf, DEFAULT_PRICES, withPrice } from '../cost/prices.ts';
import type { Column } from '../elements/sort-order.ts';
import type { Month } from '../cost/cost.ts';
import type { EditablePrice, Prices } from '../cost/prices.ts';
import type { TrafficShape } from '../../endpoints/cost-model.ts';

const EVERY_MS = 5000;
const KEPT = 'gatewright-prices';
/**
 * Minimum number of requests for a stable estimate. With fewer requests, a single cold start would represent more than
 * one request in a hundred.
 */
const FEW_EVENTS = 100;
const USUAL_MONTH: Month = {
  events: 1_000_000,
  writesPerEvent: undefined,
  readsPerEvent: undefined,
  isFreeTierCounted: false,
};

const LINES: readonly Column<ReturnType<typeof costOf>['lines'][number]>[] = [
  { title: 'Item', by: ({ item }) => item },
  { title: 'Of', by: ({ of }) => of },
  { title: 'Amount', by: ({ amount }) => amount },
  { title: 'US $', by: ({ cost }) => cost, isNumber: true },
];
const CHEAPER: readonly Column<ReturnType<typeof findCheaper>[number]>[] = [
  { title: 'Change', by: ({ what }) => what },
  { title: 'Monthly savings, US $', by: ({ saves }) => saves, isNumber: true },
  { title: 'Loses', by: ({ loses }) => loses },
];

export function CostView() {
  const { data, error } = useFetched<TrafficShape>('console/cost', EVERY_MS);
  const [month, setMonth] = useState(USUAL_MONTH);
  const [changed, setChanged] = useState(readChanged);
  const prices = Object.entries(changed).reduce<Prices>(
    (all, [name, value]) => (isEditable(name) ? withPrice(all, name, value) : all),
    DEFAULT_PRICES,
  );
  const change = (next: Readonly<Record<string, number>>): void => {
    sessionStorage.setItem(KEPT, JSON.stringify(next));
    setChanged(next);
  };
  if (data === undefined) return <Reading what="the costs" of={{ data, error }} />;
  return (
    <div class="cost halves">
      <Problem text={error} />
      <MonthFields month={month} shape={data} onChange={setMonth} />
      {data.events === 0 ? (
        <Empty title="No requests yet.">
          The recorded requests are taken as a sample of a month: call the APIs as your users would, then come
          back here.
        </Empty>
      ) : (
        <Bill shape={data} month={month} prices={prices} />
      )}
      <PriceFields
        prices={prices}
        isChanged={Object.keys(changed).length > 0}
        changed={changed}
        onChange={change}
      />
    </div>
  );
}

function MonthFields({
  month,
  shape,
  onChange,
}: {
  readonly month: Month;
  readonly shape: TrafficShape;
  readonly onChange: (month: Month) => void;
}) {
  const units = (name: 'writesPerEvent' | 'readsPerEvent', label: string) => (
    <label class="field">
      {label}
      <input
        type="number"
        min={0}
        step={0.5}
        value={month[name] ?? ''}
        placeholder={round(unitsPerEvent(shape, name === 'writesPerEvent' ? 'writes' : 'reads'))}
        onInput={({ currentTarget: { value } }) =>
          onChange({ ...month, [name]: value === '' ? undefined : toAmount(value) })
        }
      />
    </label>
  );
  return (
    <section class="card" aria-label="The month">
      <div class="row fields">
        <label class="field">
          Requests and messages per month
          <input
            type="number"
            min={0}
            step={100_000}
            value={month.events}
            onInput={({ currentTarget }) => onChange({ ...month, events: toAmount(currentTarget.value) })}
          />
        </label>
        {units('writesPerEvent', 'DynamoDB write units each')}
        {units('readsPerEvent', 'DynamoDB read units each')}
      </div>
      <p class="soft">{describeUnits(shape)}</p>
      {Object.values(shape.administration).some((number) => number > 0) ? (
        <p class="soft">{describeAdministration(shape.administration)}</p>
      ) : null}
      <label class="check">
        <input
          type="checkbox"
          checked={month.isFreeTierCounted}
          onChange={({ currentTarget }) => onChange({ ...month, isFreeTierCounted: currentTarget.checked })}
        />{' '}
        minus the always free tier: a million calls and 400,000 GB-seconds of Lambda, 100 GB out
      </label>
    </section>
  );
}

function round(units: number): string {
  return String(Number(units.toPrecision(3)));
}

function describeUnits({ tables, eventsOfTables }: TrafficShape): string {
  if (tables === undefined)
    return 'The tables of this gateway are not local, so their units are not counted: enter the units per request.';
  return `If left empty: the units counted by the embedded DynamoDB since startup, over ${eventsOfTables.toLocaleString('en-US')} requests and messages, including indexes and transactions, but not seeds or items viewed in Data. They include what scheduled functions of the stack consumed, except the closing of periods.`;
}

function describeAdministration({ calls, reads, writes }: TrafficShape['administration']): string {
  return `Administration since startup is not included, because it does not grow with the requests: commands such as gatewright customers and gatewright usage, this console and the closing of periods ${calls === 0 ? '' : `made ${count(calls)} calls and `}consumed ${count(writes)} write units and ${count(reads)} read units.`;
}

function Bill({
  shape,
  month,
  prices,
}: {
  readonly shape: TrafficShape;
  readonly month: Month;
  readonly prices: Prices;
}) {
  const { lines, total } = costOf(shape, month, prices);
  const cheaper = findCheaper(shape, month, prices);
  return (
    <>
      <section class="card other-half" aria-label="Cost">
        <h2>
          {`$${dollars(total)}`}{' '}
          <span class="soft">a month, from {shape.events} recorded requests and messages</span>
        </h2>
        {shape.events < FEW_EVENTS ? (
          <p class="note">
            {shape.events} {shape.events === 1 ? 'request is' : 'requests are'} a small sample: one cold start
            more or less changes the sum. From {FEW_EVENTS} requests on, the sum is stable.
          </p>
        ) : null}
        <SortableTable name="cost" label="Cost by item" kind="stacks" columns={LINES} rows={lines}>
          {({ item, of, amount, cost }) => (
            <tr key={`${item} ${of}`}>
              <th scope="row">{item}</th>
              <td>{of}</td>
              <td class="soft">{amount}</td>
              <NumberCell column="US $">{dollars(cost)}</NumberCell>
            </tr>
          )}
        </SortableTable>
        <p class="soft">
          Durations are those measured on this machine. Not included: tax, storage, WAF, VPC links, data
          between regions, calls to other services. Refused requests of REST APIs (authorizer, key, throttle)
          are not billed.
        </p>
      </section>
      {cheaper.length === 0 ? null : (
        <section class="card" aria-label="Cheaper">
          <h2>What would be cheaper</h2>
          <SortableTable
            name="cheaper"
            label="What would be cheaper"
            kind="stacks"
            columns={CHEAPER}
            rows={cheaper}
          >
            {({ what, saves, loses }) => (
              <tr key={what}>
                <th scope="row">{what}</th>
                <NumberCell column="Monthly savings, US $">{dollars(saves)}</NumberCell>
                <td data-column="Loses">{loses}</td>
              </tr>
            )}
          </SortableTable>
        </section>
      )}
    </>
  );
}

function PriceFields({
  prices,
  changed,
  isChanged,
  onChange,
}: {
  readonly prices: Prices;
  readonly changed: Readonly<Record<string, number>>;
  readonly isChanged: boolean;
  readonly onChange: (changed: Readonly<Record<string, number>>) => void;
}) {
  return (
    <details class="card">
      <summary>
        Prices of us-east-1 in US $, from public pages on the dates shown
        {isChanged ? <span class="badge">changed</span> : null}
      </summary>
      <div class="row fields">
        {EDITABLE.map(([name, label, seen]) => (
          <label class="field" key={name}>
            {label} ({seen})
            <input
              type="number"
              min={0}
              step="any"
              value={priceOf(prices, name)}
              onChange={({ currentTarget }) =>
                onChange({ ...changed, [name]: toAmount(currentTarget.value) })
              }
            />
          </label>
        ))}
      </div>
      <p class="soft">
        Higher tiers change in proportion. Caches are billed by the hour, in{' '}
        {Object.keys(prices.cache).length} sizes; prices are as of 2025 and 2026. Your changes are kept until
        you close this tab.
      </p>
      <button type="button" onClick={() => onChange({})}>
        Restore
      </button>
    </details>
  );
}

function toAmount(text: string): number {
  const value = Number(text);
  return Number.isFinite(value) && value > 0 ? value : 0;
}

function dollars(value: number): string {
  if (value > 0 && value < 0.01) return '< 0.01';
  return value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

function isEditable(name: string): name is EditablePrice {
  return EDITABLE.some(([known]) => known === name);
}

function readChanged(): Readonly<Record<string, number>> {
  const value: unknown = JSON.parse(sessionStorage.getItem(KEPT) ?? '{}');
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
}
