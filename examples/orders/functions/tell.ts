/** Passes new orders from the table's stream to the clients that watch them, and to the queue of receipts. */
import {
  ApiGatewayManagementApiClient,
  GoneException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { type AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBStreamEvent } from 'aws-lambda';

const table = DynamoDBDocumentClient.from(new DynamoDBClient());
const sqs = new SQSClient();
const endpoint = process.env['NOTICES_ENDPOINT'] ?? '';
const notices = new ApiGatewayManagementApiClient({ endpoint });

export async function handler({ Records }: DynamoDBStreamEvent): Promise<void> {
  for (const { dynamodb } of Records) {
    const order = unmarshall((dynamodb?.NewImage ?? {}) as Record<string, AttributeValue>);
    const id = String(order['id']);
    await notifyWatchers(id, JSON.stringify({ type: 'taken', order: id, cents: order['cents'] as unknown }));
    const receipt = JSON.stringify(order);
    await sqs.send(new SendMessageCommand({ QueueUrl: process.env['RECEIPTS_QUEUE'], MessageBody: receipt }));
  }
}

async function notifyWatchers(id: string, notice: string): Promise<void> {
  const { Items = [] } = await table.send(
    new QueryCommand({
      TableName: process.env['WATCHERS_TABLE'],
      IndexName: 'by-order',
      KeyConditionExpression: '#order = :id',
      ExpressionAttributeNames: { '#order': 'order' },
      ExpressionAttributeValues: { ':id': id },
    }),
  );
  for (const { connection } of Items)
    try {
      await notices.send(
        new PostToConnectionCommand({ ConnectionId: String(connection), Data: Buffer.from(notice) }),
      );
    } catch (error) {
      // The connection has closed; its item is deleted when its time to live ends.
      if (!(error instanceof GoneException)) throw error;
    }
}
