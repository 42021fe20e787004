/**
 * Delivers numbered entries of a channel's log to its subscribers. Connections that are closed or whose credential has
 * expired are removed. A connection that fails does not delay the others; its client notices the gap when it gets the
 * next number or the response to a ping.
 */
import type { DeliveryJob } from '../ports.ts';
import type { ListedItem } from '../table/listing.ts';
import { channelOf, listenersKey } from './channel-address.ts';
import { readEntries, readHead } from './channel-log.ts';
import type { DeliveryPorts } from './channel-ports.ts';
import { connectionOf, placeOf } from './connection.ts';
import { endConnection } from './end-connection.ts';
import { ALL_PLACES, cutPlaces } from './fan-out-plan.ts';
import type { Places } from './fan-out-plan.ts';
import type { ChannelEntry, ServerFrame } from './frames.ts';
import { forEachConcurrently, postTexts } from './post-texts.ts';
import type { DeliveryStatus } from './post-texts.ts';

export type Delivered = Readonly<Record<DeliveryStatus, number>> & {
  /** Number of units of 32 KB, in which API Gateway bills messages. */
  readonly units: number;
  readonly shares: number;
};

const PAGE = 250;
/** Number of concurrent posts. Each takes about 10 ms, which is mostly waiting. */
const AT_ONCE = 64;
/** Maximum size up to which entries are combined. It is the unit in which API Gateway bills messages. */
const UNIT_BYTES = 32 * 1024;

/**
 * Delivers entries.
 * @param written the entries, if the caller has just written them. Otherwise they are read, because a job contains only
 * their numbers
 * @throws DomainError STORE_UNAVAILABLE if the table is unavailable. If the call is then repeated, some entries may
 * be delivered twice.
 */
export async function deliver(
  ports: DeliveryPorts,
  job: DeliveryJob,
  written?: readonly ChannelEntry[],
): Promise<Delivered> {
  const { address, from, to } = job;
  const delivered = { sent: 0, gone: 0, expired: 0, throttled: 0, failed: 0, units: 0, shares: 0 };
  const log = job.log ?? (await readHead(ports, address))?.log;
  if (log === undefined) return delivered;
  const texts = frameTexts(address, log, written ?? (await readEntries(ports, address, log, [from, to])));
  if (texts.length === 0) return delivered;
  const units = texts.reduce((sum, text) => sum + Math.ceil(Buffer.byteLength(text) / UNIT_BYTES), 0);
  const count = (status: DeliveryStatus): void => {
    delivered[status] += 1;
    if (status === 'sent') delivered.units += units;
  };
  const pk = listenersKey(address);
  let places: Places = job.places ?? ALL_PLACES;
  for (let after: string | undefined, isFirst = true, hasMore = true; hasMore; isFirst = false) {
    const page = await ports.store.page({
      pk,
      limit: PAGE,
      from: places[0],
      to: places[1],
      ...(after !== undefined && { after }),
    });
    ({ hasMore } = page);
    after = page.items.at(-1)?.key.sk;
    if (isFirst && hasMore) {
      const handed = await delegateRest(ports, { ...job, log }, places, page.items);
      places = handed.places;
      delivered.shares = handed.shares;
    }
    await forEachConcurrently(page.items, AT_ONCE, async (kept) =>
      count(await deliverOne(ports, address, kept, texts)),
    );
  }
  return delivered;
}

/**
 * Calls other functions for the subscribers beyond this function's share. If a call fails, this function delivers to
 * them itself.
 */
async function delegateRest(
  { courier }: DeliveryPorts,
  job: DeliveryJob,
  places: Places,
  page: readonly ListedItem[],
): Promise<{ readonly places: Places; readonly shares: number }> {
  const last = page.at(-1);
  if (last === undefined) return { places, shares: 0 };
  const lastPlace = placeOf(connectionOf(last.item));
  const [own, ...others] = cutPlaces(places, { listeners: page.length, lastPlace });
  let end = own[1];
  let shares = 0;
  for (const share of others)
    try {
      await courier.deliver({ ...job, places: share });
      shares += 1;
    } catch {
      // A function could not be called, so this function continues to the end. Some subscribers may get the entries
      // twice.
      end = places[1];
    }
  return { places: [places[0], end], shares };
}

async function deliverOne(
  ports: DeliveryPorts,
  address: string,
  { item }: ListedItem,
  texts: readonly string[],
): Promise<DeliveryStatus> {
  const status = await postTexts(ports, item, texts);
  if (status !== 'gone' && status !== 'expired') return status;
  const connection = connectionOf(item);
  try {
    if (status === 'expired') await ports.sockets.post(connection, expiredText(address));
    await endConnection(ports, connection);
  } catch {
    // The connection is noticed again at the next message. At the latest, its items expire after two hours.
  }
  return status;
}

/**
 * Returns the frame which informs a client that its credential has expired. It is sent once per connection, because the
 * connection's subscriptions are then removed.
 */
function expiredText(address: string): string {
  const frame: ServerFrame = {
    type: 'error',
    channel: channelOf(address),
    code: 'credential-expired',
    message: 'the credential has expired; connect again with a new one',
  };
  return JSON.stringify(frame);
}

function frameTexts(address: string, log: number, entries: readonly ChannelEntry[]): readonly string[] {
  const texts: string[] = [];
  let together: ChannelEntry[] = [];
  let sizeBytes = 0;
  const close = (): void => {
    if (together.length > 0) texts.push(messagesText(address, log, together));
    together = [];
    sizeBytes = 0;
  };
  for (const entry of entries) {
    const entryBytes = Buffer.byteLength(JSON.stringify(entry)) + 1;
    // Leaves room for the frame around the entries.
    if (sizeBytes + entryBytes > UNIT_BYTES - 512) close();
    together.push(entry);
    sizeBytes += entryBytes;
  }
  close();
  return texts;
}

function messagesText(address: string, log: number, messages: readonly ChannelEntry[]): string {
  const frame: ServerFrame = { type: 'messages', channel: channelOf(address), log, messages };
  return JSON.stringify(frame);
}
