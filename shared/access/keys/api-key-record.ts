/**
 * Items that the `access` table stores for an API key. They never contain the key, only hashes of it.
 *
 * | item          | pk                | sk            | attributes                                    |
 * | ------------- | ----------------- | ------------- | --------------------------------------------- |
 * | key           | `KEY#{id}`        | `KEY`         | `ver`, `doc` (JSON of the record), `usedAt`, `custVer` |
 * | change of it  | `KEY#{id}`        | `OP#{op id}`  | @see ../table/operation-record.ts             |
 * | list          | `TENANT#{tenant}` | `KEY#{id}`    | `prefix`                                      |
 */
import { isJsonObject } from '@gatewright/aws/json-object';
import { printKeyPart } from '../../table/item-write.ts';
import type { Item, ItemKey, ItemWrite } from '../../table/item-write.ts';
import { SECRETS_LIMIT } from './secret-overlap.ts';
import { readStoredRecord } from '../../table/stored-record.ts';

export type ApiKeyRecord = {
  readonly keyId: string;
  readonly prefix: string;
  readonly tenant: string;
  /** Display name. */
  readonly name?: string;
  /** User or system within the tenant to which the key belongs. */
  readonly owner?: string;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  readonly plan?: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** The newest secret comes first. There is a second secret only during the overlap of a rotation. */
  readonly secrets: readonly KeySecret[];
  /** The latest secrets that rotations have replaced, newest first, so that a refusal can name the cause. */
  readonly replaced?: readonly ReplacedSecret[];
  readonly createdAtEpochSeconds: number;
  /** The time from which the key is refused. If this member were called `expiresAt`, DynamoDB would delete the item. */
  readonly notAfterEpochSeconds?: number;
  readonly revokedAtEpochSeconds?: number;
  /** Set if the key was revoked because its customer was closed. */
  readonly revokedWith?: 'customer';
  /** Set if the customer was closed after the key had been revoked. */
  readonly customerClosed?: true;
  readonly native?: NativeKey;
};

export type KeySecret = {
  /** SHA-256 of the whole key in hexadecimal digits. */
  readonly hash: string;
  readonly createdAtEpochSeconds: number;
  /** The time from which the secret is refused. It is undefined if the secret is valid as long as the key. */
  readonly notAfterEpochSeconds?: number;
};

export type ReplacedSecret = Pick<KeySecret, 'hash'> & { readonly endedAtEpochSeconds: number };

/** Maximum number of replaced secrets that a record contains. */
export const REPLACED_LIMIT = 4;

type NativeKey = { readonly usagePlanId: string; readonly apiKeyId: string };

export type StoredApiKey = {
  readonly record: ApiKeyRecord;
  /** Version of the record. Every change increases it, except a change of `usedAt` or `custVer`. */
  readonly version: number;
  readonly usedAtEpochSeconds: number | undefined;
  /** The newest version of the tenant's customer record that was announced to the key. */
  readonly customerVersion?: number;
};

export function apiKeyItem(keyId: string): ItemKey {
  return { pk: `KEY#${keyId}`, sk: 'KEY' };
}

/**
 * Returns the write that stores the customer record's version in the tenant's key. It does not replace a later version.
 */
export function tellKeyWrite(keyId: string, customerVersion: number): ItemWrite {
  return {
    purpose: 'key',
    key: apiKeyItem(keyId),
    when: [
      { attribute: 'ver', is: 'present' },
      { attribute: 'custVer', is: 'absent-or-below', value: customerVersion },
    ],
    change: { kind: 'update', set: { custVer: customerVersion } },
  };
}

export function tenantPartition(tenant: string): string {
  return `TENANT#${printKeyPart(tenant)}`;
}

export function printRecord(record: ApiKeyRecord, version: number): Item {
  return { ver: version, doc: JSON.stringify(record) };
}

/**
 * Reads an API key from its item.
 * @throws DomainError STORE_UNAVAILABLE for an item that this code cannot have written. The caller is then not
 * admitted, but the failure is not reported as a wrong key.
 */
export function parseStoredApiKey(item: Item): StoredApiKey {
  const { usedAt, custVer } = item;
  const { record, version } = readStoredRecord(
    item,
    isRecord,
    'an item of the access table is not an API key',
  );
  return {
    record,
    version,
    usedAtEpochSeconds: typeof usedAt === 'number' ? usedAt : undefined,
    ...(typeof custVer === 'number' && { customerVersion: custVer }),
  };
}

function isRecord(value: unknown): value is ApiKeyRecord {
  if (typeof value !== 'object' || value === null) return false;
  const record = value as Readonly<Record<keyof ApiKeyRecord, unknown>>;
  const { keyId, prefix, tenant, roles, scopes, metadata, secrets } = record;
  const { notAfterEpochSeconds, revokedAtEpochSeconds, replaced } = record;
  return (
    [keyId, prefix, tenant].every((text) => typeof text === 'string') &&
    [roles, scopes].every(
      (names) => Array.isArray(names) && names.every((name) => typeof name === 'string'),
    ) &&
    [notAfterEpochSeconds, revokedAtEpochSeconds].every(isTimeOrAbsent) &&
    isJsonObject(metadata) &&
    Object.values(metadata).every((value) => typeof value === 'string') &&
    Array.isArray(secrets) &&
    secrets.length <= SECRETS_LIMIT &&
    secrets.every(isSecret) &&
    (replaced === undefined ||
      (Array.isArray(replaced) && replaced.length <= REPLACED_LIMIT && replaced.every(isSecret)))
  );
}

function isSecret(value: unknown): value is KeySecret {
  if (typeof value !== 'object' || value === null) return false;
  const { hash, notAfterEpochSeconds } = value as Readonly<Record<keyof KeySecret, unknown>>;
  return typeof hash === 'string' && /^[0-9a-f]{64}$/.test(hash) && isTimeOrAbsent(notAfterEpochSeconds);
}

function isTimeOrAbsent(value: unknown): boolean {
  return value === undefined || Number.isSafeInteger(value);
}
