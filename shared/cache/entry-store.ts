/**
 * Stores entries as items of a table. The item `HEAD` contains the response's fields and the lease; the items `BODY#…`
 * contain pieces of a long body. A lease is taken by a conditional write of `HEAD`, so that only one instance at a time
 * has it.
 */
import type { ItemStore } from '../ports.ts';
import type { Item } from '../table/item-write.ts';
import type { CacheableAnswer } from './answer.ts';
import { CLOCK_MARGIN_MS, entryKey, isAfter, isInvalidated, printLabels, writeIndex } from './labels.ts';
import type { Label } from './labels.ts';

/** Packs bodies into texts for the table. */
export interface BodyCodec {
  pack(body: string): Promise<string>;
  /**
   * Returns the unpacked body. Returns undefined if the body is longer than `maxBytes`, or was not written by `pack`.
   */
  unpack(packed: string, maxBytes: number): Promise<string | undefined>;
}

type StoredAnswer = {
  readonly answer: CacheableAnswer;
  readonly storedAtEpochMs: number;
  readonly freshUntilEpochMs: number;
  readonly staleUntilEpochMs: number;
};

/** State of an entry: its response, if it can be used, and whether an instance is producing a new response. */
export type EntryState = {
  readonly stored: Item | undefined;
  readonly leasedUntilEpochMs: number;
  /** Requests do not wait for each other before this time, because the handler's last response could not be cached. */
  readonly passUntilEpochMs: number;
  readonly expiresAt: number;
};

export type EntryPorts = {
  readonly store: ItemStore;
  readonly codec: BodyCodec;
  readonly namespace: string;
  readonly maxBodyBytes: number;
};

type NewEntry = StoredAnswer & {
  readonly id: string;
  readonly owner: string;
  readonly startedAtEpochMs: number;
  readonly labels: readonly Label[];
};

type Kept = 'kept' | 'too-large' | 'invalidated' | 'overtaken' | 'unavailable';

/** Size of a piece in base64 characters. With names and fields, an item stays below DynamoDB's limit of 400 KB. */
const PIECE_CHARACTERS = 300_000;
const MAX_HEADER_CHARACTERS = 64_000;
const PASS_MS = 2000;
/** Time for which an entry is stored after its lease has ended, so that an invalidation in that time is not lost. */
const AFTER_LEASE_SECONDS = 3600;

/**
 * Reads the state of an entry.
 * @returns undefined if the table is unavailable. The request then continues without the cache.
 */
export async function readEntry(
  { store, namespace }: EntryPorts,
  id: string,
): Promise<EntryState | undefined> {
  const read = await store.read(entryKey(namespace, id), { consistent: true });
  if (read.kind === 'unavailable') return undefined;
  const item = read.item ?? {};
  const startedAt = Number(item['startedAt'] ?? 0);
  const isGood = typeof item['doc'] === 'string' && !isAfter(item['invalidatedAt'], startedAt);
  return {
    stored: isGood ? item : undefined,
    leasedUntilEpochMs: Number(item['leasedUntil'] ?? 0),
    passUntilEpochMs: Number(item['passUntil'] ?? 0),
    expiresAt: Number(item['expiresAt'] ?? 0),
  };
}

/** Returns when a stored response was produced and how long it is fresh, without reading its body. */
export function timesOf(item: Item): Omit<StoredAnswer, 'answer'> {
  return {
    storedAtEpochMs: Number(item['storedAt']),
    freshUntilEpochMs: Number(item['freshUntil']),
    staleUntilEpochMs: Number(item['staleUntil']),
  };
}

/**
 * Reads a stored response with its body.
 * @returns undefined if a piece is missing, or if the codec cannot unpack the body
 */
export async function readAnswer(
  ports: EntryPorts,
  id: string,
  item: Item,
): Promise<CacheableAnswer | undefined> {
  const pieces = Number(item['pieces'] ?? 0);
  const version = String(item['version'] ?? '');
  const rest = await Promise.all(
    Array.from({ length: pieces }, (_, index) =>
      ports.store.read(entryKey(ports.namespace, id, `BODY#${version}#${index}`)),
    ),
  );
  const texts = rest.map((read) => (read.kind === 'done' ? read.item?.['data'] : undefined));
  if (texts.some((text) => typeof text !== 'string')) return undefined;
  const packed = pieces === 0 ? String(item['data'] ?? '') : texts.join('');
  const body = await ports.codec.unpack(packed, ports.maxBodyBytes);
  if (body === undefined) return undefined;
  const head = JSON.parse(String(item['doc'])) as Omit<CacheableAnswer, 'body'>;
  return { ...head, body };
}

