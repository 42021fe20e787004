import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeFailure } from '../../../../shared/websocket/client/connection-problem.ts';

/** What to do after a status that API Gateway gives to a handshake (docs/aws, WebSocket APIs). */
const ROWS: readonly (readonly [status: number, next: RegExp])[] = [
  [400, /connect again with another address or token/],
  [401, /The client stops: connect again with another token;/],
  [
    403,
    /The client stops: the token may not connect, or the address names no stage of a WebSocket API; connect again with another token or address;/,
  ],
  [404, /connect again with another address or token/],
];

describe('a refused handshake', () => {
  for (const [status, next] of ROWS)
    it(`with the status ${status} says what can be corrected`, () => {
      const { message, isFinal } = describeFailure(
        { status, text: undefined },
        { isRenewable: false, refusals: 1 },
      );

      assert.equal(isFinal, true);
      assert.match(message, next);
      assert.match(message, /gatewright explain last prints the reason$/);
    });
});
