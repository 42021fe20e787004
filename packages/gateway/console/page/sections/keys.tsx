import { Fragment } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Chart } from '../elements/chart.tsx';
import { fetchControl, useFetched } from '../connection/control.ts';
import { Action, Empty, Reading, SectionHead } from '../elements/parts.tsx';
import { linkTo } from '../address.ts';
import { lastWholeMonth } from '../data/periods.ts';
import { describeMissing } from '../texts.ts';
import type { ShownKeys, ShownPlan, ShownPlanKey } from '../../endpoints/inspect-model.ts';
import { SortableTable } from '../elements/sortable-table.tsx';
import type { Column } from '../elements/sort-order.ts';
import type { ShownInvoice, ShownInvoices } from '../../endpoints/invoice-model.ts';

const EVERY_MS = 2000;

type KeysProps = {
  readonly item: string | undefined;
  /** Whether the gateway has customers of customer plans, who get invoices. */
  readonly hasCustomers: boolean;
};

export function KeysSection({ item, hasCustomers }: KeysProps) {
  const { data, error, reload } = useFetched<ShownKeys>('console/keys', EVERY_MS);
  return (
    <div class="single scrolls">
      <SectionHead
        title="Keys and quotas"
        about={`Requests used and left for each key of this gateway’s API Gateway usage plans. Moving the clock begins new periods. To read the value of a key, run gatewright keys value NAME.`}
      />
      {hasCustomers ? (
        <p class="soft">
          The keys of the customers, and what each key has used, are under{' '}
          <a href={linkTo('customers')}>Customers</a>.
        </p>
      ) : null}
      <Reading
        what="the keys"
        of={{
          data,
          error: error ?? describeMissing('usage plan key', item, data === undefined || hasKey(data, item)),
        }}
      />
      {data?.plans.length === 0 ? (
        <Empty
          title={
            hasCustomers
              ? 'This gateway has no usage plans of API Gateway. Its keys are those of the customers.'
              : 'This gateway has no usage plans.'
          }
        >
          The API keys and usage plans of the stacks are listed here, with requests used and left.
        </Empty>
      ) : null}
      {(data?.plans ?? []).map((plan) => (
        <Plan key={plan.id} plan={plan} opened={item} hasCustomers={hasCustomers} onDone={reload} />
      ))}
      {data === undefined || !hasCustomers ? null : <Invoices nowEpochMs={data.nowEpochMs} />}
      {data === undefined || data.lone.length === 0 ? null : (
        <section class="card half" aria-label="Keys without a plan">
          <h2>Keys without a plan</h2>
          <p class="soft">They have no effect, because a key needs a usage plan.</p>
          <ul>
            {data.lone.map(({ id, name, enabled }) => (
              <li key={id}>
                {name}{' '}
                <span class="soft">
                  {id}
                  {enabled ? '' : ', disabled'}
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function hasKey({ plans }: ShownKeys, item: string | undefined): boolean {
  return plans.some(({ keys }) => keys.some(({ keyId }) => keyId === item));
}

function Plan({
  plan,
  opened,
  hasCustomers,
  onDone,
}: {
  readonly plan: ShownPlan;
  readonly opened: string | undefined;
  readonly hasCustomers: boolean;
  readonly onDone: () => void;
}) {
  const { quota, throttle } = plan;
  return (
    <section class="card half" aria-label={`${plan.name} (${plan.id})`}>
      <h2>
        {plan.name} <span class="soft">{plan.id}</span>
      </h2>
      <p class="soft">
        {quota === undefined
          ? 'no quota'
          : `${quota.limit} ${quota.limit === 1 ? 'request' : 'requests'} a ${quota.period.toLowerCase()}`}{' '}
        · {throttle === undefined ? 'no throttle' : `${throttle.ratePerSecond}/s, burst ${throttle.burst}`} ·
        opens{' '}
        {plan.stages.length === 0
          ? 'nothing'
          : plan.stages.map(({ apiId, apiName, stage }, index) => (
              <Fragment key={`${apiId}/${stage}`}>
                {index === 0 ? '' : ', '}
                <a href={linkTo('apis', `${apiId}/${stage}`)}>
                  {apiName} / {stage}
                </a>
              </Fragment>
            ))}
      </p>
      {plan.stages.some(({ isKeyFromAuthorizer }) => isKeyFromAuthorizer) ? (
        <p class="soft">
          The authorizers of the API choose the key of a request (ApiKeySourceType: AUTHORIZER), so one key
          can stand for many callers. If it is suspended, the gateway refuses all of them
          {hasCustomers ? (
            <>
              ; <a href={linkTo('customers')}>Customers</a> shows each customer
            </>
          ) : null}
          .
        </p>
      ) : null}
      {plan.keys.length === 0 ? <p>This plan has no keys.</p> : null}
      {plan.keys.map((key) => (
        <Key key={key.keyId} plan={plan} of={key} isOpen={key.keyId === opened} onDone={onDone} />
      ))}
    </section>
  );
}

function Key({
  plan,
  of,
  isOpen,
  onDone,
}: {
  readonly plan: ShownPlan;
  readonly of: ShownPlanKey;
  /** Whether the address names this key. */
  readonly isOpen: boolean;
  readonly onDone: () => void;
}) {
  const [grant, setGrant] = useState('');
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isOpen) box.current?.scrollIntoView({ block: 'center' });
  }, [isOpen]);
  const { quota } = plan;
  const { left = 0 } = of;
  const topUp = async (): Promise<void> => {
    await fetchControl('POST', 'console/keys/remaining', {
      planId: plan.id,
      keyId: of.keyId,
      remaining: Number(grant === '' ? quota?.limit : grant),
    });
    setGrant('');
    onDone();
  };
  const suspend = async (): Promise<void> => {
    await fetchControl('POST', 'console/keys/enabled', { keyId: of.keyId, enabled: !of.enabled });
    onDone();
  };
  const days = of.days.map(([day]) => Date.parse(day) / 1000);
  return (
    <div class={`key ${isOpen ? 'open' : ''}`} ref={box}>
      <div class="row">
        <a href={linkTo('keys', of.keyId)}>
          <strong>{of.name}</strong>
        </a>
        {of.enabled ? null : <span class="badge">suspended</span>}
        {quota === undefined ? null : (
          <span class="grow left">
            <meter
              min={0}
              max={quota.limit}
              low={quota.limit * 0.1}
              value={left}
              aria-label="Requests left"
            />{' '}
            <span class={left === 0 ? 'wrong' : ''}>
              {left} of {quota.limit} left
            </span>
          </span>
        )}
        {quota === undefined ? null : (
          <>
            <input
              class="short"
              aria-label="Requests left"
              placeholder={String(quota.limit)}
              inputMode="numeric"
              value={grant}
              onInput={({ currentTarget }) => setGrant(currentTarget.value)}
            />
            <Action label="Set requests left" run={topUp} />
          </>
        )}
        <Action label={of.enabled ? 'Suspend' : 'Resume'} run={suspend} />
      </div>
      {of.days.every(([, count]) => count === 0) ? (
        <p class="soft">Not used in the last {of.days.length} days.</p>
      ) : (
        <Chart
          label={`Requests of ${of.name} by day`}
          seconds={days}
          series={[
            { name: 'requests', values: of.days.map(([, count]) => count), colour: '--accent', isBars: true },
          ]}
          height={110}
        />
      )}
    </div>
  );
}

type Line = ShownInvoice['lines'][number];

function columnsIn(currency: string): readonly Column<Line>[] {
  return [
    { title: 'What', by: ({ what }) => what },
    { title: 'Plan', by: ({ plan }) => plan },
    { title: 'Periods', by: ({ periods }) => periods, isNumber: true },
    { title: 'Used', by: ({ used }) => used, isNumber: true },
    { title: 'Included', by: ({ included }) => included, isNumber: true },
    { title: currency, by: ({ amount }) => Number(amount), isNumber: true },
  ];
}

function Invoices({ nowEpochMs }: { readonly nowEpochMs: number }) {
  const [month, setMonth] = useState('');
  const [made, setMade] = useState<ShownInvoices>();
  const wanted = month === '' ? lastWholeMonth(nowEpochMs) : month;
  const make = async (): Promise<void> =>
    setMade(await fetchControl('GET', `console/invoices?month=${wanted}`));
  const close = async (): Promise<void> =>
    setMade(await fetchControl('POST', 'console/invoices/close', { month: wanted }));
  return (
    <section class="card half" aria-label="Invoices">
      <h2>Invoices</h2>
      <p class="soft">
        What each customer of a customer plan pays, from the records of closed periods, as{' '}
        <code>gatewright usage invoice</code> prints it.
      </p>
      <div class="row">
        <input
          type="month"
          aria-label="Month"
          value={wanted}
          onInput={({ currentTarget }) => {
            setMonth(currentTarget.value);
            setMade(undefined);
          }}
        />
        <Action label="Show invoices" kind="main-action" run={make} />
        <Action
          label="Close ended periods"
          run={close}
          title="records the usage of periods that have ended"
        />
      </div>
      {made === undefined ? null : <Made made={made} />}
    </section>
  );
}

function Made({ made: { month, invoices, notClosed, unpriced } }: { readonly made: ShownInvoices }) {
  return (
    <>
      {notClosed === undefined ? null : (
        <p class="note">Of this month, {notClosed}. Invoices contain closed periods only.</p>
      )}
      {unpriced === undefined ? null : (
        <p class="note">Periods that appear on no invoice, because their plans have no price: {unpriced}.</p>
      )}
      {invoices.length === 0 ? (
        <Empty
          title={
            unpriced === undefined && notClosed === undefined
              ? `${month} has no invoices, because no usage and no fee of that month is recorded.`
              : `${month} has no invoices.`
          }
        />
      ) : null}
      {invoices.map((invoice) => (
        <One key={invoice.number} invoice={invoice} />
      ))}
    </>
  );
}

function One({ invoice }: { readonly invoice: ShownInvoice }) {
  const { number, customer, tenant, lines, total, currency, notes } = invoice;
  return (
    <details class="shown">
      <summary>
        <b>
          {total} {currency}
        </b>{' '}
        {customer} <span class="soft">({tenant})</span> <code>{number}</code>
      </summary>
      <SortableTable name="invoice" label={`Invoice ${number}`} columns={columnsIn(currency)} rows={lines}>
        {(line) => (
          <tr key={`${line.what} ${line.plan} ${line.amount}`}>
            <th scope="row">{line.what}</th>
            <td>{line.plan}</td>
            <td class="number">{line.periods}</td>
            <td class="number">{line.used}</td>
            <td class="number">{line.included}</td>
            <td class="number">{line.amount}</td>
          </tr>
        )}
      </SortableTable>
      {notes.map((note) => (
        <p key={note} class="note">
          {note}
        </p>
      ))}
    </details>
  );
}
