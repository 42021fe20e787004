/** Parses an issuer's key set (RFC 7517) into the keys that may verify a signature, by key id. */
import type { JsonWebKey, KeyObject } from 'node:crypto';
import { DomainError } from '../../errors.ts';
import type { SignatureAlgorithm } from './issuers.ts';

// Reads only these exports of `node:crypto`, because an import would also load WebCrypto.
// oxlint-disable-next-line no-restricted-globals
const { createPublicKey } = process.getBuiltinModule('node:crypto');

export type VerificationKey = {
  readonly keyId: string;
  /** The key as published. Its type is one that aws-jwt-verify may use. */
  readonly jwk: { readonly kid: string; readonly kty: string; readonly alg?: string };
  /** Created once, because importing a JWK costs more than a verification. */
  readonly keyObject: KeyObject;
  readonly algorithms: readonly SignatureAlgorithm[];
};

export type KeySet = ReadonlyMap<string, VerificationKey>;

const KEYS_LIMIT = 100;
const RSA_ALGORITHMS: readonly SignatureAlgorithm[] = ['RS256', 'RS384', 'RS512'];
const CURVE_ALGORITHMS: ReadonlyMap<string, readonly SignatureAlgorithm[]> = new Map([
  ['P-256', ['ES256']],
  ['P-384', ['ES384']],
  ['P-521', ['ES512']],
  ['Ed25519', ['EdDSA']],
]);

/**
 * Returns the keys that may be used for signatures and drops the rest, because one malformed or weak key (RSA below
 * 2048 bits, exponent below 65537, ROCA, `use: enc`) must not disable the others. Keys that share a key id are all
 * dropped, because otherwise the order of the set would decide which key is used.
 * @param onDropped called for each dropped key, except keys that are intended for another use only
 * @throws DomainError KEY_SET_UNAVAILABLE if the text is not a key set or contains no usable key.
 */
export function parseKeySet(text: string, onDropped?: () => void): KeySet {
  const candidates = keysOf(text).filter(mayVerify);
  const keys = candidates.flatMap((jwk) => toVerificationKey(jwk) ?? []);
  const usable = keys.filter(({ keyId }) => keys.filter((key) => key.keyId === keyId).length === 1);
  if (onDropped !== undefined)
    for (let left = usable.length; left < candidates.length; left += 1) onDropped();
  if (usable.length === 0) throw unavailable('the key set has no key that may verify a signature');
  return new Map(usable.map((key) => [key.keyId, key]));
}

function keysOf(text: string): readonly unknown[] {
  let keys: unknown;
  try {
    const value: unknown = JSON.parse(text);
    keys = typeof value === 'object' && value !== null && 'keys' in value ? value.keys : undefined;
  } catch {
    keys = undefined;
  }
  if (!Array.isArray(keys) || keys.length > KEYS_LIMIT)
    throw unavailable("the issuer's response is not a valid JWKS");
  return keys;
}

/** Excludes keys for other uses, which issuers also publish (RFC 7517 sections 4.2 and 4.3). */
function mayVerify(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  const { use, key_ops: operations } = value as Record<string, unknown>;
  if (use !== undefined && use !== 'sig') return false;
  return operations === undefined || (Array.isArray(operations) && operations.includes('verify'));
}

function toVerificationKey(value: unknown): VerificationKey | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { kid, kty, alg } = value as Record<string, unknown>;
  if (typeof kid !== 'string' || typeof kty !== 'string') return undefined;
  if (alg !== undefined && typeof alg !== 'string') return undefined;
  try {
    const keyObject = createPublicKey({ key: value as JsonWebKey, format: 'jwk' });
    const possible = algorithmsOf(kty, value as JsonWebKey, keyObject);
    const algorithms = alg === undefined ? possible : possible.filter((candidate) => candidate === alg);
    if (algorithms.length === 0) return undefined;
    return {
      keyId: kid,
      jwk: { ...value, kid, kty, ...(alg !== undefined && { alg }) },
      keyObject,
      algorithms,
    };
  } catch {
    return undefined;
  }
}

function algorithmsOf(kty: string, jwk: JsonWebKey, key: KeyObject): readonly SignatureAlgorithm[] {
  if (kty === 'RSA') {
    const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
    const modulus = BigInt(`0x${Buffer.from(jwk.n ?? '', 'base64url').toString('hex')}`);
    return isWeakRsaKey(modulus, modulusLength, publicExponent) ? [] : RSA_ALGORITHMS;
  }
  return kty === 'EC' || kty === 'OKP' ? (CURVE_ALGORITHMS.get(jwk.crv ?? '') ?? []) : [];
}

const LEAST_BITS = 2_048;
const LEAST_EXPONENT = 65_537n;

/**
 * Small primes for the ROCA test (CVE-2017-15361). Modulo each of them, a prime from Infineon's library is a power of
 * 65537, and so is the product of two such primes. One in 100 million other keys looks the same.
 */
const ROCA_PRIMES = [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157];

/**
 * Whether the key has fewer than 2048 bits, has an even exponent or one below 65537, or can be factored in days. A
 * signature that was made with such a key may prove nothing.
 */
export function isWeakRsaKey(modulus: bigint, bits: number, exponent: bigint): boolean {
  if (bits < LEAST_BITS || exponent < LEAST_EXPONENT || exponent % 2n === 0n) return true;
  return ROCA_PRIMES.every((prime) => isPowerOf65537(Number(modulus % BigInt(prime)), prime));
}

/**
 * Whether a number is a power of 65537 modulo a prime. This is computed each time instead of looked up in a table,
 * because a table would slow down every cold start, and nine in ten keys fail the test at the first two primes.
 */
function isPowerOf65537(residue: number, prime: number): boolean {
  let power = 1;
  do {
    if (power === residue) return true;
    power = (power * 65_537) % prime;
  } while (power !== 1);
  return false;
}

function unavailable(message: string): DomainError {
  return new DomainError('KEY_SET_UNAVAILABLE', message);
}
