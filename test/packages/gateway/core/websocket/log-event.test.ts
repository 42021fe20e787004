import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileAccessLogFormat } from '../../../../../packages/gateway/core/deployment/stage/access-log-format.ts';
import { PLAIN_ROUTE } from '../../../../../packages/gateway/core/deployment/stage/route-options.ts';
import { receive } from '../../../../../packages/gateway/core/receive.ts';
import { connect, disconnect, message } from '../../../../../packages/gateway/core/websocket/pipeline.ts';
import { aDetail, anApi, anAuthorizer, FAILS, FakeSocket, OK, policy, somePorts } from './fixture.ts';
import type { ServedApi, StageLogs } from '../../../../../packages/gateway/core/exchange.ts';
import type { InvocationResult } from '../../../../../packages/gateway/core/ports.ts';
import type { FakePorts, Handler, RouteOptions } from './fixture.ts';

const FORMAT =
  '$context.eventType $context.routeKey $context.status $context.connectionId $context.identity.sourceIp ' +
  '$context.integrationStatus $context.integrationErrorMessage $context.httpMethod $context.disconnectStatusCode';

const functionName = 'fn';
const ACCESS_LOG = { access: { groups: ['chat'], format: compileAccessLogFormat(FORMAT) } };

function logged(
  handler: Handler | InvocationResult,
  own: Partial<StageLogs> = ACCESS_LOG,
  { connect = { functionName } }: { connect?: RouteOptions } = {},
): { readonly api: ServedApi; readonly ports: FakePorts } {
  const hi = { functionName, repliesToClient: true };
  const open = anApi({ $connect: connect, $disconnect: { functionName }, hi });
  const stage = open.stages.get('dev');
  assert.ok(stage !== undefined);
  const none = { executionGroups: [], optionsOf: () => PLAIN_ROUTE, isTraced: false };
  const logs = { access: undefined, ...none, ...own };
  const api = { ...open, stages: new Map([['dev', { ...stage, logs }]]) };
  return { api, ports: somePorts(api, { fn: handler, auth: policy('Allow') }) };
}

async function shakeHands({ api, ports }: ReturnType<typeof logged>, target = '/dev'): Promise<void> {
  const rawHeaders = [
    'Upgrade',
    'websocket',
    'Sec-WebSocket-Key',
    'dGhlIHNhbXBsZSBub25jZQ==',
    'User-Agent',
    'tester/1',
    'Sec-WebSocket-Version',
    '13',
  ];
  const wire = { method: 'GET', target, rawHeaders, body: undefined, remoteAddress: '192.0.2.1' };
  await connect(receive({ ...wire, httpVersion: '1.1' }, api, ports), ports);
}

describe('the access log of a WebSocket stage', () => {
  it('has a line for each message, also if the function failed or no route answers', async () => {
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
    const api = logged(OK);

    await shakeHands(api);

    assert.match(
      api.ports.logGroups.lines[0] ?? '',
      /^chat: CONNECT \$connect 200 \S+= 192\.0\.2\.1 200 - GET -$/,
    );
  });
});

const GROUP = 'API-Gateway-Execution-Logs_abc123defg/dev';

function executed(options: Partial<typeof PLAIN_ROUTE>): Partial<StageLogs> {
  return { executionGroups: [GROUP], optionsOf: () => ({ ...PLAIN_ROUTE, ...options }) };
}

const INFO = executed({ loggingLevel: 'INFO' });
const TRACED = executed({ loggingLevel: 'INFO', isDataTraced: true });

/** Lines without group and id. */
function linesOf({ logGroups }: FakePorts): string[] {
  return logGroups.lines.map((line) =>
    line.replace(/^\S+ \(\S+\) /, '').replace(/(request|Id): \S+=$/, '$1: ID'),
  );
}

const URI =
  'https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:fn/invocations';
const STARTED = 'Fri Jan 02 03:04:05 UTC 2026 : Starting execution for request: ID';
const CALLED = [
  `Endpoint request URI: ${URI}`,
  `Sending request to ${URI}`,
  'Received response. Status: 200, Integration latency: 0 ms',
];

