/** Ends a connection, no matter how its end was noticed. */
import { watchedChannel } from './channel-address.ts';
import type { ChannelPorts } from './channel-ports.ts';
import type { ConnectionName } from './connection.ts';
import { forgetConnection } from './listeners.ts';
import { leaveForGood } from './presence.ts';

/**
 * Removes all items of the connection and informs its presence channels.
 * @throws DomainError STORE_UNAVAILABLE if the table is unavailable; TARGET_UNAVAILABLE if the channels cannot be
 * informed
 */
export async function endConnection(ports: ChannelPorts, connection: ConnectionName): Promise<void> {
  const addresses = await forgetConnection(ports.store, connection);
  for (const address of addresses)
    if (watchedChannel(address) !== undefined) await leaveForGood(ports, address, connection);
}
