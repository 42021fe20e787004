/** Authorizers, keys, throttles and quotas. */
import { invokeUri } from '../../../../support/a-stack.ts';
import { anApi } from '../../../../support/an-api.ts';
import { describeReply, meteredApi, statuses, withKey } from '../../../../support/metered-apis.ts';
import { bearer, withAuthorizer, ok, policy, restApi, TOKEN } from '../../../../support/rest-apis.ts';
import { anEchoApi, answerOf, API_ID, eventOf, httpRoutes } from '../../../../support/routed-apis.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestApi } from '../../../../support/an-api.ts';
import type { FakeFunction } from '../../../../support/virtual-ports.ts';
import type { Surprise } from './surprise.ts';

function behind(auth: FakeFunction, authorizer: JsonObject = TOKEN): TestApi {
  return anApi(withAuthorizer(authorizer), { list: ok, auth });
}

const allow: FakeFunction = () => policy('Allow', '*');
const withContext =
  (context: JsonObject): FakeFunction =>
  () => ({ ...policy('Allow', '*'), context });
const fails =
  (message: string): FakeFunction =>
  () => {
    throw new Error(message);
  };
const ask = (api: TestApi): Promise<readonly [number, string]> =>
  answerOf(api, { target: '/dev/pets', headers: bearer });
const eventFor = (api: TestApi, name: string): Record<string, unknown> =>
  api.ports.invoker.calls.find(({ functionName }) => functionName === name)?.event as Record<string, unknown>;

export const AUTHORIZERS: readonly Surprise[] = [
  {
    source: 'docs/aws §4.1',
    rule: 'a missing identity source, or one of another form, is 401 without calling the authorizer, and nothing is logged',
    async observe() {
      const api = behind(allow, { ...TOKEN, IdentityValidationExpression: 'Bearer [a-z]+' });
      const seen = [];
      for (const headers of [[], ['Authorization', ''], ['Authorization', 'Bearer 1']])
        seen.push(await answerOf(api, { target: '/dev/pets', headers }));
      return [...seen, api.ports.invoker.calls.length, api.ports.logGroups.lines.length];
    },
    expected: [
      [401, '{"message":"Unauthorized"}'],
      [401, '{"message":"Unauthorized"}'],
      [401, '{"message":"Unauthorized"}'],
      0,
      0,
    ],
  },
  {
    source: 'docs/aws §4.3, §4.8',
    rule: 'an authorizer that crashes is 500 {"message":null}; only the very error Unauthorized is 401',
    async observe() {
      return [
        await ask(behind(fails('boom'))),
        await ask(behind(fails('unauthorized'))),
        await ask(behind(fails('Unauthorized'))),
      ];
    },
    expected: [
      [500, '{"message":null}'],
      [500, '{"message":null}'],
      [401, '{"message":"Unauthorized"}'],
    ],
  },
  {
    source: 'docs/aws §1.4, §4.8',
    rule: 'denials say Message with a capital and tell explicit from implicit',
    async observe() {
      return [
        await ask(behind(() => policy('Deny', '*'))),
        await ask(behind(() => policy('Allow', 'arn:aws:execute-api:*:*:*/prod/*'))),
      ];
    },
    expected: [
      [403, '{"Message":"User is not authorized to access this resource with an explicit deny"}'],
      [403, '{"Message":"User is not authorized to access this resource"}'],
    ],
  },
  {
    source: 'docs/aws §4.2',
    rule: 'the cached policy is evaluated anew per ARN: a narrow one is 403 on sibling paths until its TTL ends',
    async observe() {
      const narrow: FakeFunction = (event) => policy('Allow', (event as { methodArn: string }).methodArn);
      const api = behind(narrow);
      const statusOf = async (target: string): Promise<number> =>
        (await api.send({ target, headers: bearer })).status;
      const seen = [await statusOf('/dev/pets'), await statusOf('/dev/')];
      api.ports.clock.advance(300_000);
      return [...seen, await statusOf('/dev/')];
    },
    expected: [200, 403, 200],
  },
  {
    source: 'docs/aws §4.3',
    rule: 'objects in the context are 500 on REST, scalars become text; payload 2.0 keeps types',
    async observe() {
      const refused = [
        await ask(behind(withContext({ user: { id: 1 } }))),
        await ask(behind(withContext({ roles: ['a'] }))),
      ];
      const rest = behind(withContext({ level: 3, vip: true }));
      await ask(rest);
      const { requestContext } = eventFor(rest, 'list') as { requestContext: { authorizer: unknown } };
      const http = anEchoApi(
        httpRoutes(['GET /pets'], {
          route: { AuthorizationType: 'CUSTOM', AuthorizerId: 'Auth' },
          more: { Auth: SIMPLE },
        }),
        { auth: () => ({ isAuthorized: true, context: { level: 3, roles: ['a'], user: { id: 1 } } }) },
      );
      const event = await eventOf(http, { target: '/pets', headers: bearer });
      return [...refused, requestContext.authorizer, event.requestContext['authorizer']];
    },
    expected: [
      [500, '{"message":null}'],
      [500, '{"message":null}'],
      { level: '3', vip: 'true', principalId: 'alice', integrationLatency: 0 },
      { lambda: { level: 3, roles: ['a'], user: { id: 1 } } },
    ],
  },
  {
    source: 'docs/aws §4.1',
    rule: 'a TOKEN authorizer gets the header with its Bearer prefix',
    async observe() {
      const api = behind(allow);
      await ask(api);
      return eventFor(api, 'auth');
    },
    expected: {
      type: 'TOKEN',
      authorizationToken: 'Bearer good',
      methodArn: `arn:aws:execute-api:us-east-1:123456789012:${API_ID}/dev/GET/pets`,
    },
  },
];

