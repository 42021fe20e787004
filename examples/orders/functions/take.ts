/**
 * Writes the orders of the queue into the table. A queue delivers at least once, so an order that is already in the
 * table counts as done.
 */
import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';

const table = DynamoDBDocumentClient.from(new DynamoDBClient());
const CENTS: Readonly<Record<string, number>> = { ramen: 1250, pierogi: 980, tacos: 1100 };

type Order = { readonly id: string; readonly dish: string; readonly customer: string };

/** Only the failed messages of a batch are returned to the queue. */
export async function handler({ Records }: SQSEvent): Promise<SQSBatchResponse> {
  const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
  for (const { body, messageId } of Records) {
    try {
      await take(JSON.parse(body) as Order);
    } catch (error) {
      console.error(`order ${messageId}:`, error);
      batchItemFailures.push({ itemIdentifier: messageId });
    }
  }
  return { batchItemFailures };
}

async function take({ id, dish, customer }: Order): Promise<void> {
  const cents = CENTS[dish];
  if (cents === undefined) throw new RangeError(`${dish} is not on the menu`);
  const Item = { id, dish, customer, cents, orderedAt: new Date().toISOString() };
  const isNew = 'attribute_not_exists(id)';
  try {
    await table.send(
      new PutCommand({ TableName: process.env['ORDERS_TABLE'], Item, ConditionExpression: isNew }),
    );
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}
