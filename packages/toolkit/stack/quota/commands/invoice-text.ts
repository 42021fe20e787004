/**
 * Prints invoices for a terminal, and as CSV with one line per entry. `shared/quota/usage/invoice-pdf.ts` prints them
 * as PDF.
 */
import { printCsv } from '#shared/quota/admin/print-rows.ts';
import type { Invoice } from '#shared/quota/usage/invoice.ts';
import {
  describeChanges,
  describeLinePrice,
  describeLost,
  printCount,
} from '#shared/quota/usage/invoice-pdf.ts';
import { table } from '../../../../base/terminal/output.ts';

const COLUMNS = [
  'number',
  'month',
  'tenant',
  'customer',
  'currency',
  'limit',
  'key',
  'route',
  'plan',
  'periods',
  'used',
  'included',
  'lost',
  'amount',
  'total',
];

export function printInvoiceCsv(invoices: readonly Invoice[], withHeader: boolean): string {
  const rows = invoices.flatMap(({ lines, customer, number, month, tenant, currency, total }) =>
    lines.map((line) => ({ ...line, number, month, tenant, customer: customer.name, currency, total })),
  );
  return printCsv(COLUMNS, rows, withHeader);
}

/** Prints an invoice as lines of text. It uses the same words as the PDF. */
export function printInvoiceText(invoice: Invoice): string[] {
  const { number, month, tenant, customer, currency, lines, total, lost, draft } = invoice;
  const rows = lines.map(({ limit, key, route, plan, periods, used, included, amount, price }) => [
    [limit, key === undefined ? '' : `key ${key}`, route ?? ''].filter((part) => part !== '').join(', '),
    plan,
    printCount(periods),
    printCount(used),
    printCount(included),
    amount,
    describeLinePrice({ price, periods }, currency),
  ]);
  return [
    ...table([
      [draft === true ? 'Draft' : 'Invoice', number],
      ['Customer', customer.name === tenant ? tenant : `${customer.name} (${tenant})`],
      ['Month', month],
      ['Total', `${total} ${currency}`],
    ]),
    ...table([['Limit', 'Plan', 'Periods', 'Used', 'Included', 'Amount', 'Price'], ...rows]),
    ...describeChanges(lines),
    ...(lost === 0 ? [] : [describeLost(lost)]),
    ...(draft === true
      ? ['This draft shows open periods as they are now. The amounts change until the periods are closed.']
      : []),
  ];
}
