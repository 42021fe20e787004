/**
 * Tokens that are refused though they are genuine and not over: one by its id, or all of a user or client that were
 * issued until a moment ("log out everywhere").
 *
 * | item         | pk                   | sk                | attributes                                            |
 * | ------------ | -------------------- | ----------------- | ----------------------------------------------------- |
 * | revocation   | `REVOKED#{hash}`     | `REVOKED`         | `until`: tokens issued until then                     |
 * | change of it | `REVOKED#{hash}`     | `OP#{op id}`      | @see ../table/operation-record.ts; `expiresAt`        |
 * | list         | `REVOCATIONS#{iss}`  | `{hash}`          | `kind`, `value`, `until`, `by`, `at`, `withdrawnAt`   |
 *
 * Every item goes by itself, at `expiresAt`, when no token that it is about can be good any more.
 */
import { createHash } from 'node:crypto';
import { printKeyPart } from '../../table/item-write.ts';
import type { ItemKey } from '../../table/item-write.ts';

/** `jti`: one token; `sub`: who it speaks for (the document's `claims.principal`); `client`: whom it was issued to. */
export const REVOCATION_KINDS = ['jti', 'sub', 'client'] as const;

type RevocationKind = (typeof REVOCATION_KINDS)[number];

export type RevocationTarget = {
  /** `iss` of the tokens. */
  readonly issuer: string;
  readonly kind: RevocationKind;
  readonly value: string;
};

/** One token is revoked whenever it was issued. */
export const WHENEVER_ISSUED = 9_999_999_999;

/** Claims may be longer than a key of a table. */
export function revocationHash({ issuer, kind, value }: RevocationTarget): string {
  return createHash('sha256')
    .update(JSON.stringify([issuer, kind, value]), 'utf8')
    .digest('hex');
}

export function revocationKey(target: RevocationTarget): ItemKey {
  return { pk: `REVOKED#${revocationHash(target)}`, sk: 'REVOKED' };
}

/** Partition of the items that say what has been revoked of an issuer's tokens. */
export function revocationsPartition(issuer: string): string {
  return `REVOCATIONS#${printKeyPart(issuer)}`;
}
