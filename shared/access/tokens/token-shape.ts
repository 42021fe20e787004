/**
 * What a token must look like before its signature is worth checking. Everything here is stricter
 * than aws-jwt-verify 5.2.1, which ignores `crit` and `typ`, takes non-canonical base64url, and
 * lets any algorithm pass that the key set names.
 */
import { isJsonObject } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import { DomainError } from '../../errors.ts';
import type { TokenTrust } from '../compiled-document.ts';
import { repeatsMember } from '../../http/json-members.ts';

type UnverifiedToken = {
  readonly algorithm: string;
  readonly keyId: string;
  /** Lower case; undefined where the token does not say. */
  readonly type: string | undefined;
  /** The `iss` claim, which picks the issuer whose key must have signed. */
  readonly issuer: string;
};

const TOKEN_LIMIT_CHARACTERS = 8_192;
/**
 * Reads the header and the issuer of a compact JWS (RFC 7515 section 7.1). Nothing of it may be trusted yet.
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
  // RFC 7515 section 4.1.11: an extension that is critical and not understood must be refused. We understand none.
  if (crit !== undefined) throw refused('the token has critical header extensions');
  if (typ !== undefined && typeof typ !== 'string') throw malformed();
  return { algorithm: alg, keyId: kid, type: typ?.toLowerCase(), issuer: iss };
}

/**
 * `dpop+jwt`, `secevent+jwt`, `logout+jwt` and their like are signed by the same issuers and are no access tokens.
 * @throws DomainError TOKEN_HEADER_REFUSED when the issuer's access tokens are not of this type or not signed this way.
 */
export function assertHeader({ algorithm, type }: UnverifiedToken, trust: TokenTrust): void {
  if (!trust.algorithms.some((allowed) => allowed === algorithm))
    throw refused('the token is signed with an algorithm that is not allowed for its issuer');
  if (type !== undefined && !trust.types.includes(type))
    throw refused('the token is of a type that is no access token');
}

/** Only one spelling per byte sequence: no padding, no spare bits. Otherwise one token has several texts. */
function isCanonicalBase64Url(text: string): boolean {
  return /^[A-Za-z0-9_-]+$/.test(text) && Buffer.from(text, 'base64url').toString('base64url') === text;
}

function parsePart(part: string): JsonObject {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      Buffer.from(part, 'base64url'),
    );
    const value: unknown = JSON.parse(text);
    // Of two members of one name, readers disagree on which counts.
    if (isJsonObject(value) && !repeatsMember(text)) return value;
  } catch {
    // Parse errors quote the payload; the reason is the same for all of them.
  }
  throw malformed();
}

function malformed(): DomainError {
  return new DomainError('TOKEN_MALFORMED', 'the token is no compact JWS with alg, kid and iss');
}

function refused(message: string): DomainError {
  return new DomainError('TOKEN_HEADER_REFUSED', message);
}
