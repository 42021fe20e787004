/**
 * docs/aws §6, §7.1–7.7, §8 and §10.3: what is passed on, discarded and logged if templates and mappings say little.
 */
import { answered, aMethod, DEFAULT, headerLines, JSON_ONLY } from '../../../../support/a-method.ts';
import { proxyTo } from '../../../../support/a-stack.ts';
import { headerOf } from '../../../../support/an-api.ts';
import { anEchoApi, answerOf, API_ID, restRoutes } from '../../../../support/routed-apis.ts';
import { checkAll } from './requirement.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestApi } from '../../../../support/an-api.ts';

const RestApiId = API_ID;
const HTTP = {
  Type: 'HTTP',
  IntegrationHttpMethod: 'POST',
  Uri: 'http://backend.example/',
  IntegrationResponses: DEFAULT,
};
const POST = { method: 'POST', target: '/dev/1' };

/** A stage that logs all it can. */
const LOUD = {
  MethodSettings: [{ ResourcePath: '/*', HttpMethod: '*', LoggingLevel: 'INFO', DataTraceEnabled: true }],
};

/** Events of the execution log, without group and request id. */
function eventsOf({ ports }: TestApi): string[] {
  return ports.logGroups.lines.map((line) => line.replace(/^\S+ \(\S+\) /, ''));
}

/** The line of the execution log that says why a call of this integration fails. */
async function failureOf(integration: JsonObject, method: JsonObject = {}, status = 200): Promise<unknown> {
  const Integration = integration;
  const methods = { 'POST /1': { Integration, MethodResponses: [{ StatusCode: '200' }], ...method } };
  const api = anEchoApi(restRoutes(methods, { stage: LOUD }));
  api.ports.http.answer = () => answered('{}', [], status);
  const reply = await api.send(POST);
  return [reply.status, eventsOf(api).find((line) => line.startsWith('Execution failed'))];
}

checkAll('validation', [
  {
    source: 'docs/aws §6 [issue]',
    rule: 'tells the execution log which model a body fails, and by what',
    async observe() {
      const more = {
        Strict: {
          type: 'AWS::ApiGateway::RequestValidator',
          properties: { RestApiId, ValidateRequestBody: true },
        },
        Mail: {
          type: 'AWS::ApiGateway::Model',
          properties: { RestApiId, Name: 'Mail', Schema: { required: ['to', 'body', 'subject'] } },
        },
      };
      const method = { RequestValidatorId: 'Strict', RequestModels: { 'application/json': 'Mail' } };
      const api = anEchoApi(restRoutes({ 'POST /1': method }, { stage: LOUD, more }));
      const [status, body] = await answerOf(api, { ...POST, body: '{}' });
      return [status, body, ...eventsOf(api).slice(-2)];
    },
    expected: [
      400,
      '{"message":"Invalid request body"}',
      'Request body does not match model schema for content type application/json: [object has missing required properties (["body","subject","to"])]',
      'Method completed with status: 400',
    ],
  },
]);

checkAll('a request without template', [
  {
    source: 'docs/aws §7.1',
    rule: 'that may not pass is 415 in the words and by the error type of AWS',
    async observe() {
      const api = aMethod({ integration: { ...HTTP, PassthroughBehavior: 'NEVER' } });
      const reply = await api.send({ ...POST, body: 'text' });
      return [reply.status, reply.body.toString(), headerOf(reply, 'x-amzn-ErrorType')];
    },
    expected: [415, '{"message":"Unsupported Media Type"}', 'BadRequestException'],
  },
]);

checkAll('a response without template', [
  {
    source: 'docs/aws §7.1, §7.6',
    rule: "passes the backend's body, but neither its headers nor its content type",
    async observe() {
      const api = aMethod({ integration: HTTP });
      api.ports.http.answer = () => answered('<x/>', ['Content-Type', 'text/xml', 'X-Own', '1']);
      const reply = await api.send(POST);
      return [reply.body.toString(), headerOf(reply, 'content-type'), headerOf(reply, 'x-own')];
    },
    expected: ['<x/>', 'application/json', undefined],
  },
]);

