/** What the backend learns of the caller, beside the principal's id. */
import type { AuthorizerContext } from '../aws/authorizer-result.ts';
import { claimAt } from './decide/claims.ts';
import type { CompiledDocument } from './compiled-document.ts';
import type { Principal } from './decide/principal.ts';
import { printTicketCaller, TICKET_CALLER } from './tickets/ticket-caller.ts';

/** A value beyond this is left out: together they must fit beside a policy. */
const VALUE_LIMIT_CHARACTERS = 1_024;

/**
 * Only flat values, since an object or array fails every REST request with 500, and only claims that the
 * document names, since access logs may print them. `exp` goes along because a kept answer outlives the token.
 */
export function backendContext(
  { context, givesTickets }: CompiledDocument,
  principal: Principal,
): AuthorizerContext {
  const { subject, issuer, clientId, scopes, claims, expiresAtEpochSeconds } = principal;
  // A list may hold `a b`, which is one name to rules and would be two to whoever splits the text.
  const told = [...scopes].filter((scope) => !scope.includes(' ')).sort();
  const named = context.map(({ name, claim }) => [name, flatten(claimAt(claims, claim))] as const);
  const standard = [
    ['sub', subject],
    ['iss', issuer],
    ['scope', told.length === 0 ? undefined : told.join(' ')],
    ['clientId', clientId],
    ['exp', expiresAtEpochSeconds],
    [TICKET_CALLER, givesTickets === true ? printTicketCaller(principal) : undefined],
  ] as const;
  return Object.fromEntries(
    [...named, ...standard].filter((entry): entry is readonly [string, string | number | boolean] =>
      isFit(entry[1]),
    ),
  );
}

/** Lists of plain values as one text with spaces, anything deeper as JSON. */
function flatten(value: unknown): string | number | boolean | undefined {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value) && value.every((item) => typeof item === 'string' && !item.includes(' ')))
    return value.join(' ');
  return value === undefined ? undefined : JSON.stringify(value);
}

function isFit(value: string | number | boolean | undefined): value is string | number | boolean {
  if (typeof value === 'string') return value.length <= VALUE_LIMIT_CHARACTERS && value.isWellFormed();
  return typeof value === 'boolean' || Number.isFinite(value);
}
