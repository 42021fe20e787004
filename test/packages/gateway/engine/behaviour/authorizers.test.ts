/** docs/aws §4: what the tests of authorizers and tokens do not cover. */
import { DefinitionError } from '../../../../../packages/gateway/core/errors.ts';
import { invokeUri } from '../../../../support/a-stack.ts';
import { headerOf } from '../../../../support/an-api.ts';
import { anEchoApi, answerOf, API_ID, eventOf, restRoutes } from '../../../../support/routed-apis.ts';
import { policy } from '../../../../support/rest-apis.ts';
import { checkAll } from './requirement.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestResource } from '../../../../support/a-stack.ts';
import type { TestApi, TestRequest } from '../../../../support/an-api.ts';
import type { FakeFunction } from '../../../../support/virtual-ports.ts';

/** `GET /{proxy+}` behind a REQUEST authorizer that lets everybody in. */
function behind(
  authorizer: JsonObject,
  auth: FakeFunction = () => policy('Allow', '*'),
  api: JsonObject = {},
): TestApi {
  const Auth = {
    type: 'AWS::ApiGateway::Authorizer',
    properties: { RestApiId: API_ID, Type: 'REQUEST', AuthorizerUri: invokeUri('auth'), ...authorizer },
  };
  const method = { AuthorizationType: 'CUSTOM', AuthorizerId: 'Auth' };
  return anEchoApi(
    restRoutes({ 'GET /{proxy+}': method }, { api, more: { Auth }, stage: { Variables: { v: 'x' } } }),
    { auth },
  );
}

type AuthorizerEvent = Readonly<Record<string, unknown>>;

/** Returns the events of the authorizer, one for each call. */
async function askedOf(api: TestApi, requests: readonly TestRequest[]): Promise<readonly AuthorizerEvent[]> {
  for (const request of requests) await api.send(request);
  return api.ports.invoker.calls
    .filter(({ functionName }) => functionName === 'auth')
    .map(({ event }) => event as AuthorizerEvent);
}

const ARN = `arn:aws:execute-api:us-east-1:123456789012:${API_ID}/dev/GET`;

checkAll('a REQUEST authorizer', [
  {
    source: 'docs/aws §4.2 (verify)',
    rule: 'has its identity sources checked without a cache, too',
    async observe() {
      const IdentitySource = 'method.request.header.Authorization, method.request.querystring.q';
      const api = behind({ AuthorizerResultTtlInSeconds: 0, IdentitySource });
      const headers = ['authorization', 'x'];
      return [
        await answerOf(api, { target: '/dev/a?q=', headers }),
        (await askedOf(api, [{ target: '/dev/a' }])).length,
        (await api.send({ target: '/dev/a?q=1', headers })).status,
      ];
    },
    expected: [[401, '{"message":"Unauthorized"}'], 0, 200],
  },
  {
    source: 'docs/aws §4.2',
    rule: 'takes headers, query strings, stage variables and the context for sources, all of them the key of its cache',
    async observe() {
      const IdentitySource =
        'method.request.header.h,method.request.querystring.q,stageVariables.v,context.path';
      const headers = ['h', '1'];
      const events = await askedOf(behind({ IdentitySource }), [
        { target: '/dev/a?q=1', headers },
        { target: '/dev/a?q=1&other=2', headers },
        { target: '/dev/a?q=2', headers },
        { target: '/dev/b?q=1', headers },
      ]);
      return events.map(({ path, queryStringParameters }) => [path, queryStringParameters]);
    },
    expected: [
      ['/a', { q: '1' }],
      ['/a', { q: '2' }],
      ['/b', { q: '1' }],
    ],
  },
  {
    source: 'docs/aws §4.2 [doc]',
    rule: 'gets an event like that of a proxy, but without a body, and with {} for empty maps',
    async observe() {
      // CloudFront refuses a GET request with a body in front of an edge-optimized API.
      const api = behind({ AuthorizerResultTtlInSeconds: 0 }, undefined, {
        EndpointConfiguration: { Types: ['REGIONAL'] },
      });
      const [event] = await askedOf(api, [{ target: '/dev/a', body: 'text' }]);
      return ['type', 'methodArn', 'body', 'isBase64Encoded', 'queryStringParameters'].map(
        (name) => event?.[name],
      );
    },
    expected: ['REQUEST', `${ARN}/a`, undefined, undefined, {}],
  },
  {
    source: 'docs/aws §4.4 (inferred)',
    rule: 'is asked about the path as it came: encoded, with its trailing slash',
    async observe() {
      const [event] = await askedOf(behind({ AuthorizerResultTtlInSeconds: 0 }), [{ target: '/dev/a%20b/' }]);
      return event?.['methodArn'];
    },
    expected: `${ARN}/a%20b/`,
  },
]);

