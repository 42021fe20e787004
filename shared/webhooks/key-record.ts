/** Keys of HTTP message signatures, and the permitted use of each (RFC 9421 §3.3). */
import { constants, createHmac, createPublicKey, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { equalInConstantTime } from '@gatewright/aws/sign-request';
import { isLongEnough } from './hmac-schemes.ts';

/** A key with its algorithm and purpose (`tag`). Both are always taken from this record, never from the message. */
type KeyRecord = {
  readonly keyId: string;
  readonly algorithm: string;
  readonly tag: string;
  readonly isSignature: (base: string, signature: Uint8Array) => boolean;
};

const RECORD = /^([!#-[\]-~]{1,256}) ([a-z0-9_-]{1,32}) ([!#-[\]-~]{1,256}) ([A-Za-z0-9+/]{1,4096}={0,2})$/;

/**
 * Reads a line `<keyid> <algorithm> <tag> <base64>` with an HMAC key or a public key (DER, SubjectPublicKeyInfo).
 * Returns undefined for any other form, for an unknown algorithm, and for a key that is too short or belongs to another
 * algorithm.
 */
export function parseKeyRecord(line: string): KeyRecord | undefined {
  const [, keyId, algorithm, tag, base64] = RECORD.exec(line) ?? [];
  if (keyId === undefined || algorithm === undefined || tag === undefined || base64 === undefined)
    return undefined;
  const key = Buffer.from(base64, 'base64');
  if (key.toString('base64') !== base64) return undefined;
  const isSignature = algorithm === 'hmac-sha256' ? hmacVerifier(key) : publicVerifier(algorithm, key);
  return isSignature && { keyId, algorithm, tag, isSignature };
}

function hmacVerifier(key: Uint8Array): KeyRecord['isSignature'] | undefined {
  if (!isLongEnough(key)) return undefined;
  return (base, signature) =>
    equalInConstantTime(
      createHmac('sha256', key).update(base, 'utf8').digest('base64'),
      Buffer.from(signature).toString('base64'),
    );
}

type Algorithm = {
  readonly hash: string | null;
  readonly fits: (key: KeyObject) => boolean;
  readonly options?: {
    readonly padding?: number;
    readonly saltLength?: number;
    readonly dsaEncoding?: 'ieee-p1363';
  };
};

const isRsa = (key: KeyObject): boolean =>
  key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= 2048;
const isOnCurve =
  (curve: string) =>
  (key: KeyObject): boolean =>
    key.asymmetricKeyDetails?.namedCurve === curve;

const ALGORITHMS: ReadonlyMap<string, Algorithm> = new Map<string, Algorithm>([
  [
    'rsa-pss-sha512',
    { hash: 'sha512', fits: isRsa, options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 64 } },
  ],
  ['rsa-v1_5-sha256', { hash: 'sha256', fits: isRsa, options: { padding: constants.RSA_PKCS1_PADDING } }],
  [
    'ecdsa-p256-sha256',
    { hash: 'sha256', fits: isOnCurve('prime256v1'), options: { dsaEncoding: 'ieee-p1363' } },
  ],
  [
    'ecdsa-p384-sha384',
    { hash: 'sha384', fits: isOnCurve('secp384r1'), options: { dsaEncoding: 'ieee-p1363' } },
  ],
  ['ed25519', { hash: null, fits: (key) => key.asymmetricKeyType === 'ed25519' }],
]);

function publicVerifier(name: string, der: Buffer): KeyRecord['isSignature'] | undefined {
  const algorithm = ALGORITHMS.get(name);
  const key = readPublicKey(der);
  if (algorithm === undefined || key === undefined || !algorithm.fits(key)) return undefined;
  return (base, signature) => {
    try {
      return verify(algorithm.hash, Buffer.from(base, 'utf8'), { key, ...algorithm.options }, signature);
    } catch {
      // OpenSSL throws for a malformed signature instead of returning false.
      return false;
    }
  };
}

function readPublicKey(der: Buffer): KeyObject | undefined {
  try {
    return createPublicKey({ key: der, format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}
