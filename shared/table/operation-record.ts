/**
 * Records of administrators' operations. A record is written in the same transaction as the change, so that the change
 * applies only once. It is in the same partition as the changed item, and operation ids are unique within the
 * partition.
 *
 * | item      | pk                  | sk        | attributes                                                       |
 * | --------- | ------------------- | --------- | ---------------------------------------------------------------- |
 * | operation | of what was changed | `OP#{id}` | `kind`, `by`, `at` (ms), `hash` of the request; others add more  |
 */
import { sha256Hex } from '@gatewright/aws/sign-request';
import { DomainError } from '../errors.ts';
import { operationKey } from './item-write.ts';
import type { Item, ItemWrite, Purpose } from './item-write.ts';

/**
 * The request for an operation: its kind, the names that it concerns and its input. Names and input are JSON objects.
 */
export type OperationRequest = {
  /** The kind of operation, such as `top-up` or `revoke`. */
  readonly kind: string;
  readonly target: Readonly<Record<string, unknown>>;
  readonly input: Readonly<Record<string, unknown>>;
};

/** Attributes of every record in addition to `kind` and `at`. */
export type OperationRecord = Item & {
  readonly hash: string;
  /** ARN of the signer. */
  readonly by: string;
};

/**
 * Returns a hash of the request. A repeated operation has the same hash, and an id that comes with another hash is
 * refused.
 */
export function hashOperation({ kind, target, input }: OperationRequest): string {
  return sha256Hex(JSON.stringify([kind, target, input]));
}

/** Builds a write that the store refuses if the id was used. */
export function operationWrite(
  purpose: Purpose,
  operation: {
    readonly pk: string;
    readonly operationId: string;
    readonly kind: string;
    readonly atEpochMs: number;
  },
  record: OperationRecord,
): ItemWrite {
  const { pk, operationId, kind, atEpochMs } = operation;
  return {
    purpose,
    key: operationKey(pk, operationId),
    when: [{ attribute: 'kind', is: 'absent' }],
    change: { kind: 'put', item: { kind, at: atEpochMs, ...record } },
  };
}

/**
 * Checks whether an operation was already carried out.
 * @param item the item at the operation's key
 * @returns whether the operation has been carried out, so that nothing is changed again
 * @throws DomainError OPERATION_REUSED if the operation id was used for another change
 */
export function isApplied(item: Item | undefined, hash: string): item is Item {
  if (item === undefined) return false;
  if (item['hash'] === hash) return true;
  throw new DomainError('OPERATION_REUSED', 'this operation id was already used for another change');
}
