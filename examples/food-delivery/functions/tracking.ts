/** WebSocket API: where an order is. `track` and `$default` answer on the connection they were asked on. */
import type { APIGatewayProxyWebsocketEventV2 } from 'aws-lambda';
import { findOrder } from './order-store.ts';
import { json } from './reply.ts';
import type { Reply } from './reply.ts';

type ConnectEvent = APIGatewayProxyWebsocketEventV2 & { readonly headers?: Readonly<Record<string, string>> };

/** A browser that offered `bearer, <token>` as subprotocols closes the connection unless one of them comes back. */
export async function connect(
  event: ConnectEvent,
): Promise<{ statusCode: number; headers?: Record<string, string> }> {
  const offered = Object.entries(event.headers ?? {}).find(
    ([name]) => name.toLowerCase() === 'sec-websocket-protocol',
  );
  const protocols = offered?.[1].split(',').map((protocol) => protocol.trim()) ?? [];
  // As the authorizer reads it, whatever the case; the answer is spelled as it was offered.
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

/** DynamoDB takes keys of 1 to 2048 bytes. */
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
