import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseWebSocketEvent } from '#shared/aws/websocket-event.ts';
import { toConnection } from '#shared/websocket/connection.ts';
import { aWebSocketEvent } from '../../support/websocket-events.ts';

describe('toConnection', () => {
  it('expires when AWS would have closed the connection', () => {
    const event = aWebSocketEvent({
      requestContext: { connectedAt: 1_500, authorizer: { principalId: 'p' } },
    });

    assert.deepEqual(toConnection(parseWebSocketEvent(event)), {
      apiId: 'a1b2c3',
      stage: 'dev',
      connectionId: 'L0SM9cOFvHcCIhw=',
      principalId: 'p',
      connectedAtEpochMs: 1_500,
      expiresAtEpochSeconds: 7_202,
    });
  });

  it('has no principal on an API without authorizer', () => {
    assert.equal(toConnection(parseWebSocketEvent(aWebSocketEvent())).principalId, '');
  });
});
