import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeFailure } from '../../../../shared/websocket/client/connection-problem.ts';

/** What to do after a status that API Gateway gives to a handshake (docs/aws, WebSocket APIs). */
const ROWS: readonly (readonly [status: number, next: RegExp])[] = [
  [400, /The client stops: check the address and token/],
  [401, /The client stops: check the token/],
  [403, /The client stops: check the address and token/],
  [404, /The client stops: check the address and token/],
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
