/**
 * Administration of API keys. Each operation id takes effect only once, because it is recorded together with its
 * change. If an operation is repeated, only its steps in API Gateway run again (caches are flushed, the native key of a
 * revoked key is disabled), which completes an operation that failed halfway.
 */
import { customerUnknown, DomainError, RequestInvalid } from '../../errors.ts';
import type {
  AuthorizerCaches,
  Clock,
  ItemListing,
  ItemStore,
  NativeKeys,
  PlanCatalogue,
  Random,
} from '../../ports.ts';
import type { Item, ItemWrite } from '../../table/item-write.ts';
import { hashOperation, operationWrite } from '../../table/operation-record.ts';
import type { OperationRequest } from '../../table/operation-record.ts';
import { accessTableSilent, readAccessItem } from '../access-item.ts';
import { isReplayed } from '../admin-operation.ts';
import type { Operation } from '../admin-operation.ts';
import { hashApiKey, keyIdOf, printApiKey } from './api-key.ts';
import { claimsOfKey } from './api-key-principal.ts';
import {
  apiKeyItem,
  parseStoredApiKey,
  printRecord,
  REPLACED_LIMIT,
  tellKeyWrite,
  tenantPartition,
} from './api-key-record.ts';
import type { ApiKeyRecord, KeySecret, ReplacedSecret, StoredApiKey } from './api-key-record.ts';
import { assertPlansKnown, describeUnusedPlan, isOfCustomer } from './check-key-plan.ts';
import { attemptStep, flushCaches } from '../flush-caches.ts';
import type { OutsideStep } from '../flush-caches.ts';
import type { CachedApi, KeyPrefix } from './key-prefixes.ts';
import { nativeKeyValue } from './native-key.ts';
import { outlasting, SECRETS_LIMIT } from './secret-overlap.ts';

type KeyAdminPorts = {
  readonly store: ItemStore;
  readonly listing: Pick<ItemListing, 'range'>;
  readonly clock: Clock;
  readonly random: Pick<Random, 'hex'>;
  readonly caches: AuthorizerCaches;
  readonly nativeKeys: NativeKeys;
  readonly plans: PlanCatalogue;
};

export type KeyAdminSetting = {
  /** Stage of the stack that contains the authorizers. */
  readonly stage: string;
  /** Settings for API keys in the stage's access documents, by key prefix. */
  readonly prefixes: ReadonlyMap<string, KeyPrefix>;
  readonly documentPlans: readonly string[];
  /** The APIs that charge customers and may cache authorizers' results. */
  readonly chargedCaches: readonly CachedApi[];
  readonly usageKeySecret: string | undefined;
};

export type NewKey = Omit<
  ApiKeyRecord,
  'keyId' | 'secrets' | 'native' | 'createdAtEpochSeconds' | 'notAfterEpochSeconds' | 'revokedAtEpochSeconds'
> & {
  /**
   * Lifetime of the key. It is undefined if the key never expires. It is a duration instead of a time, because a
   * repeated operation must contain the same value.
   */
  readonly lifetimeSeconds?: number;
  readonly usagePlanId?: string;
  /** Whether the tenant must have a customer record. */
  readonly onRecord?: boolean;
};

export type Changed = {
  readonly stored: StoredApiKey;
  /**
   * The text of the key. It is set only when the key is created or gets another secret, and it cannot be shown again
   * later.
   */
  readonly key: string | undefined;
  readonly outside: readonly OutsideStep[];
  /** A sentence about a value that has no effect. A repeated operation does not return it. */
  readonly note?: string | undefined;
};

type FollowedCustomer = {
  /** The version of the customer's record that the keys now contain. */
  readonly version: number;
  readonly revoked: boolean;
  readonly keys: number;
  readonly outside: readonly OutsideStep[];
  /** The cursor of the next page: the id of the last key of this page. */
  readonly next?: string | undefined;
};

const FOLLOW_PAGE = 50;
const ENTROPY_DIGITS = 64;
/**
 * Maximum number of attempts to revoke a key. An attempt fails only if another change of the key succeeded, and this
 * many concurrent changes never occur.
 */
const REVOKE_ATTEMPTS = 100;
/** Maximum number of changes shown per key. */
const CHANGES_LIMIT = 100;

export class KeyAdmin {
  readonly #ports: KeyAdminPorts;
  readonly #setting: KeyAdminSetting;

