/** Parses JSON Web Tokens without verifying them (RFC 7515 §7.1, RFC 7519 §4.1). */
import { parseJsonObject } from '@gatewright/aws/json-object';

export type Claims = Readonly<Record<string, unknown>>;

/**
 * A token whose signature is not yet verified. Until the signature is verified, header and claims are not trusted and
 * are used only to find the key.
 */
export type UncheckedToken = {
  readonly kind: 'token';
  readonly algorithm: RsaAlgorithm;
  readonly keyId: string;
  readonly claims: Claims;
  /** The text that the signature covers: `header.payload`. */
  readonly signedText: string;
  readonly signature: Buffer;
};

/**
 * The reason why a token is refused, in the words of HTTP APIs' `error_description`. It never contains text from the
 * token.
 */
export type TokenDefect = {
  readonly kind: 'defect';
  readonly code: TokenDefectCode;
  readonly description: string;
  /** The part of a malformed token that cannot be read. Clients do not see it. */
  readonly part?: MalformedPart;
};

export type MalformedPart =
  /** The token does not consist of three parts joined by dots. */
  | 'segments'
  /** A part is not base64url of a JSON object. */
  | 'header'
  | 'payload'
  /** The third part is empty. */
  | 'unsigned'
  /** The third part is not base64url. */
  | 'signature'
  /** The header has `crit`. */
  | 'extension'
  /** The header names no algorithm. */
  | 'algorithm';

export type TokenDefectCode =
  | 'missing'
  | 'malformed'
  | 'algorithm'
  | 'key'
  | 'issuer-unreachable'
  | 'signature'
  | 'issuer'
  | 'audience'
  /** The `aud` does not match IdentityValidationExpression of a Cognito authorizer, or the token has no `aud`. */
  | 'audience-form'
  | 'expired'
  | 'not-yet-valid'
  | 'claim'
  /** An ID token where an access token is required, or the other way round. */
  | 'token-use'
  | 'scope';

/** The algorithms that API Gateway verifies. Symmetric algorithms and `none` are never accepted. */
export const RSA_ALGORITHMS = ['RS256', 'RS384', 'RS512'] as const;
export type RsaAlgorithm = (typeof RSA_ALGORITHMS)[number];

export function tokenDefect(code: TokenDefectCode, description: string): TokenDefect {
  return { kind: 'defect', code, description };
}

const BEARER = /^bearer[ \t]+/i;
/**
 * Matches base64url text. Padding and line breaks are not allowed, so that each token has exactly one valid spelling.
 */
const BASE64URL = /^[A-Za-z0-9_-]+$/;
/**
 * Matches the algorithm names that an error message may contain. Longer names, or names with other characters, are not
 * returned to the client.
 */
const ALGORITHM_NAME = /^[A-Za-z0-9-]{1,16}$/;

/** Parses the value of an identity source, with or without `Bearer `. Never throws. */
export function parseBearerToken(text: string): UncheckedToken | TokenDefect {
  const parts = text.replace(BEARER, '').split('.');
  const [headerText = '', payloadText = '', signatureText = ''] = parts;
  if (parts.length !== 3)
    return malformed('segments', 'the token is malformed: token contains an invalid number of segments');
  const header = readJsonObject(headerText);
  if (header === undefined) return malformed('header');
  const claims = readJsonObject(payloadText);
  if (claims === undefined) return malformed('payload');
  if (signatureText === '') return malformed('unsigned');
  if (!isBase64Url(signatureText)) return malformed('signature');
  // A token with critical extensions that are not understood must be refused (RFC 7515 §4.1.11). This gateway
  // understands none.
  if (header['crit'] !== undefined) return malformed('extension');
  const { alg, kid } = header;
  const algorithm = RSA_ALGORITHMS.find((known) => known === alg);
  if (algorithm === undefined)
    return typeof alg === 'string' && ALGORITHM_NAME.test(alg)
      ? tokenDefect('algorithm', `signing method ${alg} is invalid`)
      : malformed('algorithm');
  if (typeof kid !== 'string') return KEY_UNKNOWN;
  return {
    kind: 'token',
    algorithm,
    keyId: kid,
    claims,
    signedText: `${headerText}.${payloadText}`,
    signature: Buffer.from(signatureText, 'base64url'),
  };
}

function malformed(part: MalformedPart, description = 'the token is malformed'): TokenDefect {
  return { ...tokenDefect('malformed', description), part };
}

/**
 * The defect of a token whose key cannot be found, because the issuer has no key with the token's `kid` or the token
 * has no `kid`.
 */
export const KEY_UNKNOWN = tokenDefect('key', 'kid not found');

function isBase64Url(text: string): boolean {
  return BASE64URL.test(text) && Buffer.from(text, 'base64url').toString('base64url') === text;
}

function readJsonObject(part: string): Claims | undefined {
  if (!isBase64Url(part)) return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(part, 'base64url'));
    return parseJsonObject(text);
  } catch {
    return undefined;
  }
}
