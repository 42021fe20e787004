/** docs/aws §6, §7.1–7.5: validation and templates, as a client and a backend see them. */
import {
  answered,
  aMethod,
  DEFAULT,
  headerLines,
  INTERNAL,
  JSON_ONLY,
} from '../../../../support/a-method.ts';
import { anEchoApi, answerOf, API_ID, restRoutes } from '../../../../support/routed-apis.ts';
import { checkAll } from './requirement.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestApi, TestRequest } from '../../../../support/an-api.ts';

const RestApiId = API_ID;
const HTTP = {
  Type: 'HTTP',
  IntegrationHttpMethod: 'POST',
  Uri: 'http://backend.example/',
  IntegrationResponses: DEFAULT,
};

function validated(method: JsonObject, path = '/pets'): TestApi {
  const Strict = {
    type: 'AWS::ApiGateway::RequestValidator',
    properties: { RestApiId, ValidateRequestBody: true, ValidateRequestParameters: true },
  };
  const routes = { [`POST ${path}`]: { RequestValidatorId: 'Strict', ...method } };
  return anEchoApi(restRoutes(routes, { more: { Strict } }));
}

checkAll('validation', [
  {
    source: 'docs/aws §6 [doc]',
    rule: 'asks for no parameter that is declared false, and for no type of any',
    async observe() {
      const api = validated({
        RequestParameters: {
          'method.request.querystring.maybe': false,
          'method.request.querystring.count': true,
        },
      });
      return (await api.send({ method: 'POST', target: '/dev/pets?count=many' })).status;
    },
    expected: 200,
  },
  {
    source: 'docs/aws §6',
    rule: 'misses a path parameter only where the path has none of that name',
    async observe() {
      const seen = [];
      for (const name of ['id', 'other']) {
        const api = validated({ RequestParameters: { [`method.request.path.${name}`]: true } }, '/pets/{id}');
        seen.push((await answerOf(api, { method: 'POST', target: '/dev/pets/1' }))[0]);
      }
      return seen;
    },
    expected: [200, 400],
  },
  {
    source: 'docs/aws §6',
    rule: 'knows the models Empty and Error without being told',
    async observe() {
      const seen = [];
      for (const model of ['Empty', 'Error']) {
        const api = validated({ RequestModels: { 'application/json': model } });
        for (const body of ['{}', '[]', '{"message":1}'])
          seen.push((await answerOf(api, { method: 'POST', target: '/dev/pets', body }))[0]);
      }
      return seen;
    },
    expected: [200, 400, 200, 200, 400, 400],
  },
  {
    source: 'docs/aws §6',
    rule: 'takes a body without Content-Type for JSON',
    observe: () =>
      answerOf(validated({ RequestModels: { 'application/json': 'Empty' } }), {
        method: 'POST',
        target: '/dev/pets',
        body: 'text',
      }),
    expected: [400, '{"message":"Invalid request body"}'],
  },
]);

/** What a MOCK with this response template answers to a request to `/dev/1`. */
async function rendered(template: string, request: Partial<TestRequest> = {}): Promise<string> {
  const api = aMethod({
    integration: {
      Type: 'MOCK',
      RequestTemplates: { 'application/json': '{"statusCode": 200}', 'text/plain': '{"statusCode": 200}' },
      IntegrationResponses: [{ StatusCode: '200', ResponseTemplates: JSON_ONLY(template) }],
    },
    variables: { name: 'value' },
  });
  return (await answerOf(api, { target: '/dev/1', ...request }))[1];
}

/** Variables that a request has wherever it goes, and one of every kind that it has not. */
const CONTEXT = [
  'accountId',
  'apiId',
  'deploymentId',
  'domainName',
  'domainPrefix',
  'httpMethod',
  'path',
  'protocol',
  'requestTimeEpoch',
  'requestTime',
  'resourcePath',
  'stage',
  'identity.sourceIp',
  'identity.userAgent',
  'identity.user',
  'identity.apiKey',
  'identity.cognitoIdentityId',
  'isCanaryRequest',
  'authorizer.claims.sub',
  'wafResponseCode',
];

