/**
 * Administration of a customer's endpoints. Each operation id takes effect only once, because it is recorded together
 * with its change. A secret is returned only by the operation that creates it, not if that operation is repeated.
 */
import { backOff } from '../table/back-off.ts';
import { accessTableSilent, readAccessItem } from '../access/access-item.ts';
import { isReplayed } from '../access/admin-operation.ts';
import type { Operation } from '../access/admin-operation.ts';
import { toBase62 } from '../access/keys/api-key.ts';
import { tenantPartition } from '../access/keys/api-key-record.ts';
import { outlasting, SECRETS_LIMIT } from '../access/keys/secret-overlap.ts';
import { sha256Hex } from '@gatewright/aws/sign-request';
import { DomainError } from '../errors.ts';
import type { Clock, ItemStore, Random, Timer } from '../ports.ts';
import type { ItemWrite } from '../table/item-write.ts';
import { hashOperation, operationWrite } from '../table/operation-record.ts';
import type { OperationRequest } from '../table/operation-record.ts';
import { deriveSecret } from './derive-secret.ts';
import { endpointItem, parseStoredEndpoint } from './endpoint-record.ts';
import type { EndpointRecord, EndpointSecret, StoredEndpoint } from './endpoint-record.ts';

export type EndpointPorts = {
  readonly store: ItemStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly timer: Timer;
  /** Returns the current master secret of a source. */
  readonly master: (source: string) => Promise<string>;
};

export type ChangedEndpoint = {
  readonly endpoint: EndpointRecord;
  /** Set only in the result of the operation that created the secret. */
  readonly secret: string | undefined;
};

type NewEndpoint = {
  readonly source: string;
  readonly name: string;
  /** Maximum number of the customer's endpoints of the source, not counting revoked endpoints. */
  readonly most: number;
};

/** Revoked endpoints are listed for this time. After that, the next change of the list removes their ids. */
const LISTED_SECONDS = 30 * 86_400;
/** Maximum number of listed endpoints of a customer, including revoked ones. */
const MOST_LISTED = 100;
const ID_LENGTH = 16;
const SECRET_ID_DIGITS = 32;
const ATTEMPTS = 6;
/** An attempt fails only if another change of the endpoint has succeeded in the meantime. */
const REVOKE_ATTEMPTS = 100;

export class EndpointAdmin {
  readonly #ports: EndpointPorts;
  readonly #tenant: string;
  /** The partition of the list and of the records of operations. */
  readonly #pk: string;

  /** @param ports bound to the tenant */
  constructor(ports: EndpointPorts, tenant: string) {
    this.#ports = ports;
    this.#tenant = tenant;
    this.#pk = tenantPartition(tenant);
  }

  /**
   * Lists the endpoints, the newest first.
   * @throws DomainError STORE_UNAVAILABLE
   */
  async list(): Promise<readonly EndpointRecord[]> {
    const { endpoints } = await this.#readList();
    return endpoints.toSorted((a, b) => b.createdAtEpochSeconds - a.createdAtEpochSeconds);
  }

  /** @throws DomainError ENDPOINTS_TOO_MANY, EDIT_CONFLICT, OPERATION_REUSED, STORE_UNAVAILABLE, SECRET_UNAVAILABLE */
  async make({ source, name, most }: NewEndpoint, operation: Operation): Promise<ChangedEndpoint> {
    const endpointId = this.#idOf(operation);
    const request = { kind: 'make-endpoint', target: { endpointId }, input: { source, name } };
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      if (await this.#isReplayed(request, operation)) return this.#replay(endpointId);
      const list = await this.#readList();
      assertRoom(list.endpoints, source, most);
      const now = this.#nowEpochSeconds();
      const made = await this.#carryOut(
        {
          request,
          record: {
            endpointId,
            tenant: this.#tenant,
            source,
            name,
            secrets: [this.#makeSecret(now)],
            createdAtEpochSeconds: now,
          },
          before: 0,
          also: [this.#putList(list, endpointId)],
          isShown: true,
        },
        operation,
      );
      if (made !== undefined) return made;
      await backOff(this.#ports, attempt);
    }
    throw new DomainError('EDIT_CONFLICT', 'other endpoints are being created at the same time; try again');
  }

  /** @throws DomainError ENDPOINT_UNKNOWN, ENDPOINT_REVOKED, EDIT_CONFLICT, OPERATION_REUSED, STORE_UNAVAILABLE */
  rename(endpointId: string, name: string, operation: Operation): Promise<ChangedEndpoint> {
    return this.#change(
      { kind: 'rename-endpoint', target: { endpointId }, input: { name } },
      operation,
      () => ({
        name,
      }),
    );
  }

  /**
   * Adds a secret. The earlier secret stays valid for the overlap; an overlap of 0 ends it immediately.
   * @throws DomainError ENDPOINT_UNKNOWN, ENDPOINT_REVOKED, ROTATION_RUNNING, EDIT_CONFLICT, OPERATION_REUSED,
   * STORE_UNAVAILABLE, SECRET_UNAVAILABLE
   */
  rotate(endpointId: string, overlapSeconds: number, operation: Operation): Promise<ChangedEndpoint> {
    const request = { kind: 'rotate-endpoint', target: { endpointId }, input: { overlapSeconds } };
    return this.#change(request, operation, ({ secrets }) => {
      const now = this.#nowEpochSeconds();
      const kept = [this.#makeSecret(now), ...outlasting(secrets, overlapSeconds, now)];
      if (kept.length <= SECRETS_LIMIT) return { secrets: kept };
      throw new DomainError(
        'ROTATION_RUNNING',
        'the overlap of the previous rotation has not ended; wait for its end, or end the earlier secrets with overlapSeconds 0',
      );
    });
  }

