/**
 * Runs each night: counts the orders of the previous day and adds up their prices. A schedule may run twice; the result
 * is the same.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateScan, PutCommand } from '@aws-sdk/lib-dynamodb';

const table = DynamoDBDocumentClient.from(new DynamoDBClient());
const DAY_MS = 86_400_000;

export async function handler(): Promise<void> {
  const day = new Date(Date.now() - DAY_MS).toISOString().slice(0, 10);
  let [orders, cents] = [0, 0];
  const pages = paginateScan(
    { client: table },
    {
      TableName: process.env['ORDERS_TABLE'],
      FilterExpression: 'begins_with(orderedAt, :day)',
      ExpressionAttributeValues: { ':day': day },
    },
  );
  for await (const { Items = [] } of pages)
    for (const order of Items) {
      orders += 1;
      cents += Number(order['cents']);
    }
  const Item = { day, orders, cents };
  await table.send(new PutCommand({ TableName: process.env['REPORTS_TABLE'], Item }));
}
