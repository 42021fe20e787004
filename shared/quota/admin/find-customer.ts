/** Reads the record of a customer for administration and invoices. */
import { TermsBook } from '../plan/terms-book.ts';
import type { Terms } from '../plan/terms-book.ts';
import { customerKey, parseCustomer } from '../plan/customer.ts';
import type { Customer } from '../plan/customer.ts';
import { readItem, unavailable } from './operation.ts';
import type { AdminPorts } from './operation.ts';

/**
 * Reads the customer's record. Returns undefined if the customer has no record.
 * @throws DomainError STORE_UNAVAILABLE if the table is unavailable
 */
export async function findCustomer(
  { store }: Pick<AdminPorts, 'store'>,
  tenant: string,
): Promise<Customer | undefined> {
  const item = await readItem(store, customerKey(tenant));
  return item === undefined ? undefined : parseCustomer(item);
}

/**
 * Reads the terms that are in force at a given time, in the same way as for charging requests.
 * @throws DomainError STORE_UNAVAILABLE if the table is unavailable
 */
export async function readTerms(
  { store }: Pick<AdminPorts, 'store'>,
  { tenant, key }: { readonly tenant: string; readonly key: string | undefined },
  atEpochMs: number,
): Promise<Exclude<Terms, { kind: 'unavailable' }>> {
  const clock = { nowEpochMs: () => atEpochMs, monotonicMs: () => 0 };
  const terms = await new TermsBook(store, clock).read(tenant, key, atEpochMs);
  if (terms.kind === 'unavailable') throw unavailable('the customer record could not be read');
  return terms;
}
