/** Ends a connection, however it was noticed that it has ended: removes all its items and informs its channels. */
import { watchedChannel } from './channel-address.ts';
import type { ChannelPorts } from './channel-ports.ts';
import type { ConnectionName } from './connection.ts';
import { forgetConnection } from './listeners.ts';
import { leaveForGood } from './presence.ts';

/** @throws DomainError STORE_UNAVAILABLE, TARGET_UNAVAILABLE */
export async function endConnection(ports: ChannelPorts, connection: ConnectionName): Promise<void> {
  const addresses = await forgetConnection(ports.store, connection);
  for (const address of addresses)
    if (watchedChannel(address) !== undefined) await leaveForGood(ports, address, connection);
}
