import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NotAsked } from '../../../../packages/conformance/play/not-asked.ts';
import { fileOf, toService } from '../../../../packages/conformance/targets/serverless-service.ts';
import { aParityCase } from '../../../support/a-parity-case.ts';
import type {
  ApiSetup,
  JsonObject,
  ParityCase,
} from '../../../../packages/conformance/schema/parity-case.ts';

type Service = {
  readonly provider: JsonObject;
  readonly functions: Readonly<Record<string, { readonly events: readonly JsonObject[] } & JsonObject>>;
};
const STAGES = { rest: 'dev', http: '$default', websocket: 'live' };

function serviceOf(api: ParityCase['api'], setup: Partial<ApiSetup>): Service {
  const all = { stage: STAGES[api], functions: { fn: '', 'who?': '' }, ...setup };
  return toService(aParityCase({ api, setup: all }), 'eu-west-1') as unknown as Service;
}

/** Events of the function of the case, and of its authorizer. */
const eventsOf = (api: ParityCase['api'], setup: Partial<ApiSetup>): readonly JsonObject[] =>
  Object.values(serviceOf(api, setup).functions).flatMap(({ events }) => events);

const reasonOf = (api: ParityCase['api'], setup: Partial<ApiSetup>): string | undefined => {
  try {
    serviceOf(api, setup);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof NotAsked);
    return error.message;
  }
};

const PROXY = { Type: 'AWS_PROXY', Uri: '${fn:fn}', IntegrationHttpMethod: 'POST' };
const method = (part: JsonObject = {}, integration: JsonObject = PROXY): Partial<ApiSetup> => ({
  methods: [{ path: '/a', HttpMethod: 'GET', Integration: integration, ...part }],
});
const V2 = { IntegrationType: 'AWS_PROXY', IntegrationUri: '${fn:fn}' };
const route = (part: JsonObject = {}, integration: JsonObject = V2): Partial<ApiSetup> => ({
  routes: [{ RouteKey: 'GET /a', Integration: integration, ...part }],
});

/** Serverless Framework, providers/aws/guide/serverless.yml. */
describe('toService', () => {
  it('has each function with its file and its settings', () => {
    const functionProps = { fn: { Timeout: 3, MemorySize: 128, Environment: { Variables: { A: 'b' } } } };

    assert.deepEqual(
      toService(
        aParityCase({ setup: { stage: 'dev', functions: { fn: '', 'a.b': '' }, functionProps } }),
        'eu-west-1',
      ),
      {
        service: 'conformance',
        plugins: ['serverless-offline'],
        provider: { name: 'aws', runtime: 'nodejs22.x', stage: 'dev', region: 'eu-west-1' },
        functions: {
          fn: { handler: 'fn-fn.handler', timeout: 3, memorySize: 128, environment: { A: 'b' }, events: [] },
          a_b: { handler: 'fn-a.b.handler', events: [] },
        },
      },
    );
    assert.equal(fileOf('fn'), 'fn-fn');
  });

  for (const [api, setup, provider] of [
    ['rest', { restApi: { EndpointConfiguration: {} } }, { stage: 'dev' }],
    [
      'rest',
      { apiKeys: { one: { Value: 'x' }, two: {} } },
      {
        stage: 'dev',
        apiGateway: {
          apiKeys: [
            { name: 'one', value: 'x' },
            { name: 'two', value: '' },
          ],
        },
      },
    ],
    ['http', {}, { stage: 'dev', httpApi: { payload: '1.0' } }],
    [
      'http',
      route({}, { ...V2, PayloadFormatVersion: '2.0' }),
      { stage: 'dev', httpApi: { payload: '2.0' } },
    ],
    [
      'http',
      {
        httpApi: {
          ProtocolType: 'HTTP',
          CorsConfiguration: {
            AllowOrigins: ['*'],
            AllowHeaders: ['a'],
            AllowMethods: ['GET'],
            AllowCredentials: true,
            ExposeHeaders: ['b'],
            MaxAge: 5,
          },
        },
      },
      {
        stage: 'dev',
        httpApi: {
          payload: '1.0',
          cors: {
            allowedOrigins: ['*'],
            allowedHeaders: ['a'],
            allowedMethods: ['GET'],
            allowCredentials: true,
            exposedResponseHeaders: ['b'],
            maxAge: 5,
          },
        },
      },
    ],
    ['websocket', {}, { stage: 'live', websocketsApiRouteSelectionExpression: '$request.body.action' }],
    [
      'websocket',
      { httpApi: { ProtocolType: 'WEBSOCKET', RouteSelectionExpression: '$request.body.do' } },
      { stage: 'live', websocketsApiRouteSelectionExpression: '$request.body.do' },
    ],
  ] as const)
    it(`sets ${JSON.stringify(provider)} for ${api} ${JSON.stringify(setup)}`, () => {
      const { name, runtime, region, ...others } = serviceOf(api, setup).provider;

      assert.deepEqual([name, runtime, region], ['aws', 'nodejs22.x', 'eu-west-1']);
      assert.deepEqual(others, provider);
    });

  const request = { AuthorizerType: 'REQUEST', AuthorizerUri: '${fn:who?}' };
  for (const [given, expected] of [
    [request, {}],
    [
      {
        ...request,
        IdentitySource: ['$request.header.a'],
        AuthorizerPayloadFormatVersion: '2.0',
        EnableSimpleResponses: true,
        AuthorizerResultTtlInSeconds: 0,
      },
      {
        identitySource: ['$request.header.a'],
        payloadVersion: '2.0',
        enableSimpleResponses: true,
        resultTtlInSeconds: 0,
      },
    ],
  ] as const)
    it(`has the authorizer ${JSON.stringify(given)} of an HTTP API`, () => {
      const { httpApi } = serviceOf('http', { authorizers: { who: given } }).provider;
      const who = { type: 'request', functionName: 'who_', ...expected };

      assert.deepEqual(httpApi, { payload: '1.0', authorizers: { who } });
    });
});

