import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { resultOf } from '../support/fresh-function.ts';
import { runWithTable } from '../support/recording-table.ts';
import { aWebSocketEvent } from '../support/websocket-events.ts';

const answerOf = (ran: Parameters<typeof resultOf>[0]): Record<string, unknown> =>
  JSON.parse((resultOf(ran) as { body: string }).body) as Record<string, unknown>;

describe('ws-default', () => {
  it('answers a ping in the body, which a two-way route sends as a frame', async () => {
    const { ran } = await runWithTable('ws-default', aWebSocketEvent({ body: '{"action":"ping"}' }));

    const { type, connectionId } = answerOf(ran);
    assert.deepEqual([type, connectionId], ['pong', 'L0SM9cOFvHcCIhw=']);
    assert.ok(ran?.metrics.has('Pong'));
  });

  it('answers that it does not understand a message that no route accepts', async () => {
    const { ran } = await runWithTable('ws-default', aWebSocketEvent({ body: '{"action":"dance"}' }));

    const { type, code } = answerOf(ran);
    assert.deepEqual([type, code], ['error', 'invalid']);
    assert.ok(ran?.metrics.has('Refused'));
  });
});
