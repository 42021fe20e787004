/**
 * Results, claims and paths that reach their reader in another form than their author expects, next to one that does
 * not.
 */
import { serveMapped } from '../../../../../packages/gateway/control/domains/serve-domain.ts';
import { serve } from '../../../../../packages/gateway/core/pipeline.ts';
import { receive } from '../../../../../packages/gateway/core/receive.ts';
import { aMethod, answered, DEFAULT } from '../../../../support/a-method.ts';
import { cachedApi, ON, PETS } from '../../../../support/cached-apis.ts';
import { anApi } from '../../../../support/an-api.ts';
import { httpRoutes, restRoutes } from '../../../../support/routed-apis.ts';
import { FUNCTION, http, ID, proxy } from './surprise-rows.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestApi } from '../../../../support/an-api.ts';
import type { Served, SurpriseRow } from './surprise-rows.ts';

const HTML = '<p class="a">hi</p>';
const NOT_FOUND = { statusCode: 404, body: 'Cannot GET' };
const selecting = (patterns: readonly string[], message: string, template?: JsonObject) => (): Served =>
  aMethod({
    integration: {
      ...FUNCTION,
      IntegrationResponses: [
        { StatusCode: '200', ...(template && { ResponseTemplates: template }) },
        ...patterns.map((SelectionPattern) => ({ StatusCode: '404', SelectionPattern })),
      ],
    },
    method: { MethodResponses: [{ StatusCode: '200' }, { StatusCode: '404' }] },
    functions: {
      fn: () => {
        throw new Error(message);
      },
    },
  });
/** The code of the function did not start, because a package is missing. */
const withoutPackage = (pattern: string) => (): Served =>
  aMethod({
    integration: {
      ...FUNCTION,
      IntegrationResponses: [{ StatusCode: '200' }, { StatusCode: '404', SelectionPattern: pattern }],
    },
    method: { MethodResponses: [{ StatusCode: '200' }, { StatusCode: '404' }] },
    functions: {
      fn: () => {
        const error = new Error("Cannot find module 'x' (run npm install)");
        error.name = 'Runtime.ImportModuleError';
        throw error;
      },
    },
  });
const returning =
  (result: unknown, response: JsonObject = {}, method: JsonObject = {}) =>
  (): Served =>
    aMethod({
      integration: { ...FUNCTION, IntegrationResponses: [{ ...DEFAULT[0], ...response }] },
      method,
      functions: { fn: () => result },
    });

/** The same API at a custom domain, below this base path. */
function atDomain({ api, ports }: TestApi, basePath: string, stage = 'dev'): Served {
  return {
    ports,
    send: ({ method = 'GET', target, headers = [] }) =>
      serve(
        receive(
          {
            method,
            target,
            rawHeaders: [...headers, 'Host', 'api.example.com'],
            body: undefined,
            remoteAddress: '127.0.0.1',
            httpVersion: '1.1',
          },
          serveMapped(api.served, 'api.example.com', basePath, { stage }),
          ports,
        ),
        ports,
      ),
  };
}
const greedy = (basePath: string) => (): Served =>
  atDomain(anApi(restRoutes({ 'ANY /{proxy+}': {} }), { echo: () => NOT_FOUND }), basePath);

const starting =
  (reply: string, action = 'StartExecution') =>
  (): Served => {
    const api = aMethod({
      integration: {
        Type: 'AWS',
        IntegrationHttpMethod: 'POST',
        Credentials: 'arn:aws:iam::123456789012:role/starter',
        Uri: `arn:aws:apigateway:us-east-1:states:action/${action}`,
        IntegrationResponses: DEFAULT,
      },
    });
    api.ports.services.answer = () => answered(reply);
    return api;
  };
const scanning = (call: object, reply: string) => (): Served => {
  const api = aMethod({
    integration: {
      Type: 'AWS',
      IntegrationHttpMethod: 'POST',
      Credentials: 'arn:aws:iam::123456789012:role/reader',
      Uri: 'arn:aws:apigateway:us-east-1:dynamodb:action/Scan',
      RequestTemplates: { 'application/json': JSON.stringify(call) },
      IntegrationResponses: DEFAULT,
    },
  });
  api.ports.services.answer = () => answered(reply);
  return api;
};
const NO_MATCH = '{"Count":0,"Items":[],"LastEvaluatedKey":{"id":{"S":"2"}},"ScannedCount":2}';
const UNCLUSTERED = { ...ON, CacheClusterEnabled: false };

