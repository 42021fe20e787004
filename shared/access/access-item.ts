import { DomainError } from '../errors.ts';
import type { ItemStore } from '../ports.ts';
import type { Item, ItemKey } from '../table/item-write.ts';
import { readCurrentItem } from '../table/read-current-item.ts';

/** @throws DomainError STORE_UNAVAILABLE if the table is unavailable */
export function readAccessItem(store: Pick<ItemStore, 'read'>, key: ItemKey): Promise<Item | undefined> {
  return readCurrentItem(store, key, accessTableSilent);
}

export function accessTableSilent(): DomainError {
  return new DomainError('STORE_UNAVAILABLE', 'the access table is unavailable');
}
