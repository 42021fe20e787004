import { useState } from 'preact/hooks';
import { fetchControl } from '../connection/control.ts';
import { Action, Empty } from '../elements/parts.tsx';
import { SortableTable } from '../elements/sortable-table.tsx';
import type { Column } from '../elements/sort-order.ts';
import type { ShownInvoice, ShownInvoices } from '../../endpoints/invoice-model.ts';

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

export function Invoices({ nowEpochMs }: { readonly nowEpochMs: number }) {
  const [month, setMonth] = useState('');
  const [made, setMade] = useState<ShownInvoices>();
  const wanted = month === '' ? new Date(nowEpochMs).toISOString().slice(0, 7) : month;
  const make = async (): Promise<void> =>
    setMade(await fetchControl('GET', `console/invoices?month=${wanted}`));
  const close = async (): Promise<void> =>
    setMade(await fetchControl('POST', 'console/invoices/close', { month: wanted }));
  return (
    <section class="card half" aria-label="Invoices">
      <h2>Invoices</h2>
      <p class="soft">
        For the toolkit’s quotas, from the records of closed periods, as with{' '}
        <code>gatewright usage invoice</code>.
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
        <Action label="Make them" kind="main-action" run={make} />
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
      {notClosed === undefined ? null : <p class="note">Drafts: {notClosed}.</p>}
      {unpriced === 0 ? null : (
        <p class="note">{unpriced} periods have no price in their plans, and are on no invoice.</p>
      )}
      {invoices.length === 0 ? <Empty title={`No usage of ${month} has a price.`} /> : null}
      {invoices.map((invoice) => (
        <One key={invoice.number} invoice={invoice} />
      ))}
    </>
  );
}

function One({ invoice }: { readonly invoice: ShownInvoice }) {
  const { number, customer, tenant, lines, total, currency } = invoice;
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
    </details>
  );
}
