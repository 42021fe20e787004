/** Mappings and headers that surprise, each caused by the gateway itself, next to one that does not surprise. */
import { aFunctionUrl } from '../../../../support/a-function-url.ts';
import { aMethod, answered, DEFAULT, JSON_ONLY } from '../../../../support/a-method.ts';
import {
  allowing,
  asking,
  backend,
  fromPage,
  FUNCTION,
  http,
  HTTP,
  HTTP_PROXY,
  ID,
  PAGE,
  POST,
  proxy,
} from './surprise-rows.ts';
import { PREFLIGHTS } from './preflight-rows.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { Served, SurpriseRow } from './surprise-rows.ts';

const functionMethod =
  (integration: JsonObject, fn: () => unknown = () => ({})) =>
  (): Served =>
    aMethod({
      integration: { ...FUNCTION, IntegrationResponses: DEFAULT, ...integration },
      functions: { fn },
    });
const throwing = (): never => {
  throw new Error('user not found');
};
const PATTERN = { StatusCode: '404', SelectionPattern: '.*not found' };
const BOTH = { MethodResponses: [{ StatusCode: '200' }, { StatusCode: '404' }] };
const withVariable = (variables: JsonObject) => (): Served => {
  const api = aMethod({
    integration: { ...HTTP_PROXY, Uri: 'https://pets.example/${stageVariables.path}' },
    variables,
  });
  api.ports.http.answer = () => answered('ok');
  return api;
};
const CORS = {
  CorsConfiguration: { AllowOrigins: [PAGE], AllowMethods: ['GET', 'PUT'], AllowHeaders: ['x-a'] },
};
const ALL = {
  CorsConfiguration: { AllowOrigins: [PAGE], AllowMethods: ['*'], AllowHeaders: ['x-a', 'x-b'] },
};
const OK = { statusCode: 200 };
const CHALLENGE = { statusCode: 401, headers: { 'WWW-Authenticate': 'Bearer' } };
const TWICE = { 'Access-Control-Allow-Origin': [PAGE, '*'] };

const MAPPINGS: readonly SurpriseRow[] = [
  {
    code: 'REQUEST_TEMPLATE_EMPTY',
    source: 'docs/aws §7.1',
    api: functionMethod({ RequestTemplates: JSON_ONLY("$input.path('$.pet')") }),
    request: { ...POST, body: '{"dog": 1}' },
    values: { template: /./ },
    because: /came out empty, so the function got \{\} as its event/,
    change: /\$input\.path prints an empty string for a path that does not exist/,
    not: { request: { ...POST, body: '{"pet": {}}' } },
  },
  {
    code: 'REQUEST_TEMPLATE_EMPTY',
    name: 'to a backend',
    source: 'docs/aws §7.1',
    api: backend(
      {
        ...HTTP,
        IntegrationHttpMethod: 'POST',
        IntegrationResponses: DEFAULT,
        RequestTemplates: JSON_ONLY("$input.path('$.pet')"),
      },
      answered('ok'),
    ),
    request: { ...POST, body: '{"dog": 1}' },
    values: { template: /./ },
    because: /came out empty, so the integration got no body/,
    change: /Check the conditions/,
    not: { request: { ...POST, body: '{"pet": 1}' } },
  },
  {
    code: 'RESPONSE_TEMPLATE_EMPTY',
    source: 'docs/aws §7.1',
    api: functionMethod({
      IntegrationResponses: [{ StatusCode: '200', ResponseTemplates: JSON_ONLY("$input.path('$.pets')") }],
    }),
    request: ID,
    values: { template: /./ },
    because: /The response template .* came out empty, so the client got no body/,
    change: /Check the conditions/,
    not: { api: functionMethod({ IntegrationResponses: DEFAULT }) },
  },
  {
    code: 'ERROR_BY_DEFAULT_RESPONSE',
    name: 'a failed function',
    source: 'docs/aws §7.7',
    api: functionMethod(
      { IntegrationResponses: [...DEFAULT, { StatusCode: '404', SelectionPattern: 'Not found' }] },
      throwing,
    ),
    request: ID,
    values: { status: 200, patterns: ['Not found'], error: 'failed with “user not found”' },
    because:
      /no SelectionPattern matches all of it \(Not found\), so the default integration response set the status 200/,
    change:
      /^Add an integration response with SelectionPattern user not found\.\* and StatusCode 500 \(or another status that says what has happened\), and a method response for 500/m,
    not: {
      api: () =>
        aMethod({
          integration: { ...FUNCTION, IntegrationResponses: [...DEFAULT, PATTERN] },
          method: BOTH,
          functions: { fn: throwing },
        }),
    },
  },
  {
    code: 'ERROR_BY_DEFAULT_RESPONSE',
    name: 'a backend’s 500',
    source: 'docs/aws §7.7',
    api: backend({ ...HTTP, IntegrationResponses: DEFAULT }, answered('bad', [], 500)),
    request: ID,
    values: { status: 200, patterns: [], error: '500' },
    because: /responded with 500, and no integration response has a SelectionPattern/,
    change: /SelectionPattern 500 and StatusCode 500, and a method response for 500/,
    not: { api: backend({ ...HTTP, IntegrationResponses: DEFAULT }, answered('ok', [], 201)) },
  },
  {
    code: 'STAGE_VARIABLE_MISSING',
    source: 'docs/aws §10.1',
    api: withVariable({}),
    request: ID,
    values: { variables: ['path'], stage: 'dev' },
    because:
      /The Uri of the integration of ANY \/\{id\} refers to the stage variable path, which has no value on stage dev, so the gateway used an empty string/,
    change: /^Give path a value in Variables of stage dev; no new deployment is needed\.$/m,
    not: { api: withVariable({ path: 'pets' }) },
  },
];

