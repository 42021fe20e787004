/**
 * Members of a channel. Each ping renews a member's presence. The next ping of any other member finds members whose
 * ping is overdue, so that they are removed even if `$disconnect` was never called.
 *
 * | item   | pk                   | sk               | attributes                                                     |
 * | ------ | -------------------- | ---------------- | -------------------------------------------------------------- |
 * | member | `presence#{address}` | `{place}#{name}` | `sub`, `seenAt` (ms), `leftAt` (ms, until its leave is announced), `expiresAt` |
 * | sweep  | `head#{address}`     | `sweep`          | `dueAt` (ms): when a member may be overdue, `expiresAt`        |
 * | teller | `head#{address}`     | `teller`         | `teller`, `until` (ms), `more` (other members have left meanwhile), `expiresAt` |
 *
 * `address` is the presence channel's address, `chat:rooms/1!here`.
 */
import { DomainError } from '../errors.ts';
import type { Item, ItemKey } from '../table/item-write.ts';
import { membersKey, sweepKey, notifierKey } from './channel-address.ts';
import type { ChannelPorts } from './channel-ports.ts';
import { listenerKey, PLACE_DIGITS } from './connection.ts';
import type { ConnectionName } from './connection.ts';
import type { Member } from './frames.ts';
import { publishEntries } from './publish-entries.ts';

/** Maximum number of members in a response. A channel with more members does not list all of them. */
const MEMBERS_LIMIT = 500;
const PAGE = 500;
const PAGES_LIMIT = 20;
/**
 * Number of ping intervals after which a member is overdue. It is more than 1, because the network or a client's timer
 * may delay a ping.
 */
const OVERDUE_AFTER_PINGS = 1.25;
const LEAST_PAUSE_PINGS = 0.125;
const LEAVES_TOGETHER = 50;
/**
 * Time within which a leave must be announced. After this time, the function that should announce the leave is
 * considered dead.
 */
const LEAVE_ANNOUNCED_WITHIN_MS = 10_000;
/**
 * How long one function announces leaves on behalf of all functions. This time ends well before the function's timeout.
 */
const NOTIFIER_LEASE_MS = 2_000;

type WatchedMembers = { readonly members: readonly Member[]; readonly isCut: boolean };

export async function join(
  ports: ChannelPorts,
  address: string,
  connection: ConnectionName,
  sub: string,
): Promise<void> {
  const key = memberKey(address, connection);
  const before = await ports.items.read(key, { consistent: true });
  await put(ports, key, { sub, seenAt: ports.clock.nowEpochMs() });
  if (before.kind === 'done' && before.item !== undefined && before.item['leftAt'] === undefined) return;
  await publishEntries(ports, address, [{ event: 'join', member: toMember(key, { sub }) }]);
}

/**
 * Renews a member's presence.
 * @returns false if the member counts as gone, and has to join again
 */
export async function heartbeat(
  { items, clock, limits }: ChannelPorts,
  address: string,
  connection: ConnectionName,
): Promise<boolean> {
  const seenAt = clock.nowEpochMs();
  const outcome = await items.update({
    purpose: 'presence',
    key: memberKey(address, connection),
    when: [
      { attribute: 'seenAt', is: 'present' },
      { attribute: 'leftAt', is: 'absent' },
    ],
    change: { kind: 'update', set: { seenAt, expiresAt: endOf(seenAt, limits.pingMs) } },
  });
  return outcome.kind !== 'refused';
}

/**
 * If the member is present, announces that it has left. The announcement is complete before the member can join again.
 */
export async function leave(ports: ChannelPorts, address: string, connection: ConnectionName): Promise<void> {
  const gone = await markLeave(ports, { key: memberKey(address, connection) });
  if (gone !== undefined) await announceGone(ports, address, [gone]);
}

/**
 * Like `leave`, but for a closed connection. Leaves of connections that close at the same time are announced together.
 */
export async function leaveForGood(
  ports: ChannelPorts,
  address: string,
  connection: ConnectionName,
): Promise<void> {
  await takeLeaves(ports, address, [{ key: memberKey(address, connection) }]);
}

export async function listMembers(ports: ChannelPorts, address: string): Promise<WatchedMembers> {
  const { kept, isCut } = await readMembers(ports, address, MEMBERS_LIMIT);
  const members = kept
    .filter(({ item }) => item['leftAt'] === undefined)
    .map(({ key, item }) => toMember(key, item));
  return { members, isCut };
}

/**
 * If the channel is due for a check, announces members who have not pinged for too long. If several connections ping at
 * the same time, only one of these pings makes the check.
 * @returns milliseconds until the next check of the channel is due; undefined if this call made no check, because none
 * is due or because another ping makes it
 */
