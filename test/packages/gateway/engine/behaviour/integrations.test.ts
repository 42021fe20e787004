/** docs/aws §7.6, §7.7, §8 and §10.1: parameter mappings, what integrations call, stage variables in them. */
import {
  answered,
  aMethod,
  DEFAULT,
  headerLines,
  INTERNAL,
  JSON_ONLY,
} from '../../../../support/a-method.ts';
import { invokeUri, proxyTo } from '../../../../support/a-stack.ts';
import { headerOf } from '../../../../support/an-api.ts';
import { anEchoApi, answerOf, API_ID, restRoutes } from '../../../../support/routed-apis.ts';
import { checkAll } from './requirement.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { HttpRequest, ServiceRequest } from '../../../../../packages/gateway/core/ports.ts';
import type { TestRequest } from '../../../../support/an-api.ts';

const RestApiId = API_ID;
const HTTP = {
  Type: 'HTTP',
  IntegrationHttpMethod: 'POST',
  Uri: 'http://backend.example/',
  IntegrationResponses: DEFAULT,
};

/** Returns the request that the backend of an integration receives. */
async function asked(
  integration: JsonObject,
  request: Partial<TestRequest> = {},
  setup: { readonly method?: JsonObject; readonly variables?: JsonObject } = {},
): Promise<Partial<HttpRequest & ServiceRequest>> {
  const api = aMethod({ integration, ...setup });
  api.ports.http.answer = api.ports.services.answer = () => answered('{}');
  await api.send({ method: 'POST', target: '/dev/1', ...request });
  const [sent] = [...api.ports.http.requests, ...api.ports.services.requests];
  return sent ?? {};
}

checkAll('a parameter mapping', [
  {
    source: 'docs/aws §7.6 [obs]',
    rule: 'takes the last value, or all where it says multivalue, and leaves out what is empty',
    async observe() {
      const { headers = [], target } = await asked(
        {
          ...HTTP,
          RequestParameters: {
            'integration.request.header.last': 'method.request.header.many',
            'integration.request.header.all': 'method.request.multivalueheader.many',
            'integration.request.header.none': 'method.request.querystring.empty',
            'integration.request.querystring.last': 'method.request.querystring.q',
            'integration.request.querystring.all': 'method.request.multivaluequerystring.q',
          },
        },
        { target: '/dev/1?q=1&q=2&empty=', headers: ['many', 'a', 'many', 'b'] },
        {
          method: {
            RequestParameters: {
              'method.request.header.many': false,
              'method.request.querystring.q': false,
              'method.request.querystring.empty': false,
            },
          },
        },
      );
      const { last, all, none } = headerLines(headers);
      return [last, all, none, target];
    },
    expected: ['b', 'a,b', undefined, '/?last=2&all=1&all=2'],
  },
  {
    source: 'docs/aws §7.6',
    rule: 'takes context, stage variables, texts, the body and a value in it',
    async observe() {
      const { headers = [] } = await asked(
        {
          ...HTTP,
          RequestParameters: {
            'integration.request.header.a': 'context.httpMethod',
            'integration.request.header.b': 'stageVariables.name',
            'integration.request.header.c': "'text'",
            'integration.request.header.d': 'method.request.body',
            'integration.request.header.e': 'method.request.body.pet.name',
          },
        },
        { body: '{"pet":{"name":"Rex"}}' },
        { variables: { name: 'value' } },
      );
      const { a, b, c, d, e } = headerLines(headers);
      return [a, b, c, d, e];
    },
    expected: ['POST', 'value', 'text', '{"pet":{"name":"Rex"}}', 'Rex'],
  },
  {
    source: 'docs/aws §7.6 [obs]',
    rule: 'of an HTTP_PROXY overwrites headers and adds to the query',
    async observe() {
      const { headers = [], target } = await asked(
        {
          ...HTTP,
          Type: 'HTTP_PROXY',
          RequestParameters: {
            'integration.request.header.x-own': "'mapped'",
            'integration.request.querystring.q': "'mapped'",
          },
        },
        { target: '/dev/1?q=client', headers: ['X-Own', 'client'] },
      );
      return [target, headerLines(headers)['x-own']];
    },
    expected: ['/?q=client&q=mapped', 'mapped'],
  },
  {
    source: 'docs/aws §7.6',
    rule: 'of a response takes headers, several values joined, and values of the body',
    async observe() {
      const names = ['a', 'b', 'c', 'd'].map((name) => `method.response.header.${name}`);
      const ResponseParameters = {
        'method.response.header.a': 'integration.response.header.many',
        'method.response.header.b': 'integration.response.multivalueheader.many',
        'method.response.header.c': 'integration.response.body.name',
        'method.response.header.d': 'integration.response.header.none',
      };
      const api = aMethod({
        integration: { ...HTTP, IntegrationResponses: [{ StatusCode: '200', ResponseParameters }] },
        method: {
          MethodResponses: [
            { StatusCode: '200', ResponseParameters: Object.fromEntries(names.map((name) => [name, false])) },
          ],
        },
      });
      api.ports.http.answer = () => answered('{"name":"Rex"}', ['many', '1', 'many', '2']);
      const reply = await api.send({ method: 'POST', target: '/dev/1' });
      return ['a', 'b', 'c', 'd'].map((name) => headerOf(reply, name));
    },
    expected: ['2', '1,2', 'Rex', undefined],
  },
]);

