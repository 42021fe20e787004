/**
 * serverless-offline, as its README has it used: a service per case in a folder that sees the user's
 * `node_modules`. What its `http`, `httpApi` and `websocket` events cannot say is not asked.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, isListening, makeFolder, startProcess } from './child-process.ts';
import { findLack } from './case-needs.ts';
import { NotAsked } from '../play/not-asked.ts';
import { LACKS_OF_ENDPOINTS } from './url.ts';
import type { Need } from './case-needs.ts';
import type { Deployed, Fragment, Target, TargetOptions } from './target.ts';
import { asText } from '../schema/parity-case.ts';
import type { ApiSetup, Json, JsonObject, ParityCase } from '../schema/parity-case.ts';

const REGION = 'us-east-1';
/** What it puts into events. */
const API_ID = 'offlineContext_apiId';
const ACCOUNT_ID = 'offlineContext_accountId';
const CONCURRENCY = 2;

const LACKS = new Map<Need, string | undefined>([
  ['controlPlane', 'serverless-offline has no control plane'],
  ...LACKS_OF_ENDPOINTS,
  ['backend', undefined],
  ['testInvoke', undefined],
  ['gatewayResponses', undefined],
  ['refusal', undefined],
  // Its README: signatures are checked by AWS only.
  ['issuer', 'serverless-offline does not verify tokens'],
]);

/** Programs that can run its plug-in, in the order of preference. */
const FRAMEWORKS = ['osls', 'serverless', 'sls'];

export function openServerlessOffline({ workingFolder, command }: TargetOptions): Target {
  const manifest = join(workingFolder, 'node_modules/serverless-offline/package.json');
  if (!existsSync(manifest))
    throw new Error(
      `no serverless-offline in ${workingFolder}: npm install --save-dev serverless-offline serverless`,
    );
  const found = FRAMEWORKS.map((name) => join(workingFolder, 'node_modules/.bin', name)).find(existsSync);
  const framework = command ?? (found === undefined ? undefined : [found]);
  if (framework === undefined)
    throw new Error(`neither osls nor serverless in ${workingFolder}: npm install --save-dev serverless`);
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string };
  return {
    name: 'serverless-offline',
    version,
    concurrency: CONCURRENCY,
    cannotAsk: (parityCase) => findLack(parityCase, LACKS),
    deploy: (fragment) => deploy(fragment, { framework, workingFolder }),
    openControl: () => Promise.reject(new NotAsked('serverless-offline has no control plane')),
    close: () => Promise.resolve([]),
  };
}

type Installed = { readonly framework: readonly string[]; readonly workingFolder: string };

async function deploy(fragment: Fragment, { framework, workingFolder }: Installed): Promise<Deployed> {
  const { parityCase, sources } = fragment;
  const service = toService(parityCase);
  const handlers = Object.entries(sources).map(([name, source]) => [`${fileOf(name)}.js`, source] as const);
  const folder = makeFolder(
    // JSON is YAML.
    { 'serverless.yml': JSON.stringify(service), 'package.json': '{}', ...Object.fromEntries(handlers) },
    workingFolder,
  );
  const [httpPort, lambdaPort, websocketPort] = [await freePort(), await freePort(), await freePort()];
  const [program = '', ...before] = framework;
  const started = startProcess({
    program,
    args: [
      ...before,
      'offline',
      '--noSponsor',
      '--host=127.0.0.1',
      `--httpPort=${httpPort}`,
      `--lambdaPort=${lambdaPort}`,
      `--websocketPort=${websocketPort}`,
    ],
    cwd: folder.path,
    env: { SLS_TELEMETRY_DISABLED: '1', SLS_NOTIFICATIONS_MODE: 'off', CI: '1' },
  });
  const close = async (): Promise<void> => {
    await started.stop();
    folder.remove();
  };
  const isWebSocket = parityCase.api === 'websocket';
  const port = isWebSocket ? websocketPort : httpPort;
  try {
    await started.until(() => isListening(port));
  } catch (error) {
    await close();
    throw error;
  }
  const stage = parityCase.api === 'rest' ? `/${parityCase.setup.stage}` : '';
  const notThere = (what: string) => (): never => {
    throw new NotAsked(`serverless-offline has no ${what}`);
  };
  return {
    kind: 'running',
    api: {
      apiId: API_ID,
      region: REGION,
      accountId: ACCOUNT_ID,
      url: new URL(`http://127.0.0.1:${port}${stage}`),
      manage: (method, connectionId, data) => manage(port, method, connectionId, data),
      testInvoke: notThere('TestInvokeMethod'),
      call: notThere('control plane'),
      describeGatewayResponses: notThere('control plane'),
      advance: notThere('clock'),
      sign: notThere('signatures'),
      readLog: () => [],
      close,
    },
  };
}

