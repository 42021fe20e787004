import { DomainError } from '../errors.ts';
import { findCustomer } from '../quota/admin/find-customer.ts';
import type { AdminPorts } from '../quota/admin/operation.ts';
import type { Customer } from '../quota/plan/customer.ts';
import type { SessionAnswer } from './answers.ts';

/**
 * Finds the customer record of an organisation.
 * @throws DomainError SESSION_ENDED if the customer is closed or no longer has a record, because its sessions have then
 * ended
 */
export async function requireOrganisation(
  ports: Pick<AdminPorts, 'store'>,
  tenant: string,
): Promise<Customer> {
  const customer = await findCustomer(ports, tenant);
  if (customer === undefined || customer.state === 'closed')
    throw new DomainError('SESSION_ENDED', 'the organisation is closed');
  return customer;
}

export function showOrganisation({ tenant, name, state }: Customer): SessionAnswer['organisation'] {
  return { id: tenant, name: name ?? tenant, state };
}
