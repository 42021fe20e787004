/** `--roles on`: functions and integrations may do exactly what the roles in the template allow. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { signRequest } from '@gatewright/aws/sign-request';
import { createGateway } from '../../packages/gateway/engine/index.ts';
import { QUIET_GATEWAY } from '../support/a-gateway.ts';
import type { Gateway } from '../../packages/gateway/engine/index.ts';

const ADMIN = { accessKeyId: 'AKIDROLESTEST0000001', secretAccessKey: 'a-secret-of-this-test-only' };
const SIGN = pathToFileURL(join(import.meta.dirname, '../../packages/base/aws/sign-request.ts')).href;
const ARN = (service: string, resource: string) => `arn:aws:${service}:us-east-1:123456789012:${resource}`;
const SESSION = 'arn:aws:sts::123456789012:assumed-role/shop-role/shop';

/** Sends the given call, signed with the function's own credentials, as an SDK does. */
const HANDLER = `
import { signRequest } from '${SIGN}';
import { inspect } from 'node:util';
import { workerData } from 'node:worker_threads';
const { env, argv, execArgv } = process;
export const handler = async ({ service, path = '/', headers = {}, body = '' }) => {
  if (service === 'itself') return inspect({ env: { ...env }, argv, execArgv, workerData }, { depth: 9, maxArrayLength: null });
  const own = service === 'dynamodb' ? env.AWS_ENDPOINT_URL_DYNAMODB : env.AWS_ENDPOINT_URL;
  const url = new URL(path, own);
  const signed = signRequest({
    accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY, method: 'POST', url,
    headers, body, service, region: 'us-east-1', nowEpochMs: Date.now(),
  });
  const reply = await fetch(url, { method: 'POST', headers: signed, body });
  return { status: reply.status, type: reply.headers.get('x-amzn-errortype'), body: await reply.text() };
};
`;

const role = (RoleName: string, statements: readonly object[]) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    RoleName,
    Policies: [{ PolicyName: 'own', PolicyDocument: { Version: '2012-10-17', Statement: statements } }],
  },
});
const aFunction = (FunctionName: string, more: object) => ({
  Type: 'AWS::Serverless::Function',
  Properties: { FunctionName, CodeUri: '.', Handler: 'app.handler', Runtime: 'nodejs24.x', ...more },
});
const allow = (Action: string, Resource: string, more: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});
const putPet = (logicalId: string) => ({
  Type: 'AWS::ApiGateway::Method',
  Properties: {
    RestApiId: { Ref: 'Api' },
    HttpMethod: 'POST',
    AuthorizationType: 'NONE',
    ResourceId: { Ref: `${logicalId}Path` },
    MethodResponses: [{ StatusCode: '200' }, { StatusCode: '403' }],
    Integration: {
      Type: 'AWS',
      IntegrationHttpMethod: 'POST',
      Uri: 'arn:aws:apigateway:us-east-1:dynamodb:action/PutItem',
      Credentials: { 'Fn::GetAtt': [`${logicalId}Role`, 'Arn'] },
      RequestTemplates: { 'application/json': '{"TableName": "pets", "Item": {"id": {"S": "x"}}}' },
      IntegrationResponses: [{ StatusCode: '200' }, { StatusCode: '403', SelectionPattern: '400' }],
    },
  },
});
const path = (PathPart: string) => ({
  Type: 'AWS::ApiGateway::Resource',
  Properties: { RestApiId: { Ref: 'Api' }, ParentId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] }, PathPart },
});

const TEMPLATE = {
  Transform: 'AWS::Serverless-2016-10-31',
  Resources: {
    Table: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName: 'pets',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      },
    },
    Mine: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'mine' } },
    MyQueue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'mine' } },
    ShopRole: role('shop-role', [
      allow('dynamodb:PutItem', ARN('dynamodb', 'table/pets'), {
        Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['cat-*'] } },
      }),
      allow('lambda:InvokeFunction', ARN('lambda', 'function:free')),
      allow('sns:Publish', ARN('sns', 'mine')),
      allow('sqs:SendMessage', ARN('sqs', 'mine')),
      allow('events:PutEvents', ARN('events', 'event-bus/mine')),
      allow('execute-api:ManageConnections', ARN('execute-api', '*/dev/POST/@connections/*')),
    ]),
    Shop: aFunction('shop', { Role: { 'Fn::GetAtt': ['ShopRole', 'Arn'] } }),
    Free: aFunction('free', { Role: 'arn:aws:iam::123456789012:role/of-another-stack' }),
    Reader: aFunction('reader', { Policies: [{ DynamoDBReadPolicy: { TableName: { Ref: 'Table' } } }] }),
    Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'pets' } },
    GoodRole: role('good', [allow('dynamodb:PutItem', ARN('dynamodb', 'table/pets'))]),
    BadRole: role('bad', [allow('dynamodb:GetItem', ARN('dynamodb', 'table/pets'))]),
    GoodPath: path('good'),
    BadPath: path('bad'),
    Good: putPet('Good'),
    Bad: putPet('Bad'),
    Deployment: {
      Type: 'AWS::ApiGateway::Deployment',
      DependsOn: ['Good', 'Bad'],
      Properties: { RestApiId: { Ref: 'Api' }, StageName: 'dev' },
    },
    Chat: {
      Type: 'AWS::ApiGatewayV2::Api',
      Properties: {
        Name: 'chat',
        ProtocolType: 'WEBSOCKET',
        RouteSelectionExpression: '$request.body.action',
      },
    },
    ChatStage: {
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: { ApiId: { Ref: 'Chat' }, StageName: 'dev', AutoDeploy: true },
    },
  },
};

