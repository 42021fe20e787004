/** Validation, integrations, gateway responses, templates. */
import { headerOf } from '../../../../support/an-api.ts';
import {
  answered,
  aMethod,
  DEFAULT,
  headerLines,
  INTERNAL,
  JSON_ONLY,
} from '../../../../support/a-method.ts';
import { accessLogSetting } from '../../../../support/logged-apis.ts';
import { anEchoApi, answerOf, API_ID, restRoutes } from '../../../../support/routed-apis.ts';
import { proxyTo } from '../../../../support/a-stack.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestApi } from '../../../../support/an-api.ts';
import type { TestResource } from '../../../../support/a-stack.ts';
import type { Surprise } from './surprise.ts';

const RestApiId = API_ID;

/** `POST /pets` that wants a header, a query parameter and a pet for a body. */
function aValidated(): TestApi {
  const pet = { type: 'object', required: ['name'] };
  const more: Record<string, TestResource> = {
    Pet: {
      type: 'AWS::ApiGateway::Model',
      properties: { RestApiId, Name: 'Pet', ContentType: 'application/json', Schema: pet },
    },
    Strict: {
      type: 'AWS::ApiGateway::RequestValidator',
      properties: { RestApiId, ValidateRequestBody: true, ValidateRequestParameters: true },
    },
  };
  const method = {
    RequestValidatorId: 'Strict',
    RequestModels: { 'application/json': 'Pet' },
    RequestParameters: { 'method.request.header.x-who': true, 'method.request.querystring.q': true },
  };
  return anEchoApi(restRoutes({ 'POST /pets': method }, { more }));
}

const post = (
  api: TestApi,
  target: string,
  headers: string[],
  body: string,
): Promise<readonly [number, string]> => answerOf(api, { method: 'POST', target, headers, body });

const HTTP = {
  Type: 'HTTP',
  IntegrationHttpMethod: 'POST',
  Uri: 'http://backend.example/pets',
  IntegrationResponses: DEFAULT,
};
const MOCK = {
  Type: 'MOCK',
  RequestTemplates: JSON_ONLY('{"statusCode": 200}'),
  IntegrationResponses: DEFAULT,
};
const CAPTIOUS = ['Date', 'Server', 'Connection', 'Content-Length', 'WWW-Authenticate', 'Authorization'];

/** How a method answers whose integration maps the header, from a static value. */
async function mapping(header: string, integration: JsonObject): Promise<readonly [number, string]> {
  const RequestParameters = { [`integration.request.header.${header}`]: "'1'" };
  const api = aMethod({
    integration: { ...integration, RequestParameters },
    functions: { fn: () => ({ statusCode: 200 }) },
  });
  api.ports.http.answer = () => answered('');
  return answerOf(api, { method: 'POST', target: '/dev/1' });
}

