/**
 * A gateway with a console, which tests call over its control port. It has a REST API with a key, a quota and a cache,
 * a WebSocket API, and a table.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sign } from '../../packages/gateway/console/page/connection/sign.ts';
import { readCredentials } from '../../packages/gateway/kernel/files/identity-file.ts';
import { createGateway } from '../../packages/gateway/engine/index.ts';
import type {
  AccessBook,
  Gateway,
  CustomerBook,
  PortalBook,
  InvoiceBook,
} from '../../packages/gateway/engine/index.ts';
import { QUIET_GATEWAY } from './a-gateway.ts';

const code = (text: string): object => ({ ZipFile: text });
const lambda = (name: string, text: string): object => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    FunctionName: name,
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Code: code(text),
    Environment: { Variables: { STAGE: 'dev', API_TOKEN: 'very-secret-variable' } },
  },
});
const uri = (name: string): object => ({
  'Fn::Sub': `arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${${name}.Arn}/invocations`,
});
const api = { 'Fn::Sub': '${Api}' };
const method = (resource: object, more: object): object => ({
  Type: 'AWS::ApiGateway::Method',
  Properties: {
    RestApiId: api,
    ResourceId: resource,
    HttpMethod: 'GET',
    AuthorizationType: 'NONE',
    Integration: { Type: 'AWS_PROXY', IntegrationHttpMethod: 'POST', Uri: uri('Hello') },
    ...more,
  },
});
const item = (PathPart: string): object => ({
  Type: 'AWS::ApiGateway::Resource',
  Properties: { RestApiId: api, ParentId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] }, PathPart },
});

const TEMPLATE = {
  Resources: {
    Hello: lambda(
      'hello',
      'exports.handler = async (event) => { console.log("greeting", event.path); return { statusCode: 200, headers: { "content-type": "application/json" }, body: "{\\"hello\\":\\"world\\"}" }; }',
    ),
    Gate: lambda(
      'gate',
      'exports.handler = async (event) => ({ principalId: "alice", policyDocument: { Version: "2012-10-17", Statement: [{ Effect: event.authorizationToken === "Bearer good-token-of-alice" ? "Allow" : "Deny", Action: "execute-api:Invoke", Resource: "*" }] } })',
    ),
    Chat: lambda(
      'chat',
      'exports.handler = async (event) => ({ statusCode: 200, body: "heard " + event.body })',
    ),
    Table: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName: 'orders',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      },
    },
    Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'shop' } },
    Guarded: item('guarded'),
    Metered: item('metered'),
    Auth: {
      Type: 'AWS::ApiGateway::Authorizer',
      Properties: {
        RestApiId: api,
        Name: 'gate',
        Type: 'TOKEN',
        AuthorizerUri: uri('Gate'),
        IdentitySource: 'method.request.header.Authorization',
        AuthorizerResultTtlInSeconds: 300,
      },
    },
    GetGuarded: method({ Ref: 'Guarded' }, { AuthorizationType: 'CUSTOM', AuthorizerId: { Ref: 'Auth' } }),
    GetMetered: method({ Ref: 'Metered' }, { ApiKeyRequired: true }),
    Deployment: {
      Type: 'AWS::ApiGateway::Deployment',
      DependsOn: ['GetGuarded', 'GetMetered'],
      Properties: { RestApiId: api },
    },
    Stage: {
      Type: 'AWS::ApiGateway::Stage',
      Properties: {
        RestApiId: api,
        StageName: 'dev',
        DeploymentId: { Ref: 'Deployment' },
        CacheClusterEnabled: true,
        CacheClusterSize: '0.5',
        MethodSettings: [
          { HttpMethod: 'GET', ResourcePath: '/guarded', CachingEnabled: true, CacheTtlInSeconds: 60 },
        ],
      },
    },
    Key: {
      Type: 'AWS::ApiGateway::ApiKey',
      Properties: { Enabled: true, Name: 'partner', Value: 'partner-key-value-0123456789' },
    },
    Plan: {
      Type: 'AWS::ApiGateway::UsagePlan',
      Properties: {
        UsagePlanName: 'basic',
        Quota: { Limit: 2, Period: 'DAY' },
        ApiStages: [{ ApiId: api, Stage: { Ref: 'Stage' } }],
      },
    },
    PlanKey: {
      Type: 'AWS::ApiGateway::UsagePlanKey',
      Properties: { UsagePlanId: { Ref: 'Plan' }, KeyId: { Ref: 'Key' }, KeyType: 'API_KEY' },
    },
    Socket: {
      Type: 'AWS::ApiGatewayV2::Api',
      Properties: {
        Name: 'chat',
        ProtocolType: 'WEBSOCKET',
        RouteSelectionExpression: '$request.body.action',
      },
    },
    ChatIntegration: {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: { ApiId: { Ref: 'Socket' }, IntegrationType: 'AWS_PROXY', IntegrationUri: uri('Chat') },
    },
    Default: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ApiId: { Ref: 'Socket' },
        RouteKey: '$default',
        RouteResponseSelectionExpression: '$default',
        Target: { 'Fn::Sub': 'integrations/${ChatIntegration}' },
      },
    },
    DefaultResponse: {
      Type: 'AWS::ApiGatewayV2::RouteResponse',
      Properties: { ApiId: { Ref: 'Socket' }, RouteId: { Ref: 'Default' }, RouteResponseKey: '$default' },
    },
    SocketStage: {
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: { ApiId: { Ref: 'Socket' }, StageName: 'dev', AutoDeploy: true },
    },
  },
};

/** Represents what the command knows about access documents. */
const ACCESS: AccessBook = {
  documents: () => [
    {
      name: 'shop',
      kind: 'rest',
      apis: [],
      issuers: ['main'],
      columns: ['anybody', 'clerk'],
      rows: [
        {
          method: 'GET',
          path: '/guarded',
          cells: ['deny', 'allow'],
          rules: ['clerks: allow if role clerk'],
          isCharged: false,
        },
      ],
      notes: [],
    },
  ],
  decide: () => undefined,
  localToken: () => undefined,
  newKey: () => undefined,
  ask: async ({ document, roles }) =>
    document === 'shop'
      ? {
          kind: 'routes',
          routes: [{ route: 'GET /guarded', word: 'ALLOW', reason: `as ${roles.join()}` }],
          refusal: undefined,
          unasked: undefined,
        }
      : { kind: 'problem', problem: 'There is no such document.' },
};

