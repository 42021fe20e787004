import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseWebSocketEvent } from '#shared/aws/websocket-event.ts';
import { isCredentialOver, toConnection } from '#shared/websocket/connection.ts';
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

  // docs/design/authorizers §K09
  it('stores when the credential ends, if it ends', () => {
    const of = (exp: unknown) =>
      toConnection(parseWebSocketEvent(aWebSocketEvent({ requestContext: { authorizer: { exp } } })));

    assert.equal(of('1607858267').credentialExpiresAtEpochSeconds, 1_607_858_267);
    for (const exp of [undefined, '', 'never', '-1', 7])
      assert.ok(!('credentialExpiresAtEpochSeconds' in of(exp)));
  });

  it('has no principal on an API without authorizer', () => {
    assert.equal(toConnection(parseWebSocketEvent(aWebSocketEvent())).principalId, '');
  });
});

describe('isCredentialOver', () => {
  const isOver = (exp: string | undefined, requestTimeEpoch: number | undefined) =>
    isCredentialOver(
      parseWebSocketEvent(aWebSocketEvent({ requestContext: { requestTimeEpoch, authorizer: { exp } } })),
    );

  for (const { name, exp, at, expected } of [
    { name: 'before its end', exp: '1000', at: 999_000, expected: false },
    { name: 'within what clocks may differ', exp: '1000', at: 1_030_000, expected: false },
    { name: 'after its end', exp: '1000', at: 1_030_001, expected: true },
    { name: 'without an end', exp: undefined, at: 9_999_999_999, expected: false },
    { name: 'when the time is unknown', exp: '1000', at: undefined, expected: true },
  ])
    it(`is ${expected} ${name}`, () => {
      assert.equal(isOver(exp, at), expected);
    });
});