const TOKEN = { Type: 'TOKEN', IdentitySource: 'method.request.header.X-Token' };
const withToken = { target: '/dev/a', headers: ['x-tOKEN', 'Bearer t'] };

/** How often the authorizer was asked by these requests, one after the other. */
async function timesAsked(api: TestApi, requests: readonly TestRequest[]): Promise<number> {
  return (await askedOf(api, requests)).length;
}

/** Property and message of the refusal of an authorizer at load; undefined = it is taken. */
function refusalOf(authorizer: JsonObject): unknown {
  try {
    behind(authorizer);
    return undefined;
  } catch (error) {
    if (error instanceof DefinitionError) return error.place.property;
    throw error;
  }
}

checkAll('a TOKEN authorizer', [
  {
    source: 'docs/aws §4.1',
    rule: 'finds its header in any letter case and gets type, token and ARN, nothing else',
    observe: () => askedOf(behind(TOKEN), [withToken]),
    expected: [{ type: 'TOKEN', authorizationToken: 'Bearer t', methodArn: `${ARN}/a` }],
  },
  {
    source: 'docs/aws §4.1',
    rule: 'is asked once per token and 300 s, every time with a TTL of 0, and once in the hour that is the longest TTL',
    async observe() {
      const seen = [];
      for (const ttl of [undefined, 0, 3600]) {
        const api = behind(ttl === undefined ? TOKEN : { ...TOKEN, AuthorizerResultTtlInSeconds: ttl });
        await api.send(withToken);
        await api.send({ ...withToken, headers: ['x-token', 'another'] });
        await api.send(withToken);
        api.ports.clock.advance(301_000);
        seen.push(await timesAsked(api, [withToken]));
      }
      return seen;
    },
    expected: [3, 4, 2],
  },
  {
    source: 'docs/aws §4.1',
    rule: 'is refused with a TTL over an hour, two sources, or one that is no header',
    observe: () => [
      refusalOf({ ...TOKEN, AuthorizerResultTtlInSeconds: 3601 }),
      refusalOf({ ...TOKEN, IdentitySource: 'method.request.header.a,method.request.header.b' }),
      refusalOf({ ...TOKEN, IdentitySource: 'method.request.querystring.a' }),
    ],
    expected: ['AuthorizerResultTtlInSeconds', 'IdentitySource', 'IdentitySource'],
  },
  {
    source: 'docs/aws §4.1, §4.2',
    rule: 'shares no answer with another authorizer, whatever the token',
    async observe() {
      const properties = { RestApiId: API_ID, ...TOKEN, AuthorizerUri: invokeUri('auth') };
      const authorizer = (Name: string): TestResource => ({
        type: 'AWS::ApiGateway::Authorizer',
        properties: { ...properties, Name },
      });
      const by = (AuthorizerId: string): JsonObject => ({ AuthorizationType: 'CUSTOM', AuthorizerId });
      const more = { One: authorizer('one'), Two: authorizer('two') };
      const api = anEchoApi(restRoutes({ 'GET /a': by('One'), 'GET /b': by('Two') }, { more }), {
        auth: () => policy('Allow', '*'),
      });
      return timesAsked(api, [withToken, { ...withToken, target: '/dev/b' }, withToken]);
    },
    expected: 2,
  },
  {
    source: 'docs/aws §4.1',
    rule: 'has its expression match the whole token, the prefix included',
    async observe() {
      const statusOf = async (IdentityValidationExpression: string): Promise<number> =>
        (await behind({ ...TOKEN, IdentityValidationExpression }).send(withToken)).status;
      return [await statusOf('Bearer \\w'), await statusOf('\\w'), await statusOf('Bearer')];
    },
    expected: [200, 401, 401],
  },
]);