const INVOICES: InvoiceBook = {
  ofMonth: (month) => Promise.resolve({ month, invoices: [], notClosed: 'one period', unpriced: undefined }),
  close: (month) => Promise.reject(new Error(`${month} cannot be closed`)),
};

const LATER = '2026-11-29T12:00:00.000Z';

const CUSTOMERS: CustomerBook = {
  list: () => Promise.resolve({ customers: [{ tenant: 'acme', state: 'active', plan: 'gold' }] }),
  one: (tenant) =>
    tenant === 'broken' ? Promise.reject(new Error('The table is unreachable.')) : Promise.resolve(undefined),
  reads: () => Promise.resolve(undefined),
};

const PEOPLE: PortalBook = {
  organisation: (tenant) =>
    Promise.resolve({
      hasPortal: tenant !== 'bare',
      roles: ['owner', 'developer'],
      members: [],
      invitations: [{ id: 'i-1', role: 'owner', by: 'the provider of the API', expiresAt: LATER }],
    }),
  invite: (tenant, role) =>
    role === 'owner'
      ? Promise.resolve({ link: `http://portal/#/invitation/gwinv_of_${tenant}`, role, expiresAt: LATER })
      : Promise.reject(new Error(`role must be owner, not ${role}`)),
  withdraw: (_tenant, id) =>
    id === 'i-1' ? Promise.resolve() : Promise.reject(new Error('The invitation is not open.')),
};

