/** Credential → principal, by whichever kind of issuer vouches for it. */
import type { AuthorizerConfig } from '../config.ts';
import { DomainError } from '../errors.ts';
import type {
  ApiKeyReader,
  Clock,
  KeySetFetcher,
  Observer,
  RevocationReader,
  TicketStore,
} from '../ports.ts';
import { UNOBSERVED } from '../unobserved.ts';
import { tableNeeds } from './access-table.ts';
import { parseApiKey } from './api-key.ts';
import { nativeKeyValue, toKeyPrincipal } from './api-key-principal.ts';
import type { LoadQuotas } from './charge-quota.ts';
import { createRevocationCheck } from './check-revocation.ts';
import { toCertificatePrincipal } from './client-certificate.ts';
import type { CompiledAccess, CompiledDocument, CompiledIssuer } from './compiled-document.ts';
import type { Credential } from './credential.ts';
import { defaultJwksUri } from './issuers.ts';
import { KeySets } from './key-sets.ts';
import { toPrincipal } from './principal.ts';
import type { Principal } from './principal.ts';
import { parseTicket } from './ticket.ts';
import { createApiKeyVerifier } from './verify-api-key.ts';
import { takeTicket, toTicketPrincipal } from './verify-ticket.ts';
import { createTokenVerifier } from './verify-token.ts';

/** What an authorizer reaches; nothing here is touched before a request needs it. */
export type AuthorizerPorts = {
  readonly clock: Clock;
  readonly keySets: KeySetFetcher;
  /** Absent: nobody counts. */
  readonly observer?: Observer | undefined;
  /** Only where a document takes API keys. */
  readonly apiKeys?: ApiKeyReader | undefined;
  /** Only where a document takes tickets. */
  readonly tickets?: Pick<TicketStore, 'take'> | undefined;
  /** Only where a document has tokens looked up among the revoked ones. */
  readonly revocations?: RevocationReader | undefined;
  /** Absent: routes that a document charges are denied. TOKEN events have no stamp to charge by. */
  readonly quotas?: LoadQuotas | undefined;
};

/** @throws DomainError TOKEN_* for a credential that is not accepted; others for failures of ours */
export type Identifier = (
  document: CompiledDocument,
  credential: Credential,
  nowEpochSeconds: number,
) => Promise<Principal>;

export function createIdentifier(config: AuthorizerConfig, ports: AuthorizerPorts): Identifier {
  const { clock, keySets, observer = UNOBSERVED } = ports;
  const verifyToken = createTokenVerifier(new KeySets(keySets, clock, observer), clock, observer);
  const identifyKey = createKeyIdentifier(config, ports);
  const identifyTicket = createTicketIdentifier(config, ports);
  const assertNotRevoked = createRevocationCheck(ports.revocations);
  return async (document, credential, nowEpochSeconds) => {
    if (credential.kind === 'certificate') {
      const authorities = document.certificates.filter((issuer) => isTrusted(issuer, credential, config));
      return toCertificatePrincipal(credential.certificate, authorities, nowEpochSeconds);
    }
    const keyHolder = await identifyKey(document, credential, nowEpochSeconds);
    if (keyHolder !== undefined) return keyHolder;
    const ticketHolder = await identifyTicket(document, credential, nowEpochSeconds);
    if (ticketHolder !== undefined) {
      const { revocation } = document.issuers.find(({ id }) => id === ticketHolder.issuerId) ?? {};
      await assertNotRevoked(ticketHolder, revocation, nowEpochSeconds);
      return ticketHolder;
    }
    const { issuer, claims } = await verifyToken(
      credential.token,
      trustedIssuers(document, credential, config),
    );
    const principal = toPrincipal(claims, issuer, document.roles);
    await assertNotRevoked(principal, issuer.revocation, nowEpochSeconds);
    return principal;
  };
}

/**
 * Whether what an authorizer needs for the documents of its stage is there: found out at its first event, and not
 * when the first key comes.
 * @throws DomainError CONFIG_INVALID
 */
