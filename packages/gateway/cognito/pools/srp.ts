/**
 * The server side of USER_SRP_AUTH: SRP-6a in the group of 3,072 bits (RFC 3526 §4, RFC 5054), hashed and padded as
 * Cognito's clients do. All exponents except the client's have 256 bits, so plain BigInt is fast enough.
 */
import { createHash, createHmac, getDiffieHellman, randomBytes, timingSafeEqual } from 'node:crypto';

export type SrpVerifier = { readonly salt: string; readonly verifier: string };

export type SrpChallenge = {
  /** The client's public value, in hexadecimal. */
  readonly A: string;
  readonly B: string;
  /** The server's secret exponent, in hexadecimal. */
  readonly b: string;
  readonly verifier: SrpVerifier;
};

const N = BigInt(`0x${getDiffieHellman('modp15').getPrime('hex')}`);
const G = 2n;
const K = hashHex(pad(N) + pad(G));

type SrpUser = { readonly poolName: string; readonly username: string };

/** Makes the stored form of a password. It can verify a client, but cannot be used to sign in. */
export function makeVerifier(
  { poolName, username }: SrpUser,
  password: string,
  saltBytes = randomBytes(16),
): SrpVerifier {
  const salt = pad(BigInt(`0x${saltBytes.toString('hex')}`));
  const inner = createHash('sha256').update(`${poolName}${username}:${password}`).digest('hex');
  const x = hashHex(salt + inner);
  return { salt, verifier: power(G, x).toString(16) };
}

/**
 * Makes the server's challenge.
 * @returns undefined if the public value is malformed, or would reveal the secret (A mod N = 0, RFC 5054 §2.5.4)
 */
export function challenge(
  A: string,
  verifier: SrpVerifier,
  secretBytes = randomBytes(32),
): SrpChallenge | undefined {
  if (!/^[0-9a-f]{1,1024}$/i.test(A) || BigInt(`0x${A}`) % N === 0n) return undefined;
  const b = BigInt(`0x${secretBytes.toString('hex')}`);
  const B = (K * BigInt(`0x${verifier.verifier}`) + power(G, b)) % N;
  return { A, B: B.toString(16), b: b.toString(16), verifier };
}

/** The parts of the text that the client signs: user, challenge and time. */
type SrpClaim = SrpUser & {
  /** The secret block in base64. */
  readonly secretBlock: string;
  readonly timestamp: string;
  readonly signature: string;
};

export function isPasswordProven({ A, B, b, verifier }: SrpChallenge, claim: SrpClaim): boolean {
  const a = BigInt(`0x${A}`);
  const u = hashHex(pad(a) + pad(BigInt(`0x${B}`)));
  const shared = power(a * power(BigInt(`0x${verifier.verifier}`), u), BigInt(`0x${b}`));
  // HKDF (RFC 5869) with a single block and Cognito's label.
  const secret = createHmac('sha256', Buffer.from(pad(u), 'hex'))
    .update(Buffer.from(pad(shared), 'hex'))
    .digest();
  const key = createHmac('sha256', secret)
    .update(Buffer.concat([Buffer.from('Caldera Derived Key'), Buffer.from([1])]))
    .digest()
    .subarray(0, 16);
  const expected = createHmac('sha256', key)
    .update(Buffer.from(`${claim.poolName}${claim.username}`))
    .update(Buffer.from(claim.secretBlock, 'base64'))
    .update(Buffer.from(claim.timestamp))
    .digest();
  const given = Buffer.from(claim.signature, 'base64');
  return u !== 0n && given.length === expected.length && timingSafeEqual(given, expected);
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = base % N;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = (result * square) % N;
    square = (square * square) % N;
  }
  return result;
}

function hashHex(hex: string): bigint {
  return BigInt(`0x${createHash('sha256').update(Buffer.from(hex, 'hex')).digest('hex')}`);
}

/** Pads to whole bytes, with a leading zero byte if the first bit would be read as a minus sign. */
function pad(value: bigint): string {
  const hex = value.toString(16);
  const even = hex.length % 2 === 1 ? `0${hex}` : hex;
  return /^[89a-f]/.test(even) ? `00${even}` : even;
}
