import type { Operation } from '../access/admin-operation.ts';
import type { KeyAdmin } from '../access/keys/key-admin.ts';
import type { Route } from '../http/route.ts';
import type { AdminPorts } from '../quota/admin/operation.ts';
import type { Customer } from '../quota/plan/customer.ts';
import { DomainError } from '../errors.ts';
import { logWrite } from './change-log.ts';
import type { Actor, Change } from './change-log.ts';
import type { EndpointAdmin } from '../endpoints/endpoint-admin.ts';
import type { CompiledPortal, WebhooksInStage } from './compiled-portal.ts';
import { ROLES } from './members.ts';
import type { Member, Role } from './members.ts';
import { writePortalItems } from './portal-ports.ts';
import type { PortalPorts } from './portal-ports.ts';

/** The ports that a member's request may use. All ports are bound to the tenant of the session; @see bound-ports.ts */
export type MemberContext = {
  readonly tenant: string;
  readonly member: Member;
  readonly actor: Actor;
  readonly customer: Customer;
  readonly portal: CompiledPortal;
  /** Sources of webhooks that are offered in this stage. */
  readonly webhooks: readonly WebhooksInStage[];
  /** The address of `webhook-receiver`, without a trailing slash. */
  readonly webhooksUrl: string | undefined;
  readonly ports: PortalPorts;
  readonly usage: AdminPorts;
  readonly keys: () => Promise<KeyAdmin>;
  readonly endpoints: () => Promise<EndpointAdmin>;
};

export type MemberRoute = {
  readonly route: Route;
  readonly roles: readonly Role[];
  /** The route can be used while the organisation is suspended, although it changes something. */
  readonly worksSuspended?: true;
};

/** How long the earlier secret of a key or endpoint may stay valid after a rotation. */
export const MAX_OVERLAP_SECONDS = 30 * 86_400;

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

/** Returns the change as the administration of keys and endpoints records it. */
export function operationOf(
  request: { readonly operationId: string },
  { actor }: Pick<MemberContext, 'actor'>,
): Operation {
  return { id: operationIdOf(request), by: actor.id };
}

/**
 * Logs a change that was made in another table. That table also has a record of the change.
 * @throws DomainError STORE_UNAVAILABLE
 */
export async function logChange(context: MemberContext, change: Change): Promise<void> {
  await writePortalItems(context.ports, [logWrite(context.ports, context.tenant, context.actor, change)]);
}

/**
 * Logs a change of a name. A repeated request is not logged, because it changes nothing: if the name was changed again
 * in between, the log would wrongly show the earlier name as the newest.
 * @throws DomainError STORE_UNAVAILABLE
 */
export async function logRename(
  context: MemberContext,
  what: Extract<Change['what'], `renamed-${string}`>,
  { before, after }: { readonly before: string; readonly after: string },
): Promise<void> {
  if (before !== after) await logChange(context, { what, on: `${before} → ${after}` });
}

/**
 * Logs a change whose response shows a secret once. A failure to log is ignored, because the secret would otherwise be
 * lost. The record of the operation says who made the change.
 */
export async function logNewSecret(context: MemberContext, change: Change): Promise<void> {
  try {
    await logChange(context, change);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
  }
}
