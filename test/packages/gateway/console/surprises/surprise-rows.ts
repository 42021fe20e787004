/** Answers that surprise, each caused by the gateway itself, next to a similar one that does not surprise. */
import { aFunctionUrl } from '../../../../support/a-function-url.ts';
import { aMethod, answered, DEFAULT } from '../../../../support/a-method.ts';
import { anApi } from '../../../../support/an-api.ts';
import { invokeUri, proxyTo } from '../../../../support/a-stack.ts';
import { httpRoutes, restRoutes } from '../../../../support/routed-apis.ts';
import type { TestResource } from '../../../../support/a-stack.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { HttpOutcome } from '../../../../../packages/gateway/core/ports.ts';
import type { TestApi, TestRequest } from '../../../../support/an-api.ts';
import type { TestPorts } from '../../../../support/virtual-ports.ts';

export type Served = Pick<TestApi, 'send'> & { readonly ports: TestPorts };

export type SurpriseRow = {
  readonly code: string;
  /** What is special about the case, if the kind has several. */
  readonly name?: string;
  readonly source: string;
  readonly api: () => Served;
  readonly request: TestRequest;
  /** The code of the function. */
  readonly handler?: string;
  /** Other resources of the stack that defines the API. */
  readonly resources?: Readonly<Record<string, TestResource>>;
  /** Sent before, so that a cache is filled. */
  readonly before?: TestRequest;
  readonly values: Readonly<Record<string, unknown>>;
  /** A part of the story's sentences. */
  readonly because: RegExp;
  /** A part of the remedies; absent if there are none. */
  readonly change?: RegExp;
  /** Nearly the same, and no surprise. */
  readonly not: {
    readonly api?: () => Served;
    readonly request?: TestRequest;
    readonly handler?: string;
    readonly resources?: Readonly<Record<string, TestResource>>;
  };
};

const ID = { target: '/dev/1' };
const POST = { method: 'POST', target: '/dev/1' };
const HTTP = { Type: 'HTTP', IntegrationHttpMethod: 'GET', Uri: 'https://pets.example/' };
const HTTP_PROXY = { ...HTTP, Type: 'HTTP_PROXY' };
const FUNCTION = { Type: 'AWS', IntegrationHttpMethod: 'POST', Uri: invokeUri('fn') };
const BYTES = Buffer.from([0xff, 0xd8, 0xff, 0xe0]);
const PAGE = 'https://shop.example';
const EVENTS = 'event: message\ndata: {}\n\n';
const encoded = (text: string): string => Buffer.from(text).toString('base64');

const proxy =
  (result: unknown, api: JsonObject = {}) =>
  (): Served =>
    aMethod({ integration: proxyTo('fn'), api, functions: { fn: () => result } });
const http =
  (result: unknown, api: JsonObject = {}, routes = ['ANY /{proxy+}']) =>
  (): Served =>
    anApi(httpRoutes(routes, { api }), { echo: () => result });
const backend =
  (
    integration: JsonObject,
    outcome: HttpOutcome,
    more: { readonly api?: JsonObject; readonly method?: JsonObject } = {},
  ) =>
  (): Served => {
    const api = aMethod({ integration, ...more });
    api.ports.http.answer = () => outcome;
    return api;
  };
export const url = (properties: JsonObject, result: unknown) => (): Served =>
  aFunctionUrl({ AuthType: 'NONE', ...properties }, () => result);
const accepting = (accept: string, request: TestRequest = ID): TestRequest => ({
  ...request,
  headers: ['Accept', accept],
});
const fromPage = (...headers: string[]): TestRequest => ({ ...ID, headers: ['Origin', PAGE, ...headers] });
const asking = (method: string, names: string): TestRequest => ({
  method: 'OPTIONS',
  target: '/dev/1',
  headers: [
    'Origin',
    PAGE,
    'Access-Control-Request-Method',
    method,
    ...(names === '' ? [] : ['Access-Control-Request-Headers', names]),
  ],
});
const allowing = (headers: JsonObject): (() => Served) => proxy({ statusCode: 200, headers });
/** A REST API with one method, OPTIONS /{id}, which is a mock that allows this origin. */
const optionsOf =
  (origin: string, method: JsonObject = {}, api: JsonObject = {}): (() => Served) =>
  (): Served =>
    aMethod({
      api,
      integration: {
        Type: 'MOCK',
        RequestTemplates: { 'application/json': '{"statusCode": 200}' },
        IntegrationResponses: [
          {
            StatusCode: '200',
            ResponseParameters: { 'method.response.header.Access-Control-Allow-Origin': origin },
          },
        ],
      },
      method: {
        HttpMethod: 'OPTIONS',
        MethodResponses: [
          {
            StatusCode: '200',
            ResponseParameters: { 'method.response.header.Access-Control-Allow-Origin': true },
          },
        ],
        ...method,
      },
    });

