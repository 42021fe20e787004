/** One local user of a pool. */
import type { Password } from './password.ts';

/** Cognito's words for where a user stands. */
export type UserStatus = 'UNCONFIRMED' | 'CONFIRMED' | 'FORCE_CHANGE_PASSWORD' | 'RESET_REQUIRED';

export type PoolUser = {
  readonly username: string;
  readonly sub: string;
  /** Without `sub`; values are texts, as Cognito keeps them. */
  attributes: ReadonlyMap<string, string>;
  groups: ReadonlySet<string>;
  /** Put into all tokens as they are: what triggers or rules of the issuer would add. */
  readonly claims: Readonly<Record<string, unknown>>;
  status: UserStatus;
  isEnabled: boolean;
  password: Password | undefined;
  /** When a temporary password was given, in milliseconds. */
  passwordSetAtMs: number;
  readonly createdAtMs: number;
  changedAtMs: number;
  /** Of users.yml: there again at each start. */
  readonly isWritten: boolean;
};

/** A user as users.yml has it. */
export type WrittenUser = {
  readonly username: string;
  readonly password: string | undefined;
  readonly attributes: Readonly<Record<string, string>>;
  readonly groups: readonly string[];
  readonly claims: Readonly<Record<string, unknown>>;
};

/** `email` → `email_verified`. */
export function verifiedName(attribute: string): string {
  return `${attribute}_verified`;
}

/** All attributes, `sub` first, as Cognito lists them. */
export function listAttributes(
  user: PoolUser,
  readable?: readonly string[],
): { readonly Name: string; readonly Value: string }[] {
  return [...new Map([['sub', user.sub], ...user.attributes])]
    .filter(([name]) => isReadable(name, readable))
    .map(([Name, Value]) => ({ Name, Value }));
}

/** A client that may read an attribute may read whether it is verified. */
export function isReadable(name: string, readable: readonly string[] | undefined): boolean {
  if (readable === undefined || name === 'sub') return true;
  return readable.includes(name) || readable.some((attribute) => verifiedName(attribute) === name);
}
