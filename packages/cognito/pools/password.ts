/** Passwords of local users: hashed with scrypt where they are kept, and what SRP needs beside. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { equalInConstantTime } from '@gatewright/aws/sign-request';
import type { CharacterKind, PasswordPolicy } from './pool-model.ts';
import { makeVerifier } from './srp.ts';
import type { SrpVerifier } from './srp.ts';

/** Of users.yml as it stands there; of calls hashed at once. */
export type Password =
  | { readonly kind: 'written'; readonly text: string }
  | { readonly kind: 'hashed'; readonly salt: string; readonly hash: string; readonly srp: SrpVerifier };

const KEY_BYTES = 32;
/** 16 MB and some 50 ms a guess. */
const COST = { N: 16_384, r: 8, p: 1 };

/** @param whose pool name (what follows the `_` of the id) and username, which SRP's verifier depends on */
export async function hashPassword(
  text: string,
  whose: { readonly poolName: string; readonly username: string },
): Promise<Password> {
  const salt = randomBytes(16).toString('base64');
  const hash = await derive(text, salt);
  // A guess at the verifier costs an exponentiation with 3,072 bits; it cannot be made from the hash afterwards.
  return { kind: 'hashed', salt, hash: hash.toString('base64'), srp: makeVerifier(whose, text) };
}

/** Takes as long where there is no password as where it is wrong. */
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
  // Cognito developer guide, "Password requirements"; blanks count inside only.
  symbol: /[\^$*.[\]{}()?"!@#%&/\\,><':;|_~`=+-]|\S \S/,
};

/** Why a pool does not take a password, as Cognito says it; undefined = it does. */
export function findPasswordFault(text: string, policy: PasswordPolicy): string | undefined {
  if (text.length < policy.minimumLength) return 'Password not long enough';
  const missing = policy.needs.find((kind) => !CHARACTERS[kind].test(text));
  return missing && `Password must have ${missing} characters`;
}
