/**
 * Describes a hypothetical caller. From claims, a token or an API key, it determines the principal to which the rules
 * of a document are applied.
 */
import { parseJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type {
  CompiledDocument,
  CompiledKeyIssuer,
  CompiledTicketIssuer,
} from '@gatewright/handlers/access/compiled-document';
import type { Claims } from '@gatewright/handlers/access/decide/claims';
import { parseIpNetwork } from '@gatewright/handlers/access/decide/ip-network';
import { toPrincipal } from '@gatewright/handlers/access/decide/principal';
import type { Principal } from '@gatewright/handlers/access/decide/principal';
import { parseApiKey } from '@gatewright/handlers/access/keys/api-key';
import { toKeyPrincipal } from '@gatewright/handlers/access/keys/api-key-principal';
import type { ApiKeyRecord } from '@gatewright/handlers/access/keys/api-key-record';
import { toTicketPrincipal } from '@gatewright/handlers/access/tickets/ticket-principal';
import { assertClaims } from '@gatewright/handlers/access/tokens/token-claims';
import { assertHeader, parseToken } from '@gatewright/handlers/access/tokens/token-shape';
import { DomainError } from '@gatewright/handlers/errors';

/** An API key in the form that the admin endpoint returns. */
export type StoredKeySummary = Pick<
  ApiKeyRecord,
  'keyId' | 'prefix' | 'tenant' | 'owner' | 'plan' | 'roles' | 'scopes' | 'metadata'
> & { readonly state: string };

export type CallerSpec = {
  /** The caller's token. Its signature is not checked. */
  readonly token?: string | undefined;
  /** The caller's claims as JSON. They are used instead of a token. */
  readonly claims?: string | undefined;
  /**
   * The id of an issuer in the document. Default: the issuer that `iss` names. For claims without `iss`, it is the
   * first issuer.
   */
  readonly issuer?: string | undefined;
  readonly role: readonly string[];
  readonly scope: readonly string[];
  readonly ip?: string | undefined;
  /** The stored record of the caller's API key. It is used instead of a token. */
  readonly held?: StoredKeySummary | undefined;
};

/** A query that cannot be evaluated. `part` is the input with the mistake. */
export class AccessQueryError extends Error {
  override readonly name = 'AccessQueryError';
  readonly part: 'token' | 'claims' | 'ip' | undefined;

  constructor(message: string, part?: AccessQueryError['part']) {
    super(message);
    this.part = part;
  }
}

/**
 * Determines the principal of a caller.
 * @throws AccessQueryError if an input is invalid
 */
export function toCaller(document: CompiledDocument, caller: CallerSpec, nowEpochSeconds: number): Principal {
  if (caller.ip !== undefined && (caller.ip.includes('/') || parseIpNetwork(caller.ip) === undefined))
    throw new AccessQueryError(`"${caller.ip}" is not an IP address; write it as 203.0.113.7`, 'ip');
  try {
    const principal = toHolder(document, caller, nowEpochSeconds);
    const roles = caller.role.flatMap((role) => {
      const declared = document.roles[role];
      if (declared !== undefined) return [declared];
      throw new AccessQueryError(
        `unknown role "${role}"; the document declares ${Object.keys(document.roles).join(', ') || 'none'}`,
      );
    });
    return {
      ...principal,
      roles: new Set([...principal.roles, ...roles.flatMap((role) => role.roles)]),
      scopes: new Set([...principal.scopes, ...caller.scope, ...roles.flatMap((role) => role.scopes)]),
    };
  } catch (error) {
    throw error instanceof DomainError ? new AccessQueryError(error.message) : error;
  }
}

/**
 * Returns the reason why the authorizer would refuse the token or the stored key; undefined if there is none. The
 * token's signature, its key and revocations are not checked.
 */
export function findRefusal(
  { issuers }: CompiledDocument,
  { token, held }: CallerSpec,
  nowEpochSeconds: number,
): string | undefined {
  if (held !== undefined) return held.state === 'active' ? undefined : `the key is ${held.state}`;
  if (token === undefined) return undefined;
  const claims = readClaims({ token });
  const trust = issuers.find((issuer) => issuer.trust.issuer === claims['iss'])?.trust;
  if (trust === undefined) return undefined;
  try {
    assertHeader(parseToken(bareToken(token)), trust);
    assertClaims(claims, trust, nowEpochSeconds);
    return undefined;
  } catch (error) {
    if (error instanceof DomainError) return error.message;
    throw error;
  }
}

function toHolder(document: CompiledDocument, caller: CallerSpec, nowEpochSeconds: number): Principal {
  if (caller.held !== undefined) return toHolderOf(caller.held, document);
  const claims = readClaims(caller);
  const keyIssuer = document.apiKeys.find(({ id }) => id === caller.issuer);
  const hasOthers = document.issuers.length + document.apiKeys.length > 0;
  const ticketIssuer = document.tickets.find(
    ({ id }) => id === caller.issuer || (caller.issuer === undefined && !hasOthers),
  );
  if (ticketIssuer !== undefined) return toTicketHolder(document, ticketIssuer, claims);
  const issuer = document.issuers.find(({ id, trust }) =>
    caller.issuer === undefined ? trust.issuer === claims['iss'] : id === caller.issuer,
  );
  if (
    (caller.issuer !== undefined || caller.token !== undefined) &&
    issuer === undefined &&
    keyIssuer === undefined
  )
    throw new AccessQueryError(
      `the document does not trust the issuer ${JSON.stringify(caller.issuer ?? claims['iss'] ?? null)}; it trusts ${listIssuers(document)}${slashHint(document, claims)}`,
    );
  const chosenKey = keyIssuer ?? (document.issuers.length === 0 ? document.apiKeys[0] : undefined);
  if (chosenKey !== undefined) return toKeyHolder(document, chosenKey, claims);
  const chosen = issuer ?? document.issuers[0];
  if (chosen === undefined)
    throw new AccessQueryError(
      'the document accepts neither tokens nor API keys, and gatewright access explain cannot evaluate client certificates',
    );
  return toPrincipal({ sub: 'somebody', exp: nowEpochSeconds + 3600, ...claims }, chosen, document.roles);
}

function toHolderOf(held: StoredKeySummary, document: CompiledDocument): Principal {
  const issuer = document.apiKeys.find(({ prefix }) => prefix === held.prefix);
  if (issuer === undefined)
    throw new AccessQueryError(
      `the document does not accept keys ${held.prefix}_…; it accepts ${listIssuers(document)}`,
    );
  const record = { ...held, secrets: [], createdAtEpochSeconds: 0 };
  return toKeyPrincipal({ record, notAfterEpochSeconds: undefined }, issuer, document.roles);
}

/**
 * Returns the principal of a caller with a ticket. Roles and scopes are passed separately, because a ticket does not
 * contain other claims.
 */
function toTicketHolder(
  document: CompiledDocument,
  issuer: CompiledTicketIssuer,
  { sub = 'somebody', iss = '' }: Claims,
): Principal {
  const [subject, name] = [String(sub), String(iss)];
  const caller = { principalId: subject, subject, issuer: name, roles: [], scopes: [] };
  return toTicketPrincipal(caller, issuer, document);
}

/** Returns the principal of a caller whose key has these claims. All other fields of the key are absent. */
function toKeyHolder(document: CompiledDocument, issuer: CompiledKeyIssuer, claims: Claims): Principal {
  const texts = Object.entries(claims).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  const { sub = 'somebody', tenant = 'some-tenant', owner, plan, ...metadata } = Object.fromEntries(texts);
  const record = {
    keyId: sub,
    tenant,
    prefix: issuer.prefix,
    metadata,
    roles: [],
    scopes: [],
    secrets: [],
    ...(owner !== undefined && { owner }),
    ...(plan !== undefined && { plan }),
    createdAtEpochSeconds: 0,
  };
  return toKeyPrincipal({ record, notAfterEpochSeconds: undefined }, issuer, document.roles);
}

/**
 * Returns a hint if the token's issuer differs from an issuer in the document only by a trailing slash, because this is
 * easily overlooked.
 */
function slashHint({ issuers }: CompiledDocument, { iss }: Claims): string {
  if (typeof iss !== 'string') return '';
  const bare = (name: string) => name.replace(/\/$/, '');
  const meant = issuers.find(({ trust }) => trust.issuer !== iss && bare(trust.issuer) === bare(iss));
  if (meant === undefined) return '';
  return `\nthe token has iss "${iss}", but the document has "${meant.trust.issuer}": they must match exactly`;
}

function listIssuers({ issuers, apiKeys, tickets }: CompiledDocument): string {
  return [
    ...issuers.map(({ id, trust }) => `${id} (${trust.issuer})`),
    ...apiKeys.map(({ id, prefix }) => `${id} (keys ${prefix}_…)`),
    ...tickets.map(({ id }) => `${id} (tickets)`),
  ].join(', ');
}

function bareToken(token: string): string {
  return token.replace(/^Bearer /i, '');
}

function readClaims({ token, claims }: Pick<CallerSpec, 'token' | 'claims'>): UnknownMembers {
  const text =
    token === undefined
      ? (claims ?? '{}')
      : Buffer.from(bareToken(token).split('.')[1] ?? '', 'base64url').toString();
  const read = parseJsonObject(text);
  if (read !== undefined) return read;
  throw token === undefined
    ? new AccessQueryError('is not a JSON object', 'claims')
    : new AccessQueryError(
        parseApiKey(bareToken(token)) === undefined ? 'is not a JWT' : 'is an API key, not a JWT',
        'token',
      );
}
