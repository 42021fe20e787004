import type { Password } from './password.ts';

/** The name of a user (Cognito API reference, "Username"). */
export const USER_NAME = /^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$/u;

export type UserStatus = 'UNCONFIRMED' | 'CONFIRMED' | 'FORCE_CHANGE_PASSWORD' | 'RESET_REQUIRED';

export type PoolUser = {
  readonly username: string;
  readonly sub: string;
  /** Attributes without `sub`. Values are strings, as in Cognito. */
  attributes: ReadonlyMap<string, string>;
  groups: ReadonlySet<string>;
  /** Claims that are added to all tokens unchanged, as triggers or rules of the issuer would do. */
  readonly claims: Readonly<Record<string, unknown>>;
  status: UserStatus;
  isEnabled: boolean;
  password: Password | undefined;
  /** When the password was set, in milliseconds. Temporary passwords expire. */
  passwordSetAtMs: number;
  readonly createdAtMs: number;
  changedAtMs: number;
  /** True if the user is defined in users.yml, and is created again in each run. */
  readonly isWritten: boolean;
};

export type UserDefinition = {
  readonly username: string;
  readonly password: string | undefined;
  readonly attributes: Readonly<Record<string, string>>;
  readonly groups: readonly string[];
  readonly claims: Readonly<Record<string, unknown>>;
};

/** Makes the name of an attribute's flag: `email` → `email_verified`. */
export function verifiedName(attribute: string): string {
  return `${attribute}_verified`;
}

/**
 * Whether an attribute is verified. Cognito treats Python's `True` as `true`, and keeps the text as it was sent (moto,
 * aws_verified).
 */
export function isVerified(attributes: ReadonlyMap<string, string>, attribute: string): boolean {
  return isTrue(attributes.get(verifiedName(attribute)));
}

export function isTrue(text: string | undefined): boolean {
  return text?.toLowerCase() === 'true';
}

export function listAttributes(
  user: PoolUser,
  readable?: readonly string[],
): { readonly Name: string; readonly Value: string }[] {
  return [...new Map([['sub', user.sub], ...user.attributes])]
    .filter(([name]) => isReadable(name, readable))
    .map(([Name, Value]) => ({ Name, Value }));
}

/**
 * Returns whether a client may read an attribute. A client that may read an attribute may also read whether the
 * attribute is verified.
 */
export function isReadable(name: string, readable: readonly string[] | undefined): boolean {
  if (readable === undefined || name === 'sub') return true;
  return readable.includes(name) || readable.some((attribute) => verifiedName(attribute) === name);
}
