/** The names that the owner of the APIs gave to customers, which Traffic shows instead of their ids. */
import { nameOfCustomer } from '../../records/traffic-query.ts';
import type { CustomerNames } from '../../records/traffic-query.ts';
import type { ShownCustomers } from '../../endpoints/customer-model.ts';
import type { RequestRow } from '../../records/model.ts';

export function customerNamesOf(data: ShownCustomers | undefined): CustomerNames {
  return new Map(
    (data?.customers ?? []).flatMap(({ tenant, name }) =>
      name === undefined || name === tenant ? [] : [[tenant, name] as const],
    ),
  );
}

/**
 * Returns the caller as the column shows it, and in full. If the toolkit's authorizer named a customer, the customer
 * comes first, because the principal of an API key says little.
 */
export function nameCaller(
  { caller = '', customer }: Pick<RequestRow, 'caller' | 'customer'>,
  names: CustomerNames,
): { readonly shown: string; readonly title: string } {
  const name = nameOfCustomer(customer, names);
  if (customer !== undefined && name !== undefined)
    return { shown: `${name} · ${caller}`, title: `${name} (${customer}) · ${caller}` };
  const shown = customer === undefined || caller.includes(customer) ? caller : `${customer} · ${caller}`;
  return { shown, title: shown };
}
