/**
 * WebSocket API: shows where an order is. `track` and `$default` reply on the connection from which the message came.
 */
import type { APIGatewayProxyWebsocketEventV2 } from 'aws-lambda';
import { findOrder } from './order-store.ts';
import { json } from './reply.ts';
import type { Reply } from './reply.ts';

type ConnectEvent = APIGatewayProxyWebsocketEventV2 & { readonly headers?: Readonly<Record<string, string>> };

/**
 * A browser that has offered the subprotocols `bearer, <token>` closes the connection unless the response contains one
 * of them.
 */
export async function connect(
  event: ConnectEvent,
): Promise<{ statusCode: number; headers?: Record<string, string> }> {
  const offered = Object.entries(event.headers ?? {}).find(
    ([name]) => name.toLowerCase() === 'sec-websocket-protocol',
  );
  const protocols = offered?.[1].split(',').map((protocol) => protocol.trim()) ?? [];
  // Compares without regard to case, as the authorizer does; the response keeps the client's spelling.
  const bearer = protocols.find((protocol) => protocol.toLowerCase() === 'bearer');
  return {
    statusCode: 200,
    ...(bearer !== undefined && { headers: { 'Sec-WebSocket-Protocol': bearer } }),
  };
}

export async function disconnect(): Promise<{ statusCode: number }> {
  return { statusCode: 200 };
}

export async function track(event: APIGatewayProxyWebsocketEventV2): Promise<Reply> {
  const orderId = readOrderId(event.body);
  if (orderId === undefined)
    return json(400, { type: 'error', message: 'send {"action":"track","orderId":"o-1"}' });
  const order = await findOrder(orderId);
  return order === undefined
    ? json(404, { type: 'error', message: 'no such order' })
    : json(200, { type: 'tracking', orderId, status: order.status });
}

export async function explain(): Promise<Reply> {
  return json(200, { type: 'error', message: 'send {"action":"track","orderId":"o-1"}' });
}

/** Returns the order id; undefined unless it is 1 to 64 letters, digits, `_` or `-`, so it is always a valid key. */
function readOrderId(body: string | undefined): string | undefined {
  try {
    const message: unknown = JSON.parse(body ?? '');
    const orderId =
      typeof message === 'object' && message !== null && 'orderId' in message ? message.orderId : undefined;
    return typeof orderId === 'string' && /^[\w-]{1,64}$/.test(orderId) ? orderId : undefined;
  } catch {
    return undefined;
  }
}
