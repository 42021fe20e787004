import { linkTo } from '../address.ts';
import { readFile } from '../api.ts';
import { Action, Badge, Empty, Loaded, SectionHead, TableBox } from '../elements/parts.tsx';
import type { Invoice, InvoicesOfMonth, Months } from '@gatewright/handlers/portal/answers';
import { monthName, number } from '../texts.ts';
import { saveFile } from '../save-file.ts';
import { useFetched } from '../use-fetched.ts';

export function InvoicesSection({ item }: { readonly item: string | undefined }) {
  const fetched = useFetched<Months>('api/invoices');
  return (
    <>
      <SectionHead
        title="Invoices"
        about="One invoice for each month. The current month is a draft until it ends."
      />
      <Loaded of={fetched}>
        {({ months }) => {
          const shown = item ?? months[0];
          return months.length === 0 ? (
            <Empty title="There are no invoices yet.">
              The first one appears when you have used something.
            </Empty>
          ) : (
            <>
              <nav class="months" aria-label="Months">
                {months.map((month) => (
                  <a
                    key={month}
                    href={linkTo('invoices', month)}
                    aria-current={month === shown ? 'page' : undefined}
                  >
                    {monthName(month)}
                  </a>
                ))}
              </nav>
              {shown === undefined ? null : <Month month={shown} />}
            </>
          );
        }}
      </Loaded>
    </>
  );
}

function Month({ month }: { readonly month: string }) {
  const fetched = useFetched<InvoicesOfMonth>(`api/invoices/${encodeURIComponent(month)}`);
  return (
    <Loaded of={fetched}>
      {({ invoices }) =>
        invoices.length === 0 ? (
          <Empty title={`Nothing was charged in ${monthName(month)}.`} />
        ) : (
          <>
            {invoices.map((invoice) => (
              <InvoiceCard key={invoice.number} month={month} invoice={invoice} />
            ))}
          </>
        )
      }
    </Loaded>
  );
}

const COLUMNS = ['What', 'Plan', 'Periods', 'Used', 'Included', 'Amount'] as const;

function InvoiceCard({ month, invoice }: { readonly month: string; readonly invoice: Invoice }) {
  const { number: id, currency, total, isDraft, lines, notes = [] } = invoice;
  const pdf = `api/invoices/${encodeURIComponent(month)}/${encodeURIComponent(id)}/pdf`;
  return (
    <section class="card" aria-label={`Invoice ${id}`}>
      <div class="card-head">
        <h2>{id}</h2>
        <Badge text={isDraft ? 'draft' : 'final'} kind={isDraft ? 'warn' : 'good'} />
        <Action
          label="PDF"
          name={`PDF of invoice ${id}`}
          run={async () => saveFile(await readFile(pdf), `${id}.pdf`)}
        />
      </div>
      <TableBox label={`Lines of invoice ${id}`}>
        <table>
          <thead>
            <tr>
              {COLUMNS.map((name, index) => (
                <th key={name} class={index > 1 ? 'number' : ''}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {lines.map(({ what, plan, periods, used, included, amount }, index) => (
              <tr key={index}>
                {[what, plan, periods, used, included, amount].map((value, at) => (
                  <td key={COLUMNS[at]} data-column={COLUMNS[at]} class={at > 1 ? 'number' : ''}>
                    {typeof value === 'number' ? number(value) : value}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th colSpan={5} scope="row">
                Total
              </th>
              <td class="number" data-column="Total">
                {total} {currency}
              </td>
            </tr>
          </tfoot>
        </table>
      </TableBox>
      {notes.map((note) => (
        <p key={note} class="soft">
          {note}
        </p>
      ))}
    </section>
  );
}
