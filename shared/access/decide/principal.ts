import { DomainError } from '../../errors.ts';
import { claimAt } from './claims.ts';
import type { Claims } from './claims.ts';
import type { ClaimPath, CompiledDocument, CompiledIssuer } from '../compiled-document.ts';

export type Principal = {
  /**
   * Id of the principal: `{issuer's id}|{subject}`. It contains the issuer because two issuers may use the same
   * subject.
   */
  readonly principalId: string;
  readonly issuerId: string;
  /** Claim `iss` of the token. */
  readonly issuer: string;
  readonly subject: string;
  /** Claim `client_id` of the token, otherwise `azp`. */
  readonly clientId: string | undefined;
  /** The principal's roles, including inherited roles. Roles that the document does not declare are omitted. */
  readonly roles: ReadonlySet<string>;
  readonly scopes: ReadonlySet<string>;
  readonly claims: Claims;
  /** Expiry of the credential. It is undefined for an API key that does not expire. */
  readonly expiresAtEpochSeconds: number | undefined;
  /**
   * The version of the customer's record that was last written into the API key. The customer is the claim `tenant`.
   */
  readonly customerVersion?: number;
  /** Value of the caller's API Gateway key for a native usage plan. This value is secret. */
  readonly usageIdentifierKey?: string;
};

const SUBJECT_LIMIT_CHARACTERS = 255;
const LIST_LIMIT = 200;

/**
 * Reads the claims of a verified token. Scopes or roles that the token lacks give no rights, but a claim of the wrong
 * type is an error.
 * @throws DomainError TOKEN_CLAIM_INVALID if a claim has the wrong type or is too long, or if the subject or `exp` is
 * missing
 */
export function toPrincipal(
  claims: Claims,
  { id, trust }: CompiledIssuer,
  declared: CompiledDocument['roles'],
): Principal {
  const subject = claimAt(claims, trust.principal);
  if (typeof subject !== 'string' || subject === '' || subject.length > SUBJECT_LIMIT_CHARACTERS)
    throw invalid(trust.principal);
  // A lone surrogate cannot be written into the authorizer's context.
  if (!subject.isWellFormed()) throw invalid(trust.principal);
  const { exp, client_id: clientId = claims['azp'] } = claims;
  if (typeof exp !== 'number') throw invalid(['exp']);
  if (clientId !== undefined && typeof clientId !== 'string') throw invalid(['client_id']);
  const roles = trust.roles.flatMap((path) => readNames(claims, path));
  const scopes = trust.scopes.flatMap((path) => readNames(claims, path));
  return {
    principalId: `${id}|${subject}`,
    issuerId: id,
    issuer: trust.issuer,
    subject,
    clientId,
    ...expandRoles({ roles, scopes }, declared),
    claims,
    expiresAtEpochSeconds: Math.floor(exp),
  };
}

/**
 * Returns the roles that the document declares among these names, with all roles that they inherit. Also returns the
 * given scopes and the scopes of these roles.
 */
export function expandRoles(
  { roles, scopes }: { readonly roles: readonly string[]; readonly scopes: readonly string[] },
  declared: CompiledDocument['roles'],
): Pick<Principal, 'roles' | 'scopes'> {
  const known = roles.filter((role) => Object.hasOwn(declared, role)).flatMap((role) => declared[role] ?? []);
  return {
    roles: new Set(known.flatMap((role) => role.roles)),
    scopes: new Set([...scopes, ...known.flatMap((role) => role.scopes)]),
  };
}

/** Reads a list of names, or one text with names separated by spaces. */
function readNames(claims: Claims, path: ClaimPath): readonly string[] {
  const value = claimAt(claims, path);
  if (value === undefined) return [];
  const names: readonly unknown[] = Array.isArray(value) ? value : [value];
  const texts = names.filter((name) => typeof name === 'string');
  if (texts.length !== names.length || names.length > LIST_LIMIT) throw invalid(path);
  return Array.isArray(value)
    ? texts
    : texts.flatMap((text) => text.split(' ').filter((name) => name !== ''));
}

function invalid(path: ClaimPath): DomainError {
  const name = path.join('.');
  return new DomainError('TOKEN_CLAIM_INVALID', `the token's claim "${name}" is missing or not valid`);
}
