import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseWebSocketEvent } from '#shared/aws/websocket-event.ts';
import { answerMessage } from '#shared/websocket/default-message.ts';
import { aWebSocketEvent } from '../../support/websocket-events.ts';

const answerTo = (body: string) => answerMessage(parseWebSocketEvent(aWebSocketEvent({ body })));

describe('answerMessage', () => {
  it('answers a ping on its connection', () => {
    assert.deepEqual(answerTo('{"action":"ping"}'), { type: 'pong', connectionId: 'L0SM9cOFvHcCIhw=' });
  });

  for (const { body, status } of [
    { body: '{"action":"dance"}', status: 404 },
    { body: '{"action":1}', status: 400 },
    { body: '{}', status: 400 },
    { body: 'null', status: 400 },
    { body: 'hello', status: 400 },
    { body: '', status: 400 },
  ])
    it(`answers "${body}" with problem ${status}`, () => {
      const answer = answerTo(body);
      assert.equal('status' in answer && answer.status, status);
    });

  // docs/design/authorizers §K09: a connection outlives the credential by which it was opened.
  it('keeps nobody alive beyond the credential', () => {
    const requestContext = { requestTimeEpoch: 2_000_000, authorizer: { exp: '1000' } };
    const event = aWebSocketEvent({ body: '{"action":"ping"}', requestContext });
    const answer = answerMessage(parseWebSocketEvent(event));

    assert.equal('status' in answer && answer.status, 401);
  });

  it('answers every text and quotes none of it', () => {
    fc.assert(
      fc.property(fc.string(), (text) => !JSON.stringify(answerTo(`canary${text}`)).includes('canary')),
    );
  });
});
