import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseWebSocketEvent } from '#shared/aws/websocket-event.ts';
import { aWebSocketEvent } from '../../support/websocket-events.ts';

describe('parseWebSocketEvent', () => {
  it('reads a connect event with its authorizer and offered subprotocols', () => {
    const event = parseWebSocketEvent(
      aWebSocketEvent({
        headers: { 'Sec-WebSocket-Protocol': 'bearer , eyJ' },
        requestContext: { authorizer: { principalId: 'p', integrationLatency: 1 } },
      }),
    );

    assert.deepEqual(event, {
      apiId: 'a1b2c3',
      stage: 'dev',
      connectionId: 'L0SM9cOFvHcCIhw=',
      connectedAtEpochMs: 1_607_854_667_185,
      authorizer: { principalId: 'p' },
      subprotocols: ['bearer', 'eyJ'],
      body: '',
    });
  });

  it('reads the body of a message', () => {
    assert.equal(parseWebSocketEvent(aWebSocketEvent({ body: '{}' })).body, '{}');
  });

  for (const context of [{ apiId: undefined }, { connectionId: 1 }, { connectedAt: 'now' }])
    it(`refuses a request context with ${Object.keys(context).join()} of a wrong type`, () => {
      assert.throws(() => parseWebSocketEvent(aWebSocketEvent({ requestContext: context })), {
        code: 'EVENT_MALFORMED',
      });
    });
});
