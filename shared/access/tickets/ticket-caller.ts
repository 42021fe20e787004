/**
 * The caller who requests a ticket, in the context that the authorizer of an ordinary route returned. Only API Gateway
 * can write this context. A document may not give the name `ticketCaller` to a claim.
 */
import type { Principal } from '../decide/principal.ts';

/**
 * Data about the caller, in addition to `sub`, `iss`, `clientId` and `exp`, which are members of the context itself.
 */
export type TicketCallerContext = {
  readonly principalId: string;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  /**
   * The time when the token was issued, from its claim `iat`. It is needed to check revocations, and absent if the
   * token lacks the claim.
   */
  readonly iat?: number;
  readonly jti?: string;
};

/**
 * Formats the caller as JSON text, because a REST context contains only flat values, and an empty list must not look
 * like a missing one.
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

/**
 * Reads the caller from the authorizer's context. Returns undefined if the API's document issues no tickets, or if
 * roles and scopes are too long for the context.
 */
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
