/** Credential → principal, by whichever kind of issuer vouches for it. */
import type { AuthorizerConfig } from '../config.ts';
import type { Clock, KeySetFetcher } from '../ports.ts';
import { toCertificatePrincipal } from './client-certificate.ts';
import type { CompiledDocument, CompiledIssuer } from './compiled-document.ts';
import type { Credential } from './credential.ts';
import { defaultJwksUri } from './issuers.ts';
import { KeySets } from './key-sets.ts';
import { toPrincipal } from './principal.ts';
import type { Principal } from './principal.ts';
import { createTokenVerifier } from './verify-token.ts';

/** What an authorizer reaches; nothing here is touched before a request needs it. */
export type AuthorizerPorts = {
  readonly clock: Clock;
  readonly keySets: KeySetFetcher;
};

/** @throws DomainError TOKEN_* for a credential that is not accepted; others for failures of ours */
export type Identifier = (
  document: CompiledDocument,
  credential: Credential,
  nowEpochSeconds: number,
) => Promise<Principal>;

export function createIdentifier(config: AuthorizerConfig, { clock, keySets }: AuthorizerPorts): Identifier {
  const verifyToken = createTokenVerifier(new KeySets(keySets, clock), clock);
  return async (document, credential, nowEpochSeconds) => {
    if (credential.kind === 'certificate') {
      const authorities = document.certificates.filter((issuer) => isTrusted(issuer, credential, config));
      return toCertificatePrincipal(credential.certificate, authorities, nowEpochSeconds);
    }
    const { issuer, claims } = await verifyToken(
      credential.token,
      trustedIssuers(document, credential, config),
    );
    return toPrincipal(claims, issuer, document.roles);
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
