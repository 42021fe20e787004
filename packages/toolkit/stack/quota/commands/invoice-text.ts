/** Prints invoices as CSV with one line per entry. `/shared/quota/usage/invoice-pdf.ts` prints them as PDF. */
import { printCsv } from '#shared/quota/admin/print-rows.ts';
import type { Invoice } from '#shared/quota/usage/invoice.ts';

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
