/**
 * The index of entries by label. A label is a tag, a path, a key part or `all`. Each label has a separate partition
 * (`all` has 16), which also contains a mark of its last invalidation.
 */
import type { ItemListing, ItemStore } from '../ports.ts';
import { printKeyPart } from '../table/item-write.ts';
import type { Item, ItemKey } from '../table/item-write.ts';
import { DomainError } from '../errors.ts';

/** A label such as `tag:order:17`, `path:/orders`, `query.page=2`, `header.accept-language=de` or `all`. */
export type Label = string;

type IndexedEntry = { readonly id: string; readonly item: Item };

/** Sort key of the mark. It sorts before all ids, because ids are hexadecimal. */
const MARK = '!';
/**
 * How long a mark is stored. This is longer than any invocation, so every handler call that began before the mark has
 * ended when the mark expires.
 */
const MARK_SECONDS = 3600;
const PAGE = 200;
/**
 * The first digits of ids, by which the label `all` is spread over partitions: a DynamoDB partition accepts only 1,000
 * writes a second, and every entry has this label.
 */
const SHARDS = Array.from({ length: 16 }, (_, digit) => digit.toString(16));
/**
 * Tolerance for clocks that differ between functions. If the production of a response started less than this time after
 * an invalidation, the response is not stored.
 */
export const CLOCK_MARGIN_MS = 1000;

type IndexItem = Item & { readonly expiresAt: number };

/**
 * Lists an entry under its labels. If the entry is already listed with a later expiry, that expiry stays. A late
 * response may fail to replace the stored response, and then an invalidation must still find the stored one.
 */
export async function writeIndex(
  store: ItemStore,
  namespace: string,
  { labels, id, item }: { readonly labels: readonly Label[]; readonly id: string; readonly item: IndexItem },
): Promise<boolean> {
  const written = await Promise.all(
    labels.map((label) => list(store, { pk: partitionOf(namespace, label, id), sk: id }, item)),
  );
  return written.every((isWritten) => isWritten);
}

async function list(store: ItemStore, key: ItemKey, item: IndexItem): Promise<boolean> {
  const outcome = await store.update({
    purpose: 'cache',
    key,
    when: [{ attribute: 'expiresAt', is: 'absent-or-at-most', value: item.expiresAt }],
    change: { kind: 'put', item },
  });
  if (outcome.kind !== 'refused') return outcome.kind === 'done';
  const expiresAt = Number(outcome.item?.['expiresAt']);
  const kept = await store.update({
    purpose: 'cache',
    key,
    when: [{ attribute: 'expiresAt', is: 'equal', value: expiresAt }],
    change: { kind: 'put', item: { ...item, expiresAt } },
  });
  return kept.kind === 'done';
}

const MAX_PRINTED = 512;

export function printLabels(labels: readonly Label[]): string {
  return labels
    .filter((label) => label !== 'all')
    .join(' ')
    .slice(0, MAX_PRINTED);
}

/**
 * Whether a label was invalidated since the response's production started, or may have been, because the table does not
 * respond. Must be called after writing the index and before writing the entry.
 */
export async function isInvalidated(
  store: ItemStore,
  namespace: string,
  {
    labels,
    id,
    sinceEpochMs,
  }: { readonly labels: readonly Label[]; readonly id: string; readonly sinceEpochMs: number },
): Promise<boolean> {
  const marks = await Promise.all(
    labels.map((label) =>
      store.read({ pk: partitionOf(namespace, label, id), sk: MARK }, { consistent: true }),
    ),
  );
  return marks.some(
    (read) => read.kind === 'unavailable' || isAfter(read.item?.['invalidatedAt'], sinceEpochMs),
  );
}

export function isAfter(invalidatedAt: unknown, sinceEpochMs: number): boolean {
  return typeof invalidatedAt === 'number' && invalidatedAt >= sinceEpochMs - CLOCK_MARGIN_MS;
}

/**
 * Marks a label as invalidated, so that responses that are being produced are not stored.
 * @throws DomainError STORE_UNAVAILABLE if the table is unavailable
 */
