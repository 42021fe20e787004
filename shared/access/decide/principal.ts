/** Who was recognised, with all that decisions may use. */
import { DomainError } from '../../errors.ts';
import { claimAt } from './claims.ts';
import type { Claims } from './claims.ts';
import type { ClaimPath, CompiledDocument, CompiledIssuer } from '../compiled-document.ts';

export type Principal = {
  /** `{issuer's id}|{subject}`: equal subjects of two issuers stay two principals. */
  readonly principalId: string;
  readonly issuerId: string;
  /** `iss` of the token. */
  readonly issuer: string;
  readonly subject: string;
  /** `client_id`, or `azp` where there is none. */
  readonly clientId: string | undefined;
  /** With all that they inherit; roles that the document does not declare are left out. */
  readonly roles: ReadonlySet<string>;
  /** The token's, and those that come with its roles. */
  readonly scopes: ReadonlySet<string>;
  readonly claims: Claims;
  /** Undefined: an API key without an end. */
  readonly expiresAtEpochSeconds: number | undefined;
  /** Value of the API Gateway key by which a native usage plan counts the caller. A secret. */
  readonly usageIdentifierKey?: string;
};

const SUBJECT_LIMIT_CHARACTERS = 255;
const LIST_LIMIT = 200;

/**
 * Reads the claims of a token that has been verified. A token without scopes or roles has none; a claim of
 * another type is an error, not "none".
 * @throws DomainError TOKEN_CLAIM_INVALID
 */
export function toPrincipal(
  claims: Claims,
  { id, trust }: CompiledIssuer,
  declared: CompiledDocument['roles'],
): Principal {
  const subject = claimAt(claims, trust.principal);
  if (typeof subject !== 'string' || subject === '' || subject.length > SUBJECT_LIMIT_CHARACTERS)
    throw invalid(trust.principal);
  // Half of a character that no context can carry.
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

/** What names of roles come to in a document: those that it declares, with all that they inherit, and their scopes. */
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

/** A list, or one text with spaces between the names. */
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
  return new DomainError('TOKEN_CLAIM_INVALID', `the token's claim "${name}" is missing or not acceptable`);
}
