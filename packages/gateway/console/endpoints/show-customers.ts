/**
 * Customers of the toolkit's customer plans. The command that starts the gateway reads them, with the readers of
 * `gatewright customers` and `gatewright usage`.
 */
import { jsonReply } from '../../core/api-call.ts';
import type { ControlReply, ControlRequest } from '../../core/api-call.ts';
import type { Clock } from '../../core/ports.ts';
import type { RefusedCall } from '../explain/refused-call.ts';
import type { ShownCustomer, ShownCustomers } from './customer-model.ts';

/**
 * Reading the usage of many customers takes many calls, so the page first asks for the list without usage.
 */
type ListedCustomers = { readonly withUse: boolean };

export interface CustomerBook {
  /** @throws Error with a message if the admin routes of this run do not exist or refuse the call */
  list(how: ListedCustomers): Promise<ShownCustomers>;
  /** Returns undefined if nothing is known about this customer. */
  one(tenant: string, nowEpochMs: number): Promise<ShownCustomer | undefined>;
  /**
   * Returns a line with the sentence that the customer reads in the portal about a refused request. Returns undefined
   * if the customers of this run have no portal, or such a request is no longer refused.
   */
  reads(call: RefusedCall): Promise<string | undefined>;
}

/**
 * Maximum length of a customer's name in characters.
 * @see shared/quota/plan/subject.ts
 */
const MAX_TENANT = 128;

/** Only one call runs at a time, because each call reads many pages of the usage table. */
let running: Promise<unknown> = Promise.resolve();

/**
 * Responds to `GET console/customers`, optionally with `?without=use`, and `GET console/customers/one?tenant=acme`.
 * @param path relative to `/_gatewright/`
 * @returns undefined for other calls
 */
export function answerCustomers(
  { method, query }: Pick<ControlRequest, 'method' | 'query'>,
  path: string,
  book: CustomerBook | undefined,
  clock: Clock,
): Promise<ControlReply> | undefined {
  if (method !== 'GET') return undefined;
  const asked = new URLSearchParams(query);
  if (path === 'console/customers')
    return serve(book, (customers) => customers.list({ withUse: asked.get('without') !== 'use' }));
  if (path !== 'console/customers/one') return undefined;
  const tenant = asked.get('tenant');
  if (tenant === null || tenant === '' || tenant.length > MAX_TENANT)
    return Promise.resolve(jsonReply(400, { message: 'Expected the name of a customer: ?tenant=acme' }));
  return serve(
    book,
    (customers) => customers.one(tenant, clock.nowEpochMs()),
    `There is no customer ${tenant}.`,
  );
}

async function serve(
  book: CustomerBook | undefined,
  ask: (book: CustomerBook) => Promise<ShownCustomers | ShownCustomer | undefined>,
  absent = '',
): Promise<ControlReply> {
  if (book === undefined)
    return jsonReply(409, {
      message:
        'The program that started this gateway does not read customers; start it with gatewright start.',
    });
  const read = running.then(() => ask(book));
  running = read.catch(() => undefined);
  try {
    const shown = await read;
    return shown === undefined ? jsonReply(404, { message: absent }) : jsonReply(200, shown);
  } catch (error) {
    return jsonReply(409, { message: error instanceof Error ? error.message : String(error) });
  }
}
