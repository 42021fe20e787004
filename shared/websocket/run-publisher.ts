/** Runs `ws-publisher`, which appends publications to logs and delivers them to subscribers. */
import { append } from './channel-log.ts';
import type { DeliveryPorts } from './channel-ports.ts';
import { deliver } from './deliver.ts';
import type { Delivered } from './deliver.ts';
import type { PublisherEvent } from './publisher-event.ts';

type Ran = {
  readonly delivered: readonly Delivered[];
  /** Number of the last message of the last publication; absent if entries that were written before were delivered. */
  readonly seq?: number;
  /** Number of publications that were written but not delivered. Subscribers find them by the next number or ping. */
  readonly undelivered: number;
};

/** @throws DomainError STORE_UNAVAILABLE when something was not written; the call may then be repeated */
export async function runPublisher(ports: DeliveryPorts, event: PublisherEvent): Promise<Ran> {
  if (event.kind === 'deliver') return { delivered: [await deliver(ports, event.job)], undelivered: 0 };
  const delivered: Delivered[] = [];
  let undelivered = 0;
  let seq = 0;
  for (const { address, messages } of event.publications) {
    const { from, to, entries } = await append(ports, address, messages, ports.limits.keptSeconds);
    seq = to.seq;
    try {
      delivered.push(await deliver(ports, { address, from, to: to.seq, log: to.log }, entries));
    } catch {
      // Repeating the call would write the publication twice.
      undelivered += 1;
    }
  }
  return { delivered, seq, undelivered };
}

/** Returns counts by metric name, without zeros. */
export function metricsOf({ delivered, undelivered }: Ran): Readonly<Record<string, number>> {
  const sum = (of: keyof Delivered): number => delivered.reduce((total, one) => total + one[of], 0);
  const counted = {
    Sent: sum('sent'),
    Gone: sum('gone'),
    CredentialExpired: sum('expired'),
    Throttled: sum('throttled'),
    NotSent: sum('failed'),
    // API Gateway's billing unit, which is 32 KB of a message to one connection.
    MessageUnits: sum('units'),
    Shares: sum('shares'),
    Undelivered: undelivered,
  };
  return Object.fromEntries(Object.entries(counted).filter(([, count]) => count > 0));
}