type ConsoleReply = { readonly status: number; readonly headers: Headers; readonly text: string };

export type ConsoleGateway = AsyncDisposable & {
  readonly gateway: Gateway;
  readonly control: string;
  readonly console: string;
  /** The secret of the command line. */
  readonly secret: string;
  /** The key of the page, which its link contains. */
  readonly key: string;
  /** The Authorization header of the page at this address. */
  readonly asPage: (key?: string) => Promise<{ readonly Authorization: string }>;
  readonly urlOf: (name: string) => string;
  /** Sends a request below `/_gatewright/`, with the secret. */
  readonly ask: (method: string, path: string, body?: object) => Promise<unknown>;
  /** Sends any request to the control port, with any headers. */
  readonly send: (
    method: string,
    path: string,
    headers?: Record<string, string>,
    body?: string,
  ) => Promise<ConsoleReply>;
};

/**
 * @param pageKeys the folder in which page keys are kept; without it, the key is valid only for this run of the gateway
 */
export async function aConsoleGateway(
  pageKeys?: string,
  folder = mkdtempSync(join(tmpdir(), 'gatewright-console-')),
): Promise<ConsoleGateway> {
  const template = join(folder, 'template.json');
  mkdirSync(folder, { recursive: true });
  writeFileSync(template, JSON.stringify(TEMPLATE));
  const page = {
    type: 'text/html; charset=utf-8',
    body: Buffer.from('<!doctype html><title>Gatewright</title>'),
  };
  const gateway = await createGateway({
    ...QUIET_GATEWAY,
    directory: folder,
    dynamodb: { kind: 'embedded', dataDirectory: undefined },
    adminKey: { accessKeyId: 'LOCALADMIN', secretAccessKey: 'of-this-test' },
    record: 100,
    ...(pageKeys !== undefined && { pageKeys }),
    access: ACCESS,
    invoices: INVOICES,
    customers: CUSTOMERS,
    portal: PEOPLE,
    tries: () => ['# open to everyone', 'curl -i http://127.0.0.1:3000/'],
    consoleFiles: () => Promise.resolve(new Map([['index.html', page]])),
  });
  await gateway.load([template]);
  const { apis, control, console: shown = '' } = await gateway.listen();
  const key = shown.slice(shown.indexOf('#') + 1);
  const secret = (await readCredentials(folder))?.controlSecret ?? '';
  const send: ConsoleGateway['send'] = (verb, path, headers = {}, body = '') =>
    sendTo(`${control}${path}`, verb, headers, body);
  return {
    gateway,
    control,
    console: shown,
    key,
    secret,
    async asPage(given = key) {
      const { start } = JSON.parse((await send('GET', '/console/start')).text) as { readonly start: string };
      return { Authorization: `Bearer ${await sign(given, start, new URL(control).host)}` };
    },
    send,
    urlOf: (name) => apis.find((one) => one.name === name)?.url ?? '',
    async ask(verb, path, body) {
      const headers = { Authorization: `Bearer ${secret}`, 'Content-Type': 'application/json' };
      const reply = await send(
        verb,
        `/_gatewright/${path}`,
        headers,
        body === undefined ? '' : JSON.stringify(body),
      );
      return { status: reply.status, ...(JSON.parse(reply.text) as object) };
    },
    async [Symbol.asyncDispose]() {
      await gateway.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Sends any Host and Origin, which `fetch` does not allow. */
function sendTo(
  url: string,
  method: string,
  headers: Record<string, string>,
  body: string,
): Promise<ConsoleReply> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(url, { method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const received = Object.entries(response.headers).map(([name, value]): [string, string] => [
          name,
          String(value),
        ]);
        resolve({
          status: response.statusCode ?? 0,
          headers: new Headers(received),
          text: Buffer.concat(chunks).toString(),
        });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
