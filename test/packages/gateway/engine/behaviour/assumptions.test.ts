/** What `--assume` changes: each name with its values, the default first. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ASSUMPTIONS,
  readAssumption,
  DEFAULT_ASSUMPTIONS,
} from '../../../../../packages/gateway/core/deployment/assumptions.ts';
import { aFunctionUrl, PUBLIC } from '../../../../support/a-function-url.ts';
import { invokeUri } from '../../../../support/a-stack.ts';
import { INTERNAL, JSON_ONLY } from '../../../../support/a-method.ts';
import { anApi, headerOf } from '../../../../support/an-api.ts';
import { meteredApi, statuses } from '../../../../support/metered-apis.ts';
import { bearer, withAuthorizer, ok, policy, restApi, TOKEN } from '../../../../support/rest-apis.ts';
import { answerOf, API_ID, httpRoutes } from '../../../../support/routed-apis.ts';
import { signToken } from '../../../../support/signed-tokens.ts';
import { carrying, CLAIMS, OTHER_KEY, POOL_ISSUER, withIssuers } from '../../../../support/token-issuers.ts';
import { CONNECTION_ROWS } from './connection-assumptions.ts';
import { MESSAGE_ROWS } from './message-assumptions.ts';
import type { AssumptionRow } from './message-assumptions.ts';
import type { Assumptions } from '../../../../../packages/gateway/core/deployment/assumptions.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestResource } from '../../../../support/a-stack.ts';
import type { FakeFunction } from '../../../../support/virtual-ports.ts';

const DAY_MS = 86_400_000;

function aResponse(ResponseType: string, properties: JsonObject): Record<string, TestResource> {
  const all = { RestApiId: API_ID, ResponseType, ...properties };
  return { Custom: { type: 'AWS::ApiGateway::GatewayResponse', properties: all } };
}

/** Status, body and error type of a call whose function Lambda throttles. */
async function throttledFunction(
  assumptions: Assumptions,
  more: Record<string, TestResource> = {},
): Promise<unknown> {
  const list: FakeFunction = () => ({ kind: 'refused', reason: 'throttled', message: 'Rate Exceeded.' });
  const reply = await anApi({ ...restApi(), ...more }, { list }, { assumptions }).send({
    target: '/dev/pets',
  });
  return [reply.status, reply.body, headerOf(reply, 'x-amzn-errortype')];
}

/** Body of a denial by a Lambda authorizer. */
async function denial(assumptions: Assumptions): Promise<string> {
  const api = anApi(withAuthorizer(TOKEN), { list: ok, auth: () => policy('Deny', '*') }, { assumptions });
  return (await answerOf(api, { target: '/dev/pets', headers: bearer }))[1];
}

/** Status of an access token without the scope of the method. */
async function withoutScope(assumptions: Assumptions): Promise<unknown> {
  const Auth = {
    type: 'AWS::ApiGateway::Authorizer',
    properties: {
      RestApiId: API_ID,
      Type: 'COGNITO_USER_POOLS',
      IdentitySource: 'method.request.header.Authorization',
      ProviderARNs: ['arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_pool'],
    },
  };
  const Pool = { type: 'AWS::Cognito::UserPool', id: 'us-east-1_pool', properties: {} };
  const method = {
    AuthorizationType: 'COGNITO_USER_POOLS',
    AuthorizerId: 'Auth',
    AuthorizationScopes: ['orders/read'],
  };
  const api = withIssuers(restApi(method, { Auth, Pool }), { assumptions });
  const claims = {
    ...CLAIMS,
    iss: POOL_ISSUER,
    roles: undefined,
    token_use: 'access',
    scope: 'orders/write',
  };
  const reply = await api.send({ target: '/dev/pets', headers: carrying(signToken(OTHER_KEY, claims)) });
  return [reply.status, headerOf(reply, 'x-amzn-errortype')];
}

/** Status without the identity source, and how often the authorizer was asked, with a cache of `ttl` seconds. */
async function withoutSource(assumptions: Assumptions, ttl: number): Promise<unknown> {
  const authorizer = {
    Type: 'REQUEST',
    IdentitySource: 'method.request.header.h',
    AuthorizerResultTtlInSeconds: ttl,
  };
  const auth = (): unknown => policy('Allow', '*');
  const api = anApi(withAuthorizer(authorizer), { list: ok, auth }, { assumptions });
  const { status } = await api.send({ target: '/dev/pets' });
  return [status, api.ports.invoker.calls.filter(({ functionName }) => functionName === 'auth').length];
}