const HEADERS: readonly SurpriseRow[] = [
  {
    code: 'HEADER_REMAPPED',
    source: 'docs/aws §2.7',
    api: proxy({ statusCode: 401, headers: { 'WWW-Authenticate': 'Basic' } }),
    request: ID,
    values: { headers: ['WWW-Authenticate'] },
    because: /the client got WWW-Authenticate as x-amzn-Remapped-WWW-Authenticate/,
    change:
      /have a Lambda authorizer refuse the request with 401 by throwing the error Unauthorized \(a Deny policy gives ACCESS_DENIED, 403\), and set gatewayresponse\.header\.WWW-Authenticate: "'Basic'" in ResponseParameters of the gateway response UNAUTHORIZED\. A change/,
    not: { api: backend(HTTP_PROXY, answered('ok', ['Date', 'today', 'Server', 'nginx'])) },
  },
  {
    code: 'HEADER_REMAPPED',
    source: 'docs/aws §2.7 [reports]',
    name: 'of a function URL',
    api: () => aFunctionUrl({ AuthType: 'NONE' }, () => CHALLENGE),
    request: { target: '/' },
    values: { headers: ['www-authenticate'] },
    because: /the client got www-authenticate as x-amzn-Remapped-www-authenticate/,
    change:
      /at a function URL\. Give the function a route of an HTTP API instead of the function URL: an HTTP API passes the header on\. An MCP client .*oauth-protected-resource/,
    not: { api: http(CHALLENGE), request: ID },
  },
  {
    code: 'HEADER_DROPPED',
    source: 'docs/aws §2.7',
    api: proxy({ statusCode: 200, headers: { 'Transfer-Encoding': 'chunked' } }),
    request: ID,
    values: { headers: ['Transfer-Encoding'] },
    because: /The gateway drops this header/,
    change: /Do not return Transfer-Encoding/,
    not: { api: proxy({ statusCode: 200, headers: { ETag: '"1"' } }) },
  },
  {
    code: 'CORS_HEADERS_DISCARDED',
    source: 'docs/aws §12',
    api: http({ statusCode: 200, headers: { 'Access-Control-Expose-Headers': 'x-total' } }, CORS),
    request: { target: '/1', headers: ['Origin', PAGE] },
    values: { headers: ['Access-Control-Expose-Headers'] },
    because: /the gateway discarded the integration’s CORS headers and sent its own/,
    change: /Add x-total to ExposeHeaders in the API’s CorsConfiguration/,
    not: { api: http({ statusCode: 200, headers: { 'Access-Control-Allow-Origin': PAGE } }, CORS) },
  },
  {
    code: 'CORS_HEADERS_DISCARDED',
    name: 'of another origin than the page’s',
    source: 'docs/aws §12',
    api: http({ statusCode: 200, headers: { 'Access-Control-Allow-Origin': 'https://other.example' } }, CORS),
    request: { target: '/1', headers: ['Origin', PAGE] },
    values: { headers: ['Access-Control-Allow-Origin'] },
    because: /the gateway discarded the integration’s CORS headers and sent its own/,
    change:
      /replaces it, and does not allow https:\/\/other\.example, which the integration named\. If pages of https:\/\/other\.example should read replies, list it in AllowOrigins\./,
    not: { api: http({ statusCode: 200, headers: { 'Access-Control-Allow-Origin': PAGE } }, CORS) },
  },
  {
    code: 'HEADERS_NOT_MAPPED',
    source: 'docs/aws §7.6',
    api: backend(
      { ...HTTP, IntegrationResponses: DEFAULT },
      answered('<p>', ['Content-Type', 'text/html', 'Set-Cookie', 'a=1']),
    ),
    request: ID,
    values: { headers: ['Content-Type', 'Set-Cookie'] },
    because:
      /passes on only the headers that its integration response maps\. The reply has Content-Type application\/json instead of text\/html/,
    change:
      /^Map Content-Type and Set-Cookie in ResponseParameters of the integration response, for example method\.response\.header\.Content-Type: integration\.response\.header\.Content-Type, and declare both in the method response\. A/m,
    not: {
      api: backend(
        { ...HTTP, IntegrationResponses: DEFAULT },
        answered('{}', ['Content-Type', 'application/json']),
      ),
    },
  },
  {
    code: 'REQUEST_HEADER_DROPPED',
    source: 'docs/aws §2.6',
    api: proxy(OK),
    request: { ...ID, headers: ['Content-MD5', 'abc'] },
    values: { headers: ['Content-MD5'] },
    because: /The request had Content-MD5, which a REST API drops on receipt/,
    change: /under another name/,
    not: { request: { ...ID, headers: ['TE', 'trailers'] } },
  },
];

