/** docs/aws §2.5 and §13: what is too long, too large or too many. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DefinitionError } from '../../../../../packages/gateway/core/errors.ts';
import { functionArn, invokeUri, proxyTo } from '../../../../support/a-stack.ts';
import { anEchoApi, answerOf, API_ID, httpRoutes, restRoutes } from '../../../../support/routed-apis.ts';
import { policy } from '../../../../support/rest-apis.ts';
import { checkAll } from './requirement.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestResource } from '../../../../support/a-stack.ts';

const RestApiId = API_ID;
const MEGABYTE = 1024 * 1024;
const REGIONAL = { EndpointConfiguration: { Types: ['REGIONAL'] } };

/** `/{proxy+}` behind an authorizer that lets everybody in, and the same open at `/open/{proxy+}`. */
function aGuarded(): ReturnType<typeof anEchoApi> {
  const Auth = {
    type: 'AWS::ApiGateway::Authorizer',
    properties: {
      RestApiId,
      Type: 'TOKEN',
      AuthorizerUri: invokeUri('auth'),
      IdentitySource: 'method.request.header.Authorization',
    },
  };
  const guarded = { AuthorizationType: 'CUSTOM', AuthorizerId: 'Auth' };
  return anEchoApi(
    restRoutes({ 'GET /open/{proxy+}': {}, 'GET /shut/{proxy+}': guarded }, { more: { Auth } }),
    {
      auth: () => policy('Allow', '*'),
    },
  );
}

/** The ARN of a request to `/dev/shut/`, up to the rest of its path. */
const ARN = `arn:aws:execute-api:us-east-1:123456789012:${API_ID}/dev/GET/shut/`;

checkAll('a request', [
  {
    source: 'docs/aws §2.5',
    rule: 'is 414 where its method ARN has more than 1,600 bytes and somebody decides about it',
    async observe() {
      const api = aGuarded();
      const headers = ['Authorization', 'friend'];
      const longest = 'a'.repeat(1600 - ARN.length);
      const statusOf = async (path: string): Promise<number> =>
        (await api.send({ target: `/dev/${path}`, headers })).status;
      return [
        await statusOf(`shut/${longest}`),
        await answerOf(api, { target: `/dev/shut/${longest}a`, headers }),
        await statusOf(`open/${longest}a`),
        api.ports.invoker.calls.filter(({ functionName }) => functionName === 'auth').length,
      ];
    },
    expected: [200, [414, '{"message":"Request URI too long"}'], 200, 1],
  },
  {
    source: 'docs/aws §2.5, §13',
    rule: 'may have a URL of 10,240 bytes and not one more, on Regional REST APIs',
    async observe() {
      const api = anEchoApi(restRoutes({ 'GET /{proxy+}': {} }, { api: REGIONAL }));
      const statusOf = async (target: string): Promise<number> => (await api.send({ target })).status;
      return [
        await statusOf('/dev/'.padEnd(10_240, 'a')),
        await statusOf('/dev/'.padEnd(10_241, 'a')),
        // The question mark is part of the URL.
        await statusOf(`/dev/a?${'q'.repeat(10_233)}`),
        await statusOf(`/dev/a?${'q'.repeat(10_234)}`),
      ];
    },
    expected: [200, 414, 200, 414],
  },
  {
    source: 'docs/aws §13 (HTTP API quotas: "Total combined size of request line and header values")',
    rule: 'has a request line and headers of 10,240 bytes together and not one more, on HTTP APIs',
    async observe() {
      const api = anEchoApi(httpRoutes(['GET /{proxy+}']));
      const statusOf = async (lineBytes: number, headers: readonly string[]): Promise<number> => {
        const target = '/'.padEnd(lineBytes - 'GET  HTTP/1.1'.length, 'a');
        return (await api.send({ target, headers: [...headers] })).status;
      };
      return [
        await statusOf(10_230, ['x', 'a'.repeat(5)]),
        await statusOf(10_230, ['x', 'a'.repeat(6)]),
        await statusOf(230, ['x', 'a'.repeat(10_006)]),
      ];
    },
    // The status is inferred: it says what has to be shorter.
    expected: [200, 414, 431],
  },
  {
    source: 'docs/aws §2.5 (inferred status)',
    rule: 'is 431 where its headers have more than 10,240 bytes',
    async observe() {
      const api = anEchoApi(restRoutes({ 'GET /1': {} }));
      const statusOf = async (bytes: number): Promise<number> =>
        (await api.send({ target: '/dev/1', headers: ['x', 'a'.repeat(bytes - 5)] })).status;
      return [await statusOf(10_240), await statusOf(10_241)];
    },
    expected: [200, 431],
  },
  {
    source: 'docs/aws §2.5',
    rule: 'is 413 beyond a body of 10 MB, in the words of its kind of API',
    async observe() {
      const rest = anEchoApi(restRoutes({ 'POST /1': {} }), { echo: () => ({ statusCode: 200 }) });
      const http = anEchoApi(httpRoutes(['POST /1']), { echo: () => ({ statusCode: 200 }) });
      const body = Buffer.alloc(10 * MEGABYTE, 'a');
      const large = Buffer.alloc(10 * MEGABYTE + 1, 'a');
      return [
        (await rest.send({ method: 'POST', target: '/dev/1', body })).status,
        await answerOf(rest, { method: 'POST', target: '/dev/1', body: large }),
        await answerOf(http, { method: 'POST', target: '/1', body: large }),
      ];
    },
    expected: [200, [413, '{"message":"Request Too Long"}'], [413, '{"message":"Request Entity Too Large"}']],
  },
]);

