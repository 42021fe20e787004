/**
 * Creates the ports for channels of the stack's functions: configuration from the environment, real clock, table and
 * network.
 */
import { createFunctionInvoker } from '../aws/lambda-poster.ts';
import { readChannelsConfig, readInvokerConfig } from '../config/channels-config.ts';
import { readSignerConfig } from '../config/environment.ts';
import { createDynamoDbTable } from '../table/dynamodb-table.ts';
import type { ChannelPorts, DeliveryPorts } from './channel-ports.ts';
import { createConnectionPoster } from './connection-poster.ts';
import { createLiveStore } from './dynamodb-live.ts';

const STORE_TIMEOUT_MS = 1000;

/**
 * Creates the ports for channels.
 * @throws DomainError CONFIG_INVALID if an environment variable is missing or invalid
 */
export function createLambdaChannelPorts(): ChannelPorts {
  const { tableName, publisher, knownApis, ...limits } = readChannelsConfig();
  const invoker = createFunctionInvoker(readInvokerConfig);
  return {
    items: createDynamoDbTable({ tableName, timeoutMs: STORE_TIMEOUT_MS }),
    store: createLiveStore(tableName),
    clock: { nowEpochMs: () => Date.now() },
    courier: { deliver: (job) => invoker.start(publisher, { deliver: job }) },
    limits,
    knownApis,
  };
}

/**
 * Creates the ports for the delivery of messages.
 * @throws DomainError CONFIG_INVALID if an environment variable is missing or invalid
 */
export function createLambdaDeliveryPorts(): DeliveryPorts {
  return {
    ...createLambdaChannelPorts(),
    sockets: createConnectionPoster(readSignerConfig),
    random: { hex: () => '', fraction: Math.random },
    timer: { pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) },
  };
}
