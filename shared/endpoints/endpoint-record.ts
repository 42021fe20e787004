/**
 * Items that the `access` table stores for an endpoint: an address to which a customer sends webhooks, with its
 * secrets. They never contain a secret, only the random ids from which secrets are derived; @see derive-secret.ts
 *
 * | item                  | pk                | sk          | attributes                                           |
 * | --------------------- | ----------------- | ----------- | ---------------------------------------------------- |
 * | endpoint              | `ENDPOINT#{id}`   | `ENDPOINT`  | `ver`, `doc` (JSON of the record); if revoked, `expiresAt` |
 * | ids of the endpoints  | `TENANT#{tenant}` | `ENDPOINTS` | `ver`, `doc` (JSON of the ids)                       |
 * | change of an endpoint | `TENANT#{tenant}` | `OP#{op id}`| @see ../table/operation-record.ts                 |
 */
import { SECRETS_LIMIT } from '../access/keys/secret-overlap.ts';
import type { Item, ItemKey } from '../table/item-write.ts';
import { readStoredRecord } from '../table/stored-record.ts';

export type EndpointRecord = {
  readonly endpointId: string;
  readonly tenant: string;
  /** The webhook source, as in `POST /webhooks/{source}/{endpointId}`. */
  readonly source: string;
  readonly name: string;
  /** The newest secret comes first. */
  readonly secrets: readonly EndpointSecret[];
  readonly createdAtEpochSeconds: number;
  readonly revokedAtEpochSeconds?: number;
};

export type EndpointSecret = {
  /** Random digits from which the secret is derived. */
  readonly secretId: string;
  readonly createdAtEpochSeconds: number;
  /** The time from which the secret is refused. It is undefined if it is valid as long as the endpoint. */
  readonly notAfterEpochSeconds?: number;
};

export type StoredEndpoint = { readonly record: EndpointRecord; readonly version: number };

export const ENDPOINT_ID = /^[0-9A-Za-z]{16}$/;

export function endpointItem(endpointId: string): ItemKey {
  return { pk: `ENDPOINT#${endpointId}`, sk: 'ENDPOINT' };
}

/** Returns the secrets with which a delivery may be signed at this time. */
export function liveSecrets(
  { secrets, revokedAtEpochSeconds }: EndpointRecord,
  nowEpochSeconds: number,
): readonly EndpointSecret[] {
  if (revokedAtEpochSeconds !== undefined) return [];
  return secrets.filter(({ notAfterEpochSeconds = Infinity }) => notAfterEpochSeconds > nowEpochSeconds);
}

/**
 * Reads an endpoint from its item.
 * @throws DomainError STORE_UNAVAILABLE for an item that this code cannot have written
 */
export function parseStoredEndpoint(item: Item): StoredEndpoint {
  return readStoredRecord(item, isRecord, 'an item of the access table is not an endpoint');
}

function isRecord(value: unknown): value is EndpointRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { endpointId, tenant, source, name, secrets, revokedAtEpochSeconds } = value as Readonly<
    Record<keyof EndpointRecord, unknown>
  >;
  return (
    [endpointId, tenant, source, name].every((text) => typeof text === 'string') &&
    isTimeOrAbsent(revokedAtEpochSeconds) &&
    Array.isArray(secrets) &&
    secrets.length <= SECRETS_LIMIT &&
    secrets.every(isSecret)
  );
}

function isSecret(value: unknown): value is EndpointSecret {
  if (typeof value !== 'object' || value === null) return false;
  const { secretId, notAfterEpochSeconds } = value as Readonly<Record<keyof EndpointSecret, unknown>>;
  return typeof secretId === 'string' && secretId !== '' && isTimeOrAbsent(notAfterEpochSeconds);
}

function isTimeOrAbsent(value: unknown): boolean {
  return value === undefined || Number.isSafeInteger(value);
}
