/**
 * Creates the ports for live connections in a Lambda function: configuration from the environment, real clock and
 * network.
 */
import { readSignerConfig } from '../config/environment.ts';
import { createConnectionPoster } from './connection-poster.ts';
import { createLiveStore } from './dynamodb-live.ts';
import type { LivePorts } from './live.ts';

/**
 * Creates the ports for live connections.
 * @param tableName name of the toolkit's `connections` table
 *
 * @example
 * ```ts
 * import { createLambdaLivePorts, post } from 'gatewright/websocket';
 *
 * process.env['AWS_REGION'] ??= 'eu-central-1';
 * process.env['AWS_ACCESS_KEY_ID'] ??= 'AKIAEXAMPLE';
 * process.env['AWS_SECRET_ACCESS_KEY'] ??= 'set by Lambda';
 * const ports = createLambdaLivePorts('gatewright-dev-connections');
 * export const handler = async () => post(ports, { topic: 'orders' }, { id: 'o-1', state: 'cooking' });
 * ```
 */
export function createLambdaLivePorts(tableName: string): LivePorts {
  return {
    store: createLiveStore(tableName),
    sockets: createConnectionPoster(readSignerConfig),
    clock: { nowEpochMs: () => Date.now() },
  };
}
