import type { CompiledDocument, CompiledTicketIssuer } from '../compiled-document.ts';
import { expandRoles } from '../decide/principal.ts';
import type { Principal } from '../decide/principal.ts';
import type { TicketCaller } from './ticket.ts';

/**
 * Returns the principal of a ticket. If the document trusts the issuer of the caller's credential itself, the
 * principal's id is the same as with that credential. Otherwise the id begins with the id of the tickets' issuer,
 * because `main` in another document may be a different issuer. Roles have the meaning that this document declares. Of
 * the claims, only `sub`, `iat` and `jti` are known.
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
    issuer,
    subject,
    clientId,
    expiresAtEpochSeconds,
    ...expandRoles(caller, declared),
    claims: { sub: subject, ...(iat !== undefined && { iat }), ...(jti !== undefined && { jti }) },
  };
}
