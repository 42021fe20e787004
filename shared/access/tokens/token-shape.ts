/**
 * Checks a token's form before its signature. The check is stricter than aws-jwt-verify 5.2.1, which ignores `crit` and
 * `typ`, accepts non-canonical base64url, and allows any algorithm that the key set names.
 */
import { isJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { DomainError } from '../../errors.ts';
import type { TokenTrust } from '../compiled-document.ts';
import { hasDuplicateMember } from '../../http/json-members.ts';

type UnverifiedToken = {
  readonly algorithm: string;
  readonly keyId: string;
  /** Token type in lower case. It is undefined if the header has no `typ`. */
  readonly type: string | undefined;
  readonly issuer: string;
};

const TOKEN_LIMIT_CHARACTERS = 8_192;
/**
 * Reads the header and the issuer of a compact JWS (RFC 7515 section 7.1). Nothing in it is verified yet.
 * @throws DomainError TOKEN_MALFORMED, TOKEN_HEADER_REFUSED
 */
export function parseToken(token: string): UnverifiedToken {
  const parts = token.split('.');
  const [header = '', payload = '', signature = ''] = parts;
  if (token.length > TOKEN_LIMIT_CHARACTERS || parts.length !== 3) throw malformed();
  if (![header, payload, signature].every(isCanonicalBase64Url)) throw malformed();
  const { alg, kid, typ, crit } = parsePart(header);
  const { iss } = parsePart(payload);
  if (typeof alg !== 'string' || typeof kid !== 'string' || typeof iss !== 'string') throw malformed();
  // A recipient must refuse a critical extension that it does not understand (RFC 7515 section 4.1.11). This verifier
  // does not support any extension.
  if (crit !== undefined) throw refused('the token has critical header extensions');
  if (typ !== undefined && typeof typ !== 'string') throw malformed();
  return { algorithm: alg, keyId: kid, type: typ?.toLowerCase(), issuer: iss };
}

/**
 * Checks that the issuer's access tokens may have this algorithm and type. The same issuers also sign `dpop+jwt`,
 * `secevent+jwt`, `logout+jwt` and others, which are not access tokens.
 * @throws DomainError TOKEN_HEADER_REFUSED if the issuer's access tokens do not have this type or are not signed with
 * this algorithm.
 */
export function assertHeader({ algorithm, type }: UnverifiedToken, trust: TokenTrust): void {
  if (!trust.algorithms.some((allowed) => allowed === algorithm))
    throw refused('the signature algorithm of the token is not allowed for its issuer');
  if (type !== undefined && !trust.types.includes(type))
    throw refused('the type of the token is not an access token type');
}

/** Accepts exactly one spelling per byte sequence (no padding or spare bits), so that a token has only one text. */
function isCanonicalBase64Url(text: string): boolean {
  return /^[A-Za-z0-9_-]+$/.test(text) && Buffer.from(text, 'base64url').toString('base64url') === text;
}

function parsePart(part: string): UnknownMembers {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      Buffer.from(part, 'base64url'),
    );
    const value: unknown = JSON.parse(text);
    // If an object has two members with the same name, parsers disagree on which one they use.
    if (isJsonObject(value) && !hasDuplicateMember(text)) return value;
  } catch {
    // All parse errors are reported with one fixed reason, because their messages quote the payload.
  }
  throw malformed();
}

function malformed(): DomainError {
  return new DomainError('TOKEN_MALFORMED', 'the token is not a compact JWS with alg, kid and iss');
}

function refused(message: string): DomainError {
  return new DomainError('TOKEN_HEADER_REFUSED', message);
}