/** Serverless Framework, providers/aws/events/apigateway. */
describe('an http event', () => {
  const token = { Type: 'TOKEN', AuthorizerUri: '${fn:who?}' };
  const CUSTOM = { ...PROXY, Type: 'AWS' };
  const rows: readonly (readonly [setup: Partial<ApiSetup>, event: JsonObject])[] = [
    [method({ ApiKeyRequired: true, HttpMethod: 'ANY' }), { path: '/a', method: 'any', private: true }],
    [
      method({ ApiKeyRequired: false, AuthorizationType: 'NONE', MethodResponses: [] }),
      { path: '/a', method: 'get' },
    ],
    [
      { ...method({ Authorizer: 'who' }), authorizers: { who: token } },
      { path: '/a', method: 'get', authorizer: { name: 'who_', type: 'token' } },
    ],
    [
      {
        ...method({ Authorizer: 'who' }),
        authorizers: {
          who: {
            ...token,
            Type: 'REQUEST',
            IdentitySource: 'method.request.header.A',
            IdentityValidationExpression: 'a+',
            AuthorizerResultTtlInSeconds: 0,
          },
        },
      },
      {
        path: '/a',
        method: 'get',
        authorizer: {
          name: 'who_',
          type: 'request',
          identitySource: 'method.request.header.A',
          identityValidationExpression: 'a+',
          resultTtlInSeconds: 0,
        },
      },
    ],
    [method({}, CUSTOM), { path: '/a', method: 'get', integration: 'lambda', response: { statusCodes: {} } }],
    [
      method(
        {},
        {
          ...CUSTOM,
          RequestTemplates: { 'application/json': '{}' },
          IntegrationResponses: [
            { StatusCode: '200', ResponseParameters: { 'method.response.header.A': "'b'" } },
            { StatusCode: 404, SelectionPattern: 'none.*', ResponseTemplates: { 'text/plain': 'x' } },
          ],
        },
      ),
      {
        path: '/a',
        method: 'get',
        integration: 'lambda',
        request: { template: { 'application/json': '{}' }, passThrough: 'WHEN_NO_MATCH' },
        response: {
          statusCodes: {
            200: { pattern: '', headers: { A: "'b'" } },
            404: { pattern: 'none.*', template: { 'text/plain': 'x' } },
          },
        },
      },
    ],
    [
      method({}, { ...CUSTOM, PassthroughBehavior: 'NEVER' }),
      {
        path: '/a',
        method: 'get',
        integration: 'lambda',
        request: { template: {}, passThrough: 'NEVER' },
        response: { statusCodes: {} },
      },
    ],
  ];
  for (const [setup, http] of rows)
    it(`is ${JSON.stringify(http)}`, () => {
      assert.deepEqual(eventsOf('rest', setup), [{ http }]);
    });

  it('can be one of several events of a function', () => {
    const methods = ['/a', '/b'].map((path) => ({ path, HttpMethod: 'GET', Integration: PROXY }));

    assert.deepEqual(
      eventsOf('rest', { methods }),
      ['/a', '/b'].map((path) => ({ http: { path, method: 'get' } })),
    );
  });
});