checkAll('a template', [
  {
    source: 'docs/aws §7.3',
    rule: 'reads every variable of $context that the request has, and nothing of the others',
    async observe() {
      const template = CONTEXT.map((name) => `$context.${name}`).join('|');
      return (await rendered(template, { headers: ['User-Agent', 'curl/8'] })).split('|');
    },
    expected: [
      '123456789012',
      API_ID,
      'Deployment',
      `${API_ID}.execute-api.us-east-1.amazonaws.com`,
      API_ID,
      'GET',
      '/dev/1',
      'HTTP/1.1',
      '1744668818000',
      '14/Apr/2025:22:13:38 +0000',
      '/{id}',
      'dev',
      '127.0.0.1',
      'curl/8',
      '',
      '',
      '',
      '',
      '',
      '',
    ],
  },
  {
    source: 'docs/aws §7.2',
    rule: 'of a response reads the parameters of the request and the body of the answer',
    async observe() {
      const api = aMethod({
        integration: {
          ...HTTP,
          IntegrationResponses: [
            {
              StatusCode: '200',
              ResponseTemplates: JSON_ONLY("$input.params('id') $input.params('q') $input.path('$.from')"),
            },
          ],
        },
      });
      api.ports.http.answer = () => answered('{"from":"backend"}');
      return answerOf(api, { method: 'POST', target: '/dev/1?q=a&q=b', body: '{"from":"client"}' });
    },
    expected: [200, '1 b backend'],
  },
  {
    source: 'docs/aws §7.2',
    rule: 'finds a parameter in the path, then the query, then the headers',
    observe: () =>
      rendered("$input.params('id') $input.params('q') $input.params('h') [$input.params('none')]", {
        target: '/dev/1?id=2&q=3',
        headers: ['id', '4', 'q', '5', 'h', '6'],
      }),
    expected: '1 3 6 []',
  },
  {
    source: 'docs/aws §7.2',
    rule: 'reads stage variables in all three spellings',
    observe: () => rendered("$stageVariables.name ${stageVariables.name} $stageVariables['name']"),
    expected: 'value value value',
  },
  {
    source: 'docs/aws §7.1 (inferred)',
    rule: 'that is empty gives the backend an empty body',
    async observe() {
      const api = aMethod({ integration: { ...HTTP, RequestTemplates: JSON_ONLY('') } });
      api.ports.http.answer = () => answered('{}');
      await api.send({ method: 'POST', target: '/dev/1', body: '{"a":1}' });
      return api.ports.http.requests.map(({ body }) => body);
    },
    expected: [undefined],
  },
  {
    source: 'docs/aws §7.1',
    rule: 'is chosen by application/json on a GET without type; without one the body is passed or refused',
    async observe() {
      const seen = [];
      for (const PassthroughBehavior of ['WHEN_NO_MATCH', 'WHEN_NO_TEMPLATES', 'NEVER'])
        for (const RequestTemplates of [JSON_ONLY('{}'), {}]) {
          const api = aMethod({ integration: { ...HTTP, PassthroughBehavior, RequestTemplates } });
          api.ports.http.answer = () => answered('{}');
          const headers = ['Content-Type', 'text/csv'];
          seen.push((await api.send({ method: 'POST', target: '/dev/1', headers, body: 'a' })).status);
        }
      return seen;
    },
    expected: [200, 200, 415, 200, 415, 415],
  },
  {
    source: 'docs/aws §7.4 [obs]',
    rule: 'overrides header, query and path of the call, a list as one header joined by commas',
    async observe() {
      const template =
        '#set($context.requestOverride.header.X-List = ["a", "b"])' +
        '#set($context.requestOverride.querystring.q = "new")' +
        '#set($context.requestOverride.path.id = "9"){}';
      const api = aMethod({
        integration: {
          ...HTTP,
          Uri: 'http://backend.example/{id}',
          RequestTemplates: JSON_ONLY(template),
          RequestParameters: {
            'integration.request.path.id': 'method.request.path.id',
            'integration.request.querystring.q': "'old'",
          },
        },
        method: { RequestParameters: { 'method.request.path.id': true } },
      });
      api.ports.http.answer = () => answered('{}');
      await api.send({ method: 'POST', target: '/dev/1' });
      const [request] = api.ports.http.requests;
      return [request?.target, headerLines(request?.headers ?? [])['x-list']];
    },
    expected: ['/9?q=new', 'a,b'],
  },
  {
    source: 'docs/aws §7.4 [obs]',
    rule: 'of a MOCK request leaves its path overrides to be read by the response',
    async observe() {
      const api = aMethod({
        integration: {
          Type: 'MOCK',
          RequestTemplates: JSON_ONLY('#set($context.requestOverride.path.id = "9"){"statusCode": 200}'),
          IntegrationResponses: [
            { StatusCode: '200', ResponseTemplates: JSON_ONLY('$context.requestOverride.path.id') },
          ],
        },
      });
      return answerOf(api, { target: '/dev/1' });
    },
    expected: [200, '9'],
  },
  {
    source: 'docs/aws §7.5',
    rule: 'that cannot be rendered is 500, on either side of the integration',
    async observe() {
      const broken = JSON_ONLY('$util.parseJson("{")');
      const before = aMethod({ integration: { ...HTTP, RequestTemplates: broken } });
      const after = aMethod({
        integration: { ...HTTP, IntegrationResponses: [{ StatusCode: '200', ResponseTemplates: broken }] },
      });
      after.ports.http.answer = () => answered('{}');
      return [
        await answerOf(before, { method: 'POST', target: '/dev/1' }),
        await answerOf(after, { method: 'POST', target: '/dev/1' }),
      ];
    },
    expected: [
      [500, INTERNAL],
      [500, INTERNAL],
    ],
  },
]);
