/** `$connect` with ?order=ID stores which order the client watches. `$disconnect` deletes that item. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { APIGatewayProxyWebsocketEventV2 } from 'aws-lambda';

const table = DynamoDBDocumentClient.from(new DynamoDBClient());
/** A connection lasts at most two hours. */
const LIFETIME_SECONDS = 7_200;

type ConnectEvent = APIGatewayProxyWebsocketEventV2 & {
  readonly queryStringParameters?: Readonly<Record<string, string | undefined>>;
};

export async function handler(event: ConnectEvent): Promise<{ statusCode: number }> {
  const { connectionId: connection, eventType } = event.requestContext;
  const TableName = process.env['WATCHERS_TABLE'];
  if (eventType === 'DISCONNECT') {
    await table.send(new DeleteCommand({ TableName, Key: { connection } }));
    return { statusCode: 200 };
  }
  const order = event.queryStringParameters?.['order'] ?? '';
  if (order === '') return { statusCode: 400 };
  const expiresAt = Math.floor(Date.now() / 1000) + LIFETIME_SECONDS;
  await table.send(new PutCommand({ TableName, Item: { connection, order, expiresAt } }));
  return { statusCode: 200 };
}
