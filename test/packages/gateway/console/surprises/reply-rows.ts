/** Replies that surprise, because of the stage cache or because a stream was collected, each next to one that does not. */
import { anApi } from '../../../../support/an-api.ts';
import { answered } from '../../../../support/a-method.ts';
import { proxyTo } from '../../../../support/a-stack.ts';
import { cachedApi, ON } from '../../../../support/cached-apis.ts';
import { httpRoutes } from '../../../../support/routed-apis.ts';
import { backend, http, HTTP_PROXY, ID, proxy, url } from './surprise-rows.ts';
import type { SurpriseRow } from './surprise-rows.ts';

const EVENTS = 'event: message\ndata: {}\n\n';
/** An integration of an HTTP API. */
const HTTP_BACKEND = {
  IntegrationType: 'HTTP_PROXY',
  IntegrationMethod: 'GET',
  IntegrationUri: 'https://pets.example/',
  PayloadFormatVersion: '1.0',
};

export const REPLIES: readonly SurpriseRow[] = [
  {
    code: 'FROM_STAGE_CACHE',
    source: 'docs/aws §9',
    api: () => cachedApi(ON),
    before: { target: '/dev/pets' },
    request: { target: '/dev/pets' },
    values: { filledBy: /^[0-9a-f-]{36}$/ },
    because: /The request [0-9a-f-]{36} filled the stage’s cache\. Entries for GET \/pets live for 300 s\./,
    change:
      /^To get a fresh response at once, remove the entries of the stage: `aws apigateway flush-stage-cache --rest-api-id abcdefghij --stage-name dev`\. To keep entries for a shorter time, lower CacheTtlInSeconds in MethodSettings of the stage\.$/m,
    not: { request: { target: '/dev' } },
  },
  {
    code: 'FROM_STAGE_CACHE',
    name: 'filled with another query parameter',
    source: 'docs/aws §9',
    api: () => cachedApi(ON),
    before: { target: '/dev/pets?page=1&size=5' },
    request: { target: '/dev/pets?page=2&size=5' },
    values: { parameters: ['page'] },
    because:
      /That request had a different value of page, which is not a cache key, so both requests got the same response\./,
    change:
      /^To keep the values apart, add method\.request\.querystring\.page to CacheKeyParameters of the integration and to RequestParameters of the method/,
    not: {
      api: () =>
        cachedApi(ON, {
          RequestParameters: { 'method.request.querystring.page': false },
          Integration: { ...proxyTo('list'), CacheKeyParameters: ['method.request.querystring.page'] },
        }),
    },
  },
  {
    code: 'CACHE_NOT_REFRESHED',
    source: 'docs/aws §9',
    api: () => cachedApi(ON),
    before: { target: '/dev/pets' },
    request: { target: '/dev/pets', headers: ['Cache-Control', 'max-age=0'] },
    values: {},
    because: /so the gateway used the cache as for any other request and added Warning: 199\./,
    // No policy can allow the anonymous callers of an open route anything.
    change:
      /^GET \/pets is open, so its callers are anonymous, and no IAM policy can allow them execute-api:InvalidateCache\. To remove the entries of the stage yourself: `aws apigateway flush-stage-cache --rest-api-id abcdefghij --stage-name dev`\. To let every caller refresh the entries of GET \/pets, and thereby send every request to the integration: `aws apigateway update-stage --rest-api-id abcdefghij --stage-name dev --patch-operations op=replace,path='\/~1pets\/GET\/caching\/enabled',value=true op=replace,path='\/~1pets\/GET\/caching\/ttlInSeconds',value=300 op=replace,path='\/~1pets\/GET\/caching\/requireAuthorizationForCacheControl',value=false`\. This setting of one method replaces the settings of the stage for it, such as throttling and logging\. MethodSettings in CloudFormation has no such member/m,
    not: { request: { target: '/dev/pets' } },
  },
  {
    code: 'RESPONSE_INFERRED',
    source: 'docs/aws §3.6',
    api: http({ body: 'hello', headers: {} }),
    request: { target: '/1' },
    values: { members: ['body', 'headers'] },
    because: /a value without statusCode.* The members body and headers are therefore part of the body/,
    change: /return \{ statusCode, headers, body \}/,
    not: { api: http({ statusCode: 200, body: 'hello' }) },
  },
  {
    code: 'STREAM_BUFFERED',
    source: 'docs/aws §8.3',
    api: proxy({ statusCode: 200, headers: { 'Content-Type': 'text/event-stream' }, body: EVENTS }),
    request: ID,
    values: { integration: 'lambda-proxy' },
    because: /ResponseTransferMode is not STREAM, so the client got all events at once/,
    change: /ResponseTransferMode: STREAM .*streamHandle/,
    not: { api: proxy({ statusCode: 200, body: '{}' }) },
  },
  {
    code: 'STREAM_BUFFERED',
    name: 'an HTTP API',
    source: 'docs/aws §8.3',
    api: http({ statusCode: 200, headers: { 'Content-Type': 'text/event-stream' }, body: EVENTS }),
    request: { target: '/1' },
    values: { integration: 'lambda-proxy' },
    because: /HTTP APIs do not stream/,
    change:
      /^Use a REST API with ResponseTransferMode: STREAM and the Uri …\/2021-11-15\/functions\/…\/response-streaming-invocations, or a function URL with InvokeMode: RESPONSE_STREAM, and make the function stream: awslambda\.streamifyResponse\(async \(event, stream\) => …\) as the handler, and before its first write stream = awslambda\.HttpResponseStream\.from\(stream, \{ statusCode: 200, headers: \{ 'Content-Type': 'text\/event-stream' \} \}\) \(with Hono: streamHandle\)\.$/m,
    not: { api: http({ statusCode: 200, body: EVENTS }) },
  },
  {
    code: 'STREAM_BUFFERED',
    name: 'a backend of an HTTP API',
    source: 'docs/aws §8.3',
    api: () => {
      const api = anApi(httpRoutes(['ANY /{proxy+}'], { integration: HTTP_BACKEND }), {});
      api.ports.http.answer = () => answered(EVENTS, ['Content-Type', 'text/event-stream']);
      return api;
    },
    request: { target: '/1' },
    values: { integration: 'http-api-proxy' },
    because: /HTTP APIs do not stream/,
    change: /^Use a REST API with an HTTP_PROXY integration and ResponseTransferMode: STREAM\.$/m,
    not: { api: http({ statusCode: 200, body: EVENTS }) },
  },
  {
    code: 'STREAM_BUFFERED',
    name: 'a backend of a REST API',
    source: 'docs/aws §8.3',
    api: backend(HTTP_PROXY, answered(EVENTS, ['Content-Type', 'text/event-stream'])),
    request: ID,
    values: { integration: 'http-proxy' },
    because: /the integration’s ResponseTransferMode is not STREAM/,
    change: /^Set ResponseTransferMode: STREAM of the integration\. A change/m,
    not: { api: backend(HTTP_PROXY, answered(EVENTS)) },
  },
  ...(
    [
      [
        'an HTTP API',
        http,
        /HTTP APIs do not stream/,
        /^Use a REST API .*\/response-streaming-invocations, or a function URL with InvokeMode: RESPONSE_STREAM\.\nOr return/,
      ],
      [
        'a function URL',
        (result: unknown) => url({ InvokeMode: 'BUFFERED' }, result),
        /the function URL’s InvokeMode is BUFFERED/,
        /^Set InvokeMode: RESPONSE_STREAM\.\nOr return/,
      ],
    ] as const
  ).map(([name, served, because, change]): SurpriseRow => ({
    code: 'STREAM_BUFFERED',
    name: `${name}, of a function that streams`,
    source: 'docs/aws §8.3',
    api: served({
      kind: 'returned',
      payload: `{"statusCode":201,"headers":{"content-type":"text/plain"}}${'\0'.repeat(8)}hello`,
    }),
    request: { target: '/1' },
    values: { integration: 'lambda-proxy' },
    because: new RegExp(`streams its response, but ${because.source}.*eight NUL bytes and the whole stream`),
    change,
    not: { api: served({ statusCode: 200, body: 'hello' }) },
  })),
  {
    // https://docs.aws.amazon.com/lambda/latest/dg/config-rs-write-functions.html
    code: 'STREAM_WITHOUT_TYPE',
    source: 'docs/aws §8.3',
    api: url({ InvokeMode: 'RESPONSE_STREAM' }, ['shop']),
    request: { target: '/' },
    values: { contentType: 'application/octet-stream' },
    because: /without naming a content type, .* application\/octet-stream\. A browser saves/,
    change: /^Before the first write: stream = awslambda\.HttpResponseStream\.from\(stream, .*'text\/plain'/m,
    not: { api: url({}, 'shop') },
  },
  {
    code: 'RESULT_AS_BODY',
    source: 'docs/aws §19.4',
    api: url({ InvokeMode: 'RESPONSE_STREAM' }, { statusCode: 201, body: 'hello' }),
    request: { target: '/' },
    values: {},
    because: /returned its response instead of streaming it/,
    change: /InvokeMode: BUFFERED/,
    not: { api: url({}, { statusCode: 201, body: 'hello' }) },
  },
];
