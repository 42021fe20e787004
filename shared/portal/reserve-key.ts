import { backOff } from '../table/back-off.ts';
import type { StoredApiKey } from '../access/keys/api-key-record.ts';
import { keyIdOf } from '../access/keys/api-key.ts';
import { DomainError } from '../errors.ts';
import type { MemberContext } from './member-route.ts';
import { organisationPartition } from './portal-items.ts';
import { readPortalItem, writePortalItems } from './portal-ports.ts';

type Reserved = { readonly keyId: string; readonly atEpochMs: number };

/** How long a reservation counts if its key is not in the list. The function ends before that time. */
const RESERVED_MS = 60_000;
/** Maximum number of keys that are listed. Revoked keys stay in the list. */
export const MOST_LISTED = 1000;
const ATTEMPTS = 6;

/**
 * Reserves one of the keys that an organisation may have. Attack: many simultaneous requests could each find fewer keys
 * than the maximum, so every reservation is a conditional write of one item.
 * @throws DomainError KEYS_TOO_MANY, EDIT_CONFLICT, STORE_UNAVAILABLE
 */
export async function reserveKey(
  { ports, tenant }: Pick<MemberContext, 'ports' | 'tenant'>,
  most: number,
  operationId: string,
  listKeys: () => Promise<readonly StoredApiKey[]>,
): Promise<void> {
  const keyId = keyIdOf(tenant, operationId);
  const key = { pk: organisationPartition(tenant), sk: 'KEYS' };
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    // The reservations are read before the list, so a key that is created in between is in at least one of them.
    const item = await readPortalItem(ports, key);
    const keys = await listKeys();
    const now = ports.clock.nowEpochMs();
    const known = new Set(keys.map(({ record }) => record.keyId));
    // The operation has already created its key, so this call repeats it.
    if (known.has(keyId)) return;
    // Attack: members choose the ids of operations, and so the positions of their keys in the list. Keys beyond the end
    // of the list would not be counted.
    if (keys.length >= MOST_LISTED)
      throw new DomainError(
        'KEYS_TOO_MANY',
        `an organisation can have at most ${MOST_LISTED} keys, including revoked keys; it has ${keys.length}`,
      );
    const all = JSON.parse(String(item?.['doc'] ?? '[]')) as readonly Reserved[];
    const pending = all.filter(
      (one) => one.keyId !== keyId && !known.has(one.keyId) && one.atEpochMs > now - RESERVED_MS,
    );
    const active = keys.filter((one) => isActive(one, now)).length;
    if (active + pending.length >= most)
      throw new DomainError(
        'KEYS_TOO_MANY',
        `an organisation can have at most ${most} active keys; revoke one first`,
      );
    const version = Number(item?.['ver'] ?? 0);
    const isDone = await writePortalItems(ports, [
      {
        purpose: 'portal',
        key,
        when: [
          version === 0
            ? { attribute: 'ver', is: 'absent' }
            : { attribute: 'ver', is: 'equal', value: version },
        ],
        change: {
          kind: 'put',
          item: { ver: version + 1, doc: JSON.stringify([...pending, { keyId, atEpochMs: now }]) },
        },
      },
    ]);
    if (isDone) return;
    await backOff(ports, attempt);
  }
  throw new DomainError('EDIT_CONFLICT', 'other keys are being created at the same time; try again');
}

function isActive({ record }: StoredApiKey, nowEpochMs: number): boolean {
  const { revokedAtEpochSeconds, notAfterEpochSeconds = Infinity } = record;
  return revokedAtEpochSeconds === undefined && notAfterEpochSeconds * 1000 > nowEpochMs;
}