checkAll('an integration', [
  {
    source: 'docs/aws §8',
    rule: 'passes a redirect of its backend on and follows none',
    async observe() {
      const api = aMethod({ integration: { ...HTTP, Type: 'HTTP_PROXY' } });
      api.ports.http.answer = () => answered('', ['Location', 'http://elsewhere.example/'], 302);
      const reply = await api.send({ target: '/dev/1' });
      return [reply.status, headerOf(reply, 'location'), api.ports.http.requests.length];
    },
    expected: [302, 'http://elsewhere.example/', 1],
  },
  {
    source: 'docs/aws §8',
    rule: 'fills {proxy} of its URI from a mapped path parameter',
    async observe() {
      const integration = {
        ...HTTP,
        Type: 'HTTP_PROXY',
        Uri: 'http://backend.example/base/{proxy}',
        RequestParameters: { 'integration.request.path.proxy': 'method.request.path.proxy' },
      };
      const method = { Integration: integration, RequestParameters: { 'method.request.path.proxy': true } };
      const api = anEchoApi(restRoutes({ 'GET /{proxy+}': method }));
      api.ports.http.answer = () => answered('{}');
      await api.send({ target: '/dev/a/b' });
      return api.ports.http.requests[0]?.target;
    },
    expected: '/base/a/b',
  },
  {
    source: 'docs/aws §8, §13',
    rule: 'has 29 s unless it says otherwise, whatever it calls',
    async observe() {
      const seen = [];
      for (const more of [{}, { TimeoutInMillis: 50 }]) {
        seen.push((await asked({ ...HTTP, ...more })).timeoutMs);
        const api = aMethod({
          integration: { ...proxyTo('fn'), ...more },
          functions: {
            fn: (_, { timeoutMs }) => ({ statusCode: 200, body: String(timeoutMs) }),
          },
        });
        seen.push((await answerOf(api, { target: '/dev/1' }))[1]);
      }
      return seen;
    },
    expected: [29_000, '29000', 50, '50'],
  },
  {
    source: 'docs/aws §8',
    rule: 'of SQS sends the form of its template to the queue',
    async observe() {
      const {
        service,
        path,
        headers = [],
        body,
      } = await asked(
        {
          ...HTTP,
          Type: 'AWS',
          Uri: 'arn:aws:apigateway:us-east-1:sqs:path/123456789012/queue',
          RequestParameters: {
            'integration.request.header.Content-Type': "'application/x-www-form-urlencoded'",
          },
          RequestTemplates: JSON_ONLY('Action=SendMessage&MessageBody=$util.urlEncode($input.body)'),
        },
        { body: '{"a": 1}' },
      );
      return [service, path, headerLines(headers)['content-type'], body];
    },
    expected: [
      'sqs',
      '/123456789012/queue',
      'application/x-www-form-urlencoded',
      'Action=SendMessage&MessageBody=%7B%22a%22%3A+1%7D',
    ],
  },
  {
    source: 'docs/aws §7.7',
    rule: 'with a function that fails takes the default response, status 200 and all, where no pattern matches',
    async observe() {
      const api = aMethod({
        integration: { ...proxyTo('fn'), Type: 'AWS', IntegrationResponses: DEFAULT },
        functions: {
          fn: () => {
            throw new Error('boom');
          },
        },
      });
      return answerOf(api, { method: 'POST', target: '/dev/1' });
    },
    expected: [200, '{"errorType":"Error","errorMessage":"boom"}'],
  },
]);

