/** ConnectionStore on the `connections` table. */
import type * as DynamoDb from '@aws-sdk/client-dynamodb';
import { loadOnce, loadPackage } from '../aws/load-package.ts';
import { DomainError } from '../errors.ts';
import type { ConnectionStore } from '../ports.ts';
import type { Connection } from './connection.ts';

/** The client and what is used of its package; made on the first call, because loading them costs 45 ms of a cold start. */
export type LoadDynamoDb = () => Promise<{
  readonly client: Pick<DynamoDb.DynamoDBClient, 'send'>;
  readonly commands: Pick<typeof DynamoDb, 'PutItemCommand' | 'DeleteItemCommand'>;
}>;

/** Region, credentials and endpoint are the SDK's own environment (`AWS_REGION`, `AWS_ENDPOINT_URL_DYNAMODB`). */
const loadDynamoDb: LoadDynamoDb = async () => {
  const commands = await loadPackage('@aws-sdk/client-dynamodb', () => import('@aws-sdk/client-dynamodb'));
  return { client: new commands.DynamoDBClient({ maxAttempts: 3 }), commands };
};

/**
 * Every method throws DomainError STORE_UNAVAILABLE when DynamoDB does not take the request, CONFIG_INVALID where its
 * client is not installed.
 */
export function createConnectionStore(tableName: string, load: LoadDynamoDb = loadDynamoDb): ConnectionStore {
  const loaded = loadOnce(load);
  return {
    put: (connection) =>
      orUnavailable(async () => {
        const { client, commands } = await loaded();
        await client.send(new commands.PutItemCommand({ TableName: tableName, Item: toItem(connection) }));
      }),
    remove: (connection) =>
      orUnavailable(async () => {
        const { client, commands } = await loaded();
        await client.send(new commands.DeleteItemCommand({ TableName: tableName, Key: toKey(connection) }));
      }),
  };
}

type Text = { readonly S: string };

function toKey(connection: Pick<Connection, 'apiId' | 'stage' | 'connectionId'>): { pk: Text; sk: Text } {
  // Connection ids are unique per API only, and one table serves every WebSocket API of the stack's users.
  return {
    pk: { S: `connection#${connection.apiId}#${connection.stage}#${connection.connectionId}` },
    sk: { S: 'connection' },
  };
}

function toItem(connection: Connection) {
  return {
    ...toKey(connection),
    apiId: { S: connection.apiId },
    stage: { S: connection.stage },
    connectionId: { S: connection.connectionId },
    principalId: { S: connection.principalId },
    connectedAtEpochMs: { N: String(connection.connectedAtEpochMs) },
    expiresAt: { N: String(connection.expiresAtEpochSeconds) },
    ...(connection.credentialExpiresAtEpochSeconds !== undefined && {
      credentialExpiresAt: { N: String(connection.credentialExpiresAtEpochSeconds) },
    }),
  };
}

async function orUnavailable(operation: () => Promise<void>): Promise<void> {
  try {
    await operation();
  } catch (error) {
    if (error instanceof DomainError) throw error;
    throw new DomainError('STORE_UNAVAILABLE', 'the connections table did not take the request', {
      cause: error,
    });
  }
}