/** Its README: `@connections` is on the WebSocket port. */
async function manage(
  port: number,
  method: string,
  connectionId: string,
  data: Buffer | undefined,
): Promise<{ status: number; headers: readonly (readonly [string, string])[]; body: Buffer }> {
  const url = `http://127.0.0.1:${port}/@connections/${encodeURIComponent(connectionId)}`;
  const reply = await fetch(url, { method, ...(data === undefined ? {} : { body: new Uint8Array(data) }) });
  return { status: reply.status, headers: [...reply.headers], body: Buffer.from(await reply.arrayBuffer()) };
}

function fileOf(functionName: string): string {
  return `fn-${functionName}`;
}

/** What of a set-up the framework's events can say. */
const SETUP: readonly (keyof ApiSetup)[] = [
  'stage',
  'restApi',
  'methods',
  'httpApi',
  'routes',
  'functions',
  'functionProps',
  'authorizers',
  'models',
  'apiKeys',
  'analogue',
];

/** @throws NotAsked for what its events cannot say */
function toService(parityCase: ParityCase): JsonObject {
  const { setup, api } = parityCase;
  const other = Object.keys(setup).find((part) => !SETUP.includes(part as keyof ApiSetup));
  if (other !== undefined) throw new NotAsked(`${other} has no counterpart in serverless.yml`);
  // https://www.serverless.com/framework/docs/providers/aws/events/http-api: one stage, `$default`.
  if (api === 'http' && setup.stage !== '$default')
    throw new NotAsked('the framework deploys HTTP APIs to $default');
  const events = new Map<string, Json[]>();
  const add = (functionName: string, event: JsonObject): void => {
    events.set(functionName, [...(events.get(functionName) ?? []), event]);
  };
  if (api === 'rest') for (const method of setup.methods ?? []) addMethod(setup, method, add);
  else for (const route of setup.routes ?? []) addRoute(parityCase, route, add);
  const payloads = (setup.routes ?? []).map((route) => members(route['Integration'])['PayloadFormatVersion']);
  return {
    service: 'conformance',
    plugins: ['serverless-offline'],
    provider: {
      name: 'aws',
      runtime: 'nodejs22.x',
      stage: api === 'http' ? 'dev' : setup.stage,
      region: REGION,
      ...apiProvider(parityCase, payloads[0] ?? '1.0'),
    },
    functions: Object.fromEntries(
      Object.keys(setup.functions ?? {}).map((name) => [
        functionKey(name),
        {
          handler: `${fileOf(name)}.handler`,
          ...functionSettings(setup.functionProps?.[name] ?? {}),
          events: events.get(name) ?? [],
        },
      ]),
    ),
  };
}

function functionSettings({ Timeout, MemorySize, Environment, ...other }: JsonObject): JsonObject {
  refuseMembers(other, [], 'Function');
  return {
    ...(Timeout === undefined ? {} : { timeout: Timeout }),
    ...(MemorySize === undefined ? {} : { memorySize: MemorySize }),
    ...(Environment === undefined ? {} : { environment: members(Environment)['Variables'] ?? {} }),
  };
}

const functionKey = (name: string): string => name.replace(/[^A-Za-z0-9_-]/g, '_');

function apiProvider({ api, setup }: ParityCase, payload: Json): JsonObject {
  if (api === 'websocket') {
    const { RouteSelectionExpression: expression = '$request.body.action' } = setup.httpApi ?? {};
    refuseMembers(setup.httpApi ?? {}, ['ProtocolType', 'RouteSelectionExpression'], 'Api');
    return { websocketsApiRouteSelectionExpression: expression };
  }
  if (api === 'rest') {
    refuseMembers(setup.restApi ?? {}, ['EndpointConfiguration'], 'RestApi');
    const values = Object.entries(setup.apiKeys ?? {}).map(([name, key]) => ({
      name,
      value: key['Value'] ?? '',
    }));
    return values.length === 0 ? {} : { apiGateway: { apiKeys: values } };
  }
  refuseMembers(setup.httpApi ?? {}, ['ProtocolType', 'CorsConfiguration'], 'Api');
  const cors = setup.httpApi?.['CorsConfiguration'];
  const authorizers = Object.entries(setup.authorizers ?? {}).map(
    ([name, authorizer]) => [name, httpAuthorizer(authorizer)] as const,
  );
  return {
    httpApi: {
      payload,
      ...(cors === undefined ? {} : { cors: corsOf(members(cors)) }),
      ...(authorizers.length === 0 ? {} : { authorizers: Object.fromEntries(authorizers) }),
    },
  };
}

