/**
 * Changes by administrators. Each change takes effect once per operation id, and writes an audit entry in the same
 * transaction.
 */
import { backOff } from '../../table/back-off.ts';
import { DomainError } from '../../errors.ts';
import type { ItemListing, ItemStore, Random, Timer } from '../../ports.ts';
import { operationKey } from '../../table/item-write.ts';
import type { Item, ItemKey, ItemWrite } from '../../table/item-write.ts';
import { hashOperation, isApplied, operationWrite } from '../../table/operation-record.ts';
import type { OperationRequest, OperationRecord } from '../../table/operation-record.ts';

export type AdminPorts = {
  readonly store: ItemStore;
  readonly listing: ItemListing;
  readonly random: Random;
  readonly timer: Timer;
  /**
   * Reads the plans of the access documents that are in use, in the form that `parsePlan` accepts. Absent if no
   * documents define plans.
   */
  readonly documentPlans?: () => Promise<readonly { readonly id: string }[]>;
  /**
   * False if the role may not save plans. A record may then name a plan of an access document that is not saved yet;
   * the first charge saves it.
   */
  readonly savesPlans?: false;
};

/** Identifies who makes a change, when, and with which operation id. */
export type Requested = {
  readonly operationId: string;
  readonly by: string;
  readonly atEpochMs: number;
};

export function toRequested(request: {
  readonly operationId: string;
  readonly signer: string;
  readonly receivedEpochMs: number;
}): Requested {
  return { operationId: request.operationId, by: request.signer, atEpochMs: request.receivedEpochMs };
}

type Facts = Readonly<Record<string, unknown>>;

export type AuditEntry = OperationRequest & {
  readonly operationId: string;
  readonly by: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly before: Facts;
  readonly after: Facts;
};

export type AppliedOperation = AuditEntry & {
  /** Whether exactly this change was already made with this id, so nothing was changed now. */
  readonly repeated: boolean;
};

export type ChangeRequest = OperationRequest & {
  /** Partition of the change, within which operation ids are unique. */
  readonly pk: string;
};

/**
 * A change computed from the current items. The store refuses its writes if the items have changed since they were
 * read.
 */
type Prepared = {
  /** Builds the writes of the change and of the operation's record, which must have the given attributes. */
  readonly writes: (record: OperationRecord) => readonly ItemWrite[];
  readonly before: Facts;
  readonly after: Facts;
};

const ATTEMPTS = 6;

/**
 * Carries out a change, unless it was already carried out.
 * @throws DomainError OPERATION_REUSED; EDIT_CONFLICT if other changes of the same item keep coming first;
 * STORE_UNAVAILABLE if it is unknown whether the change was made (repeat it with the same id); the errors that
 * `prepare` throws
 */
export async function applyOperation(
  ports: AdminPorts,
  requested: Requested,
  change: ChangeRequest,
  prepare: () => Promise<Prepared>,
): Promise<AppliedOperation> {
  const { store, random } = ports;
  const hash = hashOperation(change);
  let isRefused = false;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const known = await findEntry(store, requested, change, hash);
    if (known !== undefined) return { ...known, repeated: attempt === 0 };
    const prepared = await prepare().catch((error: unknown) => error);
    if (!isPrepared(prepared)) {
      // A copy of this request may have been applied between the two reads. `prepare` then failed because it saw the
      // changes.
      const landed = await findEntry(store, requested, change, hash);
      if (landed !== undefined) return { ...landed, repeated: true };
      throw prepared;
    }
    const entry = toEntry(requested, change, prepared);
    const log = `${entry.at}#${random.hex(12)}`;
    const outcome = await store.transact([
      ...prepared.writes({ hash, by: requested.by, log }),
      auditWrite({ pk: auditDay(log), sk: log }, entry),
    ]);
    if (outcome.kind === 'done') return { ...entry, repeated: false };
    if (outcome.kind === 'rejected' && !outcome.retryable) throw unavailable(outcome.reason);
    isRefused = outcome.kind === 'refused';
    await backOff(ports, attempt);
  }
  if (isRefused)
    throw new DomainError('EDIT_CONFLICT', 'other requests are changing the same item; try again');
  throw unavailable('it did not confirm the change');
}

/** Builds the record by which a repeated operation is recognized. `adjustWrites` builds this record itself. */
export function recordWrite(
  { pk, kind }: ChangeRequest,
  { operationId, atEpochMs }: Requested,
  record: OperationRecord,
): ItemWrite {
  return operationWrite('record', { pk, kind, operationId, atEpochMs }, record);
}

/**
 * Reads the current state of an item.
 * @throws DomainError STORE_UNAVAILABLE if the table is unavailable
 */
export async function readItem(store: ItemStore, key: ItemKey): Promise<Item | undefined> {
  const read = await store.read(key, { consistent: true });
  if (read.kind === 'unavailable') throw unavailable(read.reason);
  return read.item;
}

export function unavailable(reason: string): DomainError {
  return new DomainError('STORE_UNAVAILABLE', `the quota table is unavailable (${reason})`);
}

export function auditDay(instant: string): string {
  return `AUDIT#${instant.slice(0, 10)}`;
}

export function parseEntry(item: Item): AuditEntry {
  return JSON.parse(String(item['doc'])) as AuditEntry;
}

async function findEntry(
  store: ItemStore,
  { operationId }: Requested,
  change: ChangeRequest,
  hash: string,
): Promise<AuditEntry | undefined> {
  const record = await readItem(store, operationKey(change.pk, operationId));
  if (!isApplied(record, hash)) return undefined;
  const log = String(record['log']);
  const entry = await readItem(store, { pk: auditDay(log), sk: log });
  if (entry === undefined)
    throw new DomainError('STORE_UNAVAILABLE', 'the change was made, but its audit entry is missing');
  return parseEntry(entry);
}

function toEntry(
  { operationId, by, atEpochMs }: Requested,
  change: ChangeRequest,
  prepared: Prepared,
): AuditEntry {
  const { kind, target, input } = change;
  const { before, after } = prepared;
  return { operationId, kind, by, at: new Date(atEpochMs).toISOString(), target, input, before, after };
}

function auditWrite(key: ItemKey, entry: AuditEntry): ItemWrite {
  return {
    purpose: 'record',
    key,
    when: [{ attribute: 'doc', is: 'absent' }],
    change: { kind: 'put', item: { doc: JSON.stringify(entry) } },
  };
}

function isPrepared(value: unknown): value is Prepared {
  return typeof value === 'object' && value !== null && 'writes' in value;
}
