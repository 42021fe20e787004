/** HTTP API: builds an order with its price from the responses of two services; in this example, both are this API. */
import type { APIGatewayProxyEventV2WithLambdaAuthorizer, Context } from 'aws-lambda';
import { createGather, GatherFailed } from 'gatewright/gather';
import { createPolicy } from 'gatewright/resilience';
import { json } from './reply.ts';
import type { Reply } from './reply.ts';

type Order = { readonly orderId: string; readonly dish: string; readonly status: string };
type Menu = { readonly menu: readonly { readonly dish: string; readonly priceCents: number }[] };

const ORDERS_URL = process.env['ORDERS_URL'] ?? 'https://orders.invalid';
const MENU_URL = process.env['MENU_URL'] ?? 'https://menu.invalid';

/** The caller's token is passed on to the orders service, which checks it, and to nobody else. */
const gather = createGather({ identityTo: [new URL(ORDERS_URL).origin] });
const orders = createPolicy({ name: 'orders', timeoutMs: 2000, retry: { attempts: 2 }, breaker: {} });

export async function show(
  event: APIGatewayProxyEventV2WithLambdaAuthorizer<object>,
  context?: Context,
): Promise<Reply> {
  const id = encodeURIComponent(event.pathParameters?.['id'] ?? '');
  try {
    const { values, failures } = await gather(
      { event, context },
      {
        order: {
          from: ({ json }) => json(`${ORDERS_URL}/orders/${id}`, (body) => body as Order, { policy: orders }),
          required: true,
        },
        menu: { from: ({ json }) => json(`${MENU_URL}/menu`, (body) => body as Menu), timeoutMs: 1000 },
      },
    );
    const { order, menu } = values;
    const priceCents = menu?.menu.find(({ dish }) => dish === order.dish)?.priceCents ?? null;
    return json(200, { ...order, priceCents, missing: Object.keys(failures) });
  } catch (error) {
    if (!(error instanceof GatherFailed)) throw error;
    const isAbsent = error.failures['order']?.status === 404;
    return isAbsent
      ? json(404, { message: 'no such order' })
      : json(502, { message: 'the order cannot be read at the moment; try again later' });
  }
}