const SIMPLE = {
  type: 'AWS::ApiGatewayV2::Authorizer',
  properties: {
    ApiId: API_ID,
    AuthorizerType: 'REQUEST',
    AuthorizerUri: invokeUri('auth'),
    AuthorizerPayloadFormatVersion: '2.0',
    EnableSimpleResponses: true,
    IdentitySource: ['$request.header.Authorization'],
  },
};

export const METERING: readonly Surprise[] = [
  {
    source: 'docs/aws §5.4',
    rule: 'a used-up quota is 429 Limit Exceeded, a throttle 429 Too Many Requests, a bad key 403 Forbidden',
    async observe() {
      const quota = anApi(meteredApi({ Quota: { Limit: 1, Period: 'DAY' } }), { list: ok });
      const throttle = anApi(meteredApi({ Throttle: { RateLimit: 1, BurstLimit: 1 } }), { list: ok });
      const seen = [];
      for (const api of [quota, throttle]) {
        await statuses(api, 1);
        seen.push(describeReply(await api.send({ target: '/dev/pets', headers: withKey })));
      }
      const bad = ['x-api-key', 'nobody-has-this-key-at-all'];
      return [...seen, describeReply(await quota.send({ target: '/dev/pets', headers: bad }))];
    },
    expected: [
      { status: 429, body: '{"message":"Limit Exceeded"}', errorType: 'LimitExceededException' },
      { status: 429, body: '{"message":"Too Many Requests"}', errorType: 'TooManyRequestsException' },
      { status: 403, body: '{"message":"Forbidden"}', errorType: 'ForbiddenException' },
    ],
  },
  {
    source: 'docs/aws §5.3',
    rule: 'a key on a method that wants none is neither checked nor counted',
    async observe() {
      const open = { ...meteredApi({ Quota: { Limit: 1, Period: 'DAY' } }), PetsGet: restApi()['PetsGet']! };
      const api = anApi(open, { list: ok });
      const onOpen = await statuses(api, 3);
      const unknown = await statuses(api, 1, '/dev/pets', ['x-api-key', 'nobody-has-this-key-at-all']);
      return [onOpen, unknown, await statuses(api, 2, '/dev/')];
    },
    expected: [[200, 200, 200], [200], [200, 429]],
  },
];
