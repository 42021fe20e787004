/** Writes the sentence above the list of customers. */
import type { ShownCustomers } from '../../endpoints/customer-model.ts';

/** Tenants without a record are counted apart: `gatewright customers list` does not list them. */
export function describeCustomers(
  data: ShownCustomers | undefined,
  print: (count: number) => string = String,
): string {
  const { customers = [], isCut } = data ?? {};
  const known = customers.filter(({ state }) => state !== 'no record').length;
  const others = customers.length - known;
  // A truncated list does not show how many customers there are.
  const isWhole = data !== undefined && isCut !== true;
  const also =
    others === 0
      ? ''
      : ` ${isWhole ? (others === 1 ? 'One tenant' : `${print(others)} tenants`) : 'Tenants'} without a record ${isWhole && others === 1 ? 'is' : 'are'} listed as long as a period has recorded usage.`;
  if (isWhole && known === 1)
    return `The only customer of the API, its plan, and how much it has used.${also}`;
  return `The ${isWhole && known > 0 ? `${print(known)} ` : ''}customers of the API, their plans, and how much each has used.${also}`;
}
