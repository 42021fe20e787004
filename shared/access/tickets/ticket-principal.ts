import type { CompiledDocument, CompiledTicketIssuer } from '../compiled-document.ts';
import { expandRoles } from '../decide/principal.ts';
import type { Principal } from '../decide/principal.ts';
import type { TicketCaller } from './ticket.ts';

/**
 * The principal is the same as with a token if the document trusts that issuer itself; otherwise it is prefixed with
 * the tickets' issuer, because `main` of another document may be a different issuer. Roles mean what this
 * document declares.
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
