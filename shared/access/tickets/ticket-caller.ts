/**
 * The caller who requests a ticket, in the context from an ordinary route's authorizer, which only API
 * Gateway can write. A document may not name a claim like this.
 */
import type { Principal } from '../decide/principal.ts';

export const TICKET_CALLER = 'ticketCaller';

/** In addition to every context's `sub`, `iss`, `clientId` and `exp`. */
export type TicketCallerContext = {
  readonly principalId: string;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  /** Present if the token has them: revocation needs them. */
  readonly iat?: number;
  readonly jti?: string;
};

/**
 * JSON, because a REST context contains only flat values, and an empty list must not look like a missing one.
 */
export function printTicketCaller({ principalId, roles, scopes, claims }: Principal): string {
  const { iat, jti } = claims;
  const caller: TicketCallerContext = {
    principalId,
    roles: [...roles].sort(),
    scopes: [...scopes].sort(),
    ...(typeof iat === 'number' && { iat }),
    ...(typeof jti === 'string' && { jti }),
  };
  return JSON.stringify(caller);
}

/** Undefined: the API's document issues no tickets, or roles and scopes are too long to carry. */
export function parseTicketCaller(text: unknown): TicketCallerContext | undefined {
  if (typeof text !== 'string') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isCaller(value) ? value : undefined;
}

function isCaller(value: unknown): value is TicketCallerContext {
  if (typeof value !== 'object' || value === null) return false;
  const { principalId, roles, scopes, iat, jti } = value as Readonly<
    Record<keyof TicketCallerContext, unknown>
  >;
  return (
    typeof principalId === 'string' &&
    [roles, scopes].every(
      (names) => Array.isArray(names) && names.every((name) => typeof name === 'string'),
    ) &&
    (iat === undefined || typeof iat === 'number') &&
    (jti === undefined || typeof jti === 'string')
  );
}
