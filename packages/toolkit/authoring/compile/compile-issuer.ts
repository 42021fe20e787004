/** Compiles an issuer in a document to the data that is needed to check tokens. */
import type {
  CertificateIssuer,
  CompiledDocument,
  CompiledIssuer,
  CompiledKeyIssuer,
  CompiledTicketIssuer,
  KeySetLimits,
  TokenTrust,
} from '@gatewright/handlers/access/compiled-document';
import type {
  AccessDocument,
  CertificateIssuerText,
  IssuerText,
  KeyIssuerText,
  TicketIssuerText,
} from '../document/document.ts';
import { defaultJwksUri, LOCAL_ISSUER } from '@gatewright/handlers/access/tokens/issuers';
import type { KeySnapshot } from './key-snapshot.ts';
import { DEFAULT_LIMITS } from '@gatewright/handlers/access/tokens/key-sets';

const TICKET_TTL_SECONDS = 30;
const LONGEST_TOKEN_AGE_SECONDS = 31_536_000;

type JwksText = NonNullable<Extract<IssuerText, { type: 'oidc' }>['jwks']>;
type ClaimsText = NonNullable<Extract<IssuerText, { type: 'oidc' }>['claims']>;

export function compileIssuer(issuer: IssuerText, snapshot?: KeySnapshot): CompiledIssuer {
  const only = issuer.only === undefined ? {} : { only: issuer.only };
  const revocation = revocationOf(issuer);
  const own = { id: issuer.id, ...only, ...(revocation && { revocation }) };
  const trust = revocation === undefined ? trustOf(issuer) : withAge(trustOf(issuer));
  const days = snapshotDays(issuer);
  if (days === undefined || snapshot === undefined) return { ...own, trust };
  const { keySet, takenAtEpochSeconds } = snapshot;
  const expiresAtEpochSeconds = takenAtEpochSeconds + days * 86_400;
  return {
    ...own,
    trust: { ...trust, keys: { ...trust.keys, snapshot: { keySet, expiresAtEpochSeconds } } },
  };
}

function revocationOf({ revocation }: IssuerText): CompiledIssuer['revocation'] {
  if (revocation === undefined) return undefined;
  return { cacheSeconds: revocation === true ? 0 : (revocation.cacheSeconds ?? 0) };
}

/**
 * Limits the age of tokens, and refuses tokens that have no issue time. This is needed because all tokens of a subject
 * or client that were issued before a given time can be revoked. Such a revocation is deleted after some time, and by
 * then every revoked token must have become too old.
 */
function withAge(trust: TokenTrust): TokenTrust {
  return { ...trust, maxTokenAgeSeconds: trust.maxTokenAgeSeconds ?? LONGEST_TOKEN_AGE_SECONDS };
}

type AnyIssuer = AccessDocument['issuers'][number];

export function isTokenIssuer(issuer: AnyIssuer): issuer is IssuerText {
  return !isCertificateIssuer(issuer) && !isKeyIssuer(issuer) && !isTicketIssuer(issuer);
}

export function isCertificateIssuer(issuer: AnyIssuer): issuer is CertificateIssuerText {
  return issuer.type === 'clientCert';
}

export function isKeyIssuer(issuer: AnyIssuer): issuer is KeyIssuerText {
  return issuer.type === 'apiKey';
}

export function isTicketIssuer(issuer: AnyIssuer): issuer is TicketIssuerText {
  return issuer.type === 'ticket';
}

export function compileTicketIssuer({ id, only, from, ttlSeconds }: TicketIssuerText): CompiledTicketIssuer {
  return { id, ...(only && { only }), from, ttlSeconds: ttlSeconds ?? TICKET_TTL_SECONDS };
}

export function compileKeyIssuer({ id, only, prefix, nativeUsagePlan }: KeyIssuerText): CompiledKeyIssuer {
  return { id, ...(only && { only }), prefix, ...(nativeUsagePlan && { nativeUsagePlan }) };
}

export function compileCertificateIssuer(
  { id, only, match, roles = [] }: CertificateIssuerText,
  declared: CompiledDocument['roles'],
): CertificateIssuer {
  const closed = roles.flatMap((role) => declared[role] ?? []);
  return {
    id,
    match,
    ...(only && { only }),
    roles: [...new Set(closed.flatMap((role) => role.roles))].sort(),
    scopes: [...new Set(closed.flatMap((role) => role.scopes))].sort(),
  };
}

/**
 * Returns the number of days for which a snapshot of the issuer's keys is trusted; undefined if no snapshot is
 * deployed.
 */
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
        audience: ['gatewright', ...(issuer.audience ?? [])],
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
  const limits = { ...DEFAULT_LIMITS, ...jwks };
  const { maxAgeSeconds, staleSeconds, cooldownSeconds, timeoutMs, maxBytes } = limits;
  return { maxAgeSeconds, staleSeconds, cooldownSeconds, timeoutMs, maxBytes };
}
