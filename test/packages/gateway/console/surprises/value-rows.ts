/** Values that a function gets or returns unexpectedly, each next to a similar one that is as expected. */
import { aMethod, answered, DEFAULT, JSON_ONLY } from '../../../../support/a-method.ts';
import { anApi } from '../../../../support/an-api.ts';
import { httpRoutes } from '../../../../support/routed-apis.ts';
import { cachedApi, ON } from '../../../../support/cached-apis.ts';
import { backend, http, HTTP, ID, proxy } from './surprise-rows.ts';
import type { Served, SurpriseRow } from './surprise-rows.ts';

const OK = { statusCode: 200, body: '{}' };
const PNG = { 'Content-Type': 'image/png' };
const MAPPED = {
  ...HTTP,
  Uri: 'https://pets.example/pets/{pet}',
  RequestParameters: { 'integration.request.path.pet': 'method.request.querystring.pet' },
  IntegrationResponses: DEFAULT,
};
const mapped = (): Served =>
  backend(MAPPED, answered('{}'), {
    method: { RequestParameters: { 'method.request.querystring.pet': false } },
  })();
const overwriting = (status: number) => (): Served => {
  const api = anApi(
    httpRoutes(['GET /{proxy+}'], {
      integration: {
        IntegrationType: 'HTTP_PROXY',
        IntegrationMethod: 'GET',
        IntegrationUri: 'https://pets.example/',
        PayloadFormatVersion: '1.0',
        ResponseParameters: {
          '404': { ResponseParameters: [{ Source: '200', Destination: 'overwrite:statuscode' }] },
        },
      },
    }),
    {},
  );
  api.ports.http.answer = () => answered('{}', [], status);
  return api;
};

const mocking = (template: string) => (): Served =>
  aMethod({
    integration: {
      Type: 'MOCK',
      RequestTemplates: JSON_ONLY('{"statusCode": 200}'),
      IntegrationResponses: [{ StatusCode: '200', ResponseTemplates: JSON_ONLY(template) }],
    },
  });
export const calling = (reply: string) => (): Served => {
  const api = aMethod({
    integration: {
      Type: 'AWS',
      IntegrationHttpMethod: 'POST',
      Credentials: 'arn:aws:iam::123456789012:role/sender',
      Uri: 'arn:aws:apigateway:us-east-1:events:action/PutEvents',
      IntegrationResponses: DEFAULT,
    },
  });
  api.ports.services.answer = () => answered(reply);
  return api;
};
const rendering = (template: string): (() => Served) =>
  backend(
    {
      ...HTTP,
      IntegrationHttpMethod: 'POST',
      RequestTemplates: JSON_ONLY(template),
      IntegrationResponses: DEFAULT,
    },
    answered('{}'),
  );
