/** One table with the keys `pk` and `sk` in an embedded DynamoDB, and the unmodified SDK in front of it. */
import * as commands from '@aws-sdk/client-dynamodb';
import { createSystemClock } from '../../packages/gateway/server/adapters/system-clock.ts';
import { startEmbeddedDynamoDb } from '../../packages/gateway/dynamodb/embedded-dynamodb.ts';

const SIGNER = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };

type KeyedTable = { readonly client: commands.DynamoDBClient; readonly stop: () => Promise<void> };

/** Makes a table with the keys `pk` and `sk`, and waits until it can be used. */
export async function createKeyedTable(client: commands.DynamoDBClient, name: string): Promise<void> {
  const names = ['pk', 'sk'];
  await client.send(
    new commands.CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: names.map((key) => ({ AttributeName: key, AttributeType: 'S' })),
      KeySchema: names.map((key, index) => ({
        AttributeName: key,
        KeyType: index === 0 ? 'HASH' : 'RANGE',
      })),
    }),
  );
  await commands.waitUntilTableExists({ client, maxWaitTime: 30 }, { TableName: name });
}

export async function aKeyedTable(name: string): Promise<KeyedTable> {
  const dynamoDb = await startEmbeddedDynamoDb({
    port: 0,
    signers: [SIGNER],
    clockOffset: createSystemClock().offset,
  });
  const client = new commands.DynamoDBClient({
    region: 'us-east-1',
    endpoint: dynamoDb.url,
    maxAttempts: 1,
    credentials: SIGNER,
  });
  await createKeyedTable(client, name);
  return {
    client,
    stop: async () => {
      client.destroy();
      await dynamoDb.close();
    },
  };
}