  constructor(ports: KeyAdminPorts, setting: KeyAdminSetting) {
    this.#ports = ports;
    this.#setting = setting;
  }

  /**
   * Creates an API key.
   * @throws RequestInvalid if the key's prefix, a role or a plan cannot be used; DomainError CUSTOMER_UNKNOWN,
   * CUSTOMER_CLOSED, PLAN_UNKNOWN, OPERATION_REUSED, EDIT_CONFLICT, CONFIG_INVALID, STORE_UNAVAILABLE,
   * CONTROL_PLANE_FAILED
   */
  async create(wanted: NewKey, operation: Operation): Promise<Changed> {
    const prefix = this.#assertMeaningful(wanted);
    const { usagePlanId, lifetimeSeconds, onRecord = false, ...given } = wanted;
    const keyId = keyIdOf(given.tenant, operation.id);
    const request = { kind: 'create', target: { keyId }, input: { ...wanted } };
    if (await this.#isReplayed(keyId, request, operation)) return this.#replay(keyId);
    const plans = { brought: this.#setting.documentPlans, saved: this.#ports.plans };
    if (!(await isOfCustomer({ ...given, onRecord }, prefix, this.#ports.plans)))
      await assertPlansKnown(claimsOfKey({ keyId, ...given }), prefix.planClaims, plans);
    // The native key is created first. This step can be repeated if a later step fails, but the key's text cannot be
    // shown again.
    const apiKeyId = usagePlanId === undefined ? undefined : await this.#putNative(keyId, usagePlanId);
    const { text, secret } = this.#makeSecret(given.prefix, keyId);
    const record: ApiKeyRecord = {
      keyId,
      ...given,
      secrets: [secret],
      createdAtEpochSeconds: secret.createdAtEpochSeconds,
      ...(lifetimeSeconds !== undefined && {
        notAfterEpochSeconds: secret.createdAtEpochSeconds + lifetimeSeconds,
      }),
      ...(usagePlanId !== undefined && apiKeyId !== undefined && { native: { usagePlanId, apiKeyId } }),
    };
    const listed: ItemWrite = {
      purpose: 'key',
      key: { pk: tenantPartition(given.tenant), sk: `KEY#${keyId}` },
      when: [],
      change: { kind: 'put', item: { prefix: given.prefix } },
    };
    const write = putKey(record, 1, [{ attribute: 'ver', is: 'absent' }]);
    const stored = { record, version: 1, usedAtEpochSeconds: undefined };
    const done = await this.#carryOut({ request, stored, text, writes: [write, listed] }, operation);
    return { ...done, note: await describeUnusedPlan(given, prefix.planClaims, plans) };
  }

  /**
   * Adds a secret. The previous secret stays valid for the overlap. An overlap of 0 ends all earlier secrets
   * immediately.
   * @throws DomainError KEY_UNKNOWN, KEY_REVOKED, ROTATION_RUNNING, EDIT_CONFLICT, OPERATION_REUSED, STORE_UNAVAILABLE
   */
  async rotate(keyId: string, overlapSeconds: number, operation: Operation): Promise<Changed> {
    const { record, version, usedAtEpochSeconds } = await this.show(keyId);
    const request = { kind: 'rotate', target: { keyId }, input: { overlapSeconds } };
    if (await this.#isReplayed(keyId, request, operation)) return this.#replay(keyId);
    if (record.revokedAtEpochSeconds !== undefined)
      throw new DomainError('KEY_REVOKED', 'a revoked key cannot be rotated; create another key');
    const { text, secret } = this.#makeSecret(record.prefix, keyId);
    const nowEpochSeconds = this.#nowEpochSeconds();
    const kept = outlasting(record.secrets, overlapSeconds, nowEpochSeconds);
    const secrets = [secret, ...kept];
    if (secrets.length > SECRETS_LIMIT)
      throw new DomainError(
        'ROTATION_RUNNING',
        'the overlap of the previous rotation has not ended; wait for its end, or end all earlier secrets with overlapSeconds 0 (--overlap 0s)',
      );
    const replaced = [...endedOf(record.secrets, kept, nowEpochSeconds), ...(record.replaced ?? [])];
    const rotated = {
      ...record,
      secrets,
      ...(replaced.length > 0 && { replaced: replaced.slice(0, REPLACED_LIMIT) }),
    };
    const stored = { record: rotated, version: version + 1, usedAtEpochSeconds };
    const writes = [
      putKey(stored.record, stored.version, [{ attribute: 'ver', is: 'equal', value: version }]),
    ];
    return this.#carryOut({ request, stored, text, writes }, operation);
  }

  /**
   * Gives the key another display name. The key works as before.
   * @throws DomainError KEY_UNKNOWN, KEY_REVOKED, EDIT_CONFLICT, OPERATION_REUSED, STORE_UNAVAILABLE
   */
  async rename(keyId: string, name: string, operation: Operation): Promise<Changed> {
    const { record, version, usedAtEpochSeconds } = await this.show(keyId);
    const request = { kind: 'rename', target: { keyId }, input: { name } };
    if (await this.#isReplayed(keyId, request, operation)) return this.#replay(keyId);
    if (record.revokedAtEpochSeconds !== undefined)
      throw new DomainError('KEY_REVOKED', 'a revoked key cannot be renamed');
    const stored = { record: { ...record, name }, version: version + 1, usedAtEpochSeconds };
    const writes = [
      putKey(stored.record, stored.version, [{ attribute: 'ver', is: 'equal', value: version }]),
    ];
    return this.#carryOut({ request, stored, text: undefined, writes }, operation);
  }

  /**
   * Revokes the key permanently, even if other changes are made at the same time. The change does not depend on the
   * record's version, because a leaked key must not stay valid if another change came first.
   * @throws DomainError KEY_UNKNOWN, OPERATION_REUSED, STORE_UNAVAILABLE
   */
  async revoke(
    keyId: string,
    operation: Operation,
    cause: Pick<ApiKeyRecord, 'revokedWith'> = {},
  ): Promise<Changed> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#revokeThisVersion(keyId, operation, cause);
      } catch (error) {
        const isOvertaken = error instanceof DomainError && error.code === 'EDIT_CONFLICT';
        if (!isOvertaken || attempt >= REVOKE_ATTEMPTS) throw error;
      }
    }
  }

  async #revokeThisVersion(
    keyId: string,
    operation: Operation,
    cause: Pick<ApiKeyRecord, 'revokedWith'>,
  ): Promise<Changed> {
    const { record, version, usedAtEpochSeconds } = await this.show(keyId);
    const request = { kind: 'revoke', target: { keyId }, input: {} };
    const isSentAgain = await this.#isReplayed(keyId, request, operation);
    if (isSentAgain || record.revokedAtEpochSeconds !== undefined) return this.#replay(keyId);
    const revoked = { ...record, revokedAtEpochSeconds: this.#nowEpochSeconds(), ...cause };
    const stored = { record: revoked, version: version + 1, usedAtEpochSeconds };
    const writes = [putKey(revoked, stored.version, [{ attribute: 'ver', is: 'equal', value: version }])];
    return this.#carryOut({ request, stored, text: undefined, writes }, operation);
  }

  /**
   * Notes in a revoked key that its customer was closed later, so that a refusal can say so. Nobody is admitted or
   * refused because of the note, so a change of the key at the same time takes precedence.
   */
  async #noteClosed({ record, version }: StoredApiKey): Promise<void> {
    if (record.revokedWith === 'customer' || record.customerClosed === true) return;
    const noted: ApiKeyRecord = { ...record, customerClosed: true };
    const told = await this.#ports.store.update(
      putKey(noted, version + 1, [{ attribute: 'ver', is: 'equal', value: version }]),
    );
    if (told.kind === 'unknown') throw accessTableSilent();
  }

  /**
   * Returns what is stored about a key.
   * @throws DomainError KEY_UNKNOWN, STORE_UNAVAILABLE
   */
  async show(keyId: string): Promise<StoredApiKey> {
    const item = await readAccessItem(this.#ports.store, apiKeyItem(keyId));
    if (item === undefined)
      throw new DomainError(
        'KEY_UNKNOWN',
        `no API key has the id ${keyId}; run gatewright keys list for the ids of a customer's keys`,
      );
    return parseStoredApiKey(item);
  }

  /**
   * Returns a page of a tenant's keys, sorted by id, that starts after the key of `cursor`.
   * @throws DomainError STORE_UNAVAILABLE if the table is unavailable
   */
  async list(
    tenant: string,
    { cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number },
  ): Promise<{ readonly keys: readonly StoredApiKey[]; readonly hasMore: boolean }> {
    const page = { limit, ...(cursor !== undefined && { after: `KEY#${cursor}` }) };
    const { items, hasMore } = await this.#range(tenantPartition(tenant), 'KEY#', page);
    const ids = items.map(({ key }) => key.sk.slice('KEY#'.length));
    return { keys: await Promise.all(ids.map((id) => this.show(id))), hasMore };
  }

  /**
   * Writes the version of the tenant's customer record into a page of its keys. Each request with a key reads the key's
   * item, which then shows that the record has changed. The keys of a closed customer are revoked. Repeating the call
   * is safe.
   * @throws DomainError CUSTOMER_UNKNOWN, STORE_UNAVAILABLE
   */
  async followCustomer(
    tenant: string,
    { cursor, by }: { readonly cursor?: string | undefined; readonly by: string },
  ): Promise<FollowedCustomer> {
    const customer = await this.#ports.plans.customer(tenant);
    if (customer === undefined) throw customerUnknown(tenant);
    const { version, state } = customer;
    const { keys, hasMore } = await this.list(tenant, { cursor, limit: FOLLOW_PAGE });
    const steps = await Promise.all(
      keys.map(async (stored) => {
        const { keyId, prefix, revokedAtEpochSeconds } = stored.record;
        // A document that charges another tenant does not apply the customer's record to the key.
        const isOfOther = this.#setting.prefixes.get(prefix)?.chargesOthers === true;
        if (isOfOther) return [];
        if (revokedAtEpochSeconds !== undefined) {
          if (state === 'closed') await this.#noteClosed(stored);
          return [];
        }
        if (state === 'closed') {
          const closed = { id: `closed-${version}`, by };
          return (await this.revoke(keyId, closed, { revokedWith: 'customer' })).outside;
        }
        const told = await this.#ports.store.update(tellKeyWrite(keyId, version));
        if (told.kind === 'unknown' || told.kind === 'rejected') throw accessTableSilent();
        return [];
      }),
    );
    const cached = cursor === undefined ? this.#setting.chargedCaches : [];
    return {
      version,
      revoked: state === 'closed',
      keys: keys.length,
      outside: [...(await flushCaches(this.#ports.caches, cached)), ...steps.flat()],
      ...(hasMore && { next: keys.at(-1)?.record.keyId }),
    };
  }

  /**
   * Returns the key's audit entries.
   * @throws DomainError STORE_UNAVAILABLE if the table is unavailable
   */
  async changes(keyId: string): Promise<readonly Item[]> {
    const { items } = await this.#range(apiKeyItem(keyId).pk, 'OP#', { limit: CHANGES_LIMIT });
    return items.map(({ item }) => item).sort((a, b) => Number(a['at']) - Number(b['at']));
  }

  async #range(pk: string, prefix: string, page: { readonly limit: number; readonly after?: string }) {
    // `$` is the character after `#`, so the range ends after all sort keys with the prefix.
    const to = prefix.replace(/#$/, '$');
    const outcome = await this.#ports.listing.range({ pk, from: prefix, to, ...page });
    if (outcome.kind === 'done') return outcome;
    throw accessTableSilent();
  }

  async #carryOut(change: Change, operation: Operation): Promise<Changed> {
    const { stored, text, request } = change;
    const { keyId } = stored.record;
    const { id: operationId, by } = operation;
    const at = {
      pk: apiKeyItem(keyId).pk,
      operationId,
      kind: request.kind,
      atEpochMs: this.#ports.clock.nowEpochMs(),
    };
    const record = operationWrite('key', at, { hash: hashOperation(request), by });
    const outcome = await this.#ports.store.transact([record, ...change.writes]);
    switch (outcome.kind) {
      case 'done':
        return this.#finish(stored, text);
      case 'refused': {
        if (await this.#isReplayed(keyId, request, operation)) return this.#replay(keyId);
        throw new DomainError(
          'EDIT_CONFLICT',
          'another change of the key was made at the same time; try again',
        );
      }
      default: {
        // If the response was lost, the stored record shows whether the change was made.
        const now = await readAccessItem(this.#ports.store, apiKeyItem(keyId));
        if (now?.['doc'] === JSON.stringify(stored.record)) return this.#finish(stored, text);
        throw new DomainError(
          'STORE_UNAVAILABLE',
          'the access table did not confirm the change; send it again',
        );
      }
    }
  }

  #isReplayed(keyId: string, request: OperationRequest, operation: Operation): Promise<boolean> {
    return isReplayed(this.#ports.store, apiKeyItem(keyId).pk, operation, request);
  }

  /** The reply contains no key, because the key was shown when the operation was first carried out. */
  async #replay(keyId: string): Promise<Changed> {
    return this.#finish(await this.show(keyId), undefined);
  }

  /**
   * Updates API Gateway: flushes the caches of the key's APIs unless the key is new, and disables the native key of a
   * revoked key.
   */
  async #finish(stored: StoredApiKey, text: string | undefined): Promise<Changed> {
    const { prefix, native, revokedAtEpochSeconds, secrets } = stored.record;
    const isNew = secrets.length === 1 && stored.version === 1;
    const { caches, nativeKeys } = this.#ports;
    const cached = isNew ? [] : (this.#setting.prefixes.get(prefix)?.cached ?? []);
    const isDisabled = native !== undefined && revokedAtEpochSeconds !== undefined;
    const [flushed, ...disabled] = await Promise.all([
      flushCaches(caches, cached),
      ...(isDisabled
        ? [attemptStep(`disable ${native.apiKeyId}`, () => nativeKeys.disable(native.apiKeyId))]
        : []),
    ]);
    return { stored, key: text, outside: [...flushed, ...disabled] };
  }

  #makeSecret(prefix: string, keyId: string): { readonly text: string; readonly secret: KeySecret } {
    const text = printApiKey({ prefix, keyId }, this.#ports.random.hex(ENTROPY_DIGITS));
    const hash = hashApiKey(text).toString('hex');
    return { text, secret: { hash, createdAtEpochSeconds: this.#nowEpochSeconds() } };
  }

  #assertMeaningful({ prefix, roles, usagePlanId }: NewKey): KeyPrefix {
    const known = this.#setting.prefixes.get(prefix);
    if (known === undefined) {
      const prefixes = [...this.#setting.prefixes.keys()].join(', ');
      const remedy = prefixes === '' ? 'add an issuer of the type apiKey' : `the prefixes are ${prefixes}`;
      throw new RequestInvalid(
        'prefix',
        `is ${JSON.stringify(prefix)}, which no access document of this stage has as the prefix of an issuer; ${remedy}`,
      );
    }
    const unknown = roles.find((role) => !known.roles.has(role));
    if (unknown !== undefined)
      throw new RequestInvalid(
        'roles',
        `must be declared by a document that accepts ${prefix}, and ${JSON.stringify(unknown)} is not; ${known.roles.size === 0 ? 'no roles are declared' : `expected one of ${[...known.roles].join(', ')}`}`,
      );
    if (usagePlanId !== undefined && !known.hasNativePlans)
      throw new RequestInvalid('usagePlanId', `needs nativeUsagePlan: true at the issuer of ${prefix}`);
    return known;
  }

  async #putNative(keyId: string, usagePlanId: string): Promise<string> {
    const { stage, usageKeySecret } = this.#setting;
    if (usageKeySecret === undefined)
      throw new DomainError(
        'CONFIG_INVALID',
        'GATEWRIGHT_USAGE_KEY_SECRET is missing, but a native usage plan needs it: set this variable',
      );
    const value = nativeKeyValue(usageKeySecret, stage, keyId);
    return this.#ports.nativeKeys.put({ name: `gatewright-${stage}-${keyId}`, value, usagePlanId });
  }

  #nowEpochSeconds(): number {
    return Math.floor(this.#ports.clock.nowEpochMs() / 1000);
  }
}

type Change = {
  readonly request: OperationRequest;
  readonly stored: StoredApiKey;
  readonly text: string | undefined;
  readonly writes: readonly ItemWrite[];
};

/** Returns the secrets that a rotation ends. Secrets that the rotation keeps are not included. */
function endedOf(
  secrets: readonly KeySecret[],
  kept: readonly KeySecret[],
  nowEpochSeconds: number,
): readonly ReplacedSecret[] {
  return secrets
    .filter(({ hash }) => !kept.some((one) => one.hash === hash))
    .map(({ hash, notAfterEpochSeconds = Infinity }) => ({
      hash,
      endedAtEpochSeconds: Math.min(notAfterEpochSeconds, nowEpochSeconds),
    }));
}

function putKey(record: ApiKeyRecord, version: number, when: ItemWrite['when']): ItemWrite {
  const set = printRecord(record, version);
  // The item is updated rather than replaced, so that the time of last use is retained.
  return { purpose: 'key', key: apiKeyItem(record.keyId), when, change: { kind: 'update', set } };
}