checkAll('a parameter mapping', [
  {
    source: 'docs/aws §7.6',
    rule: "finds a client's header by its exact spelling only",
    async observe() {
      const api = aMethod({
        integration: {
          ...HTTP,
          RequestParameters: { 'integration.request.header.a': 'method.request.header.x-who' },
        },
        method: { RequestParameters: { 'method.request.header.x-who': false } },
      });
      api.ports.http.answer = () => answered('{}');
      for (const name of ['x-who', 'X-Who']) await api.send({ ...POST, headers: [name, 'me'] });
      return api.ports.http.requests.map(({ headers }) => headerLines(headers)['a']);
    },
    expected: ['me', undefined],
  },
  {
    source: 'docs/aws §7.6, §10.1',
    rule: 'has a name of letters, digits and . _ $ - and one whole source, never a text with a variable in it',
    observe: () =>
      (
        [
          ['a.b_c$d-e', "'x'"],
          ['a b', "'x'"],
          ['a', "'x'stageVariables.name"],
          ['a', 'prefix-stageVariables.name'],
        ] as const
      ).map(([name, source]) => {
        try {
          const RequestParameters = { [`integration.request.header.${name}`]: source };
          aMethod({ integration: { ...HTTP, RequestParameters } });
          return 'taken';
        } catch (error) {
          return error instanceof Error && error.message.startsWith('Invalid mapping expression specified');
        }
      }),
    expected: ['taken', true, true, true],
  },
  {
    source: 'docs/aws §7.6',
    rule: 'of a Lambda proxy changes nothing of the event',
    async observe() {
      const RequestParameters = {
        'integration.request.path.id': "'9'",
        'integration.request.header.x-a': "'1'",
        'integration.request.querystring.q': "'1'",
      };
      const api = aMethod({
        integration: { ...proxyTo('fn'), RequestParameters },
        functions: { fn: () => ({ statusCode: 200 }) },
      });
      await api.send({ target: '/dev/1' });
      const event = api.ports.invoker.calls[0]?.event as Record<string, Record<string, string>>;
      return [event['pathParameters'], event['queryStringParameters'], event['headers']?.['x-a']];
    },
    expected: [{ id: '1' }, null, undefined],
  },
]);

checkAll('an integration that is set up wrongly', [
  {
    source: 'docs/aws §7.7',
    rule: 'says that nothing matches the answer',
    observe: () =>
      failureOf({ ...HTTP, IntegrationResponses: [{ StatusCode: '200', SelectionPattern: '2..' }] }, {}, 404),
    expected: [
      500,
      'Execution failed due to configuration error: No match for output mapping and no default output mapping configured. Endpoint Response Status Code: 404',
    ],
  },
  {
    source: 'docs/aws §7.7',
    rule: 'says which method response is missing',
    observe: () => failureOf(HTTP, { MethodResponses: [{ StatusCode: '404' }] }),
    expected: [
      500,
      'Execution failed due to configuration error: Output mapping refers to an invalid method response: 200',
    ],
  },
  {
    source: 'docs/aws §7.5',
    rule: 'says that its template could not be rendered, and where',
    async observe() {
      const RequestTemplates = JSON_ONLY('$util.parseJson("{")');
      const [status, line] = (await failureOf({ ...HTTP, RequestTemplates })) as [number, string];
      return [status, /^Execution failed due to configuration error: Unable to transform request/.test(line)];
    },
    expected: [500, true],
  },
  {
    source: 'docs/aws §1.5, §10.1',
    rule: 'says that its address is none',
    observe: () => failureOf({ ...HTTP, Uri: 'http://${stageVariables.gone}/' }),
    expected: [500, 'Execution failed due to configuration error: Invalid endpoint address'],
  },
]);

checkAll('an integration response', [
  {
    source: 'docs/aws §7.7',
    rule: 'matches the whole status, and is the default where its pattern is "default" or missing',
    async observe() {
      const seen = [];
      for (const SelectionPattern of ['4\\d{2}', '40', 'default']) {
        const IntegrationResponses = [
          { StatusCode: '200' },
          ...(SelectionPattern === 'default' ? [] : [{ StatusCode: '400', SelectionPattern }]),
        ];
        const alone = [{ StatusCode: '200', SelectionPattern }];
        const api = aMethod({
          integration: {
            ...HTTP,
            IntegrationResponses: SelectionPattern === 'default' ? alone : IntegrationResponses,
          },
          method: { MethodResponses: [{ StatusCode: '200' }, { StatusCode: '400' }] },
        });
        api.ports.http.answer = () => answered('{}', [], 404);
        seen.push((await api.send(POST)).status);
      }
      return seen;
    },
    expected: [400, 200, 200],
  },
  {
    source: 'docs/aws §8',
    rule: 'answers an asynchronous call of a function as a success without body',
    async observe() {
      const RequestParameters = { 'integration.request.header.X-Amz-Invocation-Type': "'Event'" };
      const api = aMethod({
        integration: { ...proxyTo('fn'), Type: 'AWS', IntegrationResponses: DEFAULT, RequestParameters },
        functions: { fn: () => 'never seen' },
      });
      return answerOf(api, { ...POST, body: '{}' });
    },
    expected: [200, ''],
  },
]);
