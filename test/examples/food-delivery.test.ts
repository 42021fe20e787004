import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { APIGatewayProxyEvent, APIGatewayProxyWebsocketEventV2 } from 'aws-lambda';
import { show } from '../../examples/food-delivery/functions/menu.ts';
import { get as getOrder, place } from '../../examples/food-delivery/functions/orders.ts';
import { connect, explain, track } from '../../examples/food-delivery/functions/tracking.ts';
import { get, list } from '../../examples/food-delivery/functions/users.ts';

type OrderEvent = Parameters<typeof place>[0];
const bodyOf = (reply: { body: string }): unknown => JSON.parse(reply.body);
const asMessage = (body: string) => ({ body }) as APIGatewayProxyWebsocketEventV2;

describe('food-delivery', () => {
  it('lists users and finds one', async () => {
    assert.match((await list()).body, /^\{"users":\[\{"id":"u-1"/);
    assert.deepEqual(
      bodyOf(await get({ pathParameters: { id: 'u-3' } } as unknown as APIGatewayProxyEvent)),
      {
        id: 'u-3',
        name: 'Chen',
        role: 'courier',
      },
    );
    assert.equal((await get({ pathParameters: null } as APIGatewayProxyEvent)).statusCode, 404);
  });

  it('shows the menu and refuses what is not on it', async () => {
    assert.match((await show()).body, /^\{"menu":\[\{"dish":"ramen"/);
    for (const body of ['{"dish":"soup"}', '{}', 'x', undefined])
      assert.equal((await place({ body } as OrderEvent)).statusCode, 400);
  });

  it('has one order that can be looked up at once', async () => {
    const reply = await getOrder({ pathParameters: { id: 'o-1' } } as unknown as OrderEvent);
    assert.match(reply.body, /"status":"on its way"/);
  });

  it('tracks an order and explains what it did not understand', async () => {
    assert.deepEqual(bodyOf(await track(asMessage('{"action":"track","orderId":"o-1"}'))), {
      type: 'tracking',
      orderId: 'o-1',
      status: 'on its way',
    });
    for (const body of ['{"action":"track"}', '{"orderId":""}', 'x'])
      assert.match((await track(asMessage(body))).body, /"type":"error"/);
    assert.match((await explain()).body, /"type":"error"/);
  });

  it('gives a browser its subprotocol back, without the token', async () => {
    const event = (headers: Record<string, string>) =>
      ({ headers }) as unknown as Parameters<typeof connect>[0];

    assert.deepEqual(await connect(event({ 'Sec-WebSocket-Protocol': 'bearer, eyJ' })), {
      statusCode: 200,
      headers: { 'Sec-WebSocket-Protocol': 'bearer' },
    });
    assert.deepEqual(await connect(event({})), { statusCode: 200 });
  });
});
