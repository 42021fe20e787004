/**
 * Revokes tokens that are otherwise valid: one token by its id, or all tokens of a user or client that were issued up
 * to a certain time ("log out everywhere").
 *
 * | item         | pk                   | sk                | attributes                                            |
 * | ------------ | -------------------- | ----------------- | ----------------------------------------------------- |
 * | revocation   | `REVOKED#{hash}`     | `REVOKED`         | `until`: tokens issued until then                     |
 * | change of it | `REVOKED#{hash}`     | `OP#{op id}`      | @see ../table/operation-record.ts; `expiresAt`        |
 * | list         | `REVOCATIONS#{iss}`  | `{hash}`          | `kind`, `value`, `until`, `by`, `at`, `withdrawnAt`   |
 *
 * Every item expires at `expiresAt`, when all tokens that it concerns have expired.
 */
import { createHash } from 'node:crypto';
import { printKeyPart } from '../../table/item-write.ts';
import type { ItemKey } from '../../table/item-write.ts';

/**
 * The kind of revocation: `jti` means one token, `sub` all tokens of a subject (the document's `claims.principal`), and
 * `client` all tokens of a client.
 */
export const REVOCATION_KINDS = ['jti', 'sub', 'client'] as const;

type RevocationKind = (typeof REVOCATION_KINDS)[number];

export type RevocationTarget = {
  readonly issuer: string;
  readonly kind: RevocationKind;
  readonly value: string;
};

/** A time that is later than every issue time, so that a single token is revoked whenever it was issued. */
export const ANY_ISSUE_TIME = 9_999_999_999;

/** Hashes the claims, because they may be longer than a table key allows. */
export function revocationHash({ issuer, kind, value }: RevocationTarget): string {
  return createHash('sha256')
    .update(JSON.stringify([issuer, kind, value]), 'utf8')
    .digest('hex');
}

export function revocationKey(target: RevocationTarget): ItemKey {
  return { pk: `REVOKED#${revocationHash(target)}`, sk: 'REVOKED' };
}

export function revocationsPartition(issuer: string): string {
  return `REVOCATIONS#${printKeyPart(issuer)}`;
}