describe('the execution log of a WebSocket stage (docs/aws §10.3)', () => {
  it('reports a handshake at INFO, without headers and bodies', async () => {
    const api = logged(OK, INFO);

    await shakeHands(api);

    assert.match(api.ports.logGroups.lines[0] ?? '', new RegExp(`^${GROUP}: \\(\\S+=\\) Extended`));
    assert.deepEqual(linesOf(api.ports), [
      'Extended Request Id: ID',
      STARTED,
      'WebSocket Request Route: [$connect]',
      'Client [UserAgent: tester/1, SourceIp: 192.0.2.1] is connecting to WebSocket API [abc123defg].',
      ...CALLED,
      'Successfully completed execution',
      'Method completed with status: 200',
    ]);
  });

  it('reports a message and the end', async () => {
    const { ports } = logged(() => ({ statusCode: 200, body: 'hello' }), INFO);
    const connection = ports.connections.open(aDetail(), new FakeSocket());

    await message(connection, '{"action":"hi"}', ports);
    await disconnect(connection, { code: 1001, reason: 'Going away' }, ports);

    const client = 'Client [Connection Id: L0SM9cOFvHcCIhw=]';
    const done = ['Successfully completed execution', 'Method completed with status: 200'];
    assert.deepEqual(linesOf(ports), [
      'Extended Request Id: ID',
      STARTED,
      'WebSocket Request Route: [hi]',
      `${client} has sent a message to WebSocket API [abc123defg].`,
      ...CALLED,
      ...done,
      'Extended Request Id: ID',
      STARTED,
      'WebSocket Request Route: [$disconnect]',
      `${client} has disconnected from WebSocket API [abc123defg]: 1001 Going away`,
      ...CALLED,
      ...done,
    ]);
  });

  it('shows the message, the event and both answers if data is traced', async () => {
    const { ports } = logged(() => ({ statusCode: 200, body: 'hello\nforged' }), TRACED);
    const connection = ports.connections.open(aDetail(), new FakeSocket());

    await message(connection, '{"action":"hi"}\n', ports);

    const text = linesOf(ports).join('\n');
    assert.match(text, /^Method request body before transformations: \{"action":"hi"\}\\n$/m);
    assert.match(text, /^Endpoint request body after transformations: \{"requestContext":\{"routeKey":"hi"/m);
    assert.match(text, /^Endpoint response body before transformations: \{"statusCode":200,"body":"hello/m);
    assert.match(text, /^Method response body after transformations: hello\\nforged$/m);
    assert.doesNotMatch(text, /^forged/m);
  });

  it('reports a message without a route', async () => {
    const { ports } = logged(OK, INFO);
    const connection = ports.connections.open(aDetail(), new FakeSocket());

    await message(connection, 'what', ports);

    assert.deepEqual(linesOf(ports).slice(2), [
      'WebSocket Request Route: []',
      'Client [Connection Id: L0SM9cOFvHcCIhw=] has sent a message to WebSocket API [abc123defg].',
      'no route for this message and no $default route',
      'Method completed with status: 403',
    ]);
  });

  it('reports only failures at ERROR', async () => {
    const fails: Handler = ({ requestContext }) => {
      if (requestContext.eventType === 'MESSAGE') throw new Error('boom');
      return { statusCode: 200 };
    };
    const api = logged(fails, executed({ loggingLevel: 'ERROR' }));
    const connection = api.ports.connections.open(aDetail(), new FakeSocket());

    await shakeHands(api);
    await message(connection, '{"action":"hi"}', api.ports);
    await disconnect(connection, { code: 1000, reason: '' }, api.ports);

    assert.deepEqual(linesOf(api.ports), ['Error: boom', 'Method completed with status: 500']);
  });

  const REQUEST_ID = '57593f79-6e46-4a6f-91b1-f5d848cc2059';
  const answers: InvocationResult = {
    kind: 'returned',
    payload: '{"statusCode":200}',
    requestId: () => REQUEST_ID,
  };

  // Knowledge centre, 410-gone-api-gateway: "The requestId for AWS integration endpoints"; the form: docs/aws §10.3.
  it('names the call as the function’s own log does', async () => {
    const api = logged(answers, INFO);
    const connection = api.ports.connections.open(aDetail(), new FakeSocket());

    await shakeHands(api);
    await message(connection, '{"action":"hi"}', api.ports);
    await disconnect(connection, { code: 1000, reason: '' }, api.ports);

    const ends = linesOf(api.ports).flatMap((line, index, all) =>
      line === 'Method completed with status: 200' ? [all[index + 1]] : [],
    );
    assert.deepEqual(ends, Array(3).fill(`AWS Integration Endpoint RequestId : ${REQUEST_ID}`));
  });

  const guarded = { connect: { functionName, authorization: anAuthorizer('auth') } };
  const authorized = (lines: readonly string[]): readonly string[] =>
    lines.slice(1, lines.indexOf(STARTED)).map((line) => line.replace(/request: \S+$/, 'request: ID'));

  // Knowledge centre, api-gateway-logs: "the logs indicate if the request is authorized and include the authorizer and
  // request IDs".
  it('says whether the authorizer admits a client', async () => {
    const admitted = logged(OK, INFO, guarded);
    const refused = logged(OK, INFO, guarded);

    await shakeHands(admitted, '/dev?token=secret-abc');
    await shakeHands(refused, '/dev');

    const started = 'Starting authorizer: auth01 for request: ID';
    assert.deepEqual(authorized(linesOf(admitted.ports)), [
      started,
      'Successfully completed authorizer execution',
    ]);
    assert.deepEqual(authorized(linesOf(refused.ports)), [started, 'Unauthorized request: ID']);
  });

  // Knowledge centre, 410-gone-api-gateway: "The response provided by AWS Lambda authorizers".
  it('shows the request to the authorizer and its answer if data is traced, without its token', async () => {
    const api = logged(OK, TRACED, guarded);

    await shakeHands(api, '/dev?token=secret-abc');

    const text = authorized(linesOf(api.ports)).join('\n');
    assert.match(text, /^Incoming identity: \*{4}abc$/m);
    assert.match(text, /^Endpoint request URI: \S+:function:auth\/invocations$/m);
    assert.match(text, /^Endpoint request body after transformations: \{"type":"REQUEST"/m);
    assert.match(text, /^Authorizer result body before parsing: \{"principalId":.*"Effect":"Allow"/m);
    assert.match(text, /^Using valid authorizer policy for principal: \*{4}/m);
    assert.doesNotMatch(text, /secret/);
  });

  it('follows the setting of a route', async () => {
    const { ports } = logged(OK, {
      executionGroups: [GROUP],
      optionsOf: (routeKey) => ({ ...PLAIN_ROUTE, loggingLevel: routeKey === 'hi' ? 'INFO' : 'OFF' }),
    });
    const connection = ports.connections.open(aDetail(), new FakeSocket());

    await disconnect(connection, { code: 1000, reason: '' }, ports);
    assert.deepEqual(ports.logGroups.lines, []);
    await message(connection, '{"action":"hi"}', ports);
    assert.equal(ports.logGroups.lines.length, 9);
  });

  // Attack: a log is read by more people than may connect, and a browser's token is in the query.
  it('shows no token that the authorizer reads from the query', async () => {
    const api = logged(OK, TRACED, { connect: { functionName, authorization: anAuthorizer('auth') } });

    await shakeHands(api, '/dev?token=very%2Fsecret-abc&page=1');

    const text = linesOf(api.ports).join('\n');
    assert.match(text, /^Method request query string: \{token=\*\*\*\*abc, page=1\}$/m);
    assert.match(text, /^Method completed with status: 200$/m);
    assert.doesNotMatch(text, /very|secret/);
  });
});
