/** Writes a case as a service of the Serverless Framework, with `http`, `httpApi` and `websocket` events. */
import { NotAsked } from '../play/not-asked.ts';
import { asText } from '../schema/parity-case.ts';
import type { ApiSetup, Json, JsonObject, ParityCase } from '../schema/parity-case.ts';

/** Returns the name of a function's file, without its extension. */
export function fileOf(functionName: string): string {
  return `fn-${functionName}`;
}

/** Members of a set-up that the framework's events can express. */
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

/**
 * Returns the members of `serverless.yml`.
 * @throws NotAsked for anything that the framework's events cannot express
 */
export function toService(parityCase: ParityCase, region: string): JsonObject {
  const { setup, api } = parityCase;
  const other = Object.keys(setup).find((part) => !SETUP.includes(part as keyof ApiSetup));
  if (other !== undefined) throw new NotAsked(`${other} has no counterpart in serverless.yml`);
  // HTTP APIs have only the stage `$default`: https://www.serverless.com/framework/docs/providers/aws/events/http-api.
  if (api === 'http' && setup.stage !== '$default')
    throw new NotAsked('the Serverless Framework deploys HTTP APIs only to the stage $default');
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
      region,
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
    throw new NotAsked(
      `serverless-offline does not support the integration type ${asText(Type)} of an http event`,
    );
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
    throw new NotAsked(`serverless-offline does not run authorizers of type ${asText(Type)}`);
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

/**
 * Converts an integration to the framework's lambda integration:
 * https://www.serverless.com/framework/docs/providers/aws/events/apigateway.
 */
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
    throw new NotAsked(
      `serverless-offline does not support ${asText(integration['IntegrationType'])} integrations`,
    );
  refuseMembers(integration, V2_INTEGRATION, 'Integration');
  const functionName = functionOf(integration['IntegrationUri']);
  const key = asText(route['RouteKey']);
  const { Authorizer } = route;
  if (api === 'http') {
    if (route['AuthorizationType'] === 'AWS_IAM')
      throw new NotAsked('serverless-offline does not check signatures');
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

/** @throws NotAsked unless the URI names a function of the case */
function functionOf(uri: Json | undefined): string {
  const name = typeof uri === 'string' ? /^\$\{fn:([^}]+)\}$/.exec(uri)?.[1] : undefined;
  if (name === undefined) throw new NotAsked('an integration of the case is not a function');
  return name;
}

function refuseMembers(given: JsonObject, known: readonly string[], what: string): void {
  const other = Object.keys(given).find((name) => !known.includes(name));
  if (other !== undefined) throw new NotAsked(`${what}.${other} has no counterpart in serverless.yml`);
}

function members(value: Json | undefined): JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as JsonObject) : {};
}
