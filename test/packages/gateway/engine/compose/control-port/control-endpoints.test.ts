/** What a start answers below `/_gatewright/`, and at addresses of the control port that belong to a stack. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { aGateway, GATEWAY_ADMIN } from '../../../../../support/a-gateway.ts';
import type { StartedGateway } from '../../../../../support/a-gateway.ts';
import { signRequest } from '../../../../../../packages/base/aws/sign-request.ts';

const ISSUER = 'https://example.eu.auth0.com/';
const DOMAIN = 'api.shop.example';
const shop = { RestApiId: { Ref: 'Shop' } };
const chat = { ApiId: { Ref: 'Chat' } };

const WATCH = `exports.handler = async ({ url, Records = [] }) => {
  for (const { dynamodb } of Records) console.log('changed ' + dynamodb.Keys.id.S);
  return url === undefined ? 'no address' : (await fetch(url)).status;
};`;

const RESOURCES = {
  Orders: {
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      TableName: 'shop-orders',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
    },
  },
  Watch: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      FunctionName: 'watch',
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: 'arn:aws:iam::123456789012:role/any',
      Code: { ZipFile: WATCH },
    },
  },
  Changes: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      EventSourceArn: { 'Fn::GetAtt': ['Orders', 'StreamArn'] },
      FunctionName: { Ref: 'Watch' },
      StartingPosition: 'LATEST',
    },
  },
  Jobs: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'jobs' } },
  Shop: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'shop' } },
  Get: {
    Type: 'AWS::ApiGateway::Method',
    Properties: {
      ...shop,
      ResourceId: { 'Fn::GetAtt': ['Shop', 'RootResourceId'] },
      HttpMethod: 'GET',
      AuthorizationType: 'NONE',
      Integration: {
        Type: 'AWS',
        IntegrationHttpMethod: 'POST',
        Credentials: 'arn:aws:iam::123456789012:role/any',
        Uri: 'arn:aws:apigateway:eu-west-1:sns:action/Publish',
        RequestParameters: {
          'integration.request.querystring.TopicArn': "'arn:aws:sns:eu-west-1:210987654321:visits'",
          'integration.request.querystring.Message': "'came by'",
        },
        IntegrationResponses: [{ StatusCode: 200 }],
      },
      MethodResponses: [{ StatusCode: 200 }],
    },
  },
  Deployment: { Type: 'AWS::ApiGateway::Deployment', DependsOn: 'Get', Properties: shop },
  Stage: {
    Type: 'AWS::ApiGateway::Stage',
    Properties: { ...shop, StageName: 'dev', DeploymentId: { Ref: 'Deployment' } },
  },
  Key: { Type: 'AWS::ApiGateway::ApiKey', Properties: { Enabled: true } },
  Plan: {
    Type: 'AWS::ApiGateway::UsagePlan',
    Properties: { ApiStages: [{ ApiId: { Ref: 'Shop' }, Stage: { Ref: 'Stage' } }] },
  },
  Member: {
    Type: 'AWS::ApiGateway::UsagePlanKey',
    Properties: { KeyId: { Ref: 'Key' }, KeyType: 'API_KEY', UsagePlanId: { Ref: 'Plan' } },
  },
  Domain: {
    Type: 'AWS::ApiGatewayV2::DomainName',
    Properties: {
      DomainName: DOMAIN,
      DomainNameConfigurations: [{ CertificateArn: 'arn:aws:acm:eu-west-1:123456789012:certificate/c' }],
    },
  },
  Mapping: {
    Type: 'AWS::ApiGatewayV2::ApiMapping',
    DependsOn: 'Domain',
    Properties: { ApiId: { Ref: 'Shop' }, DomainName: DOMAIN, Stage: { Ref: 'Stage' } },
  },
  Chat: {
    Type: 'AWS::ApiGatewayV2::Api',
    Properties: { Name: 'chat', ProtocolType: 'WEBSOCKET', RouteSelectionExpression: '$request.body.action' },
  },
  ChatStage: {
    Type: 'AWS::ApiGatewayV2::Stage',
    Properties: { ...chat, StageName: 'live', AutoDeploy: true },
  },
};

type Answer = { readonly status: number; readonly body: Readonly<Record<string, unknown>> };

const CLOCK = 'expected the offset of the clock in milliseconds, at most 3153600000000 forward or back';

describe('the control port of a start', () => {
  let started: StartedGateway;
  let directory: string;
  before(async () => {
    started = await aGateway(RESOURCES, {
      resets: true,
      dynamodb: { kind: 'embedded', dataDirectory: undefined },
      tables: { Orders: [{ id: 'first' }] },
      localIssuers: [ISSUER],
    });
    directory = dirname(started.gateway.stacks[0]?.file ?? '');
  });
  after(() => started.close());

  async function ask(method: string, path: string, body?: object): Promise<Answer> {
    const { GATEWRIGHT_CONTROL_SECRET: secret = '' } = started.gateway.environment();
    const reply = await fetch(`${started.listening.control}/_gatewright/${path}`, {
      method,
      headers: { authorization: `Bearer ${secret}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: reply.status, body: (await reply.json()) as Answer['body'] };
  }
  const items = async (table = 'Orders'): Promise<unknown> =>
    (await ask('GET', `items?table=${table}`)).body['items'];
  const add = (id: string, table = 'Orders'): Promise<Answer> =>
    ask('POST', 'items', { table, items: [{ id }] });
  const nowEpochMs = async (ms: number): Promise<number> => {
    const { status, body } = await ask('POST', 'advance', { ms });
    assert.equal(status, 200);
    return Number(body['nowEpochMs']);
  };

  it('directs functions to the issuer that stands in for another one', async () => {
    const payload = JSON.stringify({ url: `${ISSUER}.well-known/jwks.json` });

    const { body } = await ask('POST', 'invoke', { function: 'Watch', payload });

    assert.deepEqual([body['kind'], body['payload']], ['returned', '200']);
  });

  it('shows and adds items of a table, by its name and by its logical id', async () => {
    await ask('POST', 'reset', {});

    assert.deepEqual(await items(), [{ id: 'first' }]);
    assert.equal((await add('second', 'shop-orders')).status, 200);
    assert.equal(JSON.stringify(await items('shop-orders')).includes('second'), true);
  });

  for (const { method, path, body, message } of [
    {
      method: 'GET',
      path: 'items?table=None',
      message: 'Unknown table "None"; expected one of shop-orders (Orders)',
    },
    {
      method: 'POST',
      path: 'items',
      body: { table: 'None', items: [] },
      message: 'Unknown table "None"; expected one of shop-orders (Orders)',
    },
    {
      method: 'GET',
      path: 'messages?queue=None',
      message: 'Unknown queue "None"; expected one of jobs (Jobs)',
    },
    {
      method: 'POST',
      path: 'invoke',
      body: { function: 'none', payload: '{}' },
      message: 'Unknown function "none"; expected one of watch (Watch)',
    },
  ])
    it(`answers ${method} ${path} with the existing values`, async () => {
      assert.deepEqual(await ask(method, path, body), { status: 404, body: { message } });
    });

  for (const { path, body, expected } of [
    { path: 'items', body: { table: 'Orders' }, expected: '{"table": string, "items": list of objects}' },
    { path: 'items', body: { items: [] }, expected: '{"table": string, "items": list of objects}' },
    { path: 'invoke', body: { function: 'watch' }, expected: '{"function": string, "payload": JSON text}' },
    { path: 'invoke', body: { payload: '1' }, expected: '{"function": string, "payload": JSON text}' },
    { path: 'advance', body: { ms: '1s' }, expected: '{"ms": number}' },
    { path: 'advance', body: {}, expected: '{"ms": number}' },
    { path: 'reset', body: { keepsInstances: 'yes' }, expected: '{"keepsInstances": true or false}' },
    { path: 'data/save', body: { file: 'relative.json' }, expected: '{"file": absolute path}' },
  ])
    it(`says what POST ${path} accepts, given ${JSON.stringify(body)}`, async () => {
      assert.deepEqual(await ask('POST', path, body), {
        status: 400,
        body: { message: `Expected ${expected}` },
      });
    });

  it('shows what waits in a queue', async () => {
    await ask('POST', 'events', { target: 'Jobs', body: 'clean up' });

    const { messages } = (await ask('GET', 'messages?queue=Jobs')).body;

    assert.match(JSON.stringify(messages), /clean up/);
  });

  it('moves the time by the requested amount, but no further than a hundred years', async () => {
    const first = await nowEpochMs(0);

    const second = await nowEpochMs(60_000);
    const tooFar = await ask('POST', 'advance', { ms: 1e15 });

    assert.ok(second - first >= 60_000 && second - first < 120_000, `${second - first} ms`);
    assert.deepEqual(tooFar, {
      status: 400,
      body: { message: 'the clock can be moved by at most 100 years' },
    });
  });

  it('has run what a change of a table starts when it has settled', async () => {
    await add('settled');

    const { status } = await ask('POST', 'settle');

    assert.equal(status, 200);
    assert.ok(started.lines.includes('changed settled'));
  });

  it('resets tables, clock and recorded calls, and its own changes to items are not published as events', async () => {
    await add('to be removed');
    await ask('POST', 'settle');
    const later = await nowEpochMs(3_600_000);
    await (await fetch(started.urlOf('rest'))).text();
    const recorded = (await ask('GET', 'recorded')).body['calls'] as readonly unknown[];
    const changes = started.lines.filter((line) => line.startsWith('changed ')).length;

    await ask('POST', 'reset', { keepsInstances: true });
    await ask('POST', 'settle');

    assert.equal(recorded.length, 1);
    assert.deepEqual((await ask('GET', 'recorded')).body['calls'], []);
    assert.deepEqual(await items(), [{ id: 'first' }]);
    assert.ok((await nowEpochMs(0)) < later);
    assert.equal(started.lines.filter((line) => line.startsWith('changed ')).length, changes);
  });

  it('saves its state by the names of its parts, and loads it', async () => {
    const file = join(directory, 'state.json');
    await ask('POST', 'reset', {});
    await ask('POST', 'advance', { ms: 60_000 });

    const saved = await ask('POST', 'data/save', { file });
    const [, state = ''] = readFileSync(file, 'utf8').split('\n');
    await ask('POST', 'reset', {});
    const loaded = await ask('POST', 'data/load', { file });

    assert.deepEqual([saved.status, saved.body['items'], loaded.status], [200, 1, 200]);
    const { clockOffsetMs, ...others } = JSON.parse(state) as Record<string, unknown>;
    assert.ok(Number(clockOffsetMs) >= 60_000);
    assert.deepEqual(Object.keys(others), ['tables', 'issuerKeys', 'pools', 'calls', 'usage', 'services']);
  });

  for (const { part, value, message } of [
    { part: 'usage', value: 'none', message: 'the usage in the file is not a list; save the data again' },
    {
      part: 'usage',
      value: [{ planId: 1, keyId: 'k' }],
      message: 'entry 1 of the usage in the file is invalid; save the data again',
    },
    {
      part: 'usage',
      value: usage({ planId: 1 }),
      message: 'entry 1 of the usage in the file is invalid; save the data again',
    },
    {
      part: 'usage',
      value: usage({ keyId: 1 }),
      message: 'entry 1 of the usage in the file is invalid; save the data again',
    },
    {
      part: 'usage',
      value: usage({ usage: {} }),
      message: 'entry 1 of the usage in the file is invalid; save the data again',
    },
    { part: 'clockOffsetMs', value: '1h', message: `the clock in the file is "1h"; ${CLOCK}` },
    {
      part: 'clockOffsetMs',
      value: 101 * 365 * 86_400_000,
      message: `the clock in the file is 3185136000000; ${CLOCK}`,
    },
    {
      part: 'issuerKeys',
      value: [],
      message: 'the issuer in the file has no valid key; save the data again',
    },
    { part: 'pools', value: 'none', message: 'the users in the file are invalid; save the data again' },
  ])
    it(`does not load a state whose ${part} is ${JSON.stringify(value)}`, async () => {
      const file = join(directory, 'state.json');
      await ask('POST', 'data/save', { file });
      const [header = '', state = ''] = readFileSync(file, 'utf8').split('\n');
      const changed = `${JSON.stringify({ ...(JSON.parse(state) as object), [part]: value })}\n`;
      const bytes = Buffer.byteLength(changed);
      const sha256 = createHash('sha256').update(changed).digest('hex');
      const written = { ...(JSON.parse(header) as object), bytes, sha256 };
      writeFileSync(file, `${JSON.stringify(written)}\n${changed}`);

      assert.deepEqual(await ask('POST', 'data/load', { file }), { status: 409, body: { message } });
    });

  it('finds the API of a custom domain by the Host of a request', async () => {
    const { hostname, port } = new URL(started.urlOf('rest'));

    const status = await new Promise<number | undefined>((resolve, reject) => {
      httpRequest({ host: hostname, port, path: '/', headers: { host: DOMAIN } }, (reply) => {
        reply.resume();
        resolve(reply.statusCode);
      })
        .on('error', reject)
        .end();
    });

    assert.equal(status, 200);
  });

  describe('for @connections', () => {
    const connections = async (path: string): Promise<string> => {
      const url = new URL(path, started.listening.control);
      const call = { method: 'GET', url, headers: {}, body: '', service: 'execute-api', region: 'eu-west-1' };
      const headers = signRequest({ ...call, ...GATEWAY_ADMIN, nowEpochMs: await nowEpochMs(0) });
      const reply = await fetch(url, { headers });
      return `${reply.status} ${await reply.text()}`;
    };
    const chatApi = () => started.listening.apis.find(({ kind }) => kind === 'websocket');

    it('calls the WebSocket API that is named', async () => {
      assert.match(
        await connections(`/${chatApi()?.id}/live/@connections/none`),
        /^400 .*Invalid connectionId: none/,
      );
      assert.equal(await connections(`/${chatApi()?.id}/live/@connections/AAAAAAAAAAAAAA=`), '410 ');
    });

    it('lists the addresses of WebSocket APIs if none is named', async () => {
      const answer = await connections('/live/@connections/AAAAAAAAAAAAAA=');

      assert.match(answer, new RegExp(chatApi()?.url.replace(/^ws/, '') ?? 'no address'));
      assert.doesNotMatch(answer, new RegExp(started.urlOf('rest').replace(/^http/, '')));
    });
  });
});

/** An entry of saved usage, with what is given in place of what would be right. */
function usage(given: object): readonly object[] {
  return [{ planId: 'p', keyId: 'k', usage: { firstDay: 1, used: [], extensions: [] }, ...given }];
}
