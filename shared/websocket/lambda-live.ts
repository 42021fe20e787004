/** Live connections as a Lambda function has them: configuration from the environment, real clock and network. */
import { readSignerConfig } from '../config.ts';
import { createConnectionPoster } from './connection-poster.ts';
import { createLiveStore } from './dynamodb-live.ts';
import type { LivePorts } from './live.ts';

/** @param tableName the toolkit's `connections` table */
export function createLambdaLivePorts(tableName: string): LivePorts {
  return {
    store: createLiveStore(tableName),
    sockets: createConnectionPoster(readSignerConfig),
    clock: { nowEpochMs: () => Date.now() },
  };
}