const BROWSERS: readonly SurpriseRow[] = [
  {
    code: 'CORS_ORIGIN_NOT_ALLOWED',
    source: 'docs/aws §12.1',
    api: proxy(OK),
    request: fromPage(),
    values: { origin: PAGE },
    because:
      /The page from https:\/\/shop\.example cannot read this reply, because it has no Access-Control-Allow-Origin header\./,
    change:
      /^Return Access-Control-Allow-Origin: https:\/\/shop\.example in the headers of the function’s response\.$/m,
    not: { request: { ...ID, headers: ['Origin', 'https://own.example', 'Host', 'own.example'] } },
  },
  {
    code: 'CORS_ORIGIN_NOT_ALLOWED',
    name: 'a failure of the gateway, whose cause comes first',
    source: 'docs/aws §12',
    api: proxy({ statusCode: 'fine' }),
    request: fromPage(),
    values: { origin: PAGE },
    because: /sees “blocked by CORS policy” instead of the 502: .* The cause is the 502, not CORS\./,
    change:
      /^Return statusCode from the function fn as a number.*\nTo let pages read this reply, give the API a gateway response for DEFAULT_5XX with gatewayresponse\.header\.Access-Control-Allow-Origin: "'https:\/\/shop\.example'" in ResponseParameters, as an AWS::ApiGateway::GatewayResponse\. Also return Access-Control-Allow-Origin from the function, for the replies that are its own\. A change/,
    not: { request: ID },
  },
  {
    code: 'CORS_ORIGIN_NOT_ALLOWED',
    name: 'a backend’s reply by templates',
    source: 'docs/aws §12',
    api: backend({ ...HTTP, IntegrationResponses: DEFAULT }, answered('ok')),
    request: fromPage(),
    values: { origin: PAGE },
    because: /cannot read this reply/,
    change: /^Map method\.response\.header\.Access-Control-Allow-Origin: "'https:\/\/shop\.example'"/,
    not: { request: ID },
  },
  {
    code: 'CORS_ORIGIN_NOT_ALLOWED',
    name: 'a preflight with another status',
    source: 'docs/aws §12.1',
    api: proxy({ statusCode: 403, headers: { 'Access-Control-Allow-Origin': '*' } }),
    request: asking('GET', ''),
    values: { origin: PAGE, allowed: '*' },
    because: /and the reply has the status 403, but a preflight must be answered with 200 to 299\./,
    change: /^Answer OPTIONS in the function: .*Or give the resource an OPTIONS method/,
    not: { api: proxy({ statusCode: 204, headers: { 'Access-Control-Allow-Origin': '*' } }) },
  },
  {
    code: 'CORS_ORIGIN_NOT_ALLOWED',
    name: 'an HTTP API whose configuration has other origins',
    source: 'docs/aws §12',
    api: http(OK, { CorsConfiguration: { AllowOrigins: ['https://admin.example'] } }, ['GET /{proxy+}']),
    request: asking('GET', ''),
    values: { origin: PAGE },
    because: /and the reply has no Access-Control-Allow-Origin header/,
    change:
      /^Add https:\/\/shop\.example to AllowOrigins in the API’s CorsConfiguration\. The whole list is then:\n[^]*"AllowOrigins": \["https:\/\/admin\.example", "https:\/\/shop\.example"\]/,
    not: { api: http(OK, CORS, ['GET /{proxy+}']) },
  },
  {
    code: 'CORS_ORIGIN_NOT_ALLOWED',
    name: 'an HTTP API without configuration',
    source: 'docs/aws §12',
    api: http(OK),
    request: { target: '/1', headers: ['Origin', PAGE] },
    values: { origin: PAGE },
    because: /cannot read this reply/,
    change:
      /^Return Access-Control-Allow-Origin: https:\/\/shop\.example from the integration\. Or let the gateway do so: add .* CorsConfiguration \(the API has none yet\)/,
    not: { api: http(OK, CORS) },
  },
  {
    code: 'CORS_ORIGIN_NOT_ALLOWED',
    name: 'a function URL',
    source: 'docs/aws §19.5',
    api: () =>
      aFunctionUrl({ AuthType: 'NONE', Cors: { AllowOrigins: ['https://admin.example'] } }, () => OK),
    request: { target: '/', headers: ['Origin', PAGE] },
    values: { origin: PAGE },
    because: /cannot read this reply/,
    change: /^Add https:\/\/shop\.example to AllowOrigins in Cors of the function URL\.$/m,
    not: { api: () => aFunctionUrl({ AuthType: 'NONE', Cors: { AllowOrigins: ['*'] } }, () => OK) },
  },
  {
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
    code: 'CORS_HEADER_NOT_EXPOSED',
    source: 'docs/aws §12.1',
    api: http({ statusCode: 200, headers: { 'X-Total-Count': '42' } }, CORS),
    request: { target: '/1', headers: ['Origin', PAGE] },
    values: { headers: ['x-total-count'] },
    because: /The reply has x-total-count, but its Access-Control-Expose-Headers is missing/,
    change: /^If the page reads x-total-count: add x-total-count to ExposeHeaders of the API’s/m,
    not: { request: { target: '/1' } },
  },
  {
    code: 'CORS_TWO_ORIGINS',
    source: 'docs/aws §12.1',
    api: proxy({ statusCode: 200, multiValueHeaders: TWICE }),
    request: fromPage(),
    values: { origins: [PAGE, '*'] },
    because: /A browser joins several values and compares the whole text with the page’s origin/,
    change:
      /^Return Access-Control-Allow-Origin once from the function, in headers or in multiValueHeaders, with \* or with the Origin of the request if it is one of the allowed origins\.$/m,
    not: { request: ID },
  },
  {
    code: 'CORS_TWO_ORIGINS',
    name: 'of a function URL',
    source: 'docs/aws §12.1',
    api: () =>
      aFunctionUrl({ AuthType: 'NONE', Cors: { AllowOrigins: ['*'] } }, () => ({
        statusCode: 200,
        headers: { 'Access-Control-Allow-Origin': '*' },
      })),
    request: { target: '/', headers: ['Origin', PAGE] },
    values: { origins: ['*', PAGE] },
    because: /Both the function and Cors of the function URL set the header/,
    change: /Or remove Cors from the function URL; the function then has to respond to OPTIONS, too/,
    not: { api: () => aFunctionUrl({ AuthType: 'NONE', Cors: { AllowOrigins: ['*'] } }, () => OK) },
  },
  {
    code: 'CORS_ANY_WITH_CREDENTIALS',
    source: 'docs/aws §12.1',
    api: allowing({ 'Access-Control-Allow-Origin': '*' }),
    request: fromPage('Cookie', 'a=1'),
    values: { origin: PAGE },
    because: /the request has cookies\. A browser refuses \* for a request with credentials/,
    change:
      /Have the function return Access-Control-Allow-Origin: https:\/\/shop\.example, Access-Control-Allow-Credentials: true/,
    not: { request: fromPage() },
  },
  {
    code: 'CORS_METHOD_NOT_ALLOWED',
    source: 'docs/aws §12.1',
    api: http(OK, CORS, ['GET /{proxy+}']),
    request: asking('DELETE', ''),
    values: { method: 'DELETE', allowed: ['GET', 'PUT'] },
    because:
      /whether it may send DELETE, and Access-Control-Allow-Methods is GET, PUT\. The browser does not send/,
    change:
      /Add DELETE to the API’s CorsConfiguration\. The whole list is then:\nIn template\.json:\n[^]*"AllowMethods": \["GET", "PUT", "DELETE"\]/,
    not: { request: asking('PUT', '') },
  },
  {
    code: 'CORS_HEADER_NOT_ALLOWED',
    source: 'docs/aws §12.1',
    api: http(OK, CORS, ['GET /{proxy+}']),
    request: asking('GET', 'x-a,x-b'),
    values: { headers: ['x-b'], allowed: ['x-a'] },
    because: /whether it may send x-b, and Access-Control-Allow-Headers is x-a/,
    change: /"AllowHeaders": \["x-a", "x-b"\]/,
    not: { api: http(OK, ALL, ['GET /{proxy+}']) },
  },
  {
    code: 'CORS_HEADER_NOT_ALLOWED',
    name: '* without Authorization',
    source: 'docs/aws §12.1',
    api: allowing({ 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Headers': '*' }),
    request: asking('GET', 'authorization,x-b'),
    values: { headers: ['authorization'], allowed: ['*'] },
    because: /\(\* does not include Authorization\)/,
    change: /Add authorization to the Access-Control-Allow-Headers that the function returns to OPTIONS/,
    not: { request: asking('GET', 'x-b') },
  },
  {
    code: 'CORS_WITHOUT_VARY',
    source: 'docs/aws §12.1',
    api: allowing({ 'Access-Control-Allow-Origin': PAGE }),
    request: fromPage(),
    handler: "return { statusCode: 200, headers: { 'Access-Control-Allow-Origin': event.headers.origin } };",
    values: { origin: PAGE },
    because: /has no Vary: Origin\. This is a hint/,
    change: /^Also return Vary: Origin from the integration\.$/m,
    not: { api: allowing({ 'Access-Control-Allow-Origin': PAGE, Vary: 'Origin' }) },
  },
];

export const MORE_SURPRISES: readonly SurpriseRow[] = [...MAPPINGS, ...HEADERS, ...BROWSERS, ...PREFLIGHTS];
