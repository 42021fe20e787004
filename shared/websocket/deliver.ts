/**
 * Tells those who listen to a channel what its log has under some numbers. Who is gone, or whose credential has ended, is
 * forgotten on the way; one that fails keeps no other from being told, and finds the gap by the next number or ping.
 */
import type { DeliveryJob } from '../ports.ts';
import type { KeptItem } from '../table/listing.ts';
import { channelOf, listenersKey } from './channel-address.ts';
import { readEntries, readHead } from './channel-log.ts';
import type { DeliveryPorts } from './channel-ports.ts';
import { connectionOf, placeOf } from './connection.ts';
import { endConnection } from './end-connection.ts';
import { ALL_PLACES, cutPlaces } from './fan-out-plan.ts';
import type { Places } from './fan-out-plan.ts';
import type { ChannelEntry, ServerFrame } from './frames.ts';
import { forEachAtOnce, tell } from './tell.ts';
import type { Told } from './tell.ts';

export type Delivered = Readonly<Record<Told, number>> & {
  /** Of 32 KB each, as API Gateway bills messages. */
  readonly units: number;
  /** Functions that were handed a share. */
  readonly shares: number;
};

/** Of listeners that are read at a time. */
const PAGE = 250;
/** Posts under way; each takes some 10 ms, nearly all of them waiting. */
const AT_ONCE = 64;
/** What a message is billed by: entries are put together up to here. */
const UNIT_BYTES = 32 * 1024;

/**
 * @param written what the log has under these numbers, where whoever asks has just written it; otherwise it is read, so that
 * a job says no more than where it is
 * @throws DomainError STORE_UNAVAILABLE; whoever asks again may tell some of them twice
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
  const count = (told: Told): void => {
    delivered[told] += 1;
    if (told === 'sent') delivered.units += units;
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
      const handed = await handOn(ports, { ...job, log }, places, page.items);
      places = handed.places;
      delivered.shares = handed.shares;
    }
    await forEachAtOnce(page.items, AT_ONCE, async (kept) =>
      count(await tellOne(ports, address, kept, texts)),
    );
  }
  return delivered;
}

/** Others take the rest beyond a share of one's own. What they cannot be told of stays with whoever asks. */
async function handOn(
  { courier }: DeliveryPorts,
  job: DeliveryJob,
  places: Places,
  page: readonly KeptItem[],
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
      // From here on to the end, although some of it may be told twice.
      end = places[1];
    }
  return { places: [places[0], end], shares };
}

async function tellOne(
  ports: DeliveryPorts,
  address: string,
  { item }: KeptItem,
  texts: readonly string[],
): Promise<Told> {
  const told = await tell(ports, item, texts);
  if (told !== 'gone' && told !== 'expired') return told;
  const connection = connectionOf(item);
  try {
    if (told === 'expired') await ports.sockets.post(connection, expiredText(address));
    await endConnection(ports, connection);
  } catch {
    // It is found again by the next message, or dropped by the table in two hours at most.
  }
  return told;
}

/** Said once: afterwards the connection listens to nothing. */
function expiredText(address: string): string {
  const frame: ServerFrame = {
    type: 'error',
    channel: channelOf(address),
    code: 'credential-expired',
    message: 'the credential has ended; connect again with a new one',
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
    // With room for what is around them.
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