/** A response as an MCP server with Hono's `handle` returns it. */
const HONO = {
  statusCode: 200,
  headers: { 'content-type': 'text/event-stream' },
  body: encoded(EVENTS),
  isBase64Encoded: true,
};
const MCP = accepting('application/json, text/event-stream', POST);
const GZIPPED = {
  statusCode: 200,
  headers: { 'content-encoding': 'gzip' },
  body: 'H4sI',
  isBase64Encoded: true,
};

const BODIES: readonly SurpriseRow[] = [
  {
    code: 'BASE64_AS_TEXT',
    name: 'an MCP server with Hono',
    source: 'docs/aws §2.4',
    api: proxy(HONO),
    request: MCP,
    values: {
      accept: 'application/json, text/event-stream',
      binaryMediaTypes: [],
      contentType: 'text/event-stream',
    },
    because:
      /The function returned base64 \(isBase64Encoded is true\), and the API has no binary media type that matches application\/json, the first type of the request’s Accept, so the client got the base64 text\. The API has no binary media types\./,
    change:
      /^Make the function return the body as text,.*isContentTypeBinary.*\nOr add application\/json to the binary media types of the API\. Requests with such a Content-Type, or without one, then also reach the function as base64, and integrations with a request template, such as MOCK, need ContentHandling: CONVERT_TO_TEXT\.[^]*In template\.json:\n\{\n {2}"Resources": \{\n {4}"Api": \{\n {6}"Properties": \{\n {8}"BinaryMediaTypes": \["application\/json"\]\n {6}\}\n {4}\}\n {2}\}\n\}$/m,
    not: { api: proxy(HONO, { BinaryMediaTypes: ['application/json'] }) },
  },
  {
    code: 'BASE64_AS_TEXT',
    name: 'a compressed body for a client without Accept',
    source: 'docs/aws §2.4',
    api: proxy(GZIPPED, { BinaryMediaTypes: ['image/png'] }),
    request: ID,
    values: { accept: '', binaryMediaTypes: ['image/png'], contentType: 'application/json' },
    because:
      /The API’s binary media types are image\/png\.\nThe reply still has Content-Encoding: gzip, and a client cannot decompress base64 text\.\nDefined at/,
    change:
      /Add \*\/\* to .*\. All request bodies then also reach the function as base64, .*CONVERT_TO_TEXT[^]*, "\*\/\*"\]/,
    not: { api: proxy(GZIPPED, { BinaryMediaTypes: ['*/*'] }) },
  },
  {
    code: 'BYTES_AS_BASE64',
    source: 'docs/aws §2.4',
    api: backend(HTTP_PROXY, answered(BYTES, ['Content-Type', 'image/png']), {
      api: { BinaryMediaTypes: ['image/png'] },
    }),
    request: accepting('text/html'),
    values: { accept: 'text/html', binaryMediaTypes: ['image/png'], contentType: 'image/png' },
    because:
      /No binary media type matches text\/html, the request’s Accept, so the body was sent to the client as base64/,
    change:
      /^Have the client send image\/png as the first type of Accept\.\nOr add text\/html to the binary media types of the API\. A change to the API/,
    not: { request: accepting('image/png') },
  },
  {
    code: 'BYTES_AS_BASE64',
    name: 'of an API that has a function as well',
    source: 'docs/aws §2.4',
    api: () => {
      const api = anApi(
        restRoutes(
          { 'GET /pets': {}, 'GET /logo': { Integration: HTTP_PROXY } },
          { api: { BinaryMediaTypes: ['image/png'] } },
        ),
        { echo: () => ({ statusCode: 200, body: '{}' }) },
      );
      api.ports.http.answer = () => answered(BYTES, ['Content-Type', 'image/png']);
      return api;
    },
    request: { target: '/dev/logo', headers: ['Accept', 'text/html'] },
    values: { accept: 'text/html' },
    because: /No binary media type matches text\/html/,
    change:
      /^Or add text\/html to the binary media types of the API\. Its functions with a proxy integration then get request bodies of this type as base64\. A change/m,
    not: { request: { target: '/dev/logo', headers: ['Accept', 'image/png'] } },
  },
  {
    code: 'BYTES_AS_BASE64',
    name: 'by ContentHandling',
    source: 'docs/aws §2.4',
    api: backend(
      { ...HTTP, IntegrationResponses: [{ StatusCode: '200', ContentHandling: 'CONVERT_TO_TEXT' }] },
      answered(BYTES, ['Content-Type', 'image/png']),
      { api: { BinaryMediaTypes: ['image/png'] } },
    ),
    request: accepting('image/png'),
    values: { accept: 'image/png', binaryMediaTypes: ['image/png'], contentType: 'image/png' },
    because: /ContentHandling of the integration response is CONVERT_TO_TEXT, so/,
    change:
      /^Remove ContentHandling from the integration response, or set it to CONVERT_TO_BINARY\. A change to/m,
    not: {
      api: backend(
        { ...HTTP, IntegrationResponses: DEFAULT },
        answered(BYTES, ['Content-Type', 'image/png']),
        {
          api: { BinaryMediaTypes: ['image/png'] },
        },
      ),
    },
  },
  {
    code: 'REPLY_BYTES_LOST',
    source: 'docs/aws §2.4',
    api: backend(HTTP_PROXY, answered(BYTES, ['Content-Type', 'image/png'])),
    request: accepting('image/png'),
    values: { accept: 'image/png', binaryMediaTypes: [], contentType: 'image/png' },
    because: /image\/png, is not a binary media type of the API, so .* the client got U\+FFFD/,
    change: /Add image\/png to the binary media types/,
    not: { api: backend(HTTP_PROXY, answered('été', ['Content-Type', 'text/plain'])) },
  },
  {
    code: 'REQUEST_BYTES_LOST',
    source: 'docs/aws §2.4',
    api: proxy({ statusCode: 200 }),
    request: { ...POST, headers: ['Content-Type', 'image/png'], body: BYTES },
    values: { contentType: 'image/png', binaryMediaTypes: [] },
    because: /The body of the request is not UTF-8 text\..* the integration got U\+FFFD/,
    change: /The function then gets the body as base64/,
    not: { api: proxy({ statusCode: 200 }, { BinaryMediaTypes: ['image/*'] }) },
  },
  {
    code: 'REQUEST_AS_BASE64',
    name: 'REST API with */*',
    source: 'docs/aws §2.4',
    api: proxy({ statusCode: 200 }, { BinaryMediaTypes: ['*/*'] }),
    request: { ...POST, headers: ['Content-Type', 'application/json'], body: '{}' },
    values: { contentType: 'application/json', binaryMediaTypes: ['*/*'] },
    because: /Its Content-Type is application\/json, which counts as a binary media type of the API/,
    // A GET request has no body.
    change: /Buffer\.from\(event\.body \?\? '', .*event\.get\('body'\) or ''/,
    not: { api: proxy({ statusCode: 200 }) },
  },
  {
    code: 'REQUEST_AS_BASE64',
    name: 'JSON that curl -d calls a form, to an HTTP API',
    source: 'docs/aws §2.4',
    api: http({ statusCode: 200 }),
    request: {
      method: 'POST',
      target: '/1',
      headers: ['Content-Type', 'application/x-www-form-urlencoded'],
      body: '{"text":"hi"}',
    },
    values: { contentType: 'application/x-www-form-urlencoded', binaryMediaTypes: [] },
    because: /an HTTP API passes only text\/\*, application\/json/,
    change: /^Send the request with the header Content-Type: application\/json, because its body is JSON\.$/m,
    not: {
      request: { method: 'POST', target: '/1', headers: ['Content-Type', 'application/json'], body: '{}' },
    },
  },
  {
    code: 'REQUEST_AS_BASE64',
    name: 'a form to an HTTP API',
    source: 'docs/aws §2.4',
    api: http({ statusCode: 200 }),
    request: {
      method: 'POST',
      target: '/1',
      headers: ['Content-Type', 'application/x-www-form-urlencoded'],
      body: 'a=1',
    },
    values: { contentType: 'application/x-www-form-urlencoded', binaryMediaTypes: [] },
    because: /an HTTP API passes only text\/\*, application\/json/,
    change: /Decode the body in the function/,
    not: {
      request: { method: 'POST', target: '/1', headers: ['Content-Type', 'application/json'], body: '{}' },
    },
  },
  {
    code: 'CONTENT_ENCODING_REMOVED',
    source: 'docs/aws §2.7',
    api: backend(HTTP_PROXY, answered('plain', ['Content-Encoding', 'gzip'])),
    request: ID,
    values: { contentEncoding: 'gzip' },
    because: /An HTTP_PROXY integration of a REST API decompresses it and drops the header/,
    change: /Set MinimumCompressionSize of the API, for example to 0,/,
    not: { api: backend(HTTP_PROXY, answered('plain')) },
  },
];

export const SURPRISES: readonly SurpriseRow[] = BODIES;
export {
  allowing,
  optionsOf,
  asking,
  backend,
  fromPage,
  FUNCTION,
  HTTP,
  http,
  HTTP_PROXY,
  ID,
  PAGE,
  POST,
  proxy,
};
