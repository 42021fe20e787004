import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { request } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { DefinitionError, StartError } from '../../../../../packages/gateway/core/errors.ts';
import { openFaults } from '../../../../../packages/gateway/engine/faults/open-faults.ts';
import { aGateway } from '../../../../support/a-gateway.ts';
import type { StartedGateway } from '../../../../support/a-gateway.ts';
import { MemoryLog, virtualPorts } from '../../../../support/virtual-ports.ts';

const CODE = `
const { DynamoDBClient, GetItemCommand } = require('@aws-sdk/client-dynamodb');
const client = new DynamoDBClient({ maxAttempts: 1 });
const born = require('node:crypto').randomUUID();
let events = 0;
exports.handler = async ({ rawPath }) => {
  events += 1;
  if (rawPath === '/table') {
    try {
      await client.send(new GetItemCommand({ TableName: 'orders', Key: { id: { S: 'a' } } }));
      return { statusCode: 200, body: 'read' };
    } catch (error) {
      return { statusCode: 200, body: error.name };
    }
  }
  return { statusCode: 200, headers: { 'content-type': 'text/plain' }, body: born + ' ' + events };
};`;

const PATHS = [
  'slow',
  'late',
  'status',
  'error',
  'crash',
  'throttle',
  'cold',
  'reset',
  'cut',
  'table',
  'plain',
];

const route = (path: string): object => ({
  Type: 'AWS::ApiGatewayV2::Route',
  Properties: {
    ApiId: { Ref: 'Api' },
    RouteKey: `GET /${path}`,
    Target: { 'Fn::Join': ['/', ['integrations', { Ref: 'Call' }]] },
  },
});

const STACK = {
  Orders: {
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      TableName: 'orders',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    },
  },
  Shop: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      FunctionName: 'shop',
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: 'arn:aws:iam::123456789012:role/shop',
      Code: { ZipFile: CODE },
    },
  },
  Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'shop', ProtocolType: 'HTTP' } },
  Call: {
    Type: 'AWS::ApiGatewayV2::Integration',
    Properties: {
      ApiId: { Ref: 'Api' },
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: { 'Fn::GetAtt': ['Shop', 'Arn'] },
      PayloadFormatVersion: '2.0',
      TimeoutInMillis: 10_000,
    },
  },
  Stage: {
    Type: 'AWS::ApiGatewayV2::Stage',
    Properties: { ApiId: { Ref: 'Api' }, StageName: '$default', AutoDeploy: true },
  },
  ...Object.fromEntries(PATHS.map((path) => [`Get${path}`, route(path)])),
};

/** A stack without functions: an API with a backend, and a WebSocket API, which faults do not affect. */
const OTHER_STACK = {
  Chat: {
    Type: 'AWS::ApiGatewayV2::Api',
    Properties: { Name: 'chat', ProtocolType: 'WEBSOCKET', RouteSelectionExpression: '$request.body.action' },
  },
  ChatStage: {
    Type: 'AWS::ApiGatewayV2::Stage',
    Properties: { ApiId: { Ref: 'Chat' }, StageName: 'live', AutoDeploy: true },
  },
  ChatMock: {
    Type: 'AWS::ApiGatewayV2::Integration',
    Properties: { ApiId: { Ref: 'Chat' }, IntegrationType: 'MOCK' },
  },
  ChatJoin: {
    Type: 'AWS::ApiGatewayV2::Route',
    Properties: {
      ApiId: { Ref: 'Chat' },
      RouteKey: 'join',
      Target: { 'Fn::Join': ['/', ['integrations', { Ref: 'ChatMock' }]] },
    },
  },
  Desk: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'desk' } },
  Ask: {
    Type: 'AWS::ApiGateway::Method',
    Properties: {
      RestApiId: { Ref: 'Desk' },
      ResourceId: { 'Fn::GetAtt': ['Desk', 'RootResourceId'] },
      HttpMethod: 'GET',
      AuthorizationType: 'NONE',
      Integration: { Type: 'HTTP_PROXY', IntegrationHttpMethod: 'GET', Uri: 'http://127.0.0.1:1/' },
    },
  },
  DeskDeployment: {
    Type: 'AWS::ApiGateway::Deployment',
    DependsOn: 'Ask',
    Properties: { RestApiId: { Ref: 'Desk' }, StageName: 'dev' },
  },
};

const FAULTS = `
seed: 7
rules:
  - { name: slow orders, route: GET /slow, latency: 5ms }
  - { route: GET /status, status: 503 }
  - { route: GET /error, error: no stock }
  - { route: GET /crash, crash: true }
  - { route: GET /throttle, function: shop, throttle: true }
  - { route: GET /cold, coldStart: true }
  - { route: GET /reset, reset: true }
  - { route: GET /cut, cutBody: 5 }
  - { name: no table, table: Orders, function: shop }
`;