export const VALUES: readonly SurpriseRow[] = [
  {
    code: 'MEMBERS_IGNORED',
    source: 'docs/aws §3.6',
    api: http({ ...OK, multiValueHeaders: { 'X-Page': ['1', '2'] } }),
    request: { target: '/1' },
    values: { members: ['multiValueHeaders'] },
    because: /returned multiValueHeaders, which payload format 2\.0 does not have, so the gateway ignored it/,
    change: /Set-Cookie in the list named cookies/,
    not: { api: http({ ...OK, cookies: ['a=1'], headers: { 'X-Page': '1,2' } }) },
  },
  {
    code: 'CONTENT_TYPE_BY_DEFAULT',
    name: 'HTML of a REST API',
    source: 'docs/aws §3.5',
    api: proxy({ statusCode: 200, body: '<h1>hello</h1>' }),
    request: ID,
    values: { contentType: 'application/json' },
    because:
      /returned no Content-Type, so the gateway sent its default, application\/json\. The body is HTML, so/,
    change: /^Return Content-Type: text\/html; charset=utf-8 in headers\.$/m,
    not: {
      api: proxy({ statusCode: 200, headers: { 'content-type': 'text/html' }, body: '<h1>hello</h1>' }),
    },
  },
  {
    code: 'CONTENT_TYPE_BY_DEFAULT',
    name: 'a page of an HTTP API',
    source: 'docs/aws §3.5',
    api: http({ statusCode: 200, body: '<!doctype html><p>hello' }),
    request: { target: '/1' },
    values: { contentType: 'text/plain' },
    because: /its default, text\/plain; charset=utf-8\. The body is HTML, so/,
    change: /^Return Content-Type: text\/html; charset=utf-8 in headers\.$/m,
    not: { api: http({ statusCode: 200, body: 'hello' }) },
  },
  {
    code: 'CONTENT_TYPE_BY_DEFAULT',
    name: 'XML of an HTTP API',
    source: 'docs/aws §3.5',
    api: http({ statusCode: 200, body: '<?xml version="1.0"?><pets/>' }),
    request: { target: '/1' },
    values: { contentType: 'text/plain' },
    because: /The body is XML, so/,
    change: /^Return Content-Type: application\/xml in headers\.$/m,
    not: { api: http({ statusCode: 200, body: 'hello' }) },
  },
  {
    code: 'CONTENT_TYPE_BY_DEFAULT',
    name: 'a document of an unknown kind',
    source: 'docs/aws §3.5',
    api: http({ statusCode: 200, body: '<pets/>' }),
    request: { target: '/1' },
    values: { contentType: 'text/plain' },
    because: /The body is HTML or XML/,
    change: /^Return the Content-Type of the body, such as text\/html or application\/xml, in headers\.$/m,
    not: { api: http({ statusCode: 200, body: 'hello' }) },
  },
  {
    code: 'BODY_DROPPED',
    source: 'docs/aws §3.5',
    api: proxy({ statusCode: 204, body: '{"done": true}' }),
    request: ID,
    values: { status: 204 },
    because: /a reply with the status 204 has none \(RFC 9110\), so the client did not get it/,
    change: /such as 200, or return no body with 204/,
    not: { api: proxy({ statusCode: 204, body: '' }) },
  },
  {
    code: 'BASE64_FLAG_MISSING',
    name: 'an HTTP API',
    source: 'docs/aws §2.4',
    api: http({ statusCode: 200, headers: PNG, body: 'iVBORw0KGgo=', isBase64Encoded: false }),
    request: { target: '/1' },
    values: { contentType: 'image/png' },
    because: /base64 with Content-Type image\/png, but isBase64Encoded is not true/,
    change: /^Return isBase64Encoded: true from the function\.$/m,
    not: { api: http({ statusCode: 200, headers: PNG, body: 'iVBORw0KGgo=', isBase64Encoded: true }) },
  },
  {
    code: 'BASE64_FLAG_MISSING',
    name: 'compressed by a function of a REST API',
    source: 'docs/aws §2.4',
    api: proxy({ statusCode: 200, headers: { 'Content-Encoding': 'gzip' }, body: 'H4sIAAAAAAAA' }),
    request: ID,
    values: { contentType: 'application/json' },
    because: /base64 with Content-Encoding gzip.*\nDefined at/,
    change:
      /^Return isBase64Encoded: true from the function, and add \*\/\* to the binary media types of the API\./,
    not: { api: proxy({ statusCode: 200, body: 'H4sIAAAAAAAA' }) },
  },
  {
    code: 'PATH_VALUE_MISSING',
    source: 'docs/aws §7.6',
    api: mapped,
    request: ID,
    values: { parameters: ['pet'] },
    because:
      /has \{pet\}, for which this request gave no value, so the backend was called with \{pet\} in its path/,
    change:
      /^Send the query parameter pet, from which \{pet\} is mapped \(method\.request\.querystring\.pet\)\. Or map integration\.request\.path\.pet in RequestParameters of the integration to a value that every request has\. To refuse requests without it, make method\.request\.querystring\.pet required: true in RequestParameters of the method, with a request validator that has ValidateRequestParameters: true\. A/m,
    not: { request: { target: '/dev/1?pet=7' } },
  },
  {
    code: 'STATUS_OVERWRITTEN',
    source: 'docs/aws §7.8',
    api: overwriting(404),
    request: { target: '/1' },
    values: { own: 404, status: 200 },
    because: /responded with 404\. Its ResponseParameters for 404 overwrite the status with 200/,
    change: /To pass 404 on, remove overwrite:statuscode/,
    not: { api: overwriting(409) },
  },
  {
    code: 'FROM_STAGE_CACHE',
    name: 'filled for another language',
    source: 'docs/aws §9',
    api: () => cachedApi(ON),
    before: { target: '/dev/pets', headers: ['Accept-Language', 'de', 'User-Agent', 'one'] },
    request: { target: '/dev/pets', headers: ['Accept-Language', 'fr', 'User-Agent', 'two'] },
    values: { headers: ['Accept-Language'] },
    because:
      /different value of the header Accept-Language, which is not a cache key, so both requests got the same/,
    change: /add method\.request\.header\.Accept-Language to CacheKeyParameters/,
    not: { request: { target: '/dev' } },
  },
  {
    // The walk's handler read X-Shopper, and the explanation named only Accept-Language.
    code: 'FROM_STAGE_CACHE',
    name: 'filled for another value of a header of the application',
    source: 'docs/aws §9',
    api: () => cachedApi(ON),
    before: { target: '/dev/pets', headers: ['X-Shopper', 'ann', 'X-Forwarded-For', '1.1.1.1'] },
    request: { target: '/dev/pets', headers: ['X-Shopper', 'ben', 'X-Forwarded-For', '2.2.2.2'] },
    values: { headers: ['X-Shopper'] },
    because:
      /different value of the header X-Shopper, which is not a cache key, so both requests got the same/,
    change: /add method\.request\.header\.X-Shopper to CacheKeyParameters/,
    not: { request: { target: '/dev' } },
  },
  {
    code: 'HEAD_WITHOUT_BODY',
    source: 'docs/aws §3.5',
    api: proxy(OK),
    request: { method: 'HEAD', target: '/dev/1' },
    values: { status: 200 },
    because: /a reply to HEAD has none \(RFC 9110\)/,
    not: { api: proxy({ statusCode: 200 }) },
  },
  {
    code: 'HEADER_IN_BOTH_MAPS',
    source: 'docs/aws §3.5',
    api: proxy({ ...OK, headers: { 'x-a': '1' }, multiValueHeaders: { 'X-A': ['2'] } }),
    request: ID,
    values: { headers: ['x-a'] },
    because: /returned x-a in headers and in multiValueHeaders, so the client got the values of both/,
    change: /^Return x-a in only one of headers and multiValueHeaders\.$/m,
    not: { api: proxy({ ...OK, headers: { 'x-a': '1' }, multiValueHeaders: { 'X-B': ['2'] } }) },
  },
  {
    code: 'DEFAULT_ROUTE_CHOSEN',
    name: 'a slash at the end',
    source: 'docs/aws §2.2',
    api: http(OK, {}, ['GET /pets', '$default']),
    request: { target: '/pets/' },
    values: { route: 'GET /pets' },
    because:
      /No route matches GET \/pets\/, so the \$default route handled it\. The nearest route is GET \/pets: the request’s path ends/,
    change: /Send the path without the trailing slash/,
    not: { request: { target: '/orders' } },
  },
  {
    code: 'DEFAULT_ROUTE_CHOSEN',
    name: 'a sibling with a variable, because the literal path lacks the method',
    source: 'docs/aws §2.2',
    api: http(OK, {}, ['PATCH /pets/me', 'GET /pets/{id}']),
    request: { target: '/pets/me' },
    values: { route: 'PATCH /pets/me' },
    because:
      /The route GET \/pets\/\{id\} handled GET \/pets\/me, because no nearer route has this method\. The nearest route is PATCH \/pets\/me/,
    change: /^If \/pets\/me was meant, add a route GET \/pets\/me/,
    not: { request: { target: '/pets/7' } },
  },
  {
    code: 'TEMPLATE_SKIPPED',
    source: 'docs/aws §7.1',
    api: backend(
      {
        ...HTTP,
        IntegrationHttpMethod: 'POST',
        RequestTemplates: { 'application/json': '{}' },
        IntegrationResponses: DEFAULT,
      },
      answered('{}'),
    ),
    request: { method: 'POST', target: '/dev/1', headers: ['Content-Type', 'text/plain'], body: 'hello' },
    values: { contentType: 'text/plain', templates: ['application/json'] },
    because:
      /The integration has no request template for text\/plain \(only for application\/json\), and PassthroughBehavior is WHEN_NO_MATCH/,
    change: /Send Content-Type: application\/json, or add a template.*NEVER/,
    not: {
      request: {
        method: 'POST',
        target: '/dev/1',
        headers: ['Content-Type', 'application/json'],
        body: '{}',
      },
    },
  },
  {
    code: 'MOCK_WITHOUT_BODY',
    source: 'docs/aws §8',
    api: mocking('{"you": "$input.path(\'$.name\')"}'),
    request: { method: 'POST', target: '/dev/1', body: '{"name": "rex"}' },
    values: {},
    because:
      /The response template reads the body by \$input, and the body is empty, because a MOCK integration responds without one/,
    change: /\$context\.requestOverride\.path\.name/,
    not: { api: mocking('{"you": "$input.params(\'name\')"}') },
  },
  {
    code: 'CONTENT_TYPE_BY_DEFAULT',
    name: 'JSON of an HTTP API',
    source: 'docs/aws §3.5',
    api: http({ statusCode: 200, body: '{"a": 1}' }),
    request: { target: '/1' },
    values: { contentType: 'text/plain' },
    because: /its default, text\/plain; charset=utf-8\. The body is JSON/,
    change: /^Return Content-Type: application\/json in headers/m,
    not: { api: proxy({ statusCode: 200, body: '{"a": 1}' }), request: ID },
  },
  {
    code: 'ENTRIES_FAILED',
    source: 'docs/aws §8',
    api: calling('{"FailedEntryCount": 1, "Entries": [{"ErrorCode": "MalformedDetail"}]}'),
    request: { ...ID, method: 'POST', body: '{}' },
    values: { failed: 1 },
    because: /responded with 200, but 1 entry of the call failed/,
    change:
      /Make Detail of each entry a string that contains a JSON object\. In a request template: "Detail": "\$util\.escapeJavaScript\(\$input\.json\('\$'\)\)\.replaceAll\("\\\\'", "'"\)" for the whole body; for a member that is an object, replace '\$' in this text by '\$\.member'\. A client/,
    not: { api: calling('{"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}') },
  },
  {
    // https://github.com/localstack/localstack/blob/main/tests/aws/services/apigateway/test_apigateway_sqs.snapshot.json
    code: 'BODY_READ_AS_EMPTY',
    source: 'docs/aws §7.3',
    api: rendering('{"order": $input.body}'),
    request: { ...ID, method: 'POST' },
    values: { method: 'POST' },
    because: /The request has no body\. The request template prints it with \$input\.body, which is \{\}/,
    change: /a request validator with ValidateRequestBody: true/,
    not: { request: { ...ID, method: 'POST', body: '{}' } },
  },
  {
    code: 'BODY_NOT_SENT',
    source: 'docs/aws §2.6',
    api: backend({ ...HTTP, Type: 'HTTP_PROXY' }, answered('{}')),
    request: { ...ID, method: 'POST', body: '{"a": 1}' },
    values: { method: 'GET' },
    because:
      /client sent POST, but the integration calls its backend with GET \(IntegrationHttpMethod\)\. API Gateway sends no body with GET/,
    change: /^Set IntegrationHttpMethod: ANY, if the backend accepts it; or send the values in the query/m,
    not: { request: ID },
  },
  {
    code: 'REFERENCE_EMPTY',
    source: 'docs/aws §7.3',
    api: rendering('{"name": "$name", "id": "$context.requestId"}'),
    request: { ...ID, method: 'POST', body: '{}' },
    values: { references: ['$name'] },
    because: /refers to \$name, which is not defined in the template, so the reference printed nothing/,
    change: /Define \$name with #set/,
    not: {
      api: rendering(
        '#set($name = "a"){"name": "$name", "other": "$!other", "price": "$5", "q": "$method.request.querystring.q"}',
      ),
    },
  },
];
