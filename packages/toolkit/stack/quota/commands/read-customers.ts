/** Reads customers and their usage through the admin endpoints, for commands and for the console. */
import { printPathName } from '#shared/http/path-name.ts';
import { listAt, textAt } from '../../../terminal/aws-call.ts';
import { AdminError, callAdminJson } from '../../../terminal/admin-client.ts';
import { eachPage, readPages } from '../../commands/admin-commands.ts';
import { callWithNames } from '../../commands/existing-names.ts';
import type { Answer, ReadFlags } from '../../commands/admin-commands.ts';
import { ownerPath } from './quota-calls.ts';

export function customerPath(tenant: string): string {
  return `/quota/customers/${printPathName(tenant)}`;
}

/**
 * Reads the record of a customer.
 * @throws AdminError CUSTOMER_UNKNOWN
 */
function readCustomer(tenant: string, flags: ReadFlags): Promise<Answer> {
  return callAdminJson({ method: 'GET', path: customerPath(tenant) }, flags);
}

/** Like `readCustomer`; the error names the customers that exist. */
export function readKnownCustomer(tenant: string, flags: ReadFlags): Promise<Answer> {
  return callWithNames({ method: 'GET', path: customerPath(tenant) }, flags);
}

/** Reads the record of a customer; undefined if the tenant has none. */
export async function findCustomer(tenant: string, flags: ReadFlags): Promise<Answer | undefined> {
  try {
    return await readCustomer(tenant, flags);
  } catch (error) {
    if (error instanceof AdminError && error.problem.code === 'CUSTOMER_UNKNOWN') return undefined;
    throw error;
  }
}

const CUSTOMERS = { path: '/quota/customers', member: 'customers', query: {} };

export function readCustomers(flags: ReadFlags): Promise<readonly Answer[]> {
  return readPages(CUSTOMERS, flags);
}

/** Yields the customers that have a record, in pages of 100. */
export function eachCustomers(flags: ReadFlags): AsyncGenerator<readonly Answer[]> {
  return eachPage(CUSTOMERS, flags);
}

/**
 * Reads the usage in the periods that contain an instant.
 * @param of says whose usage is read, and when: an undefined tenant means all tenants, an undefined instant means now
 */
export function readUsage(
  { tenant, at }: { readonly tenant?: string | undefined; readonly at?: string | undefined },
  flags: ReadFlags,
): Promise<readonly Answer[]> {
  const path = tenant === undefined ? '/quota/usage' : `${ownerPath(tenant)}/usage`;
  return readPages({ path, member: 'usage', query: { at } }, flags);
}

/** Yields the usage of all tenants in the current periods. A page contains the usage of 50 limits and keys. */
export function eachUsage(flags: ReadFlags): AsyncGenerator<readonly Answer[]> {
  return eachPage({ path: '/quota/usage', member: 'usage', query: {} }, flags);
}

/**
 * Reads the remaining units of the quotas that apply to the customer as a whole. Also reads the other limits of its
 * plan (limits of each key, rates and concurrency), which have no single number of remaining units. Rows of the
 * customer as a whole have the level `tenant`.
 * @param plan the plan that applies; undefined if there is none
 */
export async function readLeft(
  tenant: string,
  plan: string | undefined,
  flags: ReadFlags,
): Promise<readonly Answer[]> {
  if (plan === undefined) return [];
  const saved = await callAdminJson({ method: 'GET', path: `/quota/plans/${printPathName(plan)}` }, flags);
  const limits = listAt(saved, 'limits') as readonly Answer[];
  return Promise.all(
    limits.map(async ({ id, ...limit }) => {
      if (limit['level'] !== 'tenant' || limit['quota'] === undefined)
        return { limit: id, ...limit, level: limit['level'] === 'tenant' ? 'customer' : limit['level'] };
      const path = `${ownerPath(tenant)}/limits/${printPathName(String(id))}`;
      return { ...(await callAdminJson({ method: 'GET', path }, flags)), level: 'tenant' };
    }),
  );
}

/** Reads the keys of a tenant, without their secrets, which are not stored. */
export function readKeys(tenant: string, flags: ReadFlags): Promise<readonly Answer[]> {
  return readPages({ path: '/access/keys', member: 'keys', query: { tenant } }, flags);
}

/**
 * Yields the changes of a UTC day page by page, newest first.
 * @param day an instant of the day; undefined means today
 */
export function readAudit(day: string | undefined, flags: ReadFlags): AsyncGenerator<readonly Answer[]> {
  return eachPage({ path: '/quota/audit', member: 'entries', query: { day } }, flags);
}

/** Returns the plan that applies to a customer now. */
export function planOf(customer: Answer): string | undefined {
  return textAt(customer, 'plan');
}
