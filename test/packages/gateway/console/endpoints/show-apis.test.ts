/** Routes as the console lists them: what guards, limits, checks and answers each. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { showApis } from '../../../../../packages/gateway/console/endpoints/show-apis.ts';
import { listApis } from '../../../../../packages/gateway/control/loading/list-apis.ts';
import { anApi } from '../../../../support/an-api.ts';
import { ON } from '../../../../support/cached-apis.ts';
import { API_ID, httpRoutes, restRoutes } from '../../../../support/routed-apis.ts';
import type {
  ShownApi,
  ShownRoute,
} from '../../../../../packages/gateway/console/endpoints/inspect-model.ts';
import type { TestResource } from '../../../../support/a-stack.ts';

function shownOf(resources: Readonly<Record<string, TestResource>>): readonly ShownApi[] {
  const { api, ports } = anApi(resources, {});
  const listed = listApis([api], () => '127.0.0.1:3000');
  return showApis(listed, (id) => (id === API_ID ? api.served : undefined), ports.clock.nowEpochMs());
}

const ONE_ROUTE: ShownRoute = {
  method: 'GET',
  path: '/pets',
  routeKey: 'GET /pets',
  apiKeyRequired: false,
  guard: { kind: 'none', name: 'open', sources: [], ttlSeconds: 0, audiences: [], scopes: [] },
  target: 'echo',
  timeoutMs: 29_000,
  throttle: undefined,
  cacheSeconds: undefined,
  required: [],
  checkedBodies: [],
  examples: [],
};

const lambdaAuthorizer: TestResource = {
  type: 'AWS::ApiGateway::Authorizer',
  properties: {
    RestApiId: API_ID,
    Name: 'gate',
    Type: 'REQUEST',
    AuthorizerUri:
      'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:auth/invocations',
    IdentitySource: 'method.request.header.X-Door,stageVariables.key',
    AuthorizerResultTtlInSeconds: 60,
  },
};
const model = (schema: object, name = 'Pet'): TestResource => ({
  type: 'AWS::ApiGateway::Model',
  id: name,
  properties: { RestApiId: API_ID, Name: name, ContentType: 'application/json', Schema: schema as never },
});
const validating = {
  RequestValidatorId: 'Check',
  RequestParameters: { 'method.request.querystring.page': true, 'method.request.header.x-id': false },
};
const check: TestResource = {
  type: 'AWS::ApiGateway::RequestValidator',
  id: 'Check',
  properties: { RestApiId: API_ID, ValidateRequestBody: true, ValidateRequestParameters: true },
};
const PET = { type: 'object', properties: { name: { type: 'string', enum: ['rex'] } } };
const LONG = { type: 'object', properties: { name: { type: 'string', enum: ['x'.repeat(8_000)] } } };

const ROWS: readonly (readonly [
  name: string,
  resources: Readonly<Record<string, TestResource>>,
  differs: Partial<ShownRoute>,
])[] = [
  ['that is open', restRoutes({ 'GET /pets': {} }), {}],
  [
    'that wants a signature and a key',
    restRoutes({ 'GET /pets': { AuthorizationType: 'AWS_IAM', ApiKeyRequired: true } }),
    { apiKeyRequired: true, guard: { ...ONE_ROUTE.guard, kind: 'iam', name: 'AWS_IAM' } },
  ],
  [
    'behind a function',
    restRoutes(
      { 'GET /pets': { AuthorizationType: 'CUSTOM', AuthorizerId: 'Auth' } },
      { more: { Auth: lambdaAuthorizer } },
    ),
    {
      guard: {
        ...ONE_ROUTE.guard,
        kind: 'lambda',
        name: 'gate',
        sources: ['header x-door', 'stageVariable key'],
        ttlSeconds: 60,
      },
    },
  ],
  [
    'that checks parameters and bodies, with an example of the body',
    restRoutes(
      { 'GET /pets': { ...validating, RequestModels: { 'application/json': 'Pet' } } },
      { more: { Check: check, Pet: model(PET) } },
    ),
    {
      required: ['querystring page'],
      checkedBodies: ['application/json'],
      examples: [{ mediaType: 'application/json', model: 'Pet', text: '{\n  "name": "rex"\n}' }],
    },
  ],
  [
    'whose example would be longer than 8,000 characters',
    restRoutes(
      { 'GET /pets': { RequestModels: { 'application/json': 'Pet' } } },
      { more: { Pet: model(LONG) } },
    ),
    {},
  ],
  [
    'that is throttled and cached by its stage',
    restRoutes(
      { 'GET /pets': {} },
      {
        stage: {
          ...ON,
          MethodSettings: [
            {
              ResourcePath: '/pets',
              HttpMethod: 'GET',
              CachingEnabled: true,
              CacheTtlInSeconds: 30,
              ThrottlingRateLimit: 5,
              ThrottlingBurstLimit: 7,
            },
          ],
        },
      },
    ),
    { throttle: { ratePerSecond: 5, burst: 7 }, cacheSeconds: 30 },
  ],
];

describe('a route of the console', () => {
  for (const [name, resources, differs] of ROWS)
    it(`${name} is shown so`, () => {
      const [shown] = shownOf(resources);

      assert.deepEqual(shown?.routes, [{ ...ONE_ROUTE, ...differs }]);
    });

  for (const [Audience, Issuer] of [
    [['api', 'other'], 'https://issuer.example/'],
    [['api'], 'https://other.example/'],
  ] as const)
    it(`with tokens of ${Issuer} shows for whom and with which scopes they are accepted`, () => {
      const [shown] = shownOf(
        httpRoutes(['GET /menu'], {
          route: { AuthorizationType: 'JWT', AuthorizerId: 'Auth', AuthorizationScopes: ['read'] },
          more: {
            Auth: {
              type: 'AWS::ApiGatewayV2::Authorizer',
              properties: {
                ApiId: API_ID,
                Name: 'tokens',
                AuthorizerType: 'JWT',
                IdentitySource: ['$request.header.Authorization'],
                JwtConfiguration: { Audience, Issuer },
              },
            },
          },
        }),
      );

      assert.deepEqual(shown?.routes[0]?.guard, {
        kind: 'token',
        name: 'tokens',
        sources: ['header authorization'],
        ttlSeconds: 0,
        audiences: Audience,
        scopes: ['read'],
      });
    });
});

describe('an API of the console', () => {
  it('is shown with each of its stages, its address and what it is', () => {
    const stages = shownOf(
      httpRoutes(['GET /menu'], { stages: ['beta'], api: { CorsConfiguration: { AllowOrigins: ['*'] } } }),
    );

    assert.deepEqual(
      stages.map(({ routes, ...shown }) => ({ ...shown, routes: routes.map(({ routeKey }) => routeKey) })),
      ['$default', 'beta'].map((stage) => ({
        id: API_ID,
        name: 'menu',
        isToolkit: false,
        kind: 'http',
        stage,
        url: stage === 'beta' ? 'http://127.0.0.1:3000/beta' : 'http://127.0.0.1:3000',
        stack: 'test',
        hasCors: true,
        hasResourcePolicy: false,
        routes: ['GET /menu'],
      })),
    );
  });

  it('is left out if it has just gone', () => {
    const { api } = anApi(restRoutes({ 'GET /pets': {} }), {});

    assert.deepEqual(
      showApis(
        listApis([api], () => '127.0.0.1:3000'),
        () => undefined,
        0,
      ),
      [],
    );
  });
});
