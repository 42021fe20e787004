import type { InvokerConfig } from '../aws/lambda-poster.ts';
import { invalid, readListed, readNumber, readSignerConfig, readTableName } from './environment.ts';
import type { Environment } from './environment.ts';

type ChannelsConfig = {
  readonly tableName: string;
  /** Name or ARN of the function that delivers messages. */
  readonly publisher: string;
  readonly keptSeconds: number;
  readonly pingMs: number;
  readonly connectionsPerCaller: number;
  readonly messagesPerConnection: number;
  readonly messagesPerCaller: number;
  readonly knownApis: ReadonlySet<string>;
};

const MESSAGES_A_MINUTE = [301, 600_000] as const;

/**
 * Reads the settings of the WebSocket API's functions:
 * - `GATEWRIGHT_CONNECTIONS_TABLE`: name of the table
 * - `GATEWRIGHT_PUBLISHER`: the function that delivers messages; absent = the running function
 * - `GATEWRIGHT_KEPT_SECONDS`: how long messages of channels are stored, 60 to 86,400; absent = an hour
 * - `GATEWRIGHT_PING_SECONDS`: the ping interval of members that are present in a channel, 2 to 240; absent = 60
 * - `GATEWRIGHT_CONNECTIONS_PER_CALLER`: the maximum number of connections, 1 to 200; absent = 20
 * - `GATEWRIGHT_MESSAGES_PER_CONNECTION`: the maximum cost of messages per minute, 301 (the cost of the largest ping)
 *   to 600,000; absent = 1,200
 * - `GATEWRIGHT_MESSAGES_PER_CALLER`: the maximum cost of messages per minute over all connections, 301 to 600,000;
 *   absent = 6,000
 * - `GATEWRIGHT_APIS`: ids of the WebSocket APIs with trusted authorizers; absent = none
 * @throws DomainError CONFIG_INVALID if a variable is missing or invalid. The message names the variable.
 */
export function readChannelsConfig(environment: Environment = process.env): ChannelsConfig {
  const publisher = environment['GATEWRIGHT_PUBLISHER'] ?? environment['AWS_LAMBDA_FUNCTION_NAME'] ?? '';
  if (!/^[A-Za-z0-9_:-]{1,200}$/.test(publisher))
    throw invalid('GATEWRIGHT_PUBLISHER', 'must be the name of a Lambda function');
  return {
    tableName: readTableName(environment, 'GATEWRIGHT_CONNECTIONS_TABLE'),
    publisher,
    keptSeconds: readNumber(environment, 'GATEWRIGHT_KEPT_SECONDS', [60, 86_400], 3_600),
    pingMs: 1_000 * readNumber(environment, 'GATEWRIGHT_PING_SECONDS', [2, 240], 60),
    connectionsPerCaller: readNumber(environment, 'GATEWRIGHT_CONNECTIONS_PER_CALLER', [1, 200], 20),
    messagesPerConnection: readNumber(
      environment,
      'GATEWRIGHT_MESSAGES_PER_CONNECTION',
      MESSAGES_A_MINUTE,
      1_200,
    ),
    messagesPerCaller: readNumber(environment, 'GATEWRIGHT_MESSAGES_PER_CALLER', MESSAGES_A_MINUTE, 6_000),
    knownApis: readListed(
      environment,
      'GATEWRIGHT_APIS',
      /^[a-z0-9]{1,32}$/,
      'must be ids of APIs, separated by commas',
    ),
  };
}

/**
 * Reads the settings for calls to Lambda: the settings of `readSignerConfig`, and `AWS_ENDPOINT_URL_LAMBDA` or
 * `AWS_ENDPOINT_URL`.
 * @throws DomainError CONFIG_INVALID if a variable is missing or invalid
 */
export function readInvokerConfig(environment: Environment = process.env): InvokerConfig {
  const endpoint = environment['AWS_ENDPOINT_URL_LAMBDA'] ?? environment['AWS_ENDPOINT_URL'];
  return { ...readSignerConfig(environment), ...(endpoint !== undefined && { endpoint }) };
}
