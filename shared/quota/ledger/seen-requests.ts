/**
 * Requests that were charged to a ledger from logs, by request id. The ids of a span of ten seconds are stored together
 * in parts, so a batch of lines costs one transaction per ledger. A full part never changes, so a process reads it only
 * once.
 */
import { createHash } from 'node:crypto';
import type { ItemStore } from '../../ports.ts';
import { nameOfItem } from '../../table/item-write.ts';
import type { Item, ItemKey, ItemWrite, Test } from '../../table/item-write.ts';

const SPAN_MS = 10_000;
/**
 * Length of a mark, which has 72 bits. If a span has 100,000 requests, two equal marks are expected once in 10^12
 * spans.
 */
const MARK_LENGTH = 12;
/**
 * Number of marks in a full part. With its key, a full part is a kilobyte, which costs two write units in a
 * transaction.
 */
const PART = 70;
/** Maximum number of ids in one batch. They all go into one part of up to 48 KB. */
const BATCH = 4000;
const MAX_PARTS = 1000;
/** Number of parts that are read in parallel. The first part is read alone. */
const READ_AHEAD = 8;
/** Maximum number of characters of full parts that a process caches (4 MB). */
const MAX_KEPT = 4_000_000;
/**
 * How long ids are stored after the charge. It is longer than failed deliveries stay in a dead-letter queue (14 days).
 */
const KEEP_MS = 15 * 86_400_000;

type SeenPart = { readonly key: ItemKey; readonly marks: string; readonly count: number };

type SeenRequests =
  | {
      readonly kind: 'read';
      readonly isSeen: (requestId: string) => boolean;
      /** The part to which further ids are added, and the number of ids for which it has room. */
      readonly last: SeenPart;
      readonly room: number;
    }
  | { readonly kind: 'unavailable' };

/**
 * Returns the index of the time span in which a request was made. It is computed from API Gateway's timestamp, so it
 * does not depend on when the line of the access log arrives.
 */
export function spanOf(atEpochMs: number): number {
  return Math.floor(atEpochMs / SPAN_MS);
}

export class FullParts {
  readonly #marks = new Map<string, string>();
  #length = 0;

  find(key: ItemKey): string | undefined {
    return this.#marks.get(nameOfItem(key));
  }

  keep(key: ItemKey, marks: string): void {
    if (this.#length + marks.length > MAX_KEPT) {
      this.#marks.clear();
      this.#length = 0;
    }
    this.#marks.set(nameOfItem(key), marks);
    this.#length += marks.length;
  }
}

/** Reads which requests were already charged to a ledger. `pk` is the ledger's partition key. */
export async function readSeen(
  pk: string,
  span: number,
  store: ItemStore,
  full = new FullParts(),
): Promise<SeenRequests> {
  const known = new Set<string>();
  const keyOf = (part: number): ItemKey => ({ pk, sk: `SEEN#${span}#${part}` });
  let ahead = 1;
  for (let first = 0; first < MAX_PARTS;) {
    const parts = Array.from({ length: Math.min(ahead, MAX_PARTS - first) }, (_, index) => first + index);
    const found = await Promise.all(parts.map((part) => readPart(keyOf(part), store, full)));
    for (const [index, marks] of found.entries()) {
      const part = first + index;
      if (marks === undefined) return { kind: 'unavailable' };
      for (let at = 0; at < marks.length; at += MARK_LENGTH) known.add(marks.slice(at, at + MARK_LENGTH));
      const count = marks.length / MARK_LENGTH;
      const room = count === 0 ? BATCH : PART - count;
      if (room <= 0 && part < MAX_PARTS - 1) {
        full.keep(keyOf(part), marks);
        continue;
      }
      return {
        kind: 'read',
        isSeen: (requestId) => known.has(markOf(requestId)),
        last: { key: keyOf(part), marks, count },
        room,
      };
    }
    first += parts.length;
    ahead = READ_AHEAD;
  }
  return { kind: 'unavailable' };
}

/** Reads a part. Returns undefined if the table is unavailable. */
async function readPart(key: ItemKey, store: ItemStore, full: FullParts): Promise<string | undefined> {
  const known = full.find(key);
  if (known !== undefined) return known;
  const read = await store.read(key, { consistent: true });
  return read.kind === 'unavailable' ? undefined : marksOf(read.item);
}

/** Adds the ids to the part as it was read. The write is refused if ids were added in the meantime. */
export function seenWrite(
  { key, marks, count }: SeenPart,
  requestIds: readonly string[],
  nowEpochMs: number,
): ItemWrite {
  const test: Test =
    count === 0 ? { attribute: 'n', is: 'absent' } : { attribute: 'n', is: 'equal', value: count };
  const item = {
    marks: marks + requestIds.map(markOf).join(''),
    n: count + requestIds.length,
    expiresAt: Math.ceil((nowEpochMs + KEEP_MS) / 1000),
  };
  return { purpose: 'track', key, when: [test], change: { kind: 'put', item } };
}

function marksOf(item: Item | undefined): string {
  return String(item?.['marks'] ?? '');
}

function markOf(requestId: string): string {
  return createHash('sha256').update(requestId).digest('base64url').slice(0, MARK_LENGTH);
}
