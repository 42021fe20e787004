import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseWebSocketEvent } from '#shared/aws/websocket-event.ts';
import { acceptConnection } from '#shared/websocket/connect-reply.ts';
import { aWebSocketEvent } from '../../support/websocket-events.ts';

const replyTo = (headers: Record<string, string>) =>
  acceptConnection(parseWebSocketEvent(aWebSocketEvent({ headers })));

describe('acceptConnection', () => {
  it('gives the marker back, never the token', () => {
    assert.deepEqual(replyTo({ 'sec-websocket-protocol': 'bearer, eyJ' }), {
      statusCode: 200,
      headers: { 'Sec-WebSocket-Protocol': 'bearer' },
    });
  });

  it('chooses no subprotocol where the marker was not offered', () => {
    assert.deepEqual(replyTo({ 'Sec-WebSocket-Protocol': 'chat' }), { statusCode: 200 });
    assert.deepEqual(replyTo({}), { statusCode: 200 });
  });
});
