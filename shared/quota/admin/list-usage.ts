import type { Item, ItemKey } from '../../table/item-write.ts';
import { currentLedgerOf, subjectList } from '../ledger/ledger.ts';
import { periodAt } from '../ledger/period.ts';
import type { ListedItem, ListedKey } from '../../table/listing.ts';
import { readShards } from '../ledger/shards.ts';
import { parseCursor, printCursor, refusedCursor } from './cursor.ts';
import { readItem, unavailable } from './operation.ts';
import type { AdminPorts } from './operation.ts';
import { parseUsageRecord, recordPrefix } from './usage-record.ts';
import type { UsageRecord } from './usage-record.ts';
import { readTerms } from './find-customer.ts';
import { findNextRow } from './subject-ledger.ts';
import { beginOf, namesOf, subjectOf, toUsageRow } from './usage-row.ts';
import type { SubjectHead, UsageRow } from './usage-row.ts';

export type UsageQuestion = {
  /** The tenant; undefined means all tenants. */
  readonly tenant: string | undefined;
  /**
   * Only periods that begin at or after `fromEpochMs` and before `toEpochMs` are listed. A customer's first period
   * begins with the customer's term if the term begins in a later month.
   */
  readonly fromEpochMs: number | undefined;
  readonly toEpochMs: number | undefined;
  readonly cursor: string | undefined;
  /**
   * The name of the list in its cursors. It is undefined for usage records, and for the ledgers that are to be closed.
   */
  readonly purpose?: 'usage' | 'drafts' | 'due';
  readonly limit: number;
};

export type Page<Row> = {
  readonly rows: readonly Row[];
  /** Cursor of the next page. Even an empty page may have a cursor. */
  readonly next?: string;
};

/** One kind of row of a subject: the prefix of its sort keys, and its reader. */
type RowKind<Row> = {
  readonly prefix: string;
  readonly read: (subject: SubjectHead, sk: string, item: Item, pk: string) => Row;
  readonly beginOf: (row: Row) => number;
};

/** The maximum number of subjects that are read for one page. Each subject costs several reads. */
const SUBJECTS = 50;
/** A string that sorts after every instant. */
const LAST = '\uffff';

/** Lists the usage of subjects in the periods that are still stored. Only periods of the last weeks are stored. */
export function listUsage(ports: AdminPorts, question: UsageQuestion): Promise<Page<UsageRow>> {
  return listRows(
    ports,
    { ...question, purpose: 'usage' },
    {
      prefix: 'P#',
      read: (subject, sk, item) => toUsageRow(subject, sk.slice('P#'.length), item),
      beginOf,
    },
  );
}

export type ListedLedger = {
  readonly subject: SubjectHead;
  readonly key: ItemKey;
  readonly row: UsageRow;
  readonly item: Item;
};

/** Like `listUsage`, but also returns the subject, key and item of each ledger. */
export function listLedgers(ports: AdminPorts, question: UsageQuestion): Promise<Page<ListedLedger>> {
  return listRows(ports, question, {
    prefix: 'P#',
    read: (subject, sk, item, pk) => ({
      subject,
      key: { pk, sk },
      row: toUsageRow(subject, sk.slice('P#'.length), item),
      item,
    }),
    beginOf: ({ row }) => beginOf(row),
  });
}

/** Lists all versions of the records of closed periods. Records are stored permanently. */
export function listRecords(ports: AdminPorts, question: UsageQuestion): Promise<Page<UsageRecord>> {
  return listRows(ports, question, {
    prefix: recordPrefix(''),
    read: (_subject, _sk, item) => parseUsageRecord(item),
    beginOf,
  });
}

/**
 * Lists the usage of a tenant and its keys, or of all tenants, in the periods that contain a given instant.
 * @throws RequestInvalid for a cursor of another list; DomainError STORE_UNAVAILABLE if the table is unavailable
 */
export async function listCurrentUsage(
  ports: AdminPorts,
  question: Pick<UsageQuestion, 'tenant' | 'cursor'> & { readonly atEpochMs: number },
): Promise<Page<UsageRow>> {
  const { tenant, cursor, atEpochMs } = question;
  const of = questionName('standing', tenant);
  const { keys, next } = await listHeads(ports, tenant, parsePosition(of, tenant, cursor).after);
  const at = new Date(atEpochMs).toISOString();
  const rows = await Promise.all(
    keys.map(async (key) => {
      const head = await readItem(ports.store, key);
      if (head === undefined) return [];
      const subject = subjectOf(key.pk, head);
      const names = { tenant: subject.id.tenant, key: namesOf(subject).key };
      // The ledgers and the terms of all subjects are requested at the same time, so that they are read together.
      const [kept, terms] = await Promise.all([
        findNewest(ports, key.pk, head, at),
        readTerms(ports, names, atEpochMs),
      ]);
      if (kept === undefined) return [];
      // If a new term has begun, the next request will open another ledger. The row then shows that ledger.
      const next = await findNextRow(ports, subject, { head, ...kept }, terms, atEpochMs);
      if (next !== undefined) return [next];
      const item = await fullItemOf(ports, kept);
      const row = toUsageRow(subject, kept.key.sk.slice('P#'.length), item, terms.kind === 'halted');
      return row.periodEnd > at ? [row] : [];
    }),
  );
  return { rows: rows.flat(), ...(next !== undefined && { next: printPosition(of, { after: next }) }) };
}