checkAll('a REQUEST authorizer', [
  {
    source: 'docs/aws §4.2',
    rule: 'is refused with a path parameter as a source, and with a cache but without a source',
    observe: () => [
      refusalOf({ IdentitySource: 'method.request.path.proxy' }),
      refusalOf({}),
      refusalOf({ AuthorizerResultTtlInSeconds: 0 }),
    ],
    expected: ['IdentitySource', 'IdentitySource', undefined],
  },
]);

/** Status, body, error type of a request whose authorizer does this. */
async function after(auth: FakeFunction): Promise<unknown> {
  const reply = await behind(TOKEN, auth).send(withToken);
  return [reply.status, reply.body, headerOf(reply, 'x-amzn-errortype')];
}

const NULL_500 = [500, '{"message":null}', 'AuthorizerConfigurationException'];
const { policyDocument } = policy('Allow', '*');

checkAll('the answer of an authorizer', [
  {
    source: 'docs/aws §4.3',
    rule: 'that does not come, for want of the function, of leave, or of room, is 500 with null',
    async observe() {
      const seen = [];
      for (const reason of ['not-found', 'throttled', 'too-large'])
        seen.push(await after(() => ({ kind: 'refused', reason, message: reason })));
      return seen;
    },
    expected: [NULL_500, NULL_500, NULL_500],
  },
  {
    source: 'docs/aws §4.3',
    rule: 'that is null, text, without a policy, or with one that nobody can read, is 500 with null',
    async observe() {
      const answers = [null, 'Allow', {}, { policyDocument: { Version: '2012-10-17', Statement: [{}] } }];
      const seen = [];
      for (const answer of answers) seen.push(await after(() => answer));
      return seen;
    },
    expected: [NULL_500, NULL_500, NULL_500, NULL_500],
  },
  {
    source: 'docs/aws §4.3 [issue]',
    rule: 'may lack the principal, and may have null in its context, which the function gets as null',
    async observe() {
      const context = { none: null, number: 123, yes: true };
      const api = behind(TOKEN, () => ({ policyDocument, context }));
      const first = await eventOf(api, withToken);
      return [
        first.requestContext['authorizer'],
        (await eventOf(api, withToken)).requestContext['authorizer'],
      ];
    },
    expected: [
      { none: null, number: '123', yes: 'true', integrationLatency: 0 },
      { none: null, number: '123', yes: 'true', integrationLatency: 0 },
    ],
  },
  {
    source: 'docs/aws §4.3 (inferred)',
    rule: 'has 29 s to come',
    async observe() {
      const seen: number[] = [];
      const api = behind(TOKEN, (_, { timeoutMs }) => {
        seen.push(timeoutMs);
        return policy('Allow', '*');
      });
      await api.send(withToken);
      return seen;
    },
    expected: [29_000],
  },
  {
    source: 'docs/aws §4.4',
    rule: 'is a policy whose conditions are asked of each request anew, also out of the cache',
    async observe() {
      const Condition = { StringLike: { 'aws:UserAgent': 'curl/*' } };
      const Statement = [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: '*', Condition }];
      const api = behind(TOKEN, () => ({
        principalId: 'a',
        policyDocument: { Version: '2012-10-17', Statement },
      }));
      const statusBy = async (agent: string): Promise<number> =>
        (await api.send({ ...withToken, headers: [...withToken.headers, 'User-Agent', agent] })).status;
      return [await statusBy('curl/8'), await statusBy('wget'), await timesAsked(api, [])];
    },
    expected: [200, 403, 1],
  },
  {
    source: 'docs/aws §4.4',
    rule: 'is matched against the path of the request, not the path of the resource',
    async observe() {
      const api = behind(TOKEN, () => policy('Allow', `${ARN}/a/*`));
      const statusOf = async (path: string): Promise<number> =>
        (await api.send({ ...withToken, target: `/dev/${path}` })).status;
      return [await statusOf('a/1'), await statusOf('b/1')];
    },
    expected: [200, 403],
  },
]);
