import { append } from './channel-log.ts';
import type { NewEntry } from './channel-log.ts';
import type { ChannelPorts } from './channel-ports.ts';
import type { Position } from './frames.ts';

/**
 * Writes entries to a channel's log and delivers them.
 * @throws DomainError STORE_UNAVAILABLE; TARGET_UNAVAILABLE if the entries are written but their delivery was not
 * started. Clients then find them when they request missing entries
 */
export async function publishEntries(
  ports: ChannelPorts,
  address: string,
  entries: readonly NewEntry[],
): Promise<Position> {
  const { from, to } = await append(ports, address, entries, ports.limits.keptSeconds);
  await ports.courier.deliver({ address, from, to: to.seq, log: to.log });
  return to;
}
