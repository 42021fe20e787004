/**
 * Who asks for a ticket, as the authorizer of an ordinary route tells it to `ws-ticket`: in its context, which only
 * API Gateway can write. A document may call no claim so.
 */
import type { Principal } from '../decide/principal.ts';

/** Name of the context's member. */
export const TICKET_CALLER = 'ticketCaller';

/** Beside what every context has: `sub`, `iss`, `clientId` and `exp`. */
export type TicketCallerContext = {
  readonly principalId: string;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  /** Of the token, where it has them: revocation goes by these. */
  readonly iat?: number;
  readonly jti?: string;
};

/** As JSON: a context of a REST API holds flat values only, and an empty list must not look like a missing one. */
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

/** Undefined: the API's document gives no tickets, or the caller's roles and scopes are too many to be told. */
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