const lost = (Uri: string, status: number) => (): Served => {
  const api = aMethod({
    integration: {
      Type: 'HTTP_PROXY',
      IntegrationHttpMethod: 'GET',
      Uri,
      RequestParameters: { 'integration.request.path.id': 'method.request.path.id' },
    },
    method: { RequestParameters: { 'method.request.path.id': true } },
  });
  api.ports.http.answer = () => answered('none', [], status);
  return api;
};

const matching = (SelectionPattern: string) => (): Served =>
  aMethod({
    integration: {
      ...FUNCTION,
      IntegrationResponses: [{ StatusCode: '200' }, { StatusCode: '500', SelectionPattern }],
    },
    method: { MethodResponses: [{ StatusCode: '200' }, { StatusCode: '500' }] },
    functions: { fn: () => ({}) },
  });

export const RESULTS: readonly SurpriseRow[] = [
  {
    code: 'SUCCESS_BY_PATTERN',
    source: 'docs/aws §7.7',
    api: matching('.*'),
    request: ID,
    values: { status: 500, pattern: '.*' },
    because:
      /The function succeeded, but the SelectionPattern \.\* of the integration response 500 also matches/,
    change: /^Write the pattern as \(\\n\|\.\)\+, which needs at least one character/m,
    not: { api: matching('(\\n|.)+') },
  },
  {
    code: 'PATH_NOT_PASSED',
    source: 'docs/aws §7.6',
    api: lost('https://pets.example/pets', 404),
    request: ID,
    values: { parameters: ['id'], uri: 'https://pets.example/pets' },
    because: /has \{id\}, but the Uri of the integration, https:\/\/pets\.example\/pets, does not use it/,
    change:
      /^If the backend needs the value, write it into the Uri, https:\/\/pets\.example\/pets\/\{id\}\. In RequestParameters, the integration needs integration\.request\.path\.id: method\.request\.path\.id, and the method needs method\.request\.path\.id\. A change to the API takes effect/m,
    not: { api: lost('https://pets.example/pets/{id}', 404) },
  },
  {
    code: 'CACHE_WITHOUT_CLUSTER',
    source: 'docs/aws §9',
    api: () => cachedApi(UNCLUSTERED),
    request: { target: PETS },
    values: { stage: 'dev' },
    because: /MethodSettings of stage dev set CachingEnabled, but the stage has no cache cluster/,
    change: /^To cache responses, set CacheClusterEnabled: true and CacheClusterSize/m,
    not: { api: () => cachedApi() },
  },
  {
    code: 'EXECUTION_NOT_RUN',
    source: 'docs/aws §8',
    api: starting(
      '{"executionArn":"arn:aws:states:us-east-1:123456789012:execution:Flow:1","startDate":4102444800}',
    ),
    request: { method: 'POST', target: '/dev/1', body: '{}' },
    values: {},
    because: /accepted the call.* does not run their states/,
    change: /^To have executions run, start the gateway with --aws states/m,
    not: { api: starting('{}') },
  },
  {
    // https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html
    code: 'EXECUTION_FAILED',
    source: 'docs/aws §8',
    api: starting(
      '{"executionArn":"arn:aws:states:us-east-1:123456789012:express:Flow:1:2","status":"FAILED","error":"OutOfStock","cause":"sku a1"}',
      'StartSyncExecution',
    ),
    request: { method: 'POST', target: '/dev/1', body: '{}' },
    values: { status: 'FAILED' },
    because:
      /ended with the status FAILED \(OutOfStock: sku a1\)\. Step Functions responds .* with 200 even then/,
    // The body stays as it is, because clients of successful executions read it.
    change:
      /^Set the status in the response template .*\$context\.responseOverride\.status = 500\)#end\$input\.json\('\$'\)\. Or/m,
    not: {
      api: starting(
        '{"executionArn":"arn:aws:states:us-east-1:123456789012:express:Flow:1:2","status":"SUCCEEDED"}',
        'StartSyncExecution',
      ),
    },
  },
  {
    // https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
    code: 'EXECUTION_REPEATED',
    source: 'docs/aws §8',
    api: starting(
      '{"executionArn":"arn:aws:states:us-east-1:123456789012:execution:Flow:c-17","startDate":1}',
    ),
    request: { method: 'POST', target: '/dev/1', body: '{}' },
    values: { executionArn: 'arn:aws:states:us-east-1:123456789012:execution:Flow:c-17' },
    because:
      /No new execution was started: the execution in the response began \d+ days before this request\..*of an execution that still runs \(c-17\) and the same input responds with 200 and that execution\.\nDefined at/,
    change:
      /^Give each execution a name of its own: leave name out of the request template, .* or set it to \$context\.extendedRequestId/m,
    not: {
      api: starting(
        '{"executionArn":"arn:aws:states:us-east-1:123456789012:execution:Flow:c-17","startDate":4102444800}',
      ),
    },
  },
  {
    // https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html
    code: 'PAGE_WITHOUT_MATCHES',
    source: 'docs/aws §8',
    api: scanning({ TableName: 't', Limit: 2, FilterExpression: 'a = :a' }, NO_MATCH),
    request: { method: 'POST', target: '/dev/1', body: '{}' },
    values: { member: 'Limit' },
    because: /LastEvaluatedKey, so further items can follow\. Limit counts the items that DynamoDB reads/,
    change: /^Remove Limit from the request template/m,
    not: { api: scanning({ TableName: 't', Limit: 2 }, NO_MATCH) },
  },
  {
    code: 'PAGE_WITHOUT_MATCHES',
    name: 'a page of 1 MB',
    source: 'docs/aws §8',
    api: scanning({ TableName: 't', FilterExpression: 'a = :a' }, NO_MATCH),
    request: { method: 'POST', target: '/dev/1', body: '{}' },
    values: { member: 'FilterExpression' },
    because: /A page ends after 1 MB of items that DynamoDB reads/,
    change:
      /^To read the further pages, have the client send LastEvaluatedKey back .*#if\(\$input\.path\('\$\.LastEvaluatedKey'\) != ""\), "ExclusiveStartKey": \$input\.json\('\$\.LastEvaluatedKey'\)#end/m,
    not: { api: scanning({ TableName: 't', FilterExpression: 'a = :a' }, '{"Count":0,"Items":[]}') },
  },
  {
    code: 'ERROR_BY_DEFAULT_RESPONSE',
    name: 'a message of several lines',
    // . matches no line break: https://docs.aws.amazon.com/apigateway/latest/api/API_IntegrationResponse.html
    source: 'docs/aws §7.7',
    api: selecting(['.*no pet.*'], 'lookup:\nno pet 7'),
    request: ID,
    values: { patterns: ['.*no pet.*'] },
    because:
      /“lookup:\\nno pet 7”.*\nThe SelectionPattern \.\*no pet\.\* .* 404 does not match, because .* several lines/s,
    change: /^Write the pattern as \(\\n\|\.\)\*no pet\(\\n\|\.\)\*, and deploy/m,
    not: { api: selecting(['(\\n|.)*no pet(\\n|.)*'], 'lookup:\nno pet 7') },
  },
  {
    code: 'ERROR_BY_DEFAULT_RESPONSE',
    name: 'a pattern that is a part of the message',
    source: 'docs/aws §7.7',
    api: selecting(['no pet'], 'there is no pet 7'),
    request: ID,
    values: { patterns: ['no pet'] },
    because: /matches only a part of the error message/,
    change: /^Write the pattern as \.\*no pet\.\*, and deploy/m,
    not: { api: selecting(['.*no pet.*'], 'there is no pet 7') },
  },
  {
    // serverless/examples, aws-python-pynamodb-s3-sigurl
    code: 'ERROR_BY_DEFAULT_RESPONSE',
    name: 'a function that did not start, which can throw no message with a status',
    source: 'docs/aws §7.7',
    api: withoutPackage('[\\s\\S]*\\[404\\][\\s\\S]*'),
    request: ID,
    values: { status: 200 },
    because: /no SelectionPattern matches all of it/,
    change:
      /^Run `npm install` and send the request again\.$(?!\nAdd an integration response with SelectionPattern)/m,
    not: { api: withoutPackage('(\\n|.)+') },
  },
  {
    code: 'ERROR_BY_DEFAULT_RESPONSE',
    name: 'a message without the status that the patterns of osls ask for',
    // https://www.serverless.com/framework/docs/providers/aws/events/apigateway#status-codes
    source: 'docs/aws §7.7',
    api: selecting([String.raw`[\s\S]*\[404\][\s\S]*`], 'order o-9 not found'),
    request: ID,
    values: { patterns: [String.raw`[\s\S]*\[404\][\s\S]*`] },
    because: /“order o-9 not found”, and no SelectionPattern matches all of it/,
    change:
      /^The API has a pattern for messages that contain \[404\]\. If this status says what has happened, throw .* as in "\[404\] order o-9 not found"\. For another status, add/m,
    not: { api: selecting([String.raw`[\s\S]*\[404\][\s\S]*`], '[404] order o-9 not found') },
  },
  {
    code: 'BODY_EMPTY_AS_JSON',
    source: 'docs/aws §3.5',
    api: proxy({ statusCode: 200 }),
    request: ID,
    values: { status: 200 },
    because: /The reply has no body, but Content-Type application\/json, the default of the gateway/,
    change:
      /^Return a body such as "\{\}", a string, from the function, which every client can read as JSON\./m,
    not: { api: proxy({ statusCode: 204 }) },
  },
  {
    // https://github.com/localstack/localstack/blob/main/tests/aws/services/apigateway/test_apigateway_lambda.snapshot.json
    // (test_aws_proxy_response_payload_format_validation, invoke-api-only-headers)
    code: 'STATUS_BY_DEFAULT',
    source: 'docs/aws §3.5',
    api: proxy({ headers: { 'x-source': 'store' } }),
    request: ID,
    values: { status: 200 },
    because:
      /The result of the function has no statusCode and no body, only headers, so the gateway responded/,
    change: /^Return statusCode and body from the function.*undefined/m,
    not: { api: proxy({ statusCode: 200, body: '[]' }) },
  },
  {
    code: 'STATUS_BY_DEFAULT',
    name: 'with a body',
    source: 'docs/aws §3.5',
    api: proxy({ body: '[]' }),
    request: ID,
    values: { status: 200 },
    because:
      /The result of the function has no statusCode, only body, so the gateway responded with its default, 200\./,
    change: /^Return statusCode from the function/m,
    not: { api: proxy({ statusCode: 200, body: '[]' }) },
  },
  {
    code: 'BODY_EMPTY_AS_JSON',
    name: 'with its own type',
    source: 'docs/aws §3.5',
    api: http({ statusCode: 200, headers: { 'Content-Type': 'application/json' } }),
    request: { target: '/1' },
    values: { status: 200 },
    because: /The reply has no body, but Content-Type application\/json\. An empty string/,
    change: /another Content-Type in headers/,
    not: { api: http({ statusCode: 200, headers: { 'Content-Type': 'text/plain' } }) },
  },
  {
    code: 'TEXT_AS_JSON',
    source: 'docs/aws §8.2',
    api: returning(HTML),
    request: ID,
    values: { contentType: 'application/json' },
    because: /gives it to an integration of type AWS as JSON, in quotes/,
    change: /ResponseTemplates: \{"text\/html": "\$input\.path\('\$'\)"\}/,
    not: {
      api: returning(
        HTML,
        {
          ResponseTemplates: { 'text/html': "$input.path('$')" },
          ResponseParameters: { 'method.response.header.Content-Type': "'text/html'" },
        },
        {
          MethodResponses: [
            { StatusCode: '200', ResponseParameters: { 'method.response.header.Content-Type': false } },
          ],
        },
      ),
    },
  },
  {
    code: 'TEXT_AS_JSON',
    name: 'a text that is JSON itself',
    source: 'docs/aws §8.2',
    api: returning('{"id": 1}'),
    request: ID,
    values: {},
    because: /The function returned a string/,
    change: /^Return the object itself from the function, without JSON\.stringify/m,
    not: { api: returning({ id: 1 }) },
  },
  {
    code: 'PROXY_RESULT_AS_BODY',
    source: 'docs/aws §8.2',
    api: returning({ statusCode: 404, body: 'none' }),
    request: ID,
    values: { status: 200, statusCode: '404' },
    because: /returned statusCode 404 and a body, as for a Lambda proxy.* so the client got 200/,
    change: /^Set Type of the integration to AWS_PROXY/m,
    not: { api: proxy({ statusCode: 404, body: 'none' }) },
  },
  {
    code: 'BASE_PATH_IN_EVENT',
    // https://github.com/CodeGenieApp/serverless-express/issues/397
    source: 'docs/aws §10.4',
    api: greedy('v1'),
    request: { target: '/v1/pets' },
    values: { basePath: 'v1', path: '/v1/pets' },
    because: /event\.path is \/v1\/pets: it begins with the base path \/v1/,
    change: /^Make the function use pathParameters\.proxy of the event, which is pets/m,
    not: { api: greedy(''), request: { target: '/pets' } },
  },
  {
    code: 'RAW_PATH_EMPTY',
    // https://github.com/CodeGenieApp/serverless-express/issues/612
    source: 'docs/aws §2.3',
    api: () => atDomain(anApi(httpRoutes(['$default']), { echo: () => NOT_FOUND }), 'v1', '$default'),
    request: { target: '/v1' },
    values: { basePath: 'v1' },
    because: /rawPath of the event is empty, not \/: the request ends with the base path \/v1/,
    change: /^Make the function read an empty rawPath as \/, as in event\.rawPath \|\| '\/'/m,
    not: { request: { target: '/v1/' } },
  },
];