const CORS_NAMES: Readonly<Record<string, string>> = {
  AllowOrigins: 'allowedOrigins',
  AllowHeaders: 'allowedHeaders',
  AllowMethods: 'allowedMethods',
  AllowCredentials: 'allowCredentials',
  ExposeHeaders: 'exposedResponseHeaders',
  MaxAge: 'maxAge',
};

function corsOf(cors: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(cors).map(([name, value]) => [CORS_NAMES[name] ?? name, value]));
}

function httpAuthorizer(authorizer: JsonObject): JsonObject {
  const { AuthorizerType, AuthorizerUri, IdentitySource, ...rest } = authorizer;
  if (AuthorizerType !== 'REQUEST') throw new NotAsked('serverless-offline does not verify tokens');
  const { AuthorizerPayloadFormatVersion, EnableSimpleResponses, AuthorizerResultTtlInSeconds, ...other } =
    rest;
  refuseMembers(other, [], 'Authorizer');
  return {
    type: 'request',
    functionName: functionKey(functionOf(AuthorizerUri)),
    ...(IdentitySource === undefined ? {} : { identitySource: IdentitySource }),
    ...(AuthorizerPayloadFormatVersion === undefined
      ? {}
      : { payloadVersion: AuthorizerPayloadFormatVersion }),
    ...(EnableSimpleResponses === undefined ? {} : { enableSimpleResponses: EnableSimpleResponses }),
    ...(AuthorizerResultTtlInSeconds === undefined
      ? {}
      : { resultTtlInSeconds: AuthorizerResultTtlInSeconds }),
  };
}

type AddEvent = (functionName: string, event: JsonObject) => void;

const PROXY = ['Type', 'Uri', 'IntegrationHttpMethod'];
const CUSTOM = [...PROXY, 'RequestTemplates', 'PassthroughBehavior', 'IntegrationResponses'];
const METHOD = [
  'path',
  'HttpMethod',
  'AuthorizationType',
  'Authorizer',
  'ApiKeyRequired',
  'Integration',
  'MethodResponses',
  'RequestParameters',
];

function addMethod(setup: ApiSetup, method: JsonObject, add: AddEvent): void {
  refuseMembers(method, METHOD, 'Method');
  const integration = members(method['Integration']);
  const { Type } = integration;
  if (Type !== 'AWS_PROXY' && Type !== 'AWS')
    throw new NotAsked(`serverless-offline serves no ${asText(Type)} integration of an http event`);
  refuseMembers(integration, Type === 'AWS' ? CUSTOM : PROXY, 'Integration');
  const { Authorizer } = method;
  add(functionOf(integration['Uri']), {
    http: {
      path: method['path'] ?? '/',
      method: asText(method['HttpMethod']).toLowerCase(),
      ...(method['ApiKeyRequired'] === true ? { private: true } : {}),
      ...(typeof Authorizer === 'string' ? { authorizer: restAuthorizer(setup, Authorizer) } : {}),
      ...(Type === 'AWS' ? lambdaIntegration(integration) : {}),
    },
  });
}

function restAuthorizer(setup: ApiSetup, name: string): JsonObject {
  const { Type, AuthorizerUri, IdentitySource, IdentityValidationExpression, AuthorizerResultTtlInSeconds } =
    setup.authorizers?.[name] ?? {};
  if (Type !== 'TOKEN' && Type !== 'REQUEST')
    throw new NotAsked(`serverless-offline runs no authorizer of type ${asText(Type)}`);
  return {
    name: functionKey(functionOf(AuthorizerUri)),
    type: Type.toLowerCase(),
    ...(IdentitySource === undefined ? {} : { identitySource: IdentitySource }),
    ...(IdentityValidationExpression === undefined
      ? {}
      : { identityValidationExpression: IdentityValidationExpression }),
    ...(AuthorizerResultTtlInSeconds === undefined
      ? {}
      : { resultTtlInSeconds: AuthorizerResultTtlInSeconds }),
  };
}