export async function markLabel(
  store: ItemStore,
  namespace: string,
  label: Label,
  atEpochMs: number,
): Promise<void> {
  const item = { invalidatedAt: atEpochMs, expiresAt: Math.ceil(atEpochMs / 1000) + MARK_SECONDS };
  for (const pk of partitionsOf(namespace, label)) {
    const write = {
      purpose: 'cache',
      key: { pk, sk: MARK },
      when: [],
      change: { kind: 'put', item },
    } as const;
    const outcome = await store.update(write);
    if (outcome.kind !== 'done') throw unavailable(outcome.kind === 'refused' ? 'refused' : outcome.reason);
  }
}

/**
 * Yields every unexpired entry with this label.
 * @throws DomainError STORE_UNAVAILABLE if the table is unavailable
 */
export async function* entriesOf(
  listing: ItemListing,
  namespace: string,
  label: Label,
  nowEpochMs: number,
): AsyncGenerator<IndexedEntry> {
  for (const pk of partitionsOf(namespace, label)) {
    for await (const { sk, item } of itemsOf(listing, pk))
      // DynamoDB may delete an expired item several days late.
      if (Number(item['expiresAt']) * 1000 > nowEpochMs) yield { id: sk, item };
  }
}

export async function* itemsOf(
  listing: ItemListing,
  pk: string,
): AsyncGenerator<{ readonly sk: string; readonly item: Item }> {
  let after: string | undefined;
  do {
    const page = await listing.range({
      pk,
      from: '0',
      to: 'g',
      limit: PAGE,
      ...(after !== undefined && { after }),
    });
    if (page.kind === 'unavailable') throw unavailable(page.reason);
    for (const { key, item } of page.items) yield { sk: key.sk, item };
    after = page.hasMore ? page.items.at(-1)?.key.sk : undefined;
  } while (after !== undefined);
}

/** Returns the latest mark of an id. Returns undefined if there is none, or if the table is unavailable. */
export async function readMark(store: ItemStore, namespace: string, id: string): Promise<unknown> {
  const read = await store.read({ pk: partitionOf(namespace, 'all', id), sk: id }, { consistent: true });
  return read.kind === 'done' ? read.item?.['mark'] : undefined;
}

/**
 * Marks an entry as dropped until it is stored again. The mark only affects lists of entries. Whether an entry may be
 * used is decided by the entry itself.
 */
export async function noteDropped(
  store: ItemStore,
  namespace: string,
  { id, item, atEpochMs }: IndexedEntry & { readonly atEpochMs: number },
): Promise<void> {
  await store.update({
    purpose: 'cache',
    key: { pk: partitionOf(namespace, 'all', id), sk: id },
    when: [{ attribute: 'expiresAt', is: 'equal', value: Number(item['expiresAt']) }],
    change: { kind: 'put', item: { ...item, droppedAt: atEpochMs } },
  });
}

/**
 * Whether an entry is marked as dropped. The mark is stored only under the label `all`.
 * @param listed the entry's item under `label`
 */
export async function isDropped(
  store: ItemStore,
  namespace: string,
  label: Label,
  { id, item }: IndexedEntry,
): Promise<boolean> {
  if (label === 'all') return item['droppedAt'] !== undefined;
  const read = await store.read({ pk: partitionOf(namespace, 'all', id), sk: id }, { consistent: true });
  return read.kind === 'done' && read.item?.['droppedAt'] !== undefined;
}

export function entryKey(namespace: string, id: string, part = 'HEAD'): ItemKey {
  return { pk: `E#${printKeyPart(namespace)}#${id}`, sk: part };
}

export function unavailable(reason: string): DomainError {
  return new DomainError('STORE_UNAVAILABLE', `the cache's table is unavailable (${reason})`);
}

function partitionOf(namespace: string, label: Label, id: string): string {
  const pk = `L#${printKeyPart(namespace)}#${printKeyPart(label)}`;
  return label === 'all' ? `${pk}#${id.slice(0, 1)}` : pk;
}

function partitionsOf(namespace: string, label: Label): readonly string[] {
  if (label !== 'all') return [partitionOf(namespace, label, '')];
  return SHARDS.map((digit) => partitionOf(namespace, label, digit));
}
