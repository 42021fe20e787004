/**
 * Notes about a customer, a key or a plan about which nothing is known, for commands that can go on without it. These
 * commands do not refuse an unknown name: a tenant may exist only in tokens, and a plan only in an access document that
 * has not been used.
 */
import { printPathName } from '#shared/http/path-name.ts';
import { AdminError, callAdminJson } from '../../../terminal/admin-client.ts';
import type { Answer, ReadFlags } from '../../commands/admin-commands.ts';
import { printNotes } from '../../../../base/terminal/output.ts';
import { findCustomer } from './read-customers.ts';

/** Prints a note if a tenant has neither a customer record nor an API key. */
export async function noteUnknownTenant(tenant: string, flags: ReadFlags): Promise<void> {
  await note(async () => {
    if ((await findCustomer(tenant, flags)) !== undefined) return undefined;
    const query = { tenant, limit: '1' };
    const { keys } = await callAdminJson({ method: 'GET', path: '/access/keys', query }, flags);
    return Array.isArray(keys) && keys.length > 0
      ? undefined
      : `${tenant} has no customer record and no API key. gatewright customers list prints the customers; a tenant that exists only in tokens is not in any list.`;
  });
}

/** Prints a note if no API key has the id, or if the key belongs to another tenant. */
export async function noteForeignKey(tenant: string, key: string, flags: ReadFlags): Promise<void> {
  await note(async () => {
    const path = `/access/keys/${printPathName(key)}`;
    const found = await callAdminJson({ method: 'GET', path }, flags).catch((error: unknown): Answer => {
      const isUnknown =
        error instanceof AdminError && ['KEY_UNKNOWN', 'REQUEST_INVALID'].includes(error.problem.code ?? '');
      if (isUnknown) return {};
      throw error;
    });
    const owner = found['tenant'];
    if (owner === tenant) return undefined;
    return typeof owner === 'string'
      ? `The API key ${key} belongs to ${owner}, not to ${tenant}, so this command does not apply to the key.`
      : `No API key has the id ${key}. This command applies only to callers that ${key} identifies in another way, such as in the sub of a token; gatewright keys list --tenant ${tenant} prints the ids.`;
  });
}

/** Prints a note if no plan with that id is saved. */
export async function noteUnknownPlan(plan: string, flags: ReadFlags): Promise<void> {
  await note(async () => {
    try {
      await callAdminJson({ method: 'GET', path: `/quota/plans/${printPathName(plan)}` }, flags);
    } catch (error) {
      if (error instanceof AdminError && error.problem.code === 'PLAN_UNKNOWN')
        return `No plan with the id ${plan} is saved; gatewright plan list prints the plans.`;
      throw error;
    }
    return undefined;
  });
}

/** A note is left out if the data on which it depends cannot be read, because the command itself has succeeded. */
async function note(find: () => Promise<string | undefined>): Promise<void> {
  try {
    const text = await find();
    if (text !== undefined) printNotes(text);
  } catch (error) {
    if (!(error instanceof AdminError)) throw error;
  }
}
