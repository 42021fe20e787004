/**
 * Delivers numbered entries of a channel's log to its subscribers. Closed connections and expired credentials are
 * removed on the way. A connection that fails does not delay other connections, and its client finds the gap by the
 * next number or ping.
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
  /** Number of 32 KB units, by which API Gateway bills messages. */
  readonly units: number;
  readonly shares: number;
};

const PAGE = 250;
/** Concurrent posts; each takes some 10 ms, mostly waiting. */
const AT_ONCE = 64;
/** API Gateway's billing unit of messages. Entries are combined up to this size. */
const UNIT_BYTES = 32 * 1024;

/**
 * @param written the entries under these numbers, if the caller has just written them; otherwise they are read, so that
 * a job only contains positions
 * @throws DomainError STORE_UNAVAILABLE; a repeated call may deliver some entries twice
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

/** Other functions deliver what exceeds this function's share. What cannot be handed over is delivered here. */
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
      // This function delivers the entries up to the end, although some subscribers may get them twice.
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
    // The connection is found again by the next message, or expires in the table within two hours.
  }
  return status;
}

/** The text is sent only once, because the connection has no subscriptions afterwards. */
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
