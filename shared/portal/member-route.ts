import type { KeyAdmin } from '../access/keys/key-admin.ts';
import type { Route } from '../http/route.ts';
import type { AdminPorts } from '../quota/admin/operation.ts';
import type { Customer } from '../quota/plan/customer.ts';
import { logWrite } from './change-log.ts';
import type { Actor, Change } from './change-log.ts';
import type { CompiledPortal } from './compiled-portal.ts';
import { ROLES } from './members.ts';
import type { Member, Role } from './members.ts';
import { writePortalItems } from './portal-ports.ts';
import type { PortalPorts } from './portal-ports.ts';

/** What a member's request may use. All ports are bound to the tenant of the session; @see bound-ports.ts */
export type MemberContext = {
  readonly tenant: string;
  readonly member: Member;
  readonly actor: Actor;
  readonly customer: Customer;
  readonly portal: CompiledPortal;
  readonly ports: PortalPorts;
  readonly usage: AdminPorts;
  readonly keys: () => Promise<KeyAdmin>;
};

export type MemberRoute = {
  readonly route: Route;
  readonly roles: readonly Role[];
  /** The route can be used while the organisation is suspended, although it changes something. */
  readonly worksSuspended?: true;
};

export const EVERYBODY: readonly Role[] = ROLES;
export const OWNERS: readonly Role[] = ['owner'];
export const DEVELOPERS: readonly Role[] = ['owner', 'developer'];
export const PAYERS: readonly Role[] = ['owner', 'billing'];

/**
 * Returns the id of a change in the tables that members and the owner of the APIs share. Attack: a member uses an id of
 * the owner's commands, such as `closed-2`, so that the command is refused as a repetition.
 */
export function operationIdOf({ operationId }: { readonly operationId: string }): string {
  return `portal:${operationId}`;
}

/**
 * Logs a change that was made in another table. The change itself has a record there, too.
 * @throws DomainError STORE_UNAVAILABLE
 */
export async function logChange(context: MemberContext, change: Change): Promise<void> {
  await writePortalItems(context.ports, [logWrite(context.ports, context.tenant, context.actor, change)]);
}
