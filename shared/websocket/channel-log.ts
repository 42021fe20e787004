/**
 * The log of a channel, which contains published messages under consecutive numbers. A writer takes a number first and
 * writes the entry afterwards, so that writers do not wait for each other. If a writer dies in between, the entry is
 * missing; a reader that notices this makes the number void.
 *
 * | item  | pk                    | sk          | attributes                                                        |
 * | ----- | --------------------- | ----------- | ----------------------------------------------------------------- |
 * | head  | `head#{address}`      | `head`      | `seq`, `log` (ms, when it started), `at` (ms), `expiresAt`       |
 * | entry | `log#{address}#{log}` | number      | `seq`, `at`, `expiresAt`, `id`, `by`, `data`; or `event`, `member`, `sub`; or `void` |
 */
import { DomainError } from '../errors.ts';
import type { Clock, ItemStore, LiveStore } from '../ports.ts';
import type { Item, ItemKey, WriteOutcome } from '../table/item-write.ts';
import { headKey, logKey, seqKey } from './channel-address.ts';
import type { ChannelEntry, Member, Position, Range } from './frames.ts';

export type LogPorts = { readonly items: ItemStore; readonly store: LiveStore; readonly clock: Clock };

export type NewEntry =
  | { readonly id: string; readonly by?: string; readonly data: unknown }
  | { readonly event: 'join' | 'leave'; readonly member: Member };

/** How long a channel without messages is stored. After that its numbers start again, in another `log`. */
const HEAD_SECONDS = 30 * 86_400;
/** Maximum number of past entries that a client may read, even if more are stored. */
export const LOG_LIMIT_ENTRIES = 1_000;
/** Maximum time between taking a number and writing the entry. A slower writer takes another number. */
const WRITTEN_WITHIN_MS = 4_000;
/**
 * Time after which a missing entry will never be written. It is much longer than the writer's limit, because clocks may
 * differ.
 */
export const SETTLED_AFTER_MS = 10_000;
/**
 * Maximum number of missing entries that are attributed to dead writers. If more are missing in a row, they have
 * expired.
 */
const VOIDS_LIMIT = 25;
const ATTEMPTS = 4;
/** Maximum size of the entries in one response. It leaves room for the frame around them. */
const READ_BYTES = 96 * 1024;
const PAGE = 100;

type Appended = {
  readonly from: number;
  readonly to: Position;
  /** Entries in the order of the log. */
  readonly entries: readonly ChannelEntry[];
};

/**
 * Gives consecutive numbers to the entries, in their order, and writes all of them at the same time.
 * @throws DomainError STORE_UNAVAILABLE if the table is unavailable, or does not respond in time
 */
export async function append(
  ports: LogPorts,
  address: string,
  entries: readonly NewEntry[],
  keptSeconds: number,
): Promise<Appended> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const { log, seq: last } = await takeNumbers(ports, address, entries.length);
    const takenAt = ports.clock.nowEpochMs();
    const from = last - entries.length + 1;
    const expiresAt = Math.ceil(takenAt / 1000) + keptSeconds;
    const items = entries.map((entry, index): Item => ({
      seq: from + index,
      at: takenAt,
      expiresAt,
      ...contentOf(entry),
    }));
    const pk = logKey(address, log);
    const written = await Promise.all(items.map((item) => writeEntry(ports, pk, takenAt, item)));
    // If an entry was not written, all messages are written again to keep them together. The client library drops
    // duplicates by id.
    if (written.every(Boolean)) return { from, to: { log, seq: last }, entries: items.map(toEntry) };
  }
  throw unavailable(`the messages of a channel could not be written in ${ATTEMPTS} attempts`);
}

async function takeNumbers({ items, clock }: LogPorts, address: string, count: number): Promise<Position> {
  const key = headKey(address);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const at = clock.nowEpochMs();
    const set = { at, expiresAt: Math.ceil(at / 1000) + HEAD_SECONDS };
    const taken = await items.update({
      purpose: 'channel',
      key,
      when: [{ attribute: 'seq', is: 'present' }],
      change: { kind: 'update', add: { seq: count }, set },
    });
    if (taken.kind === 'done') return positionOf(taken.item);
    assertPossible(taken);
    if (taken.kind !== 'refused') continue;
    const started = await items.update({
      purpose: 'channel',
      key,
      when: [{ attribute: 'seq', is: 'absent' }],
      change: { kind: 'put', item: { seq: count, log: at, ...set } },
    });
    if (started.kind === 'done') return { log: at, seq: count };
    assertPossible(started);
  }
  throw unavailable('the head of a channel could not be written, because other writers changed it');
}

