/** Who was recognised: the claims of a verified token that decisions may use. */
import { DomainError } from '../errors.ts';
import type { TrustedIssuer } from './issuers.ts';

export type Principal = {
  /** `{iss}|{sub}`: equal subjects of two issuers stay two principals. */
  readonly principalId: string;
  readonly issuer: string;
  readonly subject: string;
  readonly roles: readonly string[];
  /** Space-separated, as in the token; undefined where it has none. */
  readonly scope: string | undefined;
  readonly expiresAtEpochSeconds: number;
};

export type Claims = Readonly<Record<string, unknown>>;

const SUBJECT_LIMIT_CHARACTERS = 255;
const ROLES_LIMIT = 100;

/**
 * Reads the claims of a token whose signature, issuer and audience have been verified.
 * A token without the roles claim has no roles; a roles claim of another type is an error, not "none".
 * @throws DomainError TOKEN_CLAIM_INVALID
 */
export function toPrincipal(claims: Claims, issuer: TrustedIssuer): Principal {
  const { sub, exp, scope, cnf } = claims;
  if (typeof sub !== 'string' || sub === '' || sub.length > SUBJECT_LIMIT_CHARACTERS) throw invalid('sub');
  if (typeof exp !== 'number' || !Number.isFinite(exp)) throw invalid('exp');
  if (scope !== undefined && typeof scope !== 'string') throw invalid('scope');
  // RFC 7800: bound to a key that its holder must prove. Taking it as a bearer token would undo that.
  if (cnf !== undefined) throw invalid('cnf');
  return {
    principalId: `${issuer.issuer}|${sub}`,
    issuer: issuer.issuer,
    subject: sub,
    roles: parseRoles(claimAt(claims, issuer.rolesClaim)),
    scope,
    expiresAtEpochSeconds: exp,
  };
}

function parseRoles(value: unknown): readonly string[] {
  if (value === undefined) return [];
  const roles: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (roles.length > ROLES_LIMIT) throw invalid('roles');
  return roles.map((role) => {
    if (typeof role !== 'string' || !isRole(role)) throw invalid('roles');
    return role;
  });
}

/** No spaces: roles reach the backend as one space-separated text. */
export function isRole(text: string): boolean {
  return /^[A-Za-z0-9_.:/-]{1,64}$/.test(text);
}

function claimAt(claims: Claims, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, name) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, name)
        ? (value as Claims)[name]
        : undefined,
    claims,
  );
}

function invalid(claim: string): DomainError {
  return new DomainError('TOKEN_CLAIM_INVALID', `the token's claim "${claim}" is missing or not acceptable`);
}
