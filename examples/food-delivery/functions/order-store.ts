/** Stores orders in DynamoDB. One order always exists, so that tracking can be tried at once. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

export type Order = {
  readonly orderId: string;
  readonly dish: string;
  readonly status: 'placed' | 'on its way';
  /** The customer who placed the order: `sub` of the token. */
  readonly placedBy: string;
};

export const SAMPLE_ORDER: Order = {
  orderId: 'o-1',
  dish: 'ramen',
  status: 'on its way',
  placedBy: 'sample',
};

let client: DynamoDBClient | undefined;

export async function saveOrder(order: Order): Promise<void> {
  const { DynamoDBClient, PutItemCommand } = await import('@aws-sdk/client-dynamodb');
  client ??= new DynamoDBClient();
  const { orderId, dish, status, placedBy } = order;
  const Item = {
    orderId: { S: orderId },
    dish: { S: dish },
    status: { S: status },
    placedBy: { S: placedBy },
  };
  await client.send(new PutItemCommand({ TableName: process.env['ORDERS_TABLE'], Item }));
}

export async function findOrder(orderId: string): Promise<Order | undefined> {
  if (orderId === SAMPLE_ORDER.orderId) return SAMPLE_ORDER;
  const { DynamoDBClient, GetItemCommand } = await import('@aws-sdk/client-dynamodb');
  client ??= new DynamoDBClient();
  const { Item } = await client.send(
    new GetItemCommand({ TableName: process.env['ORDERS_TABLE'], Key: { orderId: { S: orderId } } }),
  );
  if (Item === undefined) return undefined;
  const status = Item['status']?.S === 'on its way' ? 'on its way' : 'placed';
  return { orderId, dish: Item['dish']?.S ?? '', status, placedBy: Item['placedBy']?.S ?? '' };
}