export async function sweep(ports: ChannelPorts, address: string): Promise<number | undefined> {
  const { items, clock, limits } = ports;
  const { pingMs } = limits;
  const nowEpochMs = clock.nowEpochMs();
  if (!(await takeSweep(ports, address, nowEpochMs))) return undefined;
  const { kept } = await readMembers(ports, address, PAGE * PAGES_LIMIT);
  const overdueMs = pingMs * OVERDUE_AFTER_PINGS;
  let next = nowEpochMs + pingMs;
  const overdue: Leaving[] = [];
  for (const { key, item } of kept) {
    const { seenAt, leftAt } = item;
    const dueAt =
      typeof leftAt === 'number' ? leftAt + LEAVE_ANNOUNCED_WITHIN_MS : Number(seenAt ?? 0) + overdueMs;
    if (dueAt > nowEpochMs) next = Math.min(next, dueAt);
    else overdue.push({ key, seenAt: Number(seenAt ?? 0) });
  }
  await takeLeaves(ports, address, overdue);
  const dueAt = Math.max(next, nowEpochMs + pingMs * LEAST_PAUSE_PINGS);
  await items.update({
    purpose: 'presence',
    key: sweepKey(address),
    when: [],
    change: { kind: 'put', item: { dueAt, expiresAt: endOf(dueAt, pingMs) } },
  });
  return dueAt - nowEpochMs;
}

async function takeSweep(
  { items, limits }: ChannelPorts,
  address: string,
  nowEpochMs: number,
): Promise<boolean> {
  const key = sweepKey(address);
  const found = await items.read(key);
  // The next check is due later, so there is nothing to write.
  if (found.kind === 'done' && Number(found.item?.['dueAt'] ?? 0) > nowEpochMs) return false;
  const dueAt = nowEpochMs + limits.pingMs;
  const before = found.kind === 'done' ? found.item?.['dueAt'] : undefined;
  const taken = await items.update({
    purpose: 'presence',
    key,
    when: [
      before === undefined
        ? { attribute: 'dueAt', is: 'absent' }
        : { attribute: 'dueAt', is: 'equal', value: before },
    ],
    change: { kind: 'put', item: { dueAt, expiresAt: endOf(dueAt, limits.pingMs) } },
  });
  return taken.kind === 'done';
}

type Leaving = {
  readonly key: ItemKey;
  /** When the member was last seen. Without this time, the member leaves no matter when it was last seen. */
  readonly seenAt?: number;
};

/**
 * Marks the leaving members, announces them, and then removes them. If the function dies in between, the next sweep
 * announces them again.
 */
async function takeLeaves(ports: ChannelPorts, address: string, leaving: readonly Leaving[]): Promise<void> {
  const gone: Gone[] = [];
  for (let first = 0; first < leaving.length; first += LEAVES_TOGETHER) {
    const some = leaving.slice(first, first + LEAVES_TOGETHER);
    const marked = await Promise.all(some.map((one) => markLeave(ports, one)));
    gone.push(...marked.filter((one) => one !== undefined));
  }
  const [one] = gone;
  if (one !== undefined) await announceTogether(ports, address, gone, one.key.sk);
}

/**
 * Announces leaves together. When many members leave at once, each leave is handled in a separate function, but only
 * one of these functions announces all of them. Otherwise a hundred leaves would cause a hundred messages to every
 * member.
 */
async function announceTogether(
  ports: ChannelPorts,
  address: string,
  own: readonly Gone[],
  notifier: string,
): Promise<void> {
  const { clock, items } = ports;
  const startedMs = clock.nowEpochMs();
  const key = notifierKey(address);
  const isOwn = { attribute: 'teller', is: 'equal', value: notifier } as const;
  let isNotifier = await becomeNotifier(ports, key, notifier);
  if (isNotifier === undefined) return;
  for (let gone = own; ; gone = await readGone(ports, address)) {
    if (isNotifier === 'more') gone = await readGone(ports, address);
    await announceGone(ports, address, gone);
    const isOver = clock.nowEpochMs() - startedMs >= NOTIFIER_LEASE_MS;
    const ended = await items.update({
      purpose: 'presence',
      key,
      when: isOver ? [isOwn] : [isOwn, { attribute: 'more', is: 'absent' }],
      change: { kind: 'update', remove: ['teller', 'until'] },
    });
    if (ended.kind !== 'refused' || isOver) return;
    const goesOn = await items.update({
      purpose: 'presence',
      key,
      when: [isOwn],
      change: { kind: 'update', remove: ['more'] },
    });
    if (goesOn.kind !== 'done') return;
    isNotifier = 'own';
  }
}

