/** docs/aws §1.1: a request that is wrong in every way learns of its faults one by one, in AWS's order. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { headerOf } from '../../../../support/an-api.ts';
import { invokeUri } from '../../../../support/a-stack.ts';
import { anEchoApi, API_ID, restRoutes } from '../../../../support/routed-apis.ts';
import { policy } from '../../../../support/rest-apis.ts';
import type { TestApi, TestRequest } from '../../../../support/an-api.ts';
import type { TestResource } from '../../../../support/a-stack.ts';

const RestApiId = API_ID;
const KEY = 'a-key-of-twenty-characters';

const of = (type: string, properties: TestResource['properties']): TestResource => ({
  type: `AWS::ApiGateway::${type}`,
  properties,
});

/** `POST /pets` with everything that can refuse a request before its integration answers. */
function aStrictApi(): TestApi {
  const more = {
    Auth: of('Authorizer', {
      RestApiId,
      Type: 'TOKEN',
      AuthorizerUri: invokeUri('auth'),
      IdentitySource: 'method.request.header.Authorization',
      AuthorizerResultTtlInSeconds: 0,
    }),
    Strict: of('RequestValidator', {
      RestApiId,
      ValidateRequestBody: true,
      ValidateRequestParameters: true,
    }),
    Pet: of('Model', {
      RestApiId,
      Name: 'Pet',
      ContentType: 'application/json',
      Schema: { type: 'object', required: ['name'] },
    }),
    Key: of('ApiKey', { Enabled: true, Value: KEY, Name: 'k' }),
    Spent: of('ApiKey', { Enabled: true, Value: `${KEY}-spent`, Name: 'spent' }),
    Plan: of('UsagePlan', { ApiStages: [{ ApiId: API_ID, Stage: 'dev' }] }),
    SpentPlan: of('UsagePlan', {
      ApiStages: [{ ApiId: API_ID, Stage: 'dev' }],
      Quota: { Limit: 0, Period: 'DAY' },
    }),
    PlanKey: of('UsagePlanKey', { UsagePlanId: 'Plan', KeyId: 'Key', KeyType: 'API_KEY' }),
    SpentKey: of('UsagePlanKey', { UsagePlanId: 'SpentPlan', KeyId: 'Spent', KeyType: 'API_KEY' }),
  };
  const method = {
    AuthorizationType: 'CUSTOM',
    AuthorizerId: 'Auth',
    ApiKeyRequired: true,
    RequestValidatorId: 'Strict',
    RequestModels: { 'application/json': 'Pet' },
    RequestParameters: { 'method.request.querystring.q': true },
    Integration: {
      Type: 'HTTP',
      IntegrationHttpMethod: 'POST',
      Uri: 'http://backend.example/',
      PassthroughBehavior: 'NEVER',
      RequestTemplates: { 'application/json': '{}' },
      IntegrationResponses: [{ StatusCode: '200', SelectionPattern: '2..' }],
    },
    MethodResponses: [{ StatusCode: '200' }],
  };
  const caching = {
    CacheClusterEnabled: true,
    MethodSettings: [
      {
        ResourcePath: '/pets',
        HttpMethod: 'POST',
        CachingEnabled: true,
        UnauthorizedCacheControlHeaderStrategy: 'FAIL_WITH_403',
      },
    ],
  };
  // The policy of the API refuses one address, the authorizer another token.
  const Policy = {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*' },
      {
        Effect: 'Deny',
        Principal: '*',
        Action: 'execute-api:Invoke',
        Resource: 'execute-api:/*',
        Condition: { StringEquals: { 'aws:UserAgent': 'banned' } },
      },
    ],
  };
  return anEchoApi(restRoutes({ 'POST /pets': method }, { stage: caching, api: { Policy }, more }), {
    auth: (event) =>
      (event as { authorizationToken: string }).authorizationToken === 'friend'
        ? policy('Allow', '*')
        : policy('Deny', '*'),
  });
}

type Headers = Readonly<Record<string, string>>;
type Draft = { method: string; target: string; headers: Headers; body: string };

