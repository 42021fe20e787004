import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { receive } from '../../../../../packages/gateway/core/receive.ts';
import { connect, message } from '../../../../../packages/gateway/core/websocket/pipeline.ts';
import { TokenBuckets } from '../../../../../packages/gateway/core/metering/token-bucket.ts';
import { aDetail, anApi, FakeSocket, somePorts } from './fixture.ts';
import { createStageThrottle } from '../../../../../packages/gateway/control/serve-stage.ts';
import type { ServedApi } from '../../../../../packages/gateway/core/exchange.ts';
import type { FakePorts } from './fixture.ts';

/** One request at once on `$connect` and on `hi`, none refilled. */
function throttled(): { readonly api: ServedApi; readonly ports: FakePorts } {
  const open = anApi({ $connect: { functionName: 'fn' }, hi: { functionName: 'fn', repliesToClient: true } });
  const stage = open.stages.get('dev');
  assert.ok(stage !== undefined);
  const limit = { rateLimit: 0, burstLimit: 1 };
  const throttle = createStageThrottle(
    { usual: limit, byRouteKey: new Map() },
    new TokenBuckets(),
    undefined,
  );
  const api = { ...open, stages: new Map([['dev', { ...stage, throttle }]]) };
  return { api, ports: somePorts(api, { fn: () => ({ statusCode: 200, body: 'hello' }) }) };
}

describe('throttle of a WebSocket stage', () => {
  it('answers a message beyond the limit of its route with a frame, and keeps the connection open (docs/aws §11.2)', async () => {
    const { ports } = throttled();
    const socket = new FakeSocket();
    const connection = ports.connections.open(aDetail(), socket);

    const frames = [
      await message(connection, '{"action":"hi"}', ports),
      await message(connection, '{"action":"hi"}', ports),
    ];

    assert.equal(frames[0], 'hello');
    assert.match(
      frames[1] ?? '',
      /^\{"message": "Too Many Requests", "connectionId":"L0SM9cOFvHcCIhw=", "requestId":"[^"]+"\}$/,
    );
    assert.deepEqual(socket.closures, []);
    assert.match(ports.lines.at(-1) ?? '', /^MESSAGE \/dev hi 429 .* meter/);
  });

  it('refuses a handshake beyond the limit of $connect with 429 (docs/aws §11.1)', async () => {
    const { api, ports } = throttled();
    const handshake = {
      method: 'GET',
      target: '/dev',
      rawHeaders: [
        'Upgrade',
        'websocket',
        'Sec-WebSocket-Key',
        'dGhlIHNhbXBsZSBub25jZQ==',
        'Sec-WebSocket-Version',
        '13',
      ],
      body: undefined,
      remoteAddress: '127.0.0.1',
      httpVersion: '1.1',
    };

    const outcomes = [
      await connect(receive(handshake, api, ports), ports),
      await connect(receive(handshake, api, ports), ports),
    ];

    assert.equal(outcomes[0]?.kind, 'accepted');
    assert.ok(outcomes[1]?.kind === 'refused');
    assert.equal(outcomes[1].reply.status, 429);
    assert.equal(outcomes[1].reply.body, '{"message":"Too Many Requests"}');
  });
});
