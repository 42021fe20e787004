/**
 * Items of the table `portal`. Secrets are stored as SHA-256 only. The times in `expiresAt` are epoch seconds, after
 * which DynamoDB deletes the item.
 *
 * | item                       | pk                  | sk                       | attributes                              |
 * | -------------------------- | ------------------- | ------------------------ | --------------------------------------- |
 * | session                    | `SESSION#{hash}`    | `SESSION`                | `account`, `tenant`, `memberVer`, `endsAt`, `endedAt`, `expiresAt` |
 * | secret of an invitation    | `INVITE#{hash}`     | `INVITE`                 | `tenant`, `id`, `expiresAt`             |
 * | invitation                 | `ORG#{tenant}`      | `INVITE#{id}`            | `id`, `role`, `member`, `email`, `by`, `maker`, `endsAt`, `state`, `expiresAt` |
 * | ids of open invitations    | `ORG#{tenant}`      | `INVITES`                | `ver`, `doc`                            |
 * | member                     | `ORG#{tenant}`      | `MEMBER#{account}`       | `ver`, `doc`; if removed, `expiresAt`   |
 * | organisation of an account | `ACCOUNT#{account}` | `ORG#{tenant}`           | `state`                                 |
 * | what was changed by whom   | `ORG#{tenant}`      | `LOG#{instant}#{random}` | `doc`, `expiresAt`                      |
 * | alerts                     | `ORG#{tenant}`      | `ALERTS`                 | `ver`, `doc`                            |
 * | an alert that was sent     | `ORG#{tenant}`      | `SENT#{…}`               | `state`, `at`, `tries`, `told`, `doc`, `expiresAt` |
 * | mails of a day             | `ORG#{tenant}`      | `MAILS#{day}`            | `n`, `expiresAt`                        |
 * | organisation with alerts   | `ALERTING`          | `ORG#{tenant}`           | `state`                                 |
 * | where alerts continue      | `ALERTING`          | `POSITION`               | `after`                                 |
 * | keys that are being made   | `ORG#{tenant}`      | `KEYS`                   | `ver`, `doc`                            |
 */
import { createHash } from 'node:crypto';
import { parseKeyPart, printKeyPart } from '../table/item-write.ts';
import type { ItemKey } from '../table/item-write.ts';

/** The partition that lists the organisations with alerts. */
export const ALERTING = 'ALERTING';

export function organisationPartition(tenant: string): string {
  return `ORG#${printKeyPart(tenant)}`;
}

/**
 * Returns the name under which the table stores a session: a hash of its secret. Someone who knows only the name cannot
 * use the session.
 */
export function sessionName(secret: string): string {
  return hashSecret(secret);
}

export function sessionKey(name: string): ItemKey {
  return { pk: `SESSION#${name}`, sk: 'SESSION' };
}

export function invitationSecretKey(secret: string): ItemKey {
  return { pk: `INVITE#${hashSecret(secret)}`, sk: 'INVITE' };
}

export function invitationKey(tenant: string, id: string): ItemKey {
  return { pk: organisationPartition(tenant), sk: `INVITE#${printKeyPart(id)}` };
}

export function openInvitationsKey(tenant: string): ItemKey {
  return { pk: organisationPartition(tenant), sk: 'INVITES' };
}

export function memberKey(tenant: string, account: string): ItemKey {
  return { pk: organisationPartition(tenant), sk: `MEMBER#${printKeyPart(account)}` };
}

export function accountPartition(account: string): string {
  return `ACCOUNT#${printKeyPart(account)}`;
}

export function membershipKey(account: string, tenant: string): ItemKey {
  return { pk: accountPartition(account), sk: organisationPartition(tenant) };
}

export function tenantOfPartition(partition: string): string {
  return parseKeyPart(partition.slice('ORG#'.length));
}

/** Hashes a secret of the portal. Its 256 random bits need neither salt nor stretching. */
function hashSecret(secret: string): string {
  return createHash('sha256').update(`gatewright-portal\n${secret}`, 'utf8').digest('hex');
}

/**
 * Returns the id of an account: a hash of issuer and subject (OpenID Connect Core 1.0, section 5.7). An e-mail address
 * never identifies an account, because an issuer may give it to somebody else.
 */
export function accountOf(issuer: string, subject: string): string {
  return createHash('sha256')
    .update(JSON.stringify([issuer, subject]), 'utf8')
    .digest('hex')
    .slice(0, 32);
}
