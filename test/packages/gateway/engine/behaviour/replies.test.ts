/** docs/aws §1.6: what every reply of an API contains, whoever answers. */
import { answered, aMethod, DEFAULT, JSON_ONLY } from '../../../../support/a-method.ts';
import { headerOf } from '../../../../support/an-api.ts';
import { proxyTo } from '../../../../support/a-stack.ts';
import { ok } from '../../../../support/rest-apis.ts';
import { anEchoApi, httpRoutes, restRoutes } from '../../../../support/routed-apis.ts';
import { checkAll } from './requirement.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestApi } from '../../../../support/an-api.ts';

const HTTP = {
  Type: 'HTTP',
  IntegrationHttpMethod: 'GET',
  Uri: 'http://backend.example/',
  IntegrationResponses: DEFAULT,
};
const MOCK = {
  Type: 'MOCK',
  RequestTemplates: JSON_ONLY('{"statusCode": 200}'),
  IntegrationResponses: DEFAULT,
};

const IDS = ['x-amzn-RequestId', 'x-amz-apigw-id', 'X-Amzn-Trace-Id', 'x-amzn-ErrorType', 'Apigw-Requestid'];
const GIVEN_ID = '11111111-2222-4333-8444-555555555555';

/** Which of the gateway's own headers a reply has. */
async function ownHeaders(api: TestApi, target = '/dev/1'): Promise<readonly string[]> {
  const reply = await api.send({ target });
  return IDS.filter((name) => headerOf(reply, name) !== undefined);
}

function answering(integration: JsonObject): TestApi {
  const api = aMethod({ integration, functions: { fn: ok } });
  api.ports.http.answer = () => answered('{}');
  return api;
}

const OF_REST = ['x-amzn-RequestId', 'x-amz-apigw-id'];

checkAll('a reply', [
  {
    source: 'docs/aws §1.6 [obs]',
    rule: 'has both request ids whatever answers, a trace id behind a function or HTTP, and none behind MOCK, HTTP_PROXY or on errors',
    async observe() {
      return [
        await ownHeaders(answering(proxyTo('fn'))),
        await ownHeaders(answering(HTTP)),
        await ownHeaders(answering(MOCK)),
        await ownHeaders(answering({ ...HTTP, Type: 'HTTP_PROXY' })),
        await ownHeaders(answering(HTTP), '/dev/a/b'),
      ];
    },
    expected: [
      [...OF_REST, 'X-Amzn-Trace-Id'],
      [...OF_REST, 'X-Amzn-Trace-Id'],
      OF_REST,
      OF_REST,
      [...OF_REST, 'x-amzn-ErrorType'],
    ],
  },
  {
    source: 'docs/aws §1.6',
    rule: 'of an HTTP API has Apigw-Requestid alone, and no error type',
    async observe() {
      const api = anEchoApi(httpRoutes(['GET /1']));
      return [await ownHeaders(api, '/1'), await ownHeaders(api, '/2')];
    },
    expected: [['Apigw-Requestid'], ['Apigw-Requestid']],
  },
  {
    source: 'docs/aws §1.6, §3.7 correction [doc]',
    rule: 'has the request id that a client offers as a UUID, and no other offer',
    async observe() {
      const api = anEchoApi(restRoutes({ 'GET /1': {} }));
      const seen = [];
      for (const offer of [GIVEN_ID, 'my-id']) {
        const reply = await api.send({ target: '/dev/1', headers: ['x-amzn-RequestId', offer] });
        const event = JSON.parse(reply.body.toString()) as { requestContext: { requestId: string } };
        const id = headerOf(reply, 'x-amzn-requestid');
        seen.push([id === offer, id === event.requestContext.requestId]);
      }
      return seen;
    },
    expected: [
      [true, true],
      [false, true],
    ],
  },
  {
    source: 'docs/aws §1.6 [obs]',
    rule: 'has a UUID and 15 characters with = for its ids, which are those of the event, and on errors, too',
    async observe() {
      const api = anEchoApi(restRoutes({ 'GET /1': {} }));
      const reply = await api.send({ target: '/dev/1' });
      const { requestContext } = JSON.parse(reply.body.toString()) as {
        requestContext: Record<string, string>;
      };
      const failed = await api.send({ target: '/dev/2' });
      const ids = [reply, failed].map((one) => [
        headerOf(one, 'x-amzn-requestid') ?? '',
        headerOf(one, 'x-amz-apigw-id') ?? '',
      ]);
      const forms = [/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, /^[\w-]{15}=$/];
      return [
        ids.map((pair) => pair.map((id, index) => forms[index]?.test(id))),
        [requestContext['requestId'], requestContext['extendedRequestId']].map((id) =>
          ids[0]?.includes(id ?? ''),
        ),
        new Set(ids.flat()).size,
      ];
    },
    expected: [
      [
        [true, true],
        [true, true],
      ],
      [true, true],
      4,
    ],
  },
  {
    source: 'docs/aws §1.6',
    rule: 'has the type application/json where the integration gives none',
    async observe() {
      const api = answering({ ...HTTP, Type: 'HTTP_PROXY' });
      return headerOf(await api.send({ target: '/dev/1' }), 'content-type');
    },
    expected: 'application/json',
  },
  {
    source: 'docs/aws §1.6',
    rule: 'has none of the headers that CloudFront adds',
    async observe() {
      const reply = await answering(proxyTo('fn')).send({ target: '/dev/1' });
      return ['X-Cache', 'Via', 'X-Amz-Cf-Id', 'X-Amz-Cf-Pop'].filter((name) => headerOf(reply, name));
    },
    expected: [],
  },
]);