/** Each step mends one fault of the request before; `fault` is what is found next. */
const STEPS: readonly {
  readonly mend: (draft: Draft) => Partial<Draft>;
  readonly fault: readonly [status: number, errorType: string | undefined];
  readonly step: string;
}[] = [
  { step: '1, hard limits', mend: () => ({}), fault: [413, 'RequestEntityTooLargeException'] },
  { step: '0, the stage', mend: () => ({ body: '{}' }), fault: [403, 'ForbiddenException'] },
  {
    step: '2, the route',
    mend: () => ({ target: '/dev/nothing' }),
    fault: [403, 'MissingAuthenticationTokenException'],
  },
  {
    step: '4, an explicit deny of the resource policy',
    mend: () => ({ target: '/dev/pets' }),
    fault: [403, 'AccessDeniedException'],
  },
  {
    step: '5, the identity source',
    mend: ({ headers }) => ({ headers: { ...headers, 'user-agent': 'curl/8' } }),
    fault: [401, 'UnauthorizedException'],
  },
  {
    step: "7, the authorizer's policy",
    mend: ({ headers }) => ({ headers: { ...headers, authorization: 'stranger' } }),
    fault: [403, 'AccessDeniedException'],
  },
  {
    step: '8, the API key',
    mend: ({ headers }) => ({ headers: { ...headers, authorization: 'friend' } }),
    fault: [403, 'ForbiddenException'],
  },
  {
    step: '9, the quota',
    mend: ({ headers }) => ({ headers: { ...headers, 'x-api-key': `${KEY}-spent` } }),
    fault: [429, 'LimitExceededException'],
  },
  {
    step: '10, parameters',
    mend: ({ headers }) => ({ headers: { ...headers, 'x-api-key': KEY } }),
    fault: [400, 'BadRequestException'],
  },
  { step: '10, the body', mend: () => ({ target: '/dev/pets?q=1' }), fault: [400, 'BadRequestException'] },
  {
    step: '11, leave to refresh the cache',
    mend: () => ({ body: '{"name":"Rex"}' }),
    fault: [403, 'AccessDeniedException'],
  },
  {
    step: '12, the template',
    mend: ({ headers }) => ({
      headers: { ...headers, 'cache-control': 'no-cache', 'content-type': 'text/csv' },
    }),
    fault: [415, 'BadRequestException'],
  },
  {
    step: '13, the integration',
    mend: ({ headers }) => ({ headers: { ...headers, 'content-type': 'application/json' } }),
    fault: [504, 'InternalServerErrorException'],
  },
];

describe('the order of checks on a REST API (docs/aws §1.1)', () => {
  it("is AWS's order: of all faults of a request, the client learns only the first", async () => {
    const api = aStrictApi();
    let draft: Draft = {
      method: 'POST',
      target: '/nowhere/nothing',
      headers: { 'user-agent': 'banned', 'cache-control': 'max-age=0' },
      body: 'x'.repeat(10 * 1024 * 1024 + 1),
    };
    const seen = [];
    for (const { step, mend } of STEPS) {
      draft = { ...draft, ...mend(draft) };
      const reply = await api.send(toRequest(draft));
      seen.push([step, reply.status, headerOf(reply, 'x-amzn-errortype')]);
    }

    assert.deepEqual(
      seen,
      STEPS.map(({ step, fault }) => [step, ...fault]),
    );
    api.ports.http.answer = () => ({
      kind: 'answered',
      status: 404,
      headers: [],
      body: Buffer.from('{}'),
    });
    assert.equal((await api.send(toRequest(draft))).status, 500, 'step 14: no integration response for 404');
  });

  it('refuses a throttled request before its parameters are checked, and after its key', async () => {
    const throttled = {
      MethodSettings: [
        { ResourcePath: '/*', HttpMethod: '*', ThrottlingRateLimit: 0, ThrottlingBurstLimit: 0 },
      ],
    };
    const method = {
      RequestValidatorId: 'Strict',
      RequestParameters: { 'method.request.querystring.q': true },
    };
    const more = { Strict: of('RequestValidator', { RestApiId, ValidateRequestParameters: true }) };
    const open = anEchoApi(restRoutes({ 'GET /pets': method }, { stage: throttled, more }));
    const keyed = anEchoApi(
      restRoutes({ 'GET /pets': { ...method, ApiKeyRequired: true } }, { stage: throttled, more }),
    );

    const statuses = [open, keyed].map(async ({ send }) => (await send({ target: '/dev/pets' })).status);

    assert.deepEqual(await Promise.all(statuses), [429, 403]);
  });

  it('enforces key and authorizer on OPTIONS as on any method: REST APIs have no preflight handling', async () => {
    const { send } = anEchoApi(restRoutes({ 'OPTIONS /pets': { ApiKeyRequired: true } }));

    const headers = ['Origin', 'https://shop.example', 'Access-Control-Request-Method', 'GET'];
    assert.equal((await send({ method: 'OPTIONS', target: '/dev/pets', headers })).status, 403);
  });
});

function toRequest({ headers, ...rest }: Draft): TestRequest {
  return { ...rest, headers: Object.entries(headers).flat() };
}
