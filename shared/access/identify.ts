import { loadOnce } from '@gatewright/aws/load-once';
import type { AuthorizerConfig } from '../config/access-config.ts';
import { DomainError } from '../errors.ts';
import type { Clock, KeySetFetcher, Observer } from '../ports.ts';
import { UNOBSERVED } from '../unobserved.ts';
import { TABLE_NEEDS, tableNeeds } from './access-table.ts';
import type { LoadQuotas } from './charge-quota.ts';
import type { CompiledAccess, CompiledDocument, CompiledIssuer } from './compiled-document.ts';
import type { Credential } from './credential.ts';
import type { TablePorts } from './identify-by-table.ts';
import { defaultJwksUri } from './tokens/issuers.ts';
import { KeySets } from './tokens/key-sets.ts';
import { toPrincipal } from './decide/principal.ts';
import type { Principal } from './decide/principal.ts';
import { createTokenVerifier } from './tokens/verify-token.ts';

/** Ports of an authorizer. A port is not used before a request needs it. */
export type AuthorizerPorts = TablePorts & {
  readonly clock: Clock;
  readonly keySets: KeySetFetcher;
  readonly observer?: Observer | undefined;
  /**
   * Loads the quotas. Without this function, charged routes are denied. TOKEN authorizers have no quotas, because their
   * events have no timestamp that assigns a charge to a period.
   */
  readonly quotas?: LoadQuotas | undefined;
};

/**
 * Identifies the caller by the credential.
 * @throws DomainError TOKEN_* for a credential that is not accepted; other codes for failures that are not the caller's
 * fault
 */
type Identifier = (
  document: CompiledDocument,
  credential: Credential,
  nowEpochSeconds: number,
  remainingMs?: () => number,
) => Promise<Principal>;

export function createIdentifier(config: AuthorizerConfig, ports: AuthorizerPorts): Identifier {
  const { clock, keySets, observer = UNOBSERVED } = ports;
  const verifyToken = createTokenVerifier(new KeySets(keySets, clock, observer), clock, observer);
  const loadTable = loadOnce(async () => {
    const { createTableIdentifier } = await import('./identify-by-table.ts');
    return createTableIdentifier(config, ports);
  });
  // Loaded on demand, because few APIs use certificates, and loading it would slow down every cold start.
  const loadCertificates = loadOnce(() => import('./tokens/client-certificate.ts'));
  return async (document, credential, nowEpochSeconds, remainingMs) => {
    if (credential.kind === 'certificate') {
      const authorities = document.certificates.filter((issuer) => isTrusted(issuer, credential, config));
      const { toCertificatePrincipal } = await loadCertificates();
      return toCertificatePrincipal(credential.certificate, authorities, nowEpochSeconds);
    }
    if (mayBeOnRecord(document, credential)) {
      const holder = await (
        await loadTable()
      ).identify(document, credential.token, {
        keyIssuers: document.apiKeys.filter((issuer) => isTrusted(issuer, credential, config)),
        ticketIssuer: document.tickets.find((issuer) => isTrusted(issuer, credential, config)),
        nowEpochSeconds,
      });
      if (holder !== undefined) return holder;
    }
    const issuers = trustedIssuers(document, credential, config);
    const { issuer, claims } = await verifyToken(credential.token, issuers, remainingMs);
    const principal = toPrincipal(claims, issuer, document.roles);
    const { revocation } = issuer;
    if (revocation !== undefined)
      await (await loadTable()).assertNotRevoked(principal, revocation, nowEpochSeconds);
    return principal;
  };
}

type TokenCredential = Credential & { readonly kind: 'token' };

/**
 * Whether the credential may be an API key or a ticket. Neither contains a dot, and every JWT contains two, so a JWT
 * never loads the table module.
 */
function mayBeOnRecord({ apiKeys, tickets }: CompiledDocument, { token }: TokenCredential): boolean {
  return !token.includes('.') && apiKeys.length + tickets.length > 0;
}

/**
 * Checks that the access table and the secret of native usage plans are configured if a document of this stage needs
 * them. It is called when an authorizer is created, so that a missing variable is noticed before the first key is used.
 * @throws DomainError CONFIG_INVALID if a variable is missing
 */
export function assertServed(
  { documents }: CompiledAccess,
  { stage, usageKeySecret }: AuthorizerConfig,
  ports: AuthorizerPorts,
): void {
  assertTable(documents, stage, ports);
  const issuers = documents
    .filter(({ apis }) => apis.some((api) => api.for === stage))
    .flatMap((document) => document.apiKeys)
    .filter(({ only }) => only?.includes(stage) ?? true);
  if (usageKeySecret === undefined && issuers.some(({ nativeUsagePlan }) => nativeUsagePlan))
    throw new DomainError(
      'CONFIG_INVALID',
      'GATEWRIGHT_USAGE_KEY_SECRET is missing, but a document has nativeUsagePlan: set this variable',
    );
}

/**
 * Checks that there is a table if the documents need one at this stage.
 * @throws DomainError CONFIG_INVALID if the table is missing
 */
export function assertTable(
  documents: readonly CompiledDocument[],
  stage: string,
  { apiKeys, tickets, revocations }: TablePorts,
): void {
  const served = { keys: apiKeys, tickets, revocation: revocations };
  const needs = documents.flatMap((document) => tableNeeds(document, stage));
  const missing = needs.find((need) => served[need] === undefined);
  if (missing !== undefined)
    throw new DomainError(
      'CONFIG_INVALID',
      `GATEWRIGHT_ACCESS_TABLE is missing, but a document ${TABLE_NEEDS[missing]}`,
    );
}

/**
 * Returns the issuers whose tokens are trusted. The gateway's own issuer is trusted only if the stack sets its address.
 */
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
