/**
 * Which requests a ledger was charged for from logs, by request id. The ids of ten seconds stand together in one
 * item, so that a batch of lines costs one transaction per ledger and not one per request; when it is full they go on
 * in a next part.
 */
import { createHash } from 'node:crypto';
import type { ItemStore } from '../ports.ts';
import type { Item, ItemKey, ItemWrite, Test } from '../table/item-write.ts';

const SPAN_MS = 10_000;
/** 72 bits: among 100,000 requests of one span, two alike are expected once in 10^12 spans. */
const MARK_LENGTH = 12;
/** 240 KB; DynamoDB takes 400. */
const MAX_MARKS = 20_000;
const MAX_PARTS = 16;
/** After the charge: longer than a dead-letter queue keeps what failed (14 days). */
const KEEP_MS = 15 * 86_400_000;

export type SeenPart = { readonly key: ItemKey; readonly marks: string; readonly count: number };

export type SeenRequests =
  | {
      readonly kind: 'read';
      readonly isSeen: (requestId: string) => boolean;
      /** Where more go, and how many fit. */
      readonly last: SeenPart;
      readonly room: number;
    }
  | { readonly kind: 'unavailable' };

/** Number of the span that a request belongs to, by API Gateway's stamp: the same whenever its line arrives. */
export function spanOf(atEpochMs: number): number {
  return Math.floor(atEpochMs / SPAN_MS);
}

/** `pk` of the ledger. */
export async function readSeen(pk: string, span: number, store: ItemStore): Promise<SeenRequests> {
  const known = new Set<string>();
  for (let part = 0; part < MAX_PARTS; part += 1) {
    const key = { pk, sk: `SEEN#${span}#${part}` };
    const read = await store.read(key, { consistent: true });
    if (read.kind === 'unavailable') return read;
    const marks = marksOf(read.item);
    for (let at = 0; at < marks.length; at += MARK_LENGTH) known.add(marks.slice(at, at + MARK_LENGTH));
    const count = marks.length / MARK_LENGTH;
    if (count >= MAX_MARKS && part < MAX_PARTS - 1) continue;
    return {
      kind: 'read',
      isSeen: (requestId) => known.has(markOf(requestId)),
      last: { key, marks, count },
      room: MAX_MARKS - count,
    };
  }
  return { kind: 'unavailable' };
}

/** Adds the ids to the part as it was read; another's addition in between refuses this one. */
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
