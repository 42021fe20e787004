/** Administrators' operations on the `access` table: each is recorded with its change, and so counts once. */
import { DomainError } from '../errors.ts';
import type { ItemStore } from '../ports.ts';
import { operationKey } from '../table/item-write.ts';
import type { Item, ItemWrite, Purpose } from '../table/item-write.ts';
import { readAccessItem } from './access-item.ts';

export type Operation = { readonly id: string; /** ARN of whoever signed. */ readonly by: string };

/** What tells two operations apart: an id that is used for another is refused. */
export type OperationFacts = { readonly kind: string; readonly detail?: string };

/** `pk`: of what is changed; operation ids count within it. `record` holds the operation's facts. */
export function operationWrite(
  purpose: Purpose,
  pk: string,
  { id, by }: Operation,
  record: OperationFacts & Item,
): ItemWrite {
  return {
    ...{ purpose, key: operationKey(pk, id), when: [{ attribute: 'kind', is: 'absent' }] },
    change: { kind: 'put', item: { ...record, by } },
  };
}

/**
 * Whether this operation has been carried out; then nothing is changed again.
 * @throws DomainError OPERATION_REUSED, STORE_UNAVAILABLE
 */
export async function isCarriedOut(
  store: Pick<ItemStore, 'read'>,
  pk: string,
  { id }: Pick<Operation, 'id'>,
  { kind, detail }: OperationFacts,
): Promise<boolean> {
  const done = await readAccessItem(store, operationKey(pk, id));
  if (done === undefined) return false;
  if (done['kind'] === kind && done['detail'] === detail) return true;
  throw new DomainError('OPERATION_REUSED', 'the operation id has been used for another change of the same');
}
