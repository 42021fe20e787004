import { DomainError } from '../errors.ts';
import type { ItemStore } from '../ports.ts';
import type { Item, ItemKey } from '../table/item-write.ts';

/** The store's client does not retry, because of writes; a lost read may be repeated. */
const READ_ATTEMPTS = 2;

/**
 * The item as it is now. Read consistently: a recent revocation must not be undone by a lagging replica.
 * @throws DomainError STORE_UNAVAILABLE
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
  return new DomainError('STORE_UNAVAILABLE', 'the access table did not answer');
}
