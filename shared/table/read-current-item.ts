import type { DomainError } from '../errors.ts';
import type { ItemStore } from '../ports.ts';
import type { Item, ItemKey } from './item-write.ts';

/**
 * Maximum number of attempts to read an item. The store's client does not retry, because it is also used for writes,
 * but a read can be repeated safely.
 */
const ATTEMPTS = 2;

/**
 * Reads an item with a strongly consistent read, because a lagging replica must not undo a recent revocation or
 * sign-out.
 * @param silent creates the error that is thrown if the table is unavailable
 */
export async function readCurrentItem(
  store: Pick<ItemStore, 'read'>,
  key: ItemKey,
  silent: () => DomainError,
): Promise<Item | undefined> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const outcome = await store.read(key, { consistent: true });
    if (outcome.kind === 'done') return outcome.item;
  }
  throw silent();
}
