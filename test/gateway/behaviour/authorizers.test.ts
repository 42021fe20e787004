/** aws-behaviour §4: what the tests of authorizers and tokens leave to say. */
import { invokeUri } from '../../support/a-stack.ts';
import { anEchoApi, answerOf, API_ID, restRoutes } from '../../support/routed-apis.ts';
import { policy } from '../../support/rest-apis.ts';
import { checkAll } from './requirement.ts';
import type { JsonObject } from '../../../gateway/definition/model.ts';
import type { TestApi, TestRequest } from '../../support/an-api.ts';

/** `GET /{proxy+}` behind a REQUEST authorizer that lets everybody in. */
function behind(authorizer: JsonObject): TestApi {
  const Auth = {
    type: 'AWS::ApiGateway::Authorizer',
    properties: { RestApiId: API_ID, Type: 'REQUEST', AuthorizerUri: invokeUri('auth'), ...authorizer },
  };
  const method = { AuthorizationType: 'CUSTOM', AuthorizerId: 'Auth' };
  return anEchoApi(
    restRoutes({ 'GET /{proxy+}': method }, { more: { Auth }, stage: { Variables: { v: 'x' } } }),
    {
      auth: () => policy('Allow', '*'),
    },
  );
}

type AuthorizerEvent = Readonly<Record<string, unknown>>;

/** What the authorizer was asked, once per call. */
async function askedOf(api: TestApi, requests: readonly TestRequest[]): Promise<readonly AuthorizerEvent[]> {
  for (const request of requests) await api.send(request);
  return api.ports.invoker.calls
    .filter(({ functionName }) => functionName === 'auth')
    .map(({ event }) => event as AuthorizerEvent);
}

const ARN = `arn:aws:execute-api:us-east-1:123456789012:${API_ID}/dev/GET`;

checkAll('a REQUEST authorizer', [
  {
    source: '§4.2 (verify)',
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
    source: '§4.2',
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
    source: '§4.2 [doc]',
    rule: 'gets an event like that of a proxy, but without a body, and with {} for empty maps',
    async observe() {
      const [event] = await askedOf(behind({ AuthorizerResultTtlInSeconds: 0 }), [
        { target: '/dev/a', body: 'text' },
      ]);
      return ['type', 'methodArn', 'body', 'isBase64Encoded', 'queryStringParameters'].map(
        (name) => event?.[name],
      );
    },
    expected: ['REQUEST', `${ARN}/a`, undefined, undefined, {}],
  },
  {
    source: '§4.4 (inferred)',
    rule: 'is asked about the path as it came: encoded, with its trailing slash',
    async observe() {
      const [event] = await askedOf(behind({ AuthorizerResultTtlInSeconds: 0 }), [{ target: '/dev/a%20b/' }]);
      return event?.['methodArn'];
    },
    expected: `${ARN}/a%20b/`,
  },
]);
