import { DomainError } from '../errors.ts';
import type { Item } from './item-write.ts';

/**
 * Reads the record of an item, and its version.
 * @param problem what is wrong if the item has another form
 * @throws DomainError STORE_UNAVAILABLE for an item that this code cannot have written
 */
export function readStoredRecord<Stored>(
  { ver: version, doc }: Item,
  isRecord: (value: unknown) => value is Stored,
  problem: string,
): { readonly record: Stored; readonly version: number } {
  let record: unknown;
  try {
    record = JSON.parse(String(doc));
  } catch {
    record = undefined;
  }
  if (typeof version === 'number' && isRecord(record)) return { record, version };
  throw new DomainError('STORE_UNAVAILABLE', problem);
}