const times = (count: number, make: (index: number) => TestResource): Record<string, TestResource> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`Extra${index}`, make(index)]));
const child = (index: number): TestResource => ({
  type: 'AWS::ApiGateway::Resource',
  properties: { RestApiId, ParentId: 'Path/a', PathPart: `p${index}` },
});
const stage = (index: number): TestResource => ({
  type: 'AWS::ApiGateway::Stage',
  properties: { RestApiId, StageName: `s${index}`, DeploymentId: 'Deployment' },
});
const authorizer = (index: number): TestResource => ({
  type: 'AWS::ApiGateway::Authorizer',
  properties: {
    RestApiId,
    Name: `a${index}`,
    Type: 'TOKEN',
    AuthorizerUri: invokeUri('auth'),
    IdentitySource: 'method.request.header.Authorization',
  },
});
const httpStage = (index: number): TestResource => ({
  type: 'AWS::ApiGatewayV2::Stage',
  properties: { ApiId: API_ID, StageName: `s${index}`, AutoDeploy: true },
});
const httpAuthorizer = (index: number): TestResource => ({
  type: 'AWS::ApiGatewayV2::Authorizer',
  properties: {
    ApiId: API_ID,
    Name: `a${index}`,
    AuthorizerType: 'REQUEST',
    AuthorizerUri: invokeUri('auth'),
    AuthorizerPayloadFormatVersion: '2.0',
  },
});
const httpIntegration = (index: number): TestResource => ({
  type: 'AWS::ApiGatewayV2::Integration',
  properties: {
    ApiId: API_ID,
    IntegrationType: 'AWS_PROXY',
    PayloadFormatVersion: '2.0',
    IntegrationUri: functionArn('echo'),
    Description: String(index),
  },
});
const rest = (more: Record<string, TestResource>): Record<string, TestResource> =>
  restRoutes({ 'GET /a': {} }, { more });
const http = (more: Record<string, TestResource>): Record<string, TestResource> =>
  httpRoutes(['GET /a'], { more });
const httpWithRoutes = (count: number): Record<string, TestResource> =>
  httpRoutes(Array.from({ length: count }, (_, index) => `GET /r${index}`));

/** `most` may be there, one more may not. `has` = how many the API has of its own. */
const QUOTAS: readonly {
  readonly what: string;
  readonly most: number;
  readonly api: (count: number) => Record<string, TestResource>;
  readonly at: string;
  readonly says: string;
}[] = [
  {
    what: 'resources of a REST API, the root included',
    most: 300,
    api: (count) => rest(times(count - 2, child)),
    at: 'Extra298',
    says: 'Maximum number of Resources for this API has been reached.  Please contact AWS if you need additional Resources.',
  },
  {
    what: 'stages of a REST API',
    most: 10,
    api: (count) => rest(times(count - 1, stage)),
    at: 'Extra9',
    says: 'Maximum number of Stages for this API has been reached.  Please contact AWS if you need additional Stages.',
  },
  {
    what: 'authorizers of a REST API',
    most: 10,
    api: (count) => rest(times(count, authorizer)),
    at: 'Extra10',
    says: 'Maximum number of Authorizers for this API has been reached.  Please contact AWS if you need additional Authorizers.',
  },
  {
    what: 'stages of an HTTP API',
    most: 10,
    api: (count) => http(times(count - 1, httpStage)),
    at: 'Extra9',
    says: 'Maximum number of Stages for this API has been reached.  Please contact AWS if you need additional Stages.',
  },
  {
    what: 'authorizers of an HTTP API',
    most: 10,
    api: (count) => http(times(count, httpAuthorizer)),
    at: 'Extra10',
    says: 'Maximum number of Authorizers for this API has been reached.  Please contact AWS if you need additional Authorizers.',
  },
  {
    what: 'integrations of an HTTP API',
    most: 300,
    api: (count) => http(times(count - 1, httpIntegration)),
    at: 'Extra299',
    says: 'Maximum number of Integrations for this API has been reached.  Please contact AWS if you need additional Integrations.',
  },
  {
    what: 'routes of an HTTP API',
    most: 300,
    api: httpWithRoutes,
    at: 'Route300',
    says: 'Maximum number of Routes for this API has been reached.  Please contact AWS if you need additional Routes.',
  },
];

