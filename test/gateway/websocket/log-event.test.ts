import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileAccessLogFormat } from '../../../gateway/deployment/access-log-format.ts';
import { PLAIN_ROUTE } from '../../../gateway/deployment/route-options.ts';
import { receive } from '../../../gateway/server/receive.ts';
import { connect, disconnect, message } from '../../../gateway/websocket/pipeline.ts';
import { aDetail, anApi, FAILS, FakeSocket, OK, somePorts } from './fixture.ts';
import type { ServedApi } from '../../../gateway/exchange.ts';
import type { FakePorts, Handler } from './fixture.ts';

const FORMAT =
  '$context.eventType $context.routeKey $context.status $context.connectionId $context.identity.sourceIp ' +
  '$context.integrationStatus $context.integrationErrorMessage $context.httpMethod $context.disconnectStatusCode';

function logged(handler: Handler): { readonly api: ServedApi; readonly ports: FakePorts } {
  const functionName = 'fn';
  const open = anApi({ $connect: { functionName }, $disconnect: { functionName }, hi: { functionName } });
  const stage = open.stages.get('dev');
  assert.ok(stage !== undefined);
  const logs = {
    access: { groups: ['chat'], format: compileAccessLogFormat(FORMAT) },
    ...{ executionGroups: [], optionsOf: () => PLAIN_ROUTE, isTraced: false },
  };
  const api = { ...open, stages: new Map([['dev', { ...stage, logs }]]) };
  return { api, ports: somePorts(api, { fn: handler }) };
}

describe('the access log of a WebSocket stage', () => {
  it('has a line for each message, also where the function failed or no route answers', async () => {
    const { ports } = logged((event) => {
      if (event['body'] === '{"action":"hi","fail":true}') throw new Error('boom');
      return { statusCode: 200 };
    });
    const connection = ports.connections.open(aDetail(), new FakeSocket());

    for (const body of ['{"action":"hi"}', '{"action":"hi","fail":true}', 'what'])
      await message(connection, body, ports);

    assert.deepEqual(ports.logGroups.lines, [
      'chat: MESSAGE hi 200 L0SM9cOFvHcCIhw= 127.0.0.1 200 - - -',
      'chat: MESSAGE hi 500 L0SM9cOFvHcCIhw= 127.0.0.1 200 Error: boom - -',
      'chat: MESSAGE - 403 L0SM9cOFvHcCIhw= 127.0.0.1 - - - -',
    ]);
  });

  it('has a line for the end of a connection', async () => {
    const { ports } = logged(FAILS);

    await disconnect(aDetail(), { code: 1001, reason: 'Going away' }, ports);

    assert.deepEqual(ports.logGroups.lines, [
      'chat: DISCONNECT $disconnect 500 L0SM9cOFvHcCIhw= 127.0.0.1 200 Error: boom - 1001',
    ]);
  });

  it('has a line for a handshake, which is a success with 200', async () => {
    const { api, ports } = logged(OK);
    const rawHeaders = [
      'Upgrade',
      'websocket',
      'Sec-WebSocket-Key',
      'dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Version',
      '13',
    ];
    const wire = {
      method: 'GET',
      target: '/dev',
      rawHeaders,
      body: undefined,
      remoteAddress: '192.0.2.1',
      httpVersion: '1.1',
    };

    await connect(receive(wire, api, ports), ports);

    assert.match(
      ports.logGroups.lines[0] ?? '',
      /^chat: CONNECT \$connect 200 \S+= 192\.0\.2\.1 200 - GET -$/,
    );
  });
});