/**
 * Makes this function announce the members who left.
 * @returns undefined if another function already announces them. That function is then told that more members have left
 */
async function becomeNotifier(
  { items, clock, limits }: ChannelPorts,
  key: ItemKey,
  notifier: string,
): Promise<'own' | 'more' | undefined> {
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const nowEpochMs = clock.nowEpochMs();
    const expiresAt = endOf(nowEpochMs, limits.pingMs);
    const taken = await items.update({
      purpose: 'presence',
      key,
      when: [{ attribute: 'until', is: 'absent-or-at-most', value: nowEpochMs }],
      change: {
        kind: 'update',
        set: { teller: notifier, until: nowEpochMs + LEAVE_ANNOUNCED_WITHIN_MS, expiresAt },
      },
    });
    if (taken.kind === 'done') return taken.item['more'] === undefined ? 'own' : 'more';
    // Without a clear response this function announces, because announcing twice is better than not announcing.
    if (taken.kind !== 'refused') return 'own';
    const left = await items.update({
      purpose: 'presence',
      key,
      when: [{ attribute: 'until', is: 'present' }],
      change: { kind: 'update', set: { more: 1 } },
    });
    if (left.kind === 'done') return undefined;
  }
  return 'own';
}

type Gone = { readonly key: ItemKey; readonly item: Item };

async function readGone(ports: ChannelPorts, address: string): Promise<readonly Gone[]> {
  const { kept } = await readMembers(ports, address, PAGE * PAGES_LIMIT);
  return kept.filter(({ item }) => item['leftAt'] !== undefined);
}

async function announceGone(ports: ChannelPorts, address: string, gone: readonly Gone[]): Promise<void> {
  for (let first = 0; first < gone.length; first += LEAVES_TOGETHER) {
    const some = gone.slice(first, first + LEAVES_TOGETHER);
    const entries = some.map(({ key, item }) => ({ event: 'leave', member: toMember(key, item) }) as const);
    await publishEntries(ports, address, entries);
    await ports.store.remove(some.map(({ key }) => key));
  }
}

async function markLeave(
  { items, clock }: ChannelPorts,
  { key, seenAt }: Leaving,
): Promise<Gone | undefined> {
  const marked = await items.update({
    purpose: 'presence',
    key,
    // If a time is given and the member has sent a ping since, the condition fails and the member stays present.
    when: [
      seenAt === undefined
        ? { attribute: 'seenAt', is: 'present' }
        : { attribute: 'seenAt', is: 'equal', value: seenAt },
    ],
    change: { kind: 'update', set: { leftAt: clock.nowEpochMs() } },
  });
  return marked.kind === 'done' ? { key, item: marked.item } : undefined;
}

async function readMembers(
  { store, clock }: ChannelPorts,
  address: string,
  limit: number,
): Promise<{
  readonly kept: readonly { readonly key: ItemKey; readonly item: Item }[];
  readonly isCut: boolean;
}> {
  const kept: { readonly key: ItemKey; readonly item: Item }[] = [];
  const nowSeconds = clock.nowEpochMs() / 1000;
  let after: string | undefined;
  for (let page = 0; page < PAGES_LIMIT; page += 1) {
    const { items, hasMore } = await store.page({
      pk: membersKey(address),
      limit: PAGE,
      ...(after !== undefined && { after }),
    });
    kept.push(...items.filter(({ item }) => Number(item['expiresAt']) > nowSeconds));
    if (kept.length > limit) return { kept: kept.slice(0, limit), isCut: true };
    if (!hasMore) return { kept, isCut: false };
    after = items.at(-1)?.key.sk;
  }
  return { kept, isCut: true };
}

async function put(
  { items, limits }: ChannelPorts,
  key: ItemKey,
  item: { sub: string; seenAt: number },
): Promise<void> {
  const expiresAt = endOf(item.seenAt, limits.pingMs);
  const outcome = await items.update({
    purpose: 'presence',
    key,
    when: [],
    change: { kind: 'put', item: { ...item, expiresAt } },
  });
  if (outcome.kind !== 'done')
    throw new DomainError('STORE_UNAVAILABLE', 'the connections table did not accept the change of presence');
}

/**
 * Returns when an item expires. This is long after every announcement; it matters only for items that are left when no
 * member pings any more.
 */
function endOf(epochMs: number, pingMs: number): number {
  return Math.ceil((epochMs + pingMs * 10) / 1000) + 600;
}

function memberKey(address: string, connection: ConnectionName): ItemKey {
  return { pk: membersKey(address), sk: listenerKey(connection) };
}

function toMember({ sk }: ItemKey, { sub }: Item): Member {
  return { id: sk.slice(0, PLACE_DIGITS), sub: String(sub) };
}
