import type { ItemStore } from '../ports.ts';
import { operationKey } from '../table/item-write.ts';
import { hashOperation, isApplied } from '../table/operation-record.ts';
import type { OperationRequest } from '../table/operation-record.ts';
import { readAccessItem } from './access-item.ts';

export type Operation = {
  readonly id: string;
  /** ARN of the identity that signed the request. */ readonly by: string;
};

/**
 * Whether this operation on the partition was already carried out. If so, nothing may be changed again.
 * @throws DomainError OPERATION_REUSED if the operation id was used for another change; STORE_UNAVAILABLE if the table
 * does not respond
 */
export async function isReplayed(
  store: Pick<ItemStore, 'read'>,
  pk: string,
  { id }: Pick<Operation, 'id'>,
  request: OperationRequest,
): Promise<boolean> {
  return isApplied(await readAccessItem(store, operationKey(pk, id)), hashOperation(request));
}
