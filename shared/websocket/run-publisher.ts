/** Runs `ws-publisher`, which appends publications to logs and delivers them to subscribers. */
import { append } from './channel-log.ts';
import type { DeliveryPorts } from './channel-ports.ts';
import { deliver } from './deliver.ts';
import type { Delivered } from './deliver.ts';
import type { PublisherEvent } from './publisher-event.ts';

type Ran = {
  readonly delivered: readonly Delivered[];
  /**
   * Number of the last message that was published. Absent if the call only delivered entries that were written before.
   */
  readonly seq?: number;
  /**
   * Number of publications that were written but not delivered. Subscribers notice that these are missing when they get
   * the next number or the response to a ping.
   */
  readonly undelivered: number;
};

/**
 * Carries out a call to `ws-publisher`.
 * @throws DomainError STORE_UNAVAILABLE if something was not written, or the table could not be read for a delivery;
 *   the call may then be repeated
 */
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
      // The error is not thrown, because repeating the call would write the publication twice.
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
    // Number of API Gateway's billing units. One unit is up to 32 KB of a message to one connection.
    MessageUnits: sum('units'),
    Shares: sum('shares'),
    Undelivered: undelivered,
  };
  return Object.fromEntries(Object.entries(counted).filter(([, count]) => count > 0));
}
