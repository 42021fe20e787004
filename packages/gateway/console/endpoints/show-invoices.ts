/**
 * Invoices of the toolkit's quotas. A function that the command provides creates them, as in
 * `gatewright usage invoice`.
 */
import { jsonReply } from '../../core/api-call.ts';
import type { ControlReply } from '../../core/api-call.ts';
import type { ShownInvoices } from './invoice-model.ts';

export interface InvoiceBook {
  /** @throws Error with a message if the admin routes of this run do not exist or refuse the call */
  ofMonth(month: string): Promise<ShownInvoices>;
  /** Closes the ended periods of the month, then creates the invoices. */
  close(month: string): Promise<ShownInvoices>;
}

/** Only one call runs at a time, because each call reads every record of its month. */
let running: Promise<unknown> = Promise.resolve();

export async function serveInvoices(
  book: InvoiceBook | undefined,
  month: unknown,
  what: 'ofMonth' | 'close',
): Promise<ControlReply> {
  if (typeof month !== 'string' || !/^\d{4}-(0[1-9]|1[0-2])$/.test(month))
    return jsonReply(400, { message: 'Expected a month such as 2026-11' });
  if (book === undefined)
    return jsonReply(409, {
      message:
        'The program that started this gateway does not create invoices; start it with gatewright start.',
    });
  const made = running.then(() => book[what](month));
  running = made.catch(() => undefined);
  try {
    return jsonReply(200, await made);
  } catch (error) {
    return jsonReply(409, { message: error instanceof Error ? error.message : String(error) });
  }
}
