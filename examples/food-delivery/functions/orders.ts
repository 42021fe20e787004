/** HTTP API: placing orders and looking them up. */
import { randomUUID } from 'node:crypto';
import type { APIGatewayProxyEventV2WithLambdaAuthorizer } from 'aws-lambda';
import { MENU } from './menu.ts';
import { findOrder, saveOrder } from './order-store.ts';
import type { Order } from './order-store.ts';
import { json } from './reply.ts';
import type { Reply } from './reply.ts';

/** What the toolkit's authorizer says about the caller. */
type Caller = { readonly sub: string; readonly roles: string };

export async function place(event: APIGatewayProxyEventV2WithLambdaAuthorizer<Caller>): Promise<Reply> {
  const dish = readDish(event.body);
  if (dish === undefined) return json(400, { message: 'order a dish of the menu: {"dish":"ramen"}' });
  const { sub } = event.requestContext.authorizer.lambda;
  const order: Order = { orderId: randomUUID(), dish, status: 'placed', placedBy: sub };
  await saveOrder(order);
  return json(201, order);
}

export async function get(event: APIGatewayProxyEventV2WithLambdaAuthorizer<Caller>): Promise<Reply> {
  const order = await findOrder(event.pathParameters?.['id'] ?? '');
  return order === undefined ? json(404, { message: 'no such order' }) : json(200, order);
}

function readDish(body: string | undefined): string | undefined {
  try {
    const order: unknown = JSON.parse(body ?? '');
    const wanted = typeof order === 'object' && order !== null && 'dish' in order ? order.dish : undefined;
    return MENU.find(({ dish }) => dish === wanted)?.dish;
  } catch {
    return undefined;
  }
}