/**
 * Finds the newest ledger of a subject that has begun at an instant. This is the ledger that the head names, unless the
 * instant is in the past, or the ledger was replaced after the head was read.
 */
async function findNewest(
  { store, listing }: AdminPorts,
  pk: string,
  head: Item,
  at: string,
): Promise<ListedItem | undefined> {
  const to = `P#${at}`;
  const key = currentLedgerOf(pk, head);
  const item = key === undefined || key.sk > to ? undefined : await readItem(store, key);
  if (key !== undefined && item !== undefined && item['nxt'] === undefined) return { key, item };
  const page = await listing.range({ pk, from: 'P#', to, limit: 1, newestFirst: true });
  if (page.kind === 'unavailable') throw unavailable(page.reason);
  return page.items[0];
}

async function listRows<Row>(
  ports: AdminPorts,
  question: UsageQuestion,
  kind: RowKind<Row>,
): Promise<Page<Row>> {
  const { tenant, limit, fromEpochMs = -Infinity, toEpochMs = Infinity } = question;
  const of = questionName(kind.prefix, tenant, question.purpose);
  const position = parsePosition(of, tenant, question.cursor);
  const { current, sk: from } = position;
  const listed = await listHeads(ports, tenant, current ?? position.after);
  // The subject at which the last page stopped comes first. It is found by name, because other subjects may have been
  // added before it in the meantime.
  const keys = current === undefined ? listed.keys : [current, ...listed.keys];
  const rows: Row[] = [];
  let sk = from;
  for (const key of keys) {
    const subject = subjectOf(key.pk, (await readItem(ports.store, key)) ?? {});
    const page = await ports.listing.range({
      pk: key.pk,
      from: boundOf(kind.prefix, firstStart(subject, question.fromEpochMs), ''),
      to: boundOf(kind.prefix, question.toEpochMs, LAST),
      limit: limit - rows.length,
      ...(sk !== undefined && { after: sk }),
    });
    if (page.kind === 'unavailable') throw unavailable(page.reason);
    for (const kept of page.items) {
      const row = kind.read(subject, kept.key.sk, await fullItemOf(ports, kept), key.pk);
      const begin = kind.beginOf(row);
      if (begin >= fromEpochMs && begin < toEpochMs) rows.push(row);
    }
    sk = page.items.at(-1)?.key.sk ?? sk;
    if (page.hasMore) return { rows, next: printPosition(of, { current: key, sk }) };
    if (rows.length >= limit) return { rows, next: printPosition(of, { after: key }) };
    sk = undefined;
  }
  return { rows, ...(listed.next !== undefined && { next: printPosition(of, { after: listed.next }) }) };
}

/**
 * Returns the start of the first period that may have to be listed: the period that contains `fromEpochMs`, because the
 * customer's term may begin within it.
 */
function firstStart(subject: SubjectHead, fromEpochMs: number | undefined): number | undefined {
  const rule = fromEpochMs === undefined ? undefined : subject.ruleAt(fromEpochMs);
  return fromEpochMs === undefined || rule === undefined
    ? fromEpochMs
    : periodAt(rule, fromEpochMs).startEpochMs;
}

/** Returns a ledger merged with its shards, and any other item unchanged. */
async function fullItemOf({ store }: AdminPorts, { key, item }: ListedItem): Promise<Item> {
  const whole = await readShards(store, key, item);
  if (whole.kind === 'unavailable') throw unavailable(whole.reason);
  return whole.item ?? item;
}

/** Lists heads in the order of the index and skips its other entries. */
async function listHeads(
  { listing }: AdminPorts,
  tenant: string | undefined,
  after: ListedKey | undefined,
): Promise<{ readonly keys: readonly ListedKey[]; readonly next: ListedKey | undefined }> {
  const page = await listing.list({
    limit: SUBJECTS,
    ...(tenant !== undefined && { list: subjectList(tenant) }),
    ...(after !== undefined && { after }),
  });
  if (page.kind === 'unavailable') throw unavailable(page.reason);
  return { keys: page.keys.filter(({ list }) => list.startsWith(subjectList(''))), next: page.after };
}

function boundOf(prefix: string, epochMs: number | undefined, otherwise: string): string {
  return `${prefix}${epochMs === undefined ? otherwise : new Date(epochMs).toISOString()}`;
}

type Position = {
  readonly after?: ListedKey | undefined;
  readonly current?: ListedKey | undefined;
  readonly sk?: string | undefined;
};

function printPosition(of: string, { after, current, sk }: Position): string {
  return printCursor(of, { ...(current ?? after), ...(current !== undefined && { at: sk }) });
}

/** Parses a cursor. The cursor determines only where the list continues; what is listed depends only on the request. */
function parsePosition(of: string, tenant: string | undefined, cursor: string | undefined): Position {
  const { list, pk, sk, at } = parseCursor(of, cursor);
  if (cursor === undefined) return {};
  if (pk === undefined || sk === undefined || list === undefined) throw refusedCursor();
  // The table would refuse another list's cursor, which would look like an outage of the table.
  if (tenant !== undefined && list !== subjectList(tenant)) throw refusedCursor();
  const key = { list, pk, sk };
  return at === undefined ? { after: key } : { current: key, sk: at };
}

function questionName(kind: string, tenant: string | undefined, purpose?: UsageQuestion['purpose']): string {
  return [purpose, kind, tenant === undefined ? 'all' : subjectList(tenant)].filter(Boolean).join(' ');
}