export function assertServed(
  { documents }: CompiledAccess,
  { stage, usageKeySecret }: AuthorizerConfig,
  { apiKeys, tickets, revocations }: AuthorizerPorts,
): void {
  const needs = documents.flatMap((document) => tableNeeds(document, stage));
  const served = {
    'takes API keys': apiKeys,
    'takes tickets': tickets,
    'has revocation': revocations,
  };
  const missing = needs.find((need) => served[need] === undefined);
  if (missing !== undefined)
    throw new DomainError('CONFIG_INVALID', `GATEWRIGHT_ACCESS_TABLE is missing: a document ${missing}`);
  const issuers = documents
    .filter(({ apis }) => apis.some((api) => api.for === stage))
    .flatMap((document) => document.apiKeys)
    .filter(({ only }) => only?.includes(stage) ?? true);
  if (usageKeySecret === undefined && issuers.some(({ nativeUsagePlan }) => nativeUsagePlan))
    throw new DomainError(
      'CONFIG_INVALID',
      'GATEWRIGHT_USAGE_KEY_SECRET is missing: a document has nativeUsagePlan',
    );
}

/** Undefined: no ticket, or the document takes none here; whether it is a token is for others to say. */
function createTicketIdentifier(config: AuthorizerConfig, { tickets }: AuthorizerPorts) {
  return async (
    document: CompiledDocument,
    credential: Credential & { readonly kind: 'token' },
    nowEpochSeconds: number,
  ): Promise<Principal | undefined> => {
    const hash = parseTicket(credential.token);
    const issuer = document.tickets.find((candidate) => isTrusted(candidate, credential, config));
    if (tickets === undefined || hash === undefined || issuer === undefined) return undefined;
    const at = { document: document.name, nowEpochSeconds };
    return toTicketPrincipal(await takeTicket(tickets, hash, at), issuer, document);
  };
}

/** Undefined: no API key of the document's; whether it is a token is for others to say. */
function createKeyIdentifier(config: AuthorizerConfig, { apiKeys }: AuthorizerPorts) {
  if (apiKeys === undefined) return () => undefined;
  const verifyApiKey = createApiKeyVerifier(apiKeys);
  return async (
    document: CompiledDocument,
    credential: Credential & { readonly kind: 'token' },
    nowEpochSeconds: number,
  ): Promise<Principal | undefined> => {
    const key = parseApiKey(credential.token);
    const issuer = document.apiKeys.find(
      (candidate) => candidate.prefix === key?.prefix && isTrusted(candidate, credential, config),
    );
    if (key === undefined || issuer === undefined) return undefined;
    const principal = toKeyPrincipal(
      await verifyApiKey(credential.token, key, nowEpochSeconds),
      issuer,
      document.roles,
    );
    if (issuer.nativeUsagePlan === undefined || config.usageKeySecret === undefined) return principal;
    return { ...principal, usageIdentifierKey: nativeKeyValue(config.usageKeySecret, key.keyId) };
  };
}

/** The gateway's own issuer is trusted only where the stack says where it is. */
function trustedIssuers(
  { issuers }: CompiledDocument,
  credential: Credential,
  config: AuthorizerConfig,
): readonly CompiledIssuer[] {
  const { localIssuerUrl } = config;
  return issuers
    .filter((issuer) => isTrusted(issuer, credential, config))
    .flatMap((issuer) => {
      if (!issuer.trust.isLocal) return [issuer];
      if (localIssuerUrl === undefined) return [];
      return [{ ...issuer, trust: { ...issuer.trust, jwksUri: defaultJwksUri(localIssuerUrl) } }];
    });
}

function isTrusted(
  { id, only }: { readonly id: string; readonly only?: readonly string[] },
  credential: Credential,
  { stage }: AuthorizerConfig,
): boolean {
  return credential.issuers.includes(id) && (only?.includes(stage) ?? true);
}