/**
 * Writes an entry.
 * @returns false if its number was made void, or may have been made void
 */
async function writeEntry(
  { items, clock }: LogPorts,
  pk: string,
  takenAt: number,
  item: Item,
): Promise<boolean> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    if (clock.nowEpochMs() - takenAt > WRITTEN_WITHIN_MS) return false;
    const outcome = await putOnce(items, { pk, sk: seqKey(numberOf(item['seq'])) }, item);
    if (outcome.kind === 'done') return true;
    // Either an earlier attempt wrote the entry and its response was lost, or a reader has made the number void.
    if (outcome.kind === 'refused') return isSameEntry(outcome.item, item);
    assertPossible(outcome);
  }
  return false;
}

function putOnce(items: ItemStore, key: ItemKey, item: Item): Promise<WriteOutcome> {
  return items.update({
    purpose: 'channel',
    key,
    when: [{ attribute: 'seq', is: 'absent' }],
    change: { kind: 'put', item },
  });
}

function isSameEntry(found: Item | undefined, written: Item): boolean {
  return (['id', 'event', 'member', 'at'] as const).every((name) => found?.[name] === written[name]);
}

function contentOf(entry: NewEntry): Item {
  if ('event' in entry) {
    const { event, member } = entry;
    return { event, member: member.id, sub: member.sub };
  }
  const { id, by, data } = entry;
  return { id, data: JSON.stringify(data), ...(by !== undefined && { by }) };
}

/**
 * Returns the current position, or undefined if nothing was published yet or the head has expired.
 * @throws DomainError STORE_UNAVAILABLE if the table is unavailable
 */
export async function readHead(
  { items }: Pick<LogPorts, 'items'>,
  address: string,
): Promise<(Position & { readonly at: number }) | undefined> {
  const outcome = await items.read(headKey(address), { consistent: true });
  if (outcome.kind === 'unavailable') throw unavailable('the head of a channel could not be read');
  const { item } = outcome;
  return item === undefined ? undefined : { ...positionOf(item), at: numberOf(item['at']) };
}

type LogPage = {
  readonly log: number;
  readonly entries: readonly ChannelEntry[];
  /** Ranges of numbers whose entries have expired, were never written, or are further back than a client may read. */
  readonly lost: readonly Range[];
  /** The page is complete up to this number. */
  readonly upTo: number;
  readonly head: number;
};

/**
 * Reads the entries after a position, as many as fit into one response. The page ends before the first number whose
 * entry may still be written.
 * @throws DomainError STORE_UNAVAILABLE if the table is unavailable
 */
export async function readLog(ports: LogPorts, address: string, after: Position): Promise<LogPage> {
  const head = await readHead(ports, address);
  // Nothing was published yet, or the log has expired.
  if (head === undefined) return { log: after.log, entries: [], lost: [], upTo: after.seq, head: after.seq };
  const { log, seq } = head;
  // After a restart of the log, the client's position is from another log.
  const seen = after.log === log ? after.seq : 0;
  if (seen >= seq) return { log, entries: [], lost: [], upTo: seq, head: seq };
  const start = Math.max(seen, seq - LOG_LIMIT_ENTRIES);
  const lost: Range[] = start > seen ? [[seen + 1, start]] : [];
  const page = await ports.store.page({
    pk: logKey(address, log),
    limit: PAGE,
    from: seqKey(start + 1),
    to: seqKey(seq),
  });
  const nowSeconds = ports.clock.nowEpochMs() / 1000;
  const kept = page.items.map(({ item }) => item).filter(({ expiresAt }) => Number(expiresAt) > nowSeconds);
  const end = page.hasMore ? numberOf(page.items.at(-1)?.item['seq']) : seq;
  return collect(ports, { address, head, kept, start, end, lost });
}

type Collecting = {
  readonly address: string;
  readonly head: Position & { readonly at: number };
  readonly kept: readonly Item[];
  readonly start: number;
  readonly end: number;
  readonly lost: Range[];
};