/** Serverless Framework, providers/aws/events/http-api and websocket. */
describe('an event of a route', () => {
  const authorizers = { who: { AuthorizerType: 'REQUEST', AuthorizerUri: '${fn:who?}' } };
  const rows: readonly (readonly [api: 'http' | 'websocket', setup: Partial<ApiSetup>, event: JsonObject])[] =
    [
      ['http', route(), { httpApi: { method: 'get', path: '/a' } }],
      ['http', route({ RouteKey: 'ANY /b' }), { httpApi: { method: '*', path: '/b' } }],
      ['http', route({ RouteKey: '$default' }), { httpApi: { method: '*', path: '*' } }],
      [
        'http',
        { ...route({ Authorizer: 'who', AuthorizationType: 'CUSTOM' }), authorizers },
        { httpApi: { method: 'get', path: '/a', authorizer: { name: 'who' } } },
      ],
      ['websocket', route({ RouteKey: 'join' }), { websocket: { route: 'join' } }],
      [
        'websocket',
        route({ RouteKey: 'join', RouteResponseSelectionExpression: '$default', RouteResponses: [] }),
        { websocket: { route: 'join', routeResponseSelectionExpression: '$default' } },
      ],
      [
        'websocket',
        { ...route({ RouteKey: '$connect', Authorizer: 'who' }), authorizers },
        { websocket: { route: '$connect', authorizer: { name: 'who_', identitySource: [] } } },
      ],
      [
        'websocket',
        {
          ...route({ RouteKey: '$connect', Authorizer: 'who' }),
          authorizers: { who: { ...authorizers.who, IdentitySource: ['route.request.header.A'] } },
        },
        {
          websocket: {
            route: '$connect',
            authorizer: { name: 'who_', identitySource: ['route.request.header.A'] },
          },
        },
      ],
    ];
  for (const [api, setup, event] of rows)
    it(`is ${JSON.stringify(event)}`, () => {
      assert.deepEqual(eventsOf(api, setup), [event]);
    });
});

describe('what events cannot say', () => {
  const none = (what: string): string => `${what} has no counterpart in serverless.yml`;
  const rows: readonly (readonly [
    api: ParityCase['api'],
    setup: Partial<ApiSetup>,
    reason: string | undefined,
  ])[] = [
    ['rest', { waf: { webAcl: {} } }, none('waf')],
    ['rest', { models: {}, analogue: 'x' }, undefined],
    ['http', { stage: 'dev' }, 'the Serverless Framework deploys HTTP APIs only to the stage $default'],
    ['rest', { functionProps: { fn: { Layers: [] } } }, none('Function.Layers')],
    ['rest', { restApi: { Body: {} } }, none('RestApi.Body')],
    ['http', { httpApi: { Target: 'x' } }, none('Api.Target')],
    ['websocket', { httpApi: { ApiKeySelectionExpression: 'x' } }, none('Api.ApiKeySelectionExpression')],
    ['rest', method({ RequestModels: {} }), none('Method.RequestModels')],
    [
      'rest',
      method({}, { Type: 'MOCK' }),
      'serverless-offline does not support the integration type MOCK of an http event',
    ],
    ['rest', method({}, { ...PROXY, RequestTemplates: {} }), none('Integration.RequestTemplates')],
    ['rest', method({}, { ...PROXY, Type: 'AWS', CacheNamespace: 'x' }), none('Integration.CacheNamespace')],
    [
      'rest',
      method({}, { ...PROXY, Type: 'AWS', IntegrationResponses: [{ ContentHandling: 'x' }] }),
      none('IntegrationResponse.ContentHandling'),
    ],
    ['rest', method({}, { ...PROXY, Uri: 'http://a' }), 'an integration of the case is not a function'],
    ['rest', method({}, { Type: 'AWS_PROXY' }), 'an integration of the case is not a function'],
    [
      'rest',
      { ...method({ Authorizer: 'who' }), authorizers: { who: { Type: 'COGNITO_USER_POOLS' } } },
      'serverless-offline does not run authorizers of type COGNITO_USER_POOLS',
    ],
    ['rest', method({ Authorizer: 'who' }), 'serverless-offline does not run authorizers of type '],
    [
      'http',
      { authorizers: { who: { AuthorizerType: 'JWT' } } },
      'serverless-offline does not verify tokens',
    ],
    [
      'http',
      { authorizers: { who: { AuthorizerType: 'REQUEST', AuthorizerCredentialsArn: 'x' } } },
      none('Authorizer.AuthorizerCredentialsArn'),
    ],
    ['http', route({ OperationName: 'x' }), none('Route.OperationName')],
    ['http', route({ RouteResponses: [] }), none('Route.RouteResponses')],
    ['http', route({}, { IntegrationType: 'MOCK' }), 'serverless-offline does not support MOCK integrations'],
    ['http', route({}, { ...V2, TimeoutInMillis: 50 }), none('Integration.TimeoutInMillis')],
    ['http', route({ AuthorizationType: 'AWS_IAM' }), 'serverless-offline does not check signatures'],
    ['websocket', route({ ApiKeyRequired: true }), none('Route.ApiKeyRequired')],
  ];
  for (const [api, setup, reason] of rows)
    it(`${reason === undefined ? 'has room for' : 'is'} ${JSON.stringify(setup)} of ${api}`, () => {
      assert.equal(reasonOf(api, setup), reason);
    });
});