export async function takeLease(
  { store, namespace }: EntryPorts,
  lease: {
    readonly id: string;
    readonly owner: string;
    readonly nowEpochMs: number;
    readonly untilEpochMs: number;
  },
  expiresAt: number,
): Promise<'taken' | 'held' | 'unavailable'> {
  const { id, owner, nowEpochMs, untilEpochMs } = lease;
  const kept = Math.ceil(untilEpochMs / 1000) + AFTER_LEASE_SECONDS;
  const outcome = await store.update({
    purpose: 'cache',
    key: entryKey(namespace, id),
    when: [{ attribute: 'leasedUntil', is: 'absent-or-at-most', value: nowEpochMs }],
    change: {
      kind: 'update',
      set: { owner, leasedUntil: untilEpochMs, expiresAt: Math.max(expiresAt, kept) },
    },
  });
  if (outcome.kind === 'done') return 'taken';
  if (outcome.kind === 'refused') return outcome.item?.['owner'] === owner ? 'taken' : 'held';
  return 'unavailable';
}

/**
 * Releases a lease without storing a response. A waiting request takes the lease next. If `passFrom` is given, requests
 * do not wait for each other for a short time afterwards.
 */
export async function releaseEntryLease(
  { store, namespace }: EntryPorts,
  lease: { readonly id: string; readonly owner: string },
  passFrom: number | undefined,
): Promise<void> {
  await store.update({
    purpose: 'cache',
    key: entryKey(namespace, lease.id),
    when: [{ attribute: 'owner', is: 'equal', value: lease.owner }],
    change: {
      kind: 'update',
      ...(passFrom !== undefined && { set: { passUntil: passFrom + PASS_MS } }),
      remove: ['owner', 'leasedUntil'],
    },
  });
}

/**
 * Writes the index first, then checks that no label was invalidated. Then writes the entry, unless the entry itself was
 * invalidated. An invalidation at any time either finds the entry in the index, or is noticed by one of these checks.
 */
export async function storeEntry(ports: EntryPorts, entry: NewEntry): Promise<Kept> {
  const { store, namespace, maxBodyBytes } = ports;
  const { answer, id, owner, labels, startedAtEpochMs } = entry;
  const { body, ...head } = answer;
  const doc = JSON.stringify(head);
  if (new TextEncoder().encode(body).length > maxBodyBytes || doc.length > MAX_HEADER_CHARACTERS)
    return 'too-large';
  const packed = await ports.codec.pack(body);
  const pieces = packed.length <= PIECE_CHARACTERS ? 0 : Math.ceil(packed.length / PIECE_CHARACTERS);
  const expiresAt = Math.ceil(entry.staleUntilEpochMs / 1000) + 1;
  const item = { kind: 'response', expiresAt, shown: printLabels(labels) };
  const [isListed, ...outcomes] = await Promise.all([
    writeIndex(store, namespace, { labels, id, item }),
    ...Array.from({ length: pieces }, (_, index) =>
      store.update({
        purpose: 'cache',
        key: entryKey(namespace, id, `BODY#${owner}#${index}`),
        when: [],
        change: {
          kind: 'put',
          item: { data: packed.slice(index * PIECE_CHARACTERS, (index + 1) * PIECE_CHARACTERS), expiresAt },
        },
      }),
    ),
  ]);
  if (!isListed || outcomes.some(({ kind }) => kind !== 'done')) return 'unavailable';
  if (await isInvalidated(store, namespace, { labels, id, sinceEpochMs: startedAtEpochMs }))
    return 'invalidated';
  const outcome = await store.update({
    purpose: 'cache',
    key: entryKey(namespace, id),
    when: [
      { attribute: 'owner', is: 'equal', value: owner },
      // The condition compares times as `isAfter` does, with the clock margin.
      { attribute: 'invalidatedAt', is: 'absent-or-below', value: startedAtEpochMs - CLOCK_MARGIN_MS },
    ],
    change: {
      kind: 'put',
      item: {
        doc,
        version: owner,
        pieces,
        expiresAt,
        startedAt: startedAtEpochMs,
        ...(pieces === 0 && { data: packed }),
        storedAt: entry.storedAtEpochMs,
        freshUntil: entry.freshUntilEpochMs,
        staleUntil: entry.staleUntilEpochMs,
      },
    },
  });
  if (outcome.kind === 'done') return 'kept';
  if (outcome.kind !== 'refused') return 'unavailable';
  return outcome.item?.['owner'] === owner ? 'invalidated' : 'overtaken';
}

/**
 * Ensures that the response with this id is not used any longer, whether it is stored or being produced. Returns false
 * if the table is unavailable.
 */
export async function deleteEntry(
  store: ItemStore,
  namespace: string,
  id: string,
  atEpochMs: number,
): Promise<boolean> {
  const outcome = await store.update({
    purpose: 'cache',
    key: entryKey(namespace, id),
    when: [],
    change: {
      kind: 'update',
      set: { invalidatedAt: atEpochMs, expiresAt: Math.ceil(atEpochMs / 1000) + AFTER_LEASE_SECONDS },
    },
  });
  return outcome.kind === 'done';
}
