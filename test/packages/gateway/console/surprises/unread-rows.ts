/** Settings and parameters that look as if they decided about a response, and do not. */
import { aMethod } from '../../../../support/a-method.ts';
import { proxyTo } from '../../../../support/a-stack.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestResource } from '../../../../support/a-stack.ts';
import { url } from './surprise-rows.ts';
import type { Served, SurpriseRow } from './surprise-rows.ts';

const proxy =
  (result: unknown, method: JsonObject = {}) =>
  (): Served =>
    aMethod({ integration: proxyTo('fn'), method, functions: { fn: () => result } });
const QUERY = `exports.main = async () => {
  const { Items } = await db.send(new QueryCommand({
    TableName,
    FilterExpression: 'state = :open',
    Limit: 3,
  }));
  return { statusCode: 200, body: JSON.stringify(Items) };
};`;
const method = (properties: JsonObject): Readonly<Record<string, TestResource>> => ({
  Any: {
    type: 'AWS::ApiGateway::Method',
    properties: { RequestParameters: { 'method.request.querystring.page': true }, ...properties },
  },
});

export const UNREAD: readonly SurpriseRow[] = [
  {
    // https://github.com/aws/aws-lambda-nodejs-runtime-interface-client/issues/97
    code: 'STREAM_WITHOUT_WRITE',
    source: 'docs/aws §8.3',
    api: url({ InvokeMode: 'RESPONSE_STREAM' }, []),
    request: { target: '/' },
    handler: 'const out = awslambda.HttpResponseStream.from(stream, { statusCode: 301 });\nout.end();',
    values: {},
    because: /the stream ended before its first write/,
    change: /^Write to the stream before it ends/m,
    not: {
      handler: "const out = awslambda.HttpResponseStream.from(stream, { statusCode: 301 });\nout.write(' ');",
    },
  },
  {
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
    code: 'PARAMETER_UNCHECKED',
    name: 'without a validator',
    source: 'docs/aws §6',
    api: proxy({ statusCode: 200, body: 'ok' }),
    request: { target: '/dev/1' },
    resources: method({}),
    values: { parameters: ['method.request.querystring.page'] },
    because: /page is required .*did not check this, because the method has no RequestValidatorId/,
    change: /^To refuse such requests with 400, give the method a RequestValidatorId/m,
    not: { request: { target: '/dev/1?page=2' } },
  },
  {
    code: 'PARAMETER_UNCHECKED',
    name: 'with a validator that checks bodies only',
    source: 'docs/aws §6',
    api: proxy({ statusCode: 200, body: 'ok' }),
    request: { target: '/dev/1?page=' },
    resources: {
      ...method({ RequestValidatorId: 'bodies' }),
      Bodies: {
        type: 'AWS::ApiGateway::RequestValidator',
        id: 'bodies',
        properties: { ValidateRequestBody: true },
      },
    },
    values: { parameters: ['method.request.querystring.page'] },
    because: /ValidateRequestParameters of its validator is not true/,
    change: /^To refuse such requests with 400, set ValidateRequestParameters: true on the validator Bodies/m,
    not: { request: { target: '/dev/1?page=1' } },
  },
  {
    // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.FilterExpression.html
    code: 'LIMIT_BEFORE_FILTER',
    source: 'docs/aws §3.1',
    api: proxy({ statusCode: 200, body: '[]' }),
    request: { target: '/dev/1' },
    handler: QUERY,
    values: { place: 'src/index.js:5' },
    because: /Limit counts the items that DynamoDB reads, before the filter/,
    change: /^Read the following pages at src\/index\.js:5 as well: pass the LastEvaluatedKey/m,
    not: { api: proxy({ statusCode: 200, body: '[1]' }) },
  },
  {
    code: 'LIMIT_BEFORE_FILTER',
    name: 'a list in a member, and code that follows the pages',
    source: 'docs/aws §3.1',
    api: proxy({ statusCode: 200, body: '{"items":[]}' }),
    request: { target: '/dev/1' },
    handler: QUERY,
    values: { place: 'src/index.js:5' },
    because: /The list in the response is empty/,
    change: /LastEvaluatedKey/,
    not: { handler: QUERY.replace('{ Items }', '{ Items, LastEvaluatedKey }') },
  },
  {
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
    code: 'GATEWAY_RESPONSE_UNUSED',
    source: 'docs/aws §1.3',
    api: proxy({ statusCode: 404, body: 'none' }),
    request: { target: '/dev/1' },
    resources: {
      Any: { type: 'AWS::ApiGateway::Method', properties: {} },
      Missing: {
        type: 'AWS::ApiGateway::GatewayResponse',
        properties: { RestApiId: 'abcdefghij', ResponseType: 'DEFAULT_4XX' },
      },
    },
    values: { types: ['DEFAULT_4XX'] },
    because: /DEFAULT_4XX .*did not change this reply: .* this 404 came from the function/,
    change: /^Set the headers and the body of this reply in the response of the function/m,
    not: { api: proxy({ statusCode: 502, body: 'none' }) },
  },
];