/** https://www.serverless.com/framework/docs/providers/aws/events/apigateway: the lambda integration. */
function lambdaIntegration(integration: JsonObject): JsonObject {
  const { RequestTemplates, PassthroughBehavior, IntegrationResponses = [] } = integration;
  const responses = IntegrationResponses as readonly JsonObject[];
  const statusCodes = responses.map((response) => {
    const { StatusCode, SelectionPattern = '', ResponseTemplates, ResponseParameters, ...other } = response;
    refuseMembers(other, [], 'IntegrationResponse');
    const headers = Object.entries(members(ResponseParameters)).map(
      ([name, value]) => [name.replace('method.response.header.', ''), value] as const,
    );
    return [
      asText(StatusCode),
      {
        pattern: SelectionPattern,
        ...(ResponseTemplates === undefined ? {} : { template: ResponseTemplates }),
        ...(headers.length === 0 ? {} : { headers: Object.fromEntries(headers) }),
      },
    ] as const;
  });
  return {
    integration: 'lambda',
    ...(RequestTemplates === undefined && PassthroughBehavior === undefined
      ? {}
      : {
          request: { template: RequestTemplates ?? {}, passThrough: PassthroughBehavior ?? 'WHEN_NO_MATCH' },
        }),
    response: { statusCodes: Object.fromEntries(statusCodes) },
  };
}

const ROUTE = ['RouteKey', 'Integration', 'AuthorizationType', 'Authorizer'];
const V2_INTEGRATION = ['IntegrationType', 'IntegrationUri', 'IntegrationMethod', 'PayloadFormatVersion'];

function addRoute({ api, setup }: ParityCase, route: JsonObject, add: AddEvent): void {
  const answers = ['RouteResponseSelectionExpression', 'RouteResponses'];
  refuseMembers(route, api === 'websocket' ? [...ROUTE, ...answers] : ROUTE, 'Route');
  const integration = members(route['Integration']);
  if (integration['IntegrationType'] !== 'AWS_PROXY')
    throw new NotAsked(`serverless-offline serves no ${asText(integration['IntegrationType'])} integration`);
  refuseMembers(integration, V2_INTEGRATION, 'Integration');
  const functionName = functionOf(integration['IntegrationUri']);
  const key = asText(route['RouteKey']);
  const { Authorizer } = route;
  if (api === 'http') {
    if (route['AuthorizationType'] === 'AWS_IAM')
      throw new NotAsked('serverless-offline checks no signatures');
    const [method = '*', path = '*'] = key === '$default' ? ['*', '*'] : key.split(' ');
    add(functionName, {
      httpApi: {
        method: method === 'ANY' ? '*' : method.toLowerCase(),
        path,
        ...(typeof Authorizer === 'string' ? { authorizer: { name: Authorizer } } : {}),
      },
    });
    return;
  }
  const expression = route['RouteResponseSelectionExpression'];
  const authorizer = typeof Authorizer === 'string' ? members(setup.authorizers?.[Authorizer]) : undefined;
  add(functionName, {
    websocket: {
      route: key,
      ...(expression === undefined ? {} : { routeResponseSelectionExpression: expression }),
      ...(authorizer === undefined
        ? {}
        : {
            authorizer: {
              name: functionKey(functionOf(authorizer['AuthorizerUri'])),
              identitySource: authorizer['IdentitySource'] ?? [],
            },
          }),
    },
  });
}

/** @throws NotAsked unless it is a function of the case */
function functionOf(uri: Json | undefined): string {
  const name = typeof uri === 'string' ? /^\$\{fn:([^}]+)\}$/.exec(uri)?.[1] : undefined;
  if (name === undefined) throw new NotAsked('an integration of the case is no function');
  return name;
}

function refuseMembers(given: JsonObject, known: readonly string[], what: string): void {
  const other = Object.keys(given).find((name) => !known.includes(name));
  if (other !== undefined) throw new NotAsked(`${what}.${other} has no counterpart in serverless.yml`);
}

function members(value: Json | undefined): JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as JsonObject) : {};
}