  /**
   * Revokes the endpoint for good, even while other changes are made. Revoking a revoked endpoint changes nothing.
   * @throws DomainError ENDPOINT_UNKNOWN, OPERATION_REUSED, STORE_UNAVAILABLE
   */
  async revoke(endpointId: string, operation: Operation): Promise<ChangedEndpoint> {
    const request = { kind: 'revoke-endpoint', target: { endpointId }, input: {} };
    for (let attempt = 1; ; attempt += 1)
      try {
        const { record } = await this.#read(endpointId);
        if (record.revokedAtEpochSeconds !== undefined) return await this.#replay(endpointId);
        return await this.#change(request, operation, () => ({
          revokedAtEpochSeconds: this.#nowEpochSeconds(),
        }));
      } catch (error) {
        const code = error instanceof DomainError ? error.code : undefined;
        const isOvertaken = code === 'EDIT_CONFLICT' || code === 'ENDPOINT_REVOKED';
        if (!isOvertaken || attempt >= REVOKE_ATTEMPTS) throw error;
      }
  }

  /** @throws DomainError ENDPOINT_UNKNOWN, STORE_UNAVAILABLE */
  async show(endpointId: string): Promise<EndpointRecord> {
    return (await this.#read(endpointId)).record;
  }

  async #change(
    request: OperationRequest & { readonly target: { readonly endpointId: string } },
    operation: Operation,
    changesOf: (record: EndpointRecord) => Partial<EndpointRecord>,
  ): Promise<ChangedEndpoint> {
    const { endpointId } = request.target;
    const { record, version } = await this.#read(endpointId);
    if (await this.#isReplayed(request, operation)) return this.#replay(endpointId);
    if (record.revokedAtEpochSeconds !== undefined)
      throw new DomainError('ENDPOINT_REVOKED', 'a revoked endpoint cannot be changed; create another one');
    const changes = changesOf(record);
    const change = { request, record: { ...record, ...changes }, before: version, also: [] };
    const changed = await this.#carryOut({ ...change, isShown: changes.secrets !== undefined }, operation);
    if (changed !== undefined) return changed;
    throw new DomainError('EDIT_CONFLICT', 'the endpoint was changed in the meantime; try again');
  }

  /** @returns undefined if a condition of the writes failed, so that nothing was written */
  async #carryOut(
    { request, record, before, also, isShown }: Change,
    operation: Operation,
  ): Promise<ChangedEndpoint | undefined> {
    const { endpointId, source } = record;
    // The secret is derived before the write. If deriving it failed afterwards, the secret would be lost.
    const master = isShown ? await this.#ports.master(source) : undefined;
    const [secretId] = record.secrets.map((secret) => secret.secretId);
    const secret =
      master === undefined || secretId === undefined
        ? undefined
        : deriveSecret(master, { source, endpointId, secretId });
    const { id: operationId, by } = operation;
    const at = {
      pk: this.#pk,
      operationId,
      kind: request.kind,
      atEpochMs: this.#ports.clock.nowEpochMs(),
    };
    const outcome = await this.#ports.store.transact([
      operationWrite('endpoint', at, { hash: hashOperation(request), by }),
      ...also,
      putEndpoint(record, before),
    ]);
    if (outcome.kind === 'done') return { endpoint: record, secret };
    if (outcome.kind === 'refused')
      return (await this.#isReplayed(request, operation)) ? this.#replay(endpointId) : undefined;
    // If the response was lost, the stored record shows whether the change was made.
    const now = await readAccessItem(this.#ports.store, endpointItem(endpointId));
    if (now?.['doc'] === JSON.stringify(record)) return { endpoint: record, secret };
    throw accessTableSilent();
  }

  #isReplayed(request: OperationRequest, operation: Operation): Promise<boolean> {
    return isReplayed(this.#ports.store, this.#pk, operation, request);
  }

  /** The response to a repeated operation contains no secret, because somebody else may have sent the repetition. */
  async #replay(endpointId: string): Promise<ChangedEndpoint> {
    return { endpoint: await this.show(endpointId), secret: undefined };
  }

  async #read(endpointId: string): Promise<StoredEndpoint> {
    const item = await readAccessItem(this.#ports.store, endpointItem(endpointId));
    if (item === undefined) throw new DomainError('ENDPOINT_UNKNOWN', 'there is no such endpoint');
    return parseStoredEndpoint(item);
  }

  async #readList(): Promise<EndpointList> {
    const list = await readAccessItem(this.#ports.store, { pk: this.#pk, sk: LIST });
    const ids = JSON.parse(String(list?.['doc'] ?? '[]')) as readonly string[];
    const items = await Promise.all(ids.map((id) => readAccessItem(this.#ports.store, endpointItem(id))));
    const since = this.#nowEpochSeconds() - LISTED_SECONDS;
    const endpoints = items
      .flatMap((item) => (item === undefined ? [] : [parseStoredEndpoint(item).record]))
      .filter(({ revokedAtEpochSeconds = Infinity }) => revokedAtEpochSeconds > since);
    return { version: Number(list?.['ver'] ?? 0), endpoints };
  }

  /**
   * Attack: many simultaneous requests could each find fewer endpoints than the maximum. Each request therefore changes
   * the version of the list, so only one of them succeeds.
   */
  #putList({ version, endpoints }: EndpointList, endpointId: string): ItemWrite {
    return {
      purpose: 'endpoint',
      key: { pk: this.#pk, sk: LIST },
      when: [isVersion(version)],
      change: {
        kind: 'put',
        item: {
          ver: version + 1,
          doc: JSON.stringify([...endpoints.map((each) => each.endpointId), endpointId]),
        },
      },
    };
  }

  #makeSecret(createdAtEpochSeconds: number): EndpointSecret {
    return { secretId: this.#ports.random.hex(SECRET_ID_DIGITS), createdAtEpochSeconds };
  }

  /** A repeated operation gets the same id. The id is not secret. No tenant's name contains a line break. */
  #idOf({ id }: Operation): string {
    return toBase62(sha256Hex(`endpoint\n${this.#tenant}\n${id}`), ID_LENGTH);
  }

  #nowEpochSeconds(): number {
    return Math.floor(this.#ports.clock.nowEpochMs() / 1000);
  }
}

const LIST = 'ENDPOINTS';

type EndpointList = { readonly version: number; readonly endpoints: readonly EndpointRecord[] };

type Change = {
  readonly request: OperationRequest;
  readonly record: EndpointRecord;
  /** Version of the record before the change; 0 if there is none. */
  readonly before: number;
  readonly also: readonly ItemWrite[];
  /** Whether the newest secret was made by this change. */
  readonly isShown: boolean;
};

function assertRoom(endpoints: readonly EndpointRecord[], source: string, most: number): void {
  const active = endpoints.filter(
    (each) => each.source === source && each.revokedAtEpochSeconds === undefined,
  );
  if (active.length >= most)
    throw new DomainError(
      'ENDPOINTS_TOO_MANY',
      `a customer can have at most ${most} endpoints of ${source}; revoke one first`,
    );
  if (endpoints.length >= MOST_LISTED)
    throw new DomainError(
      'ENDPOINTS_TOO_MANY',
      `a customer can have at most ${MOST_LISTED} endpoints, including endpoints revoked in the last 30 days; wait until the oldest of these has been revoked for 30 days`,
    );
}

function putEndpoint(record: EndpointRecord, before: number): ItemWrite {
  const { revokedAtEpochSeconds: revokedAt } = record;
  return {
    purpose: 'endpoint',
    key: endpointItem(record.endpointId),
    when: [isVersion(before)],
    change: {
      kind: 'put',
      item: {
        ver: before + 1,
        doc: JSON.stringify(record),
        ...(revokedAt !== undefined && { expiresAt: revokedAt + LISTED_SECONDS }),
      },
    },
  };
}

function isVersion(version: number): ItemWrite['when'][number] {
  return version === 0
    ? { attribute: 'ver', is: 'absent' }
    : { attribute: 'ver', is: 'equal', value: version };
}