const withFaults = (text: string, options: Parameters<typeof aGateway>[1] = {}): Promise<StartedGateway> =>
  aGateway(
    STACK,
    {
      dynamodb: { kind: 'embedded', dataDirectory: undefined },
      faults: 'faults.yml',
      record: 100,
      ...options,
    },
    { 'faults.yml': text, 'other.json': JSON.stringify({ Resources: OTHER_STACK }) },
    {},
    ['other.json'],
  );

describe('a gateway with a file of faults', () => {
  let started: StartedGateway;
  before(async () => {
    started = await withFaults(FAULTS);
  });
  after(() => started.close());

  const get = async (path: string): Promise<{ status: number; body: string }> => {
    const reply = await fetch(`${started.urlOf('http')}/${path}`);
    return { status: reply.status, body: await reply.text() };
  };
  /** The path's request line. */
  const lineOf = (path: string): string | undefined =>
    started.lines.findLast((line) => line.startsWith(`shop GET /${path} `));
  const instance = async (path: string): Promise<string> => (await get(path)).body.split(' ')[0] ?? '';

  const ask = async (method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> => {
    const { GATEWRIGHT_CONTROL_SECRET: secret = '' } = started.gateway.environment();
    const reply = await fetch(`${started.listening.control}/_gatewright/${path}`, {
      method,
      headers: { authorization: `Bearer ${secret}` },
      ...(body && { body: JSON.stringify(body) }),
    });
    return reply.json();
  };

  it('names file, rules and seed when it listens', () => {
    assert.deepEqual(started.listening.faults, { file: 'faults.yml', rules: 9, seed: 7 });
  });

  it('delays a request and reports it in its line', async () => {
    assert.equal((await get('slow')).status, 200);
    assert.match(lineOf('slow') ?? '', /\(faults\.yml rule 1 \(slow orders\): the request waited 5 ms\)/);
  });

  it('explains a request with the injected fault', async () => {
    await get('slow');

    const story = JSON.stringify(await ask('GET', 'requests/last'));

    assert.match(
      story,
      /A fault was injected: faults\.yml rule 1 \(slow orders\): the request waited 5 ms\./,
    );
    assert.match(story, /"title":"Injected faults"/);
  });

  it('answers a status for the integration', async () => {
    assert.deepEqual(await get('status'), { status: 503, body: '{"message":"Injected fault"}' });
    assert.match(
      lineOf('status') ?? '',
      /faults\.yml rule 2: status 503 was returned instead of calling the integration/,
    );
  });

  it('fails the function with the message of the rule', async () => {
    assert.equal((await get('error')).status, 500);
    assert.match(lineOf('error') ?? '', /Error: no stock; faults\.yml rule 3: the function failed/);
  });

  it('crashes the function: the next event gets a new instance', async () => {
    const first = await instance('plain');
    assert.equal(await instance('plain'), first);

    assert.equal((await get('crash')).status, 500);

    assert.match(lineOf('crash') ?? '', /Runtime\.ExitError: RequestId: .* exit status 1/);
    assert.notEqual(await instance('plain'), first);
  });

  it('throttles calls as Lambda does', async () => {
    assert.equal((await get('throttle')).status, 503);
    assert.match(lineOf('throttle') ?? '', /Rate Exceeded: faults\.yml rule 5/);
  });

  it('gives an event a new instance', async () => {
    assert.notEqual(await instance('cold'), await instance('cold'));
    assert.match(lineOf('cold') ?? '', /faults\.yml rule 6: the event ran in a new instance/);
  });

  /** Sends a request on a separate connection, and returns the response and how the connection ended. */
  const raw = (path: string): Promise<{ text: string; code: string | undefined }> =>
    new Promise((resolve) => {
      const { hostname, port } = new URL(started.urlOf('http'));
      let text = '';
      let code: string | undefined;
      const socket = connect(Number(port), hostname, () =>
        socket.write(`GET /${path} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n\r\n`),
      );
      socket.on('data', (part) => (text += part.toString()));
      socket.on('error', (error: NodeJS.ErrnoException) => (code = error.code));
      socket.on('close', () => resolve({ text, code }));
    });

  it('resets the connection before the head of the reply', async () => {
    assert.deepEqual(await raw('reset'), { text: '', code: 'ECONNRESET' });
    assert.match(lineOf('reset') ?? '', /faults\.yml rule 7: the connection was reset/);
  });

  it('truncates a body after it has announced the full length', async () => {
    const { text } = await raw('cut');

    const [head = '', body] = text.split('\r\n\r\n');
    assert.match(head, /^HTTP\/1\.1 200 .*Content-Length: 38/s);
    assert.equal(body?.length, 5);
    assert.match(lineOf('cut') ?? '', /faults\.yml rule 8: the body was cut after 5 bytes/);
  });

  it('lists its rules with counts for the console, if each can be switched', async () => {
    const rule = async (): Promise<unknown> =>
      ((await ask('GET', 'console/differs')) as { faults: readonly object[] }).faults[1];
    await get('status');

    await ask('POST', 'console/faults', { rule: 2, isOn: false });

    assert.equal((await get('status')).status, 200);
    assert.deepEqual(await rule(), {
      number: 2,
      name: '',
      what: 'status on GET /status, 100 %',
      isOn: false,
      matched: 3,
      injected: 2,
    });
    assert.deepEqual(await ask('POST', 'console/faults', { rule: 99, isOn: false }), {
      message: 'There is no fault rule 99.',
    });
  });

  it('makes a table unavailable to the function, and reports it with its request', async () => {
    assert.notEqual((await get('table')).body, 'read');
    assert.match(
      lineOf('table') ?? '',
      /faults\.yml rule 9 \(no table\): a call from shop to table orders got no response/,
    );
  });
});

describe('a reset of a connection with TLS', () => {
  it('ends it before the head of the reply, in HTTP/1.1 and HTTP/2', async () => {
    const started = await withFaults('rules: [{ route: GET /reset, reset: true }]', { tls: true });
    const url = started.urlOf('http');

    const first = await new Promise<unknown>((resolve) => {
      request(`${url}/reset`, { rejectUnauthorized: false }, resolve).on('error', resolve).end();
    });
    const session = connectHttp2(url, { rejectUnauthorized: false });
    const second = await new Promise<unknown>((resolve) => {
      session
        .request({ ':path': '/reset' })
        .on('response', resolve)
        .on('error', resolve)
        .on('close', resolve);
    });
    session.destroy();
    await started.close();

    assert.ok(first instanceof Error, 'no reply of HTTP/1.1');
    assert.ok(second === undefined || second instanceof Error, 'no reply of HTTP/2');
  });
});

describe('a rule of a table', () => {
  for (const answers of ['InternalServerError', 'ProvisionedThroughputExceededException'])
    it(`answers ${answers} as DynamoDB does`, async () => {
      const started = await withFaults(
        `rules: [{ table: { name: orders, answers: ${answers} }, function: Shop }]`,
      );

      const reply = await fetch(`${started.urlOf('http')}/table`);
      const body = await reply.text();
      await started.close();

      assert.equal(body, answers);
    });
});

describe('a start with a file of faults', () => {
  const refusalOf = async (text: string, options: Parameters<typeof aGateway>[1] = {}): Promise<unknown> => {
    try {
      await (await withFaults(text, options)).close();
    } catch (error) {
      return error;
    }
    return undefined;
  };

  for (const { name, text, message } of [
    {
      name: 'an unknown route',
      text: 'rules:\n  - latency: 1s\n    route: join',
      message: /^faults\.yml:3: unknown route "join"; expected one of GET \/slow, /,
    },
    {
      name: 'a share above 1',
      text: 'rules:\n  - route: GET /slow\n    latency: 1s\n    share: 1.5',
      message: /^faults\.yml:4: share must be a number from 0 to 1, not 1\.5$/,
    },
    {
      name: 'a bad time',
      text: 'rules:\n  - latency: 1s\n    from: soon',
      message: /^faults\.yml:3: from must be a duration such as 500ms, 30s or 2m, not "soon"$/,
    },
  ])
    it(`ends with file and line at ${name}`, async () => {
      const error = await refusalOf(text);

      assert.ok(error instanceof DefinitionError);
      assert.match(error.describe(), message);
    });

  it('ends if the injected faults would affect others on the network', async () => {
    const error = await refusalOf('rules: []', { host: '0.0.0.0' });

    assert.ok(error instanceof StartError);
    assert.equal(error.code, 'FAULTS');
    assert.match(error.message, /0\.0\.0\.0.*--allow-faults-on-network/);
  });

  it('listens on the network with the flag for it', async () => {
    assert.equal(await refusalOf('rules: []', { host: '0.0.0.0', allowFaultsOnNetwork: true }), undefined);
  });

  it('ends if the file cannot be read', async () => {
    const error = await refusalOf('rules: []', { faults: 'none.yml' });

    assert.ok(error instanceof StartError);
    assert.match(error.message, /^--faults: none\.yml cannot be read: ENOENT/);
  });
});

describe('openFaults', () => {
  it('reports rules that a reload has made void, if a start ends', () => {
    const directory = mkdtempSync(join(tmpdir(), 'gatewright-faults-'));
    writeFileSync(join(directory, 'faults.yml'), 'rules:\n  - reset: true\n    route: GET /gone');
    const log = new MemoryLog();
    const { clock, random } = virtualPorts({});
    const faults = openFaults('faults.yml', {
      options: { host: '127.0.0.1', directory, dynamodb: { kind: 'none' }, log },
      clock,
      random,
      served: { all: [], urls: [], stacks: [] },
    } as unknown as Parameters<typeof openFaults>[1]);
    rmSync(directory, { recursive: true });

    assert.throws(() => faults.follow(false), DefinitionError);
    faults.follow(true);

    assert.deepEqual(log.lines, [
      'faults.yml:3: unknown route "GET /gone"; there are none; the rule has no effect until the next reload',
    ]);
    faults.close();
  });
});
