/** The routes for invoices: a month's invoices, and an invoice as PDF. */
import { DomainError } from '../../errors.ts';
import { MONTH } from '../../http/fields.ts';
import { jsonReply } from '../../http/reply.ts';
import { readRoute } from '../../http/route.ts';
import { invoicesOf } from '../../quota/admin/tenant-invoices.ts';
import type { Invoice } from '../../quota/usage/invoice.ts';
import { describeChanges, printInvoicePdf } from '../../quota/usage/invoice-pdf.ts';
import { PAYERS } from '../member-route.ts';
import type { MemberContext, MemberRoute } from '../member-route.ts';
import { titleOf } from '../compiled-portal.ts';
import type * as Answers from '../answers.ts';

/**
 * Maximum number of months that are listed. Each listed month is read from the table. Older invoices are available
 * from the owner of the APIs.
 */
const MOST_MONTHS = 24;

export function invoiceRoutes(context: MemberContext): readonly MemberRoute[] {
  return [
    {
      roles: PAYERS,
      route: readRoute(
        {
          path: '/api/invoices',
          id: 'listInvoices',
          summary: 'Months with invoices',
          answer: { description: 'Months, newest first' },
        },
        ({ receivedEpochMs }) =>
          Promise.resolve(jsonReply<Answers.Months>(200, { months: monthsOf(context, receivedEpochMs) })),
      ),
    },
    {
      roles: PAYERS,
      route: readRoute(
        {
          path: '/api/invoices/{month}',
          id: 'showInvoices',
          summary: 'The invoices of a month',
          answer: { description: 'The invoices' },
        },
        async ({ path: { month }, receivedEpochMs }) => {
          const invoices = await readInvoices(context, month, receivedEpochMs);
          return jsonReply<Answers.InvoicesOfMonth>(200, {
            month,
            invoices: invoices.map((invoice) => show(invoice, context)),
          });
        },
      ),
    },
    {
      roles: PAYERS,
      route: readRoute(
        {
          path: '/api/invoices/{month}/{number}/pdf',
          id: 'printInvoice',
          summary: 'An invoice as PDF',
          answer: { description: 'The PDF', mediaTypes: ['application/pdf'] },
        },
        async ({ path, receivedEpochMs }) => {
          const invoices = await readInvoices(context, path.month, receivedEpochMs);
          const invoice = invoices.find(({ number }) => number === path.number);
          if (invoice === undefined) throw unknown();
          return {
            statusCode: 200,
            headers: {
              'content-type': 'application/pdf',
              'content-disposition': `attachment; filename="${invoice.number}.pdf"`,
            },
            body: printInvoicePdf(invoice).toString('base64'),
            isBase64Encoded: true,
          };
        },
      ),
    },
  ];
}

/** Returns the months since the first term that the customer's record still has, newest first, at most two years. */
function monthsOf({ customer }: MemberContext, nowEpochMs: number): readonly string[] {
  const first = new Date(customer.terms[0]?.fromEpochMs ?? nowEpochMs).toISOString().slice(0, 7);
  const now = new Date(nowEpochMs);
  return Array.from({ length: MOST_MONTHS }, (_, ago) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - ago, 1)).toISOString().slice(0, 7),
  ).filter((month) => month >= first);
}

/** @throws DomainError INVOICE_UNKNOWN for a text that is not a month, or a month that has not begun */
async function readInvoices(
  { usage, tenant }: MemberContext,
  month: string,
  nowEpochMs: number,
): Promise<readonly Invoice[]> {
  if (!MONTH.test(month) || month > new Date(nowEpochMs).toISOString().slice(0, 7)) throw unknown();
  return invoicesOf(usage, { tenant, month }, nowEpochMs);
}

function show(
  { number, currency, total, draft, lines }: Invoice,
  { portal }: MemberContext,
): Answers.Invoice {
  return {
    number,
    currency,
    total,
    isDraft: draft === true,
    lines: lines.map(({ limit, key, route, plan, periods, used, included, amount }) => ({
      what: [limit, key, route].filter((part) => part !== undefined).join(', '),
      plan: titleOf(portal, plan),
      periods,
      used,
      included,
      amount,
    })),
    notes: describeChanges(lines, (plan) => titleOf(portal, plan)),
  };
}

function unknown(): DomainError {
  return new DomainError('INVOICE_UNKNOWN', 'there is no such invoice');
}
