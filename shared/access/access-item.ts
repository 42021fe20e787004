import { DomainError } from '../errors.ts';
import type { ItemStore } from '../ports.ts';
import type { Item, ItemKey } from '../table/item-write.ts';

/**
 * Maximum number of attempts to read an item. The store's client does not retry, because it is also used for writes,
 * but a read can be repeated safely.
 */
const READ_ATTEMPTS = 2;

/**
 * Reads the current item with a strongly consistent read, because a lagging replica must not undo a recent revocation.
 * @throws DomainError STORE_UNAVAILABLE if the table does not respond
 */
export async function readAccessItem(
  store: Pick<ItemStore, 'read'>,
  key: ItemKey,
): Promise<Item | undefined> {
  for (let attempt = 1; attempt <= READ_ATTEMPTS; attempt += 1) {
    const outcome = await store.read(key, { consistent: true });
    if (outcome.kind === 'done') return outcome.item;
  }
  throw accessTableSilent();
}

export function accessTableSilent(): DomainError {
  return new DomainError('STORE_UNAVAILABLE', 'the access table did not respond');
}
