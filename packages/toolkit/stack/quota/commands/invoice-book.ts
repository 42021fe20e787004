/**
 * Creates invoices for the console, in the same way and through the same admin routes as `gatewright usage invoice`.
 */
import type { UsageRecord } from '#shared/quota/admin/usage-record.ts';
import type { Invoice } from '#shared/quota/usage/invoice.ts';
import { describeChanges } from '#shared/quota/usage/invoice-pdf.ts';
import { UsageError } from '../../../../base/terminal/output.ts';
import {
  closePeriods,
  describeNotClosed,
  describeUnpriced,
  readInvoices,
  readNotClosed,
} from './usage-invoice.ts';
import type { AdminTarget } from '../../../terminal/admin-client.ts';
import type { InvoiceBook, ShownInvoice, ShownInvoices } from '../../../../gateway/engine/index.ts';

/** @param findTarget returns the admin API of the running gateway, or undefined if it has none */
export function openInvoiceBook(findTarget: () => AdminTarget | undefined): InvoiceBook {
  const flagsOf = (period: string) => {
    const target = findTarget();
    if (target !== undefined) return { period, target };
    throw new UsageError(
      'There are no invoices, because this gateway does not serve Gatewright’s stack, which records the usage.',
    );
  };
  const ofMonth = async (month: string): Promise<ShownInvoices> => {
    const flags = flagsOf(month);
    const open = await readNotClosed(flags);
    const invoices: ShownInvoice[] = [];
    const unpriced: UsageRecord[] = [];
    for await (const made of readInvoices(flags)) {
      unpriced.push(...made.unpriced);
      invoices.push(...made.invoices.map(showInvoice));
    }
    return {
      month,
      invoices,
      unpriced: describeUnpriced(unpriced),
      notClosed: open.length === 0 ? undefined : describeNotClosed(open),
    };
  };
  return {
    ofMonth,
    async close(month) {
      const { period, target } = flagsOf(month);
      await closePeriods(period, { target });
      return ofMonth(month);
    },
  };
}

function showInvoice({ number, tenant, customer, currency, total, lines }: Invoice): ShownInvoice {
  return {
    number,
    tenant,
    customer: customer.name,
    currency,
    total,
    lines: lines.map(({ limit, key, route, plan, periods, used, included, amount }) => ({
      what: [limit, key, route].filter((part) => part !== undefined).join(', '),
      plan,
      periods,
      used,
      included,
      amount,
    })),
    notes: describeChanges(lines),
  };
}