export const MAPPINGS: readonly Surprise[] = [
  {
    source: 'docs/aws §6',
    rule: 'required parameters must not be blank, one list names all that are missing, and a bad body tells no detail',
    async observe() {
      const api = aValidated();
      return [
        await post(api, '/dev/pets?q=', ['x-who', ' '], '{"name":"Rex"}'),
        await post(api, '/dev/pets?q=1', ['x-who', 'me'], '{"age":1}'),
      ];
    },
    expected: [
      [400, '{"message":"Missing required request parameters: [x-who, q]"}'],
      [400, '{"message":"Invalid request body"}'],
    ],
  },
  {
    source: 'docs/aws §6',
    rule: "no model for the request's Content-Type means no validation of its body at all",
    async observe() {
      const [status] = await post(
        aValidated(),
        '/dev/pets?q=1',
        ['x-who', 'me', 'Content-Type', 'text/csv'],
        'no pet',
      );
      return status;
    },
    expected: 200,
  },
  {
    source: 'docs/aws §2.6',
    rule: 'a non-proxy integration gets no header and no query of the client, and the User-Agent AmazonAPIGateway_{apiId}',
    async observe() {
      const api = aMethod({ integration: HTTP });
      api.ports.http.answer = () => answered('{}');
      const headers = [
        'User-Agent',
        'curl/8',
        'X-Own',
        '1',
        'Cookie',
        'a=1',
        'Content-Type',
        'application/json',
      ];
      await api.send({ method: 'POST', target: '/dev/1?q=1', headers, body: '{}' });
      const [request] = api.ports.http.requests;
      const sent = headerLines(request?.headers ?? []);
      return [request?.target, { ...sent, 'x-amzn-trace-id': sent['x-amzn-trace-id']?.slice(0, 7) }];
    },
    expected: [
      '/pets',
      {
        accept: 'application/json',
        'content-type': 'application/json',
        'user-agent': `AmazonAPIGateway_${API_ID}`,
        'x-amzn-apigateway-api-id': API_ID,
        'x-amzn-trace-id': 'Root=1-',
      },
    ],
  },
  {
    source: 'docs/aws §2.7',
    rule: 'Date, Server, Connection, Content-Length, WWW-Authenticate and Authorization come back as x-amzn-Remapped-*',
    async observe() {
      const parameters = Object.fromEntries(
        CAPTIOUS.map((name) => [`method.response.header.${name}`, "'own'"]),
      );
      const mapped = aMethod({
        integration: {
          ...MOCK,
          IntegrationResponses: [{ StatusCode: '200', ResponseParameters: parameters }],
        },
        method: {
          MethodResponses: [
            {
              StatusCode: '200',
              ResponseParameters: Object.fromEntries(Object.keys(parameters).map((name) => [name, false])),
            },
          ],
        },
      });
      const headers = Object.fromEntries(CAPTIOUS.map((name) => [name, 'own']));
      const proxied = anEchoApi(restRoutes({ 'GET /1': {} }), { echo: () => ({ statusCode: 200, headers }) });
      const seen = [];
      for (const api of [mapped, proxied]) {
        const reply = await api.send({ target: '/dev/1' });
        const plain = CAPTIOUS.filter((name) => headerOf(reply, name) !== undefined);
        seen.push([plain, CAPTIOUS.filter((name) => headerOf(reply, `x-amzn-Remapped-${name}`) !== 'own')]);
      }
      return seen;
    },
    expected: [
      [[], []],
      [[], []],
    ],
  },
  {
    source: 'docs/aws §1.5',
    rule: 'mapping Content-Length or Transfer-Encoding, or Authorization to AWS, deploys and then fails with 500',
    async observe() {
      return [
        await mapping('Content-Length', HTTP),
        await mapping('Transfer-Encoding', HTTP),
        await mapping('Authorization', proxyTo('fn')),
        (await mapping('Authorization', HTTP))[0],
      ];
    },
    expected: [[500, INTERNAL], [500, INTERNAL], [500, INTERNAL], 200],
  },
  {
    source: 'docs/aws §1.3',
    rule: 'gateway responses are no VTL, DEFAULT_4XX changes the status of every type without its own, 413 stays as it is',
    async observe() {
      const response = (properties: JsonObject): TestResource => ({
        type: 'AWS::ApiGateway::GatewayResponse',
        properties: { RestApiId, ...properties },
      });
      const template = JSON_ONLY('#set($a = 1)$context.error.responseType $util.base64Encode("a")');
      const api = anEchoApi(
        restRoutes(
          { 'POST /pets': { ApiKeyRequired: true } },
          {
            more: {
              Usual: response({
                ResponseType: 'DEFAULT_4XX',
                StatusCode: '418',
                ResponseTemplates: template,
              }),
              Key: response({ ResponseType: 'INVALID_API_KEY', StatusCode: '402' }),
              Large: response({ ResponseType: 'REQUEST_TOO_LARGE', StatusCode: '400' }),
            },
          },
        ),
      );
      return [
        await answerOf(api, { target: '/dev/nothing' }),
        await answerOf(api, { method: 'POST', target: '/dev/pets' }),
        await post(api, '/dev/pets', [], 'x'.repeat(10 * 1024 * 1024 + 1)),
      ];
    },
    expected: [
      [418, '#set($a = 1)MISSING_AUTHENTICATION_TOKEN $util.base64Encode("a")'],
      [402, '{"message":"Forbidden"}'],
      [413, '{"message":"Request Too Long"}'],
    ],
  },
  {
    source: 'docs/aws §8',
    rule: 'the { statusCode: 200 } of the CDK works in MOCK, "200" as a text does not',
    async observe() {
      const seen = [];
      for (const template of ['{ statusCode: 200 }', '{"statusCode": "200"}'])
        seen.push(
          await answerOf(aMethod({ integration: { ...MOCK, RequestTemplates: JSON_ONLY(template) } }), {
            target: '/dev/1',
          }),
        );
      return seen;
    },
    expected: [
      [200, ''],
      [500, INTERNAL],
    ],
  },
  {
    source: 'docs/aws §7.4',
    rule: 'responseOverride works from the request template of a MOCK; a status that is none is ignored',
    async observe() {
      const seen = [];
      for (const status of ['444', '99', '600', '"444"']) {
        const template = `#set($context.responseOverride.status = ${status}){"statusCode": 200}`;
        const api = aMethod({ integration: { ...MOCK, RequestTemplates: JSON_ONLY(template) } });
        seen.push((await api.send({ target: '/dev/1' })).status);
      }
      return seen;
    },
    expected: [444, 200, 200, 200],
  },
  {
    source: 'docs/aws §7.3',
    rule: 'an undefined $context.x is empty in VTL and - in access logs',
    async observe() {
      const ResponseTemplates = JSON_ONLY('[$context.nothing|$context.authorizer.nothing]');
      const api = anEchoApi(
        restRoutes(
          {
            'GET /1': {
              Integration: { ...MOCK, IntegrationResponses: [{ StatusCode: '200', ResponseTemplates }] },
              MethodResponses: [{ StatusCode: '200' }],
            },
          },
          {
            stage: {
              AccessLogSetting: accessLogSetting(
                '$context.nothing $context.authorizer.nothing $context.requestId',
              ),
            },
          },
        ),
      );
      const reply = await api.send({ target: '/dev/1' });
      const line = api.ports.logGroups.lines.find((text) => text.startsWith('/aws/pets'));
      return [reply.body, line?.replace(headerOf(reply, 'x-amzn-requestid') ?? '', 'ID')];
    },
    expected: ['[|]', '/aws/pets: - - ID'],
  },
];
