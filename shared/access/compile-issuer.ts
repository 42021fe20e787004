/** An issuer as a person writes it → what tokens are checked against. Build time only. */
import type {
  CertificateIssuer,
  CompiledDocument,
  CompiledIssuer,
  KeySetLimits,
  TokenTrust,
} from './compiled-document.ts';
import type { CertificateIssuerText, IssuerText } from './document.ts';
import { defaultJwksUri, LOCAL_ISSUER } from './issuers.ts';
import type { KeySnapshot } from './key-snapshot.ts';
import { USUAL_LIMITS } from './key-sets.ts';

type JwksText = NonNullable<Extract<IssuerText, { type: 'oidc' }>['jwks']>;
type ClaimsText = NonNullable<Extract<IssuerText, { type: 'oidc' }>['claims']>;

/** `snapshot`: the issuer's keys as they were taken, where the document wants them to ship. */
export function compileIssuer(issuer: IssuerText, snapshot?: KeySnapshot): CompiledIssuer {
  const only = issuer.only === undefined ? {} : { only: issuer.only };
  const trust = trustOf(issuer);
  const days = snapshotDays(issuer);
  if (days === undefined || snapshot === undefined) return { id: issuer.id, ...only, trust };
  const { keySet, takenAtEpochSeconds } = snapshot;
  const expiresAtEpochSeconds = takenAtEpochSeconds + days * 86_400;
  return {
    ...{ id: issuer.id, ...only },
    trust: { ...trust, keys: { ...trust.keys, snapshot: { keySet, expiresAtEpochSeconds } } },
  };
}

export function isCertificateIssuer(
  issuer: IssuerText | CertificateIssuerText,
): issuer is CertificateIssuerText {
  return issuer.type === 'clientCert';
}

export function compileCertificateIssuer(
  { id, only, match, roles = [] }: CertificateIssuerText,
  declared: CompiledDocument['roles'],
): CertificateIssuer {
  const closed = roles.flatMap((role) => declared[role] ?? []);
  return {
    ...{ id, match },
    ...(only && { only }),
    roles: [...new Set(closed.flatMap((role) => role.roles))].sort(),
    scopes: [...new Set(closed.flatMap((role) => role.scopes))].sort(),
  };
}

/** How long a snapshot of the issuer's keys is trusted; undefined: none ships. */
export function snapshotDays(issuer: IssuerText): number | undefined {
  return issuer.type === 'local' ? undefined : issuer.jwks?.snapshotMaxAgeDays;
}

function trustOf(issuer: IssuerText): TokenTrust {
  switch (issuer.type) {
    case 'oidc':
      return {
        issuer: issuer.issuer,
        isLocal: false,
        jwksUri: issuer.jwksUri ?? defaultJwksUri(issuer.issuer),
        audience: issuer.audience,
        ...(issuer.clients && { clients: issuer.clients }),
        algorithms: issuer.algorithms ?? ['RS256'],
        types: (issuer.typ ?? ['JWT', 'at+jwt', 'application/at+jwt']).map((type) => type.toLowerCase()),
        ...timesOf(issuer),
        ...claimsOf(issuer.claims),
        keys: limitsOf(issuer.jwks),
      };
    case 'cognito': {
      const name = `https://cognito-idp.${issuer.userPoolId.split('_')[0] ?? ''}.amazonaws.com/${issuer.userPoolId}`;
      return {
        issuer: name,
        isLocal: false,
        jwksUri: defaultJwksUri(name),
        clients: issuer.clients,
        algorithms: ['RS256'],
        types: ['jwt'],
        tokenUse: issuer.tokenUse ?? 'access',
        ...timesOf(issuer),
        principal: ['sub'],
        scopes: [['scope']],
        roles: issuer.groupsAs === 'roles' ? [['cognito:groups']] : [],
        keys: limitsOf(issuer.jwks),
      };
    }
    case 'local':
      return {
        issuer: LOCAL_ISSUER,
        isLocal: true,
        jwksUri: '',
        audience: ['gatewright'],
        algorithms: ['RS256'],
        types: ['jwt', 'at+jwt'],
        clockSkewSeconds: 30,
        ...claimsOf(issuer.claims),
        keys: limitsOf({}),
      };
  }
}

function timesOf(issuer: { readonly clockSkewSeconds?: number; readonly maxTokenAgeSeconds?: number }) {
  const { clockSkewSeconds = 30, maxTokenAgeSeconds } = issuer;
  return { clockSkewSeconds, ...(maxTokenAgeSeconds !== undefined && { maxTokenAgeSeconds }) };
}

function claimsOf(claims: ClaimsText = {}): Pick<TokenTrust, 'principal' | 'scopes' | 'roles'> {
  const { principal = ['sub'], scopes = [['scope'], ['scp']], roles = [['roles']] } = claims;
  return { principal, scopes, roles };
}

function limitsOf(jwks: JwksText = {}): KeySetLimits {
  const limits = { ...USUAL_LIMITS, ...jwks };
  const { maxAgeSeconds, staleSeconds, cooldownSeconds, timeoutMs, maxBytes } = limits;
  return { maxAgeSeconds, staleSeconds, cooldownSeconds, timeoutMs, maxBytes };
}