/** Statuses on a Monday, the Saturday after, the Sunday and the next Monday, with one request a week. */
async function aWeek(assumptions: Assumptions): Promise<unknown> {
  const api = anApi(meteredApi({ Quota: { Limit: 1, Period: 'WEEK' } }), { list: ok }, { assumptions });
  const seen = [];
  for (const days of [0, 5, 1, 1]) {
    api.ports.clock.advance(days * DAY_MS);
    seen.push(...(await statuses(api, 1)));
  }
  return seen;
}

/** The path that a function behind an HTTP API gets if a mapping changes it. */
async function mappedPath(assumptions: Assumptions): Promise<unknown> {
  const ApiId = API_ID;
  const { send, ports } = anApi(
    {
      Api: { type: 'AWS::ApiGatewayV2::Api', id: API_ID, properties: { Name: 'a', ProtocolType: 'HTTP' } },
      List: {
        type: 'AWS::ApiGatewayV2::Integration',
        properties: {
          ApiId,
          IntegrationType: 'AWS_PROXY',
          PayloadFormatVersion: '2.0',
          IntegrationUri: 'arn:aws:lambda:us-east-1:123456789012:function:list',
          RequestParameters: { 'overwrite:path': '/changed' },
        },
      },
      Route: {
        type: 'AWS::ApiGatewayV2::Route',
        properties: { ApiId, RouteKey: 'GET /path', Target: 'integrations/List' },
      },
      Stage: {
        type: 'AWS::ApiGatewayV2::Stage',
        properties: { ApiId, StageName: '$default', AutoDeploy: true },
      },
    },
    { list: ok },
    { assumptions },
  );
  await send({ target: '/path' });
  return (ports.invoker.calls[0]?.event as JsonObject)['rawPath'];
}

/** The names of the headers with a function's challenge, in payload 1.0 and in 2.0. */
async function challenge(assumptions: Assumptions): Promise<unknown> {
  const names = [];
  for (const PayloadFormatVersion of ['1.0', '2.0']) {
    const routes = httpRoutes(['GET /pets'], { integration: { PayloadFormatVersion } });
    const answer: FakeFunction = () => ({ statusCode: 401, headers: { 'WWW-Authenticate': 'Bearer' } });
    const reply = await anApi(routes, { echo: answer }, { assumptions }).send({ target: '/pets' });
    names.push(reply.headers.filter((name) => /www-authenticate/i.test(name)));
  }
  return names;
}

/** Status of a public function URL with the permission that it needed before October 2025. */
async function withUrlPermission(assumptions: Assumptions): Promise<unknown> {
  const { Url } = PUBLIC;
  assert.ok(Url);
  const url = aFunctionUrl({ AuthType: 'NONE' }, ok, { resources: { Url }, assumptions });
  return (await url.send({ target: '/' })).status;
}

/** Statuses in format 1.0 and in 2.0. */
async function throwingUnauthorized(assumptions: Assumptions): Promise<unknown> {
  const route = { AuthorizationType: 'CUSTOM', AuthorizerId: 'Auth' };
  const statuses = [];
  for (const AuthorizerPayloadFormatVersion of ['1.0', '2.0']) {
    const Auth = {
      type: 'AWS::ApiGatewayV2::Authorizer',
      properties: {
        ApiId: API_ID,
        Name: 'auth',
        AuthorizerType: 'REQUEST',
        AuthorizerUri: invokeUri('auth'),
        AuthorizerPayloadFormatVersion,
        IdentitySource: ['$request.header.Authorization'],
      },
    };
    const auth = (): never => {
      throw new Error('Unauthorized');
    };
    const api = anApi(httpRoutes(['GET /a'], { route, more: { Auth } }), { auth }, { assumptions });
    statuses.push((await api.send({ target: '/a', headers: bearer })).status);
  }
  return statuses;
}

const with429 = 'Too Many Requests';

