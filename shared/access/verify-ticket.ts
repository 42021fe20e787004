/** A one-time ticket → who comes with it, as the document of the WebSocket sees them. */
import { DomainError } from '../errors.ts';
import type { TokenErrorCode } from '../errors.ts';
import type { TicketStore } from '../ports.ts';
import type { CompiledDocument, CompiledTicketIssuer } from './compiled-document.ts';
import { expandRoles } from './principal.ts';
import type { Principal } from './principal.ts';
import type { TicketCaller, TicketOutcome } from './ticket.ts';

const REFUSALS: Readonly<
  Record<Exclude<TicketOutcome['kind'], 'taken'>, readonly [TokenErrorCode, message: string]>
> = {
  unknown: ['TOKEN_UNKNOWN', 'the ticket is not on record'],
  used: ['TOKEN_REVOKED', 'the ticket has been used'],
  expired: ['TOKEN_EXPIRED', 'the ticket has expired'],
  foreign: ['TOKEN_AUDIENCE_MISMATCH', 'the ticket is for another API'],
};

/**
 * Uses the ticket up. It ends with the credential by which it was asked for, if that comes first.
 * @throws DomainError TOKEN_UNKNOWN, TOKEN_REVOKED, TOKEN_EXPIRED, TOKEN_AUDIENCE_MISMATCH; STORE_UNAVAILABLE
 */
export async function takeTicket(
  tickets: Pick<TicketStore, 'take'>,
  hash: string,
  at: { readonly document: string; readonly nowEpochSeconds: number },
): Promise<TicketCaller> {
  const outcome = await tickets.take(hash, at);
  if (outcome.kind === 'taken') return outcome.caller;
  throw new DomainError(...REFUSALS[outcome.kind]);
}

/**
 * The same principal as by a token, where the document trusts that issuer itself; else named by the tickets' issuer,
 * since `main` of another document may be somebody else. Roles come to what this document makes of them.
 */
export function toTicketPrincipal(
  caller: TicketCaller,
  { id }: CompiledTicketIssuer,
  { issuers, apiKeys, roles: declared }: CompiledDocument,
): Principal {
  const { subject, issuer, clientId, iat, jti, expiresAtEpochSeconds } = caller;
  const own =
    issuers.find(({ trust }) => trust.issuer === issuer) ?? apiKeys.find(({ prefix }) => prefix === issuer);
  return {
    principalId: own === undefined ? `${id}|${caller.principalId}` : `${own.id}|${subject}`,
    issuerId: own?.id ?? id,
    ...{ issuer, subject, clientId, expiresAtEpochSeconds },
    ...expandRoles(caller, declared),
    claims: { sub: subject, ...(iat !== undefined && { iat }), ...(jti !== undefined && { jti }) },
  };
}