/** Returns the place and the reason of a refused definition; undefined if it is not refused. */
function refusal(resources: Record<string, TestResource>): readonly (string | undefined)[] | undefined {
  try {
    anEchoApi(resources);
    return undefined;
  } catch (error) {
    if (error instanceof DefinitionError) return [error.place.logicalId, error.place.property, error.message];
    throw error;
  }
}

describe('a definition is refused', () => {
  for (const { what, most, api, at, says } of QUOTAS)
    it(`with more than ${most} ${what} (docs/aws §13)`, () => {
      assert.equal(refusal(api(most)), undefined);
      assert.deepEqual(refusal(api(most + 1)), [at, undefined, says]);
    });

  const slow = (TimeoutInMillis: number): JsonObject => ({
    Integration: { ...proxyTo('echo'), TimeoutInMillis },
  });
  const timeouts: readonly { name: string; types?: readonly string[]; ms: number; says?: RegExp }[] = [
    { name: 'takes 29 s on an edge-optimized API', ms: 29_000 },
    { name: 'takes no more there', ms: 29_001, says: /^Timeout should be between 50 ms and 29000 ms/ },
    { name: 'takes more on a Regional one', types: ['REGIONAL'], ms: 60_000 },
    { name: 'takes more on a private one', types: ['PRIVATE'], ms: 60_000 },
    { name: 'takes no less than 50 ms', types: ['REGIONAL'], ms: 49, says: /from 50 to/ },
  ];
  for (const { name, types, ms, says } of timeouts)
    it(`by TimeoutInMillis, which ${name} (docs/aws §8, §13)`, () => {
      const api = types === undefined ? {} : { EndpointConfiguration: { Types: [...types] } };

      const refused = refusal(restRoutes({ 'GET /1': slow(ms) }, { api }));

      if (says === undefined) assert.equal(refused, undefined);
      else {
        assert.equal(refused?.[1], 'Integration.TimeoutInMillis');
        assert.match(refused[2] ?? '', says);
      }
    });

  const variables: readonly { name: string; given: JsonObject; says: RegExp | undefined }[] = [
    { name: '100 of them', given: manyVariables(100), says: undefined },
    { name: '101 of them', given: manyVariables(101), says: /at most 100/ },
    { name: 'a name of 64 characters', given: { ['a'.repeat(64)]: 'x' }, says: undefined },
    {
      name: 'a name of 65 characters',
      given: { ['a'.repeat(65)]: 'x' },
      says: /Invalid stage variable name/,
    },
    { name: 'a name with a dash', given: { 'a-b': 'x' }, says: /Invalid stage variable name/ },
    { name: 'a value of 512 characters', given: { a: 'x'.repeat(512) }, says: undefined },
    {
      name: 'a value of 513 characters',
      given: { a: 'x'.repeat(513) },
      says: /Invalid stage variable value/,
    },
    { name: 'every character of a value', given: { a: 'Az0-._~:/?#&=,' }, says: undefined },
    { name: 'a value with a blank', given: { a: 'x y' }, says: /Invalid stage variable value/ },
  ];
  for (const { name, given, says } of variables)
    it(`${says === undefined ? 'not ' : ''}for stage variables with ${name} (docs/aws §10.1, §13)`, () => {
      const refused = refusal(restRoutes({ 'GET /1': {} }, { stage: { Variables: given } }));

      if (says === undefined) assert.equal(refused, undefined);
      else assert.match(refused?.[2] ?? '', says);
    });

  it('for a stage with 51 tags, and not with 50 (docs/aws §13)', () => {
    const tags = (count: number): JsonObject => ({
      Tags: Array.from({ length: count }, (_, index) => ({ Key: `k${index}`, Value: 'v' })),
    });
    const map = (count: number): Record<string, TestResource> => ({
      Tagged: {
        type: 'AWS::ApiGatewayV2::Stage',
        properties: {
          ApiId: API_ID,
          StageName: 'tagged',
          AutoDeploy: true,
          Tags: Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'v'])),
        },
      },
    });
    const says = 'A stage has at most 50 tags, not 51';

    assert.equal(refusal(restRoutes({ 'GET /1': {} }, { stage: tags(50) })), undefined);
    assert.deepEqual(refusal(restRoutes({ 'GET /1': {} }, { stage: tags(51) })), ['Stage', 'Tags', says]);
    assert.equal(refusal(http(map(50))), undefined);
    assert.deepEqual(refusal(http(map(51))), ['Tagged', 'Tags', says]);
  });

  it('without any method (docs/aws §1.1)', () => {
    assert.equal(refusal(restRoutes({}))?.[2], "The REST API doesn't contain any methods");
  });
});

function manyVariables(count: number): JsonObject {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`v${index}`, 'x']));
}