const ROWS: readonly AssumptionRow[] = [
  {
    source: 'docs/aws §1.4',
    name: 'access-denied-key',
    observe: denial,
    expected: {
      Message: '{"Message":"User is not authorized to access this resource with an explicit deny"}',
      message: '{"message":"User is not authorized to access this resource with an explicit deny"}',
    },
  },
  {
    source: 'docs/aws §4.6',
    name: 'cognito-scope-status',
    observe: withoutScope,
    expected: { 401: [401, 'UnauthorizedException'], 403: [403, 'AccessDeniedException'] },
  },
  {
    source: 'docs/aws §7.9',
    name: 'lambda-parameter-mapping',
    observe: mappedPath,
    expected: { applied: '/changed', ignored: '/path' },
  },
  {
    source: 'docs/aws §1.5 (verify)',
    name: 'throttled-function-status',
    observe: throttledFunction,
    expected: {
      502: [502, INTERNAL, 'InternalServerErrorException'],
      500: [500, INTERNAL, 'InternalServerErrorException'],
      429: [429, `{"message":"${with429}"}`, 'TooManyRequestsException'],
    },
  },
  {
    source: 'docs/aws §4.2 (verify)',
    name: 'uncached-identity-sources',
    observe: async (assumptions) => [
      await withoutSource(assumptions, 0),
      await withoutSource(assumptions, 300),
    ],
    expected: {
      checked: [
        [401, 0],
        [401, 0],
      ],
      ignored: [
        [200, 1],
        [401, 0],
      ],
    },
  },
  ...MESSAGE_ROWS,
  ...CONNECTION_ROWS,
  {
    source: 'docs/aws §2.7',
    name: 'http-challenge-header',
    observe: challenge,
    expected: {
      kept: [['Www-Authenticate'], ['Www-Authenticate']],
      renamed: [['x-amzn-Remapped-www-authenticate'], ['x-amzn-Remapped-www-authenticate']],
    },
  },
  {
    source: 'docs/aws §4.8',
    name: 'http-unauthorized-status',
    observe: throwingUnauthorized,
    expected: { 'by-format': [401, 500], 401: [401, 401], 500: [500, 500] },
  },
  {
    source: 'docs/aws §19.2',
    name: 'function-url-permissions',
    observe: withUrlPermission,
    expected: { both: 403, 'url-only': 200 },
  },
  {
    source: 'docs/aws §5.3',
    name: 'week-start',
    observe: aWeek,
    expected: { sunday: [200, 429, 200, 429], monday: [200, 429, 429, 200] },
  },
];

describe('an assumption', () => {
  for (const { source, name, observe, expected } of ROWS)
    for (const value of ASSUMPTIONS[name])
      it(`${name}=${value} is implemented (${source})`, async () => {
        const assumptions = readAssumption(`${name}=${value}`, DEFAULT_ASSUMPTIONS);
        assert.ok(assumptions);

        assert.deepEqual(await observe(assumptions), expected[value]);
      });

  it('is tested by each of its names and values', () => {
    const tested = ROWS.map(({ name, expected }) => [name, Object.keys(expected).sort()]);

    assert.deepEqual(
      Object.fromEntries(tested),
      Object.fromEntries(Object.entries(ASSUMPTIONS).map(([name, values]) => [name, values.toSorted()])),
    );
  });

  it('is usually the first value of its name', () => {
    assert.deepEqual(
      DEFAULT_ASSUMPTIONS,
      Object.fromEntries(Object.entries(ASSUMPTIONS).map(([name, [first]]) => [name, first])),
    );
  });

  it('answers a throttled function with the gateway response of its status', async () => {
    const of5xx = aResponse('DEFAULT_5XX', { ResponseTemplates: JSON_ONLY('"5xx"') });
    const ofThrottled = aResponse('THROTTLED', { ResponseTemplates: JSON_ONLY('"throttled"') });
    const as = (value: '429' | '502'): Assumptions => ({
      ...DEFAULT_ASSUMPTIONS,
      'throttled-function-status': value,
    });
    const type = 'InternalServerErrorException';

    assert.deepEqual(await throttledFunction(as('502'), of5xx), [502, '"5xx"', type]);
    assert.deepEqual(await throttledFunction(as('429'), ofThrottled), [
      429,
      '"throttled"',
      'TooManyRequestsException',
    ]);
    assert.deepEqual(await throttledFunction(as('429'), of5xx), [
      429,
      `{"message":"${with429}"}`,
      'TooManyRequestsException',
    ]);
  });

  for (const text of [
    'week-start=tuesday',
    'week-end=sunday',
    'week-start',
    '',
    '=sunday',
    'constructor=x',
    'week-start=sunday ',
  ])
    it(`does not exist as "${text}"`, () => {
      assert.equal(readAssumption(text, DEFAULT_ASSUMPTIONS), undefined);
    });
});
