import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { resultOf, runInstance } from '../support/fresh-function.ts';
import { aWebSocketEvent } from '../support/websocket-events.ts';

describe('ws-default', () => {
  it('answers a ping in the body, which a two-way route sends as a frame', async () => {
    const [ran] = await runInstance('ws-default', {}, aWebSocketEvent({ body: '{"action":"ping"}' }));

    const { body } = resultOf(ran) as { body: string };
    assert.deepEqual(JSON.parse(body), { type: 'pong', connectionId: 'L0SM9cOFvHcCIhw=' });
    assert.deepEqual([...(ran?.metrics.keys() ?? [])], ['Pong']);
  });
});
