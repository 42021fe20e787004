import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { GatewayError } from '../../../../../packages/gateway/core/errors.ts';
import { HeaderList } from '../../../../../packages/gateway/core/events/header-list.ts';
import {
  checkHandshake,
  toUpgradeHeaders,
} from '../../../../../packages/gateway/core/websocket/handshake.ts';
import type { RequestFacts } from '../../../../../packages/gateway/core/events/request-facts.ts';

function aHandshake(rawHeaders: readonly string[], changes: Partial<RequestFacts> = {}): RequestFacts {
  return {
    method: 'GET',
    rawPath: '/dev',
    rawQuery: '',
    headers: new HeaderList(rawHeaders),
    body: undefined,
    sourceIp: '127.0.0.1',
    protocol: 'HTTP/1.1',
    requestId: 'id',
    extendedRequestId: 'id',
    traceHeader: '',
    receivedAtEpochMs: 0,
    ...changes,
  };
}

const GOOD = [
  'upgrade',
  'WebSocket',
  'sec-websocket-key',
  'dGhlIHNhbXBsZSBub25jZQ==',
  'SEC-WEBSOCKET-VERSION',
  '13',
];

describe('checkHandshake', () => {
  it('takes what RFC 6455 asks for, in any case', () => {
    checkHandshake(aHandshake([...GOOD, 'Sec-WebSocket-Protocol', 'chat, superchat']));
  });

  it('refuses other methods and other protocols', () => {
    assert.throws(() => checkHandshake(aHandshake(GOOD, { method: 'POST' })), { code: 'MALFORMED_REQUEST' });
    assert.throws(() => checkHandshake(aHandshake(['Upgrade', 'h2c', ...GOOD.slice(2)])), {
      code: 'MALFORMED_REQUEST',
    });
  });

  it('refuses with a GatewayError for any headers', () => {
    const name = fc.constantFrom(
      'Upgrade',
      'Sec-WebSocket-Key',
      'Sec-WebSocket-Version',
      'Sec-WebSocket-Protocol',
    );
    const value = fc.oneof(fc.string(), fc.constantFrom('websocket', '13', 'dGhlIHNhbXBsZSBub25jZQ==', 'a,'));
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value)), (headers) => {
        try {
          checkHandshake(aHandshake(headers.flat()));
        } catch (error) {
          assert.ok(error instanceof GatewayError);
        }
      }),
    );
  });
});

describe('toUpgradeHeaders', () => {
  it('keeps duplicates and spelling, and drops what belongs to the upgrade', () => {
    const headers = ['Set-Cookie', 'a=1', 'set-cookie', 'b=2', 'CONNECTION', 'close', 'Content-Type', 'x/y'];

    assert.deepEqual(toUpgradeHeaders(headers), ['Set-Cookie', 'a=1', 'set-cookie', 'b=2']);
  });
});
