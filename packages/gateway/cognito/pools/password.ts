/**
 * Passwords of local users. Passwords that calls have set are stored as scrypt hashes, with the verifier for
 * SRP.
 */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { equalInConstantTime } from '@gatewright/aws/sign-request';
import type { CharacterKind, PasswordPolicy } from './pool-model.ts';
import { makeVerifier } from './srp.ts';
import type { SrpVerifier } from './srp.ts';

/** Passwords from users.yml are plain text; passwords from calls are hashed at once. */
export type Password =
  | { readonly kind: 'written'; readonly text: string }
  | { readonly kind: 'hashed'; readonly salt: string; readonly hash: string; readonly srp: SrpVerifier };

const KEY_BYTES = 32;
/** The cost of a scrypt hash. A guess takes 16 MB and about 50 ms. */
const COST = { N: 16_384, r: 8, p: 1 };

/** @param whose the pool's name (the part after `_` in the id) and the username; SRP's verifier depends on both */
export async function hashPassword(
  text: string,
  whose: { readonly poolName: string; readonly username: string },
): Promise<Password> {
  const salt = randomBytes(16).toString('base64');
  const hash = await derive(text, salt);
  // The verifier is stored too, because it cannot be derived from the hash later. Each guess of a password with the
  // verifier costs an exponentiation with 3,072 bits.
  return { kind: 'hashed', salt, hash: hash.toString('base64'), srp: makeVerifier(whose, text) };
}

/**
 * Compares a password. A missing password takes the same time as a wrong password of a user that a call has
 * created.
 */
export async function isPassword(password: Password | undefined, text: string): Promise<boolean> {
  if (password?.kind === 'written') return equalInConstantTime(password.text, text);
  const derived = await derive(text, password?.salt ?? 'nobody');
  const kept = Buffer.from(password?.hash ?? '', 'base64');
  return kept.length === derived.length && timingSafeEqual(kept, derived);
}

function derive(text: string, salt: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(text, salt, KEY_BYTES, COST, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

const CHARACTERS: Readonly<Record<CharacterKind, RegExp>> = {
  lowercase: /[a-z]/,
  uppercase: /[A-Z]/,
  numeric: /[0-9]/,
  // Symbols according to the Cognito developer guide, "Password requirements". Spaces count only inside of the
  // password.
  symbol: /[\^$*.[\]{}()?"!@#%&/\\,><':;|_~`=+-]|\S \S/,
};

/** Returns why a pool refuses a password, in Cognito's words; undefined means that the pool accepts it. */
export function findPasswordFault(text: string, policy: PasswordPolicy): string | undefined {
  if (text.length < policy.minimumLength) return 'Password not long enough';
  const missing = policy.needs.find((kind) => !CHARACTERS[kind].test(text));
  return missing && `Password must have ${missing} characters`;
}