async function collect(
  ports: LogPorts,
  { address, head, kept, start, end, lost }: Collecting,
): Promise<LogPage> {
  const entries: ChannelEntry[] = [];
  const { log, seq: last } = head;
  let upTo = start;
  let sizeBytes = 0;
  const pageOf = (): LogPage => ({ log, entries, lost, upTo, head: last });
  for (const item of [...kept, undefined]) {
    const next = item === undefined ? end + 1 : numberOf(item['seq']);
    if (next > upTo + 1) {
      const neighbourAt = item === undefined ? head.at : numberOf(item['at']);
      const settled = await settle(ports, {
        pk: logKey(address, log),
        from: upTo + 1,
        to: next - 1,
        neighbourAt,
      });
      if (settled === undefined) return pageOf();
      lost.push(...settled.lost);
      entries.push(...settled.entries);
      upTo = next - 1;
    }
    if (item === undefined) continue;
    sizeBytes += String(item['data'] ?? '').length + 120;
    if (sizeBytes > READ_BYTES && entries.length > 0) return pageOf();
    entries.push(toEntry(item));
    upTo = next;
  }
  return pageOf();
}

type Gap = {
  readonly pk: string;
  readonly from: number;
  readonly to: number;
  readonly neighbourAt: number;
};

/**
 * Makes the missing numbers of a gap void, so that their entries cannot be written any more. Returns undefined if it is
 * too early, because a writer may still be writing one of the entries.
 */
async function settle(
  { items, clock }: LogPorts,
  { pk, from, to, neighbourAt }: Gap,
): Promise<{ readonly lost: readonly Range[]; readonly entries: readonly ChannelEntry[] } | undefined> {
  const nowEpochMs = clock.nowEpochMs();
  if (nowEpochMs - neighbourAt < SETTLED_AFTER_MS) return undefined;
  if (to - from >= VOIDS_LIMIT) return { lost: [[from, to]], entries: [] };
  const lost: Range[] = [];
  const entries: ChannelEntry[] = [];
  for (let seq = from; seq <= to; seq += 1) {
    const item = { seq, at: neighbourAt, void: 1, expiresAt: Math.ceil(nowEpochMs / 1000) + 3600 };
    const outcome = await putOnce(items, { pk, sk: seqKey(seq) }, item);
    if (outcome.kind === 'refused' && outcome.item !== undefined && !isExpired(outcome.item, nowEpochMs))
      entries.push(toEntry(outcome.item));
    else if (outcome.kind === 'done' || outcome.kind === 'refused') extend(lost, seq);
    else throw unavailable('the table did not say whether an entry of the log of a channel was written');
  }
  return { lost, entries };
}

function extend(lost: Range[], seq: number): void {
  const last = lost.at(-1);
  if (last?.[1] === seq - 1) lost[lost.length - 1] = [last[0], seq];
  else lost.push([seq, seq]);
}

function isExpired({ expiresAt }: Item, nowEpochMs: number): boolean {
  return numberOf(expiresAt) * 1000 <= nowEpochMs;
}

/**
 * Reads entries by the numbers that `append` returned. Entries that do not exist are skipped.
 * @throws DomainError STORE_UNAVAILABLE if the table is unavailable
 */
export async function readEntries(
  { store }: Pick<LogPorts, 'store'>,
  address: string,
  log: number,
  [from, to]: Range,
): Promise<readonly ChannelEntry[]> {
  const entries: ChannelEntry[] = [];
  for (let after: string | undefined, hasMore = true; hasMore;) {
    const page = await store.page({
      pk: logKey(address, log),
      limit: PAGE,
      from: seqKey(from),
      to: seqKey(to),
      ...(after !== undefined && { after }),
    });
    entries.push(...page.items.map(({ item }) => toEntry(item)));
    after = page.items.at(-1)?.key.sk;
    ({ hasMore } = page);
  }
  return entries;
}

function toEntry(item: Item): ChannelEntry {
  const { event, id, by, data, member, sub } = item;
  const seq = numberOf(item['seq']);
  const at = numberOf(item['at']);
  if (event === 'join' || event === 'leave')
    return { seq, at, event, member: { id: String(member), sub: String(sub) } };
  if (id === undefined) return { seq, void: true };
  const content: unknown = JSON.parse(String(data));
  return { seq, id: String(id), at, ...(by !== undefined && { by: String(by) }), data: content };
}

function positionOf(item: Item): Position {
  return { log: numberOf(item['log']), seq: numberOf(item['seq']) };
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

/** Throws if no further attempt can succeed. */
function assertPossible(outcome: WriteOutcome): void {
  if (outcome.kind === 'rejected' && !outcome.retryable)
    throw unavailable('the connections table did not accept the request');
}

function unavailable(what: string): DomainError {
  return new DomainError('STORE_UNAVAILABLE', what);
}
