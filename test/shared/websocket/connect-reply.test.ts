import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
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

  // docs/design/authorizers §7.17: echo, token never echoed; the marker as it was offered (RFC 6455 section 4.2.2).
  for (const { offered, expected } of [
    { offered: 'bearer,eyJ', expected: 'bearer' },
    { offered: '  bearer ,  eyJ ', expected: 'bearer' },
    { offered: 'Bearer, eyJ', expected: 'Bearer' },
    { offered: 'chat, bearer, eyJ', expected: 'bearer' },
    { offered: 'bearer, wst_x, chat', expected: 'bearer' },
    { offered: 'eyJ, bearer', expected: 'bearer' },
    { offered: 'bearerx, eyJ', expected: undefined },
    { offered: 'eyJ', expected: undefined },
    { offered: ',, ,', expected: undefined },
  ])
    it(`answers "${offered}" with ${expected ?? 'no subprotocol'}`, () => {
      const { headers } = replyTo({ 'Sec-WebSocket-Protocol': offered });
      assert.equal(headers?.['Sec-WebSocket-Protocol'], expected);
    });

  it('never echoes what follows the marker', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('bearer', 'BEARER', 'chat', 'canary')),
        fc.nat(3),
        (offered, spaces) => {
          const header = offered.join(`${' '.repeat(spaces)},`);
          return !/canary|chat/.test(JSON.stringify(replyTo({ 'Sec-WebSocket-Protocol': header })));
        },
      ),
    );
  });

  it('chooses no subprotocol if the marker was not offered', () => {
    assert.deepEqual(replyTo({ 'Sec-WebSocket-Protocol': 'chat' }), { statusCode: 200 });
    assert.deepEqual(replyTo({}), { statusCode: 200 });
  });
});
