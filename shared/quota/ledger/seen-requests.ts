/**
 * Requests that a ledger was charged for from logs, by request id. The ids of ten seconds are stored together
 * in parts: a batch of lines costs one transaction per ledger. A full part never changes, so it is read once.
 */
import { createHash } from 'node:crypto';
import type { ItemStore } from '../../ports.ts';
import type { Item, ItemKey, ItemWrite, Test } from '../../table/item-write.ts';

const SPAN_MS = 10_000;
/** 72 bits: among 100,000 requests of one span, two alike are expected once in 10^12 spans. */
const MARK_LENGTH = 12;
/** Entries of a full part: with its key a kilobyte, two write units of a transaction. */
const PART = 70;
/** One batch goes into one part, up to 48 KB. */
const BATCH = 4000;
const MAX_PARTS = 1000;
/** Parts read at once; more each time. */
const READ_AHEAD = 8;
/** Characters of full parts that a process caches: 4 MB. */
const MAX_KEPT = 4_000_000;
/** After the charge: longer than a dead-letter queue keeps failures (14 days). */
const KEEP_MS = 15 * 86_400_000;

type SeenPart = { readonly key: ItemKey; readonly marks: string; readonly count: number };

type SeenRequests =
  | {
      readonly kind: 'read';
      readonly isSeen: (requestId: string) => boolean;
      /** The part for further ids, and its free places. */
      readonly last: SeenPart;
      readonly room: number;
    }
  | { readonly kind: 'unavailable' };

/** Number of a request's span, by API Gateway's timestamp: the same whenever its line arrives. */
export function spanOf(atEpochMs: number): number {
  return Math.floor(atEpochMs / SPAN_MS);
}

export class FullParts {
  readonly #marks = new Map<string, string>();
  #length = 0;

  find({ pk, sk }: ItemKey): string | undefined {
    return this.#marks.get(`${pk}\n${sk}`);
  }

  keep({ pk, sk }: ItemKey, marks: string): void {
    if (this.#length + marks.length > MAX_KEPT) {
      this.#marks.clear();
      this.#length = 0;
    }
    this.#marks.set(`${pk}\n${sk}`, marks);
    this.#length += marks.length;
  }
}

/** `pk` of the ledger. */
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

/** Undefined: the table does not respond. */
async function readPart(key: ItemKey, store: ItemStore, full: FullParts): Promise<string | undefined> {
  const known = full.find(key);
  if (known !== undefined) return known;
  const read = await store.read(key, { consistent: true });
  return read.kind === 'unavailable' ? undefined : marksOf(read.item);
}

/** Adds the ids to the part as read; another addition in between refuses this one. */
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
