import { append } from './channel-log.ts';
import type { NewEntry } from './channel-log.ts';
import type { ChannelPorts } from './channel-ports.ts';
import type { Position } from './frames.ts';

/**
 * @throws DomainError STORE_UNAVAILABLE; TARGET_UNAVAILABLE when the entries are written but not delivered, so that
 * clients find them when they request missing entries
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