type Answer = { readonly status: number; readonly type: string | null; readonly body: string };
type Call = {
  readonly service: string;
  readonly path?: string;
  readonly headers?: object;
  readonly body?: string;
};

const json = (service: string, target: string, body: object): Call => ({
  service,
  headers: { 'Content-Type': 'application/x-amz-json-1.0', 'X-Amz-Target': target },
  body: JSON.stringify(body),
});
const form = (service: string, body: string, at = '/'): Call => ({
  service,
  path: at,
  body,
  headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
});
const put = (id: string): Call =>
  json('dynamodb', 'DynamoDB_20120810.PutItem', { TableName: 'pets', Item: { id: { S: id } } });
const invoke = (name: string): Call => ({
  service: 'lambda',
  path: `/2015-03-31/functions/${name}/invocations`,
  body: '{"service":"sts","body":"Action=GetCallerIdentity"}',
});
const message = (bus: string): Call =>
  json('events', 'AWSEvents.PutEvents', {
    Entries: [{ EventBusName: bus, Source: 's', DetailType: 'd', Detail: '{}' }],
  });

describe('roles at run time', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-roles-'));
  const messages: string[] = [];
  let gateway: Gateway;
  let control: string;

  before(async () => {
    writeFileSync(join(folder, 'app.mjs'), HANDLER);
    writeFileSync(join(folder, 'template.json'), JSON.stringify(TEMPLATE));
    gateway = await createGateway({
      ...QUIET_GATEWAY,
      directory: folder,
      dynamodb: { kind: 'embedded', dataDirectory: undefined },
      adminKey: ADMIN,
      roles: true,
      log: { write: (line) => messages.push(line) },
    });
    await gateway.load([join(folder, 'template.json')]);
    ({ control } = await gateway.listen());
  });
  after(async () => {
    await gateway.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Invokes a function, and returns the result of the call that the function made. */
  async function run(functionName: string, call: Call): Promise<Answer> {
    const url = new URL(`${control}/2015-03-31/functions/${functionName}/invocations`);
    const body = JSON.stringify(call);
    const at = { ...ADMIN, method: 'POST', url, headers: {}, body, service: 'lambda', region: 'us-east-1' };
    const reply = await fetch(url, {
      method: 'POST',
      body,
      headers: signRequest({ ...at, nowEpochMs: Date.now() }),
    });
    return (await reply.json()) as Answer;
  }

  const chatPath = (verb: string) => {
    const api = gateway.routes().find(({ name }) => name === 'chat');
    return `/${api?.id ?? ''}/${verb}/@connections/AAAAAAAAAAAAAA=`;
  };

  for (const { what, call } of [
    { what: 'writes items with the leading keys of its condition', call: put('cat-1') },
    { what: 'invokes the function that its role names', call: invoke('free') },
    {
      what: 'publishes to its topic',
      call: form('sns', `Action=Publish&TopicArn=${ARN('sns', 'mine')}&Message=m`),
    },
    {
      what: 'sends to its queue',
      call: form('sqs', 'Action=SendMessage&MessageBody=m', '/123456789012/mine'),
    },
    { what: 'puts events onto its bus', call: message('mine') },
  ])
    it(`a function ${what}`, async () => {
      const answer = await run('shop', call);
      assert.equal(answer.status, 200, answer.body);
    });

  // AWS's wording in each protocol.
  for (const { what, call, status, says, action, resource } of [
    {
      what: 'DynamoDB, for a condition',
      call: put('dog-1'),
      status: 400,
      says: '"__type":"com.amazon.coral.service#AccessDeniedException"',
      action: 'dynamodb:PutItem',
      resource: ARN('dynamodb', 'table/pets'),
    },
    {
      what: 'DynamoDB, for one member of a transaction',
      call: json('dynamodb', 'DynamoDB_20120810.TransactWriteItems', {
        TransactItems: [
          { Put: { TableName: 'pets', Item: { id: { S: 'cat-2' } } } },
          { Delete: { TableName: 'pets', Key: { id: { S: 'cat-1' } } } },
        ],
      }),
      status: 400,
      says: 'AccessDeniedException',
      action: 'dynamodb:DeleteItem',
      resource: ARN('dynamodb', 'table/pets'),
    },
    {
      what: 'Lambda',
      call: invoke('reader'),
      status: 403,
      says: '"__type":"AccessDeniedException"',
      action: 'lambda:InvokeFunction',
      resource: ARN('lambda', 'function:reader'),
    },
    {
      what: 'SNS',
      call: form('sns', `Action=Publish&TopicArn=${ARN('sns', 'other')}&Message=m`),
      status: 403,
      says: '<Code>AuthorizationError</Code>',
      action: 'SNS:Publish',
      resource: ARN('sns', 'other'),
    },
    {
      what: 'SQS',
      call: form('sqs', 'Action=SendMessage&MessageBody=m', '/123456789012/other'),
      status: 403,
      says: '<Code>AccessDenied</Code>',
      action: 'sqs:sendmessage',
      resource: ARN('sqs', 'other'),
    },
    {
      what: 'EventBridge',
      call: message('other'),
      status: 400,
      says: 'AccessDeniedException',
      action: 'events:PutEvents',
      resource: ARN('events', 'event-bus/other'),
    },
    {
      what: 'Step Functions',
      call: json('states', 'AWSStepFunctions.StartExecution', {
        stateMachineArn: ARN('states', 'stateMachine:m'),
      }),
      status: 400,
      says: 'AccessDeniedException',
      action: 'states:StartExecution',
      resource: ARN('states', 'stateMachine:m'),
    },
    {
      what: 'Kinesis',
      call: json('kinesis', 'Kinesis_20131202.PutRecord', { StreamName: 's', Data: '', PartitionKey: 'p' }),
      status: 400,
      says: 'AccessDeniedException',
      action: 'kinesis:PutRecord',
      resource: ARN('kinesis', 'stream/s'),
    },
  ])
    it(`a function is refused calls that its role does not allow: ${what}`, async () => {
      const answer = await run('shop', call);

      assert.equal(answer.status, status, answer.body);
      assert.ok(answer.body.includes(says), answer.body);
      const text = answer.body.replaceAll('&#39;', "'");
      assert.ok(
        text.includes(
          `User: ${SESSION} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
        ),
        text,
      );
      const named = action.startsWith('sqs') ? 'sqs:SendMessage' : action.replace(/^SNS/, 'sns');
      assert.ok(
        messages.some(
          (line) =>
            line.startsWith(`shop is not allowed to perform ${named} on ${resource}: `) &&
            line.includes(`"Effect": "Allow", "Action": "${named}", "Resource": `),
        ),
        messages.join('\n'),
      );
    });

  it('a function gets no key of the control port, neither in its environment, nor in its arguments, nor in its thread', async () => {
    const { controlSecret } = JSON.parse(
      readFileSync(join(folder, '.gatewright', 'credentials.json'), 'utf8'),
    ) as { controlSecret: string };

    const seen = JSON.stringify(await run('shop', { service: 'itself' }));

    assert.match(seen, /AWS_SECRET_ACCESS_KEY: '/);
    for (const key of [controlSecret, ADMIN.accessKeyId, ADMIN.secretAccessKey])
      assert.ok(!seen.includes(key), seen);
  });

  it('@connections requires the right to send', async () => {
    const allowed = await run('shop', { service: 'execute-api', path: chatPath('dev') });
    assert.equal(allowed.status, 410, 'the connection is gone, which only callers with the right learn');
    const refused = await run('reader', { service: 'execute-api', path: chatPath('dev') });
    assert.equal(refused.status, 403);
    assert.match(refused.body, /is not authorized to perform: execute-api:ManageConnections/);
  });

  it('a SAM policy template allows what it allows on AWS', async () => {
    const get = json('dynamodb', 'DynamoDB_20120810.GetItem', {
      TableName: 'pets',
      Key: { id: { S: 'cat-1' } },
    });
    assert.equal((await run('reader', get)).status, 200);
    assert.equal((await run('reader', put('cat-1'))).status, 400);
  });

  it('a function whose role is in no template may do everything', async () => {
    assert.equal((await run('free', put('dog-1'))).status, 200);
  });

  it('an integration has the rights of the role that its method names', async () => {
    const [api] = gateway.routes().filter(({ name }) => name === 'pets');
    assert.ok(api);
    const send = async (target: string) => {
      const reply = await gateway.inject({ apiId: api.id, method: 'POST', target, body: Buffer.from('{}') });
      return { status: reply.status, body: String(reply.body) };
    };
    assert.deepEqual(await send('/dev/good'), { status: 200, body: '{}' });
    const refused = await send('/dev/bad');
    assert.equal(refused.status, 403);
    assert.match(
      refused.body,
      /assumed-role\/bad\/BackplaneAssumeRoleSession is not authorized to perform: dynamodb:PutItem/,
    );
  });
});