const VARIABLES = { host: 'a.example', part: 'x', url: 'b.example/y?z=1', fn: 'orders', link: 'vpc-1' };

checkAll('a stage variable', [
  {
    source: 'docs/aws §10.1',
    rule: 'is host, path, query or all of an HTTP address behind its scheme',
    async observe() {
      const seen = [];
      for (const Uri of [
        'http://${stageVariables.host}/${stageVariables.part}?q=${stageVariables.part}',
        'https://${stageVariables.url}',
      ]) {
        const { origin, target } = await asked({ ...HTTP, Uri }, {}, { variables: VARIABLES });
        seen.push([origin, target]);
      }
      return seen;
    },
    expected: [
      ['http://a.example', '/x?q=x'],
      ['https://b.example', '/y?z=1'],
    ],
  },
  {
    source: 'docs/aws §10.1',
    rule: 'is a part of the path of an AWS service, and the id of a VPC link',
    async observe() {
      const variables = VARIABLES;
      const Uri = 'arn:aws:apigateway:us-east-1:sqs:path/123456789012/${stageVariables.part}';
      const service = await asked({ ...HTTP, Type: 'AWS', Uri }, {}, { variables });
      const link = { ConnectionType: 'VPC_LINK', ConnectionId: '${stageVariables.link}' };
      const linked = await asked({ ...HTTP, ...link }, {}, { variables });
      return [service.path, linked.vpcLink];
    },
    expected: ['/123456789012/x', 'vpc-1'],
  },
  {
    source: 'docs/aws §10.1',
    rule: "names a method's and an authorizer's function",
    async observe() {
      const arn = invokeUri('${stageVariables.fn}');
      const Auth = {
        type: 'AWS::ApiGateway::Authorizer',
        properties: {
          RestApiId,
          Type: 'TOKEN',
          AuthorizerUri: arn,
          IdentitySource: 'method.request.header.Authorization',
        },
      };
      const method = {
        AuthorizationType: 'CUSTOM',
        AuthorizerId: 'Auth',
        Integration: { ...proxyTo('echo'), Uri: arn },
      };
      const api = anEchoApi(
        restRoutes({ 'GET /1': method }, { more: { Auth }, stage: { Variables: { fn: 'orders' } } }),
        { orders: () => ({ statusCode: 200 }) },
      );
      await api.send({ target: '/dev/1', headers: ['Authorization', 'x'] });
      return api.ports.invoker.calls.map(({ functionName }) => functionName);
    },
    expected: ['orders'],
  },
  {
    source: 'docs/aws §10.1',
    rule: 'that is undefined is nothing, and the address without it usually 500',
    observe: () =>
      answerOf(aMethod({ integration: { ...HTTP, Uri: 'http://${stageVariables.gone}/' } }), {
        target: '/dev/1',
      }),
    expected: [500, INTERNAL],
  },
]);
