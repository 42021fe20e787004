/**
 * Customers of the toolkit's customer plans. The command that starts the gateway reads them, with the readers of
 * `gatewright customers` and `gatewright usage`.
 */
import { jsonReply } from '../../core/api-call.ts';
import type { ControlReply } from '../../core/api-call.ts';
import type { RefusedCall } from '../explain/refused-call.ts';
import type { ShownCustomer, ShownCustomers } from './customer-model.ts';

export interface CustomerBook {
  /** @throws Error with a message if the admin routes of this run do not exist or refuse the call */
  list(): Promise<ShownCustomers>;
  /** Undefined if nothing is known of such a customer. */
  one(tenant: string, nowEpochMs: number): Promise<ShownCustomer | undefined>;
  /**
   * Returns a line with the sentence that the customer reads in the portal about a refused request. Undefined if the customers of this run have no
   * portal, or nothing refuses such a request any more.
   */
  reads(call: RefusedCall): Promise<string | undefined>;
}

/** Longer names do not exist. @see shared/quota/plan/subject.ts */
const MAX_TENANT = 128;

/** Only one call runs at a time, because each call reads many pages of the usage table. */
let running: Promise<unknown> = Promise.resolve();

/** @param tenant undefined lists all customers */
export async function serveCustomers(
  book: CustomerBook | undefined,
  tenant: string | null | undefined,
  nowEpochMs: number,
): Promise<ControlReply> {
  if (tenant === null || tenant === '' || (tenant?.length ?? 0) > MAX_TENANT)
    return jsonReply(400, { message: 'Expected the name of a customer: ?tenant=acme' });
  if (book === undefined) return jsonReply(409, { message: 'This gateway shows no customers.' });
  const read = running.then((): Promise<ShownCustomers | ShownCustomer | undefined> =>
    tenant === undefined ? book.list() : book.one(tenant, nowEpochMs),
  );
  running = read.catch(() => undefined);
  try {
    const shown = await read;
    return shown === undefined
      ? jsonReply(404, { message: `There is no customer ${tenant ?? ''}.` })
      : jsonReply(200, shown);
  } catch (error) {
    return jsonReply(409, { message: error instanceof Error ? error.message : String(error) });
  }
}
