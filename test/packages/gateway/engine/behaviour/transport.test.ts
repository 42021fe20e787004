/** docs/aws §2.4, §2.6, §2.7: bytes and headers on their way through a REST API. */
import { answered, aMethod, DEFAULT, headerLines, JSON_ONLY } from '../../../../support/a-method.ts';
import { headerOf } from '../../../../support/an-api.ts';
import { anEchoApi, eventOf, restRoutes } from '../../../../support/routed-apis.ts';
import { checkAll } from './requirement.ts';
import type { JsonObject } from '@gatewright/aws/json-object';

const HTTP = {
  Type: 'HTTP',
  IntegrationHttpMethod: 'POST',
  Uri: 'http://backend.example/',
  IntegrationResponses: DEFAULT,
};
const CLIENT = [
  'Host',
  'client.example',
  'Connection',
  'close',
  'Content-Length',
  '2',
  'Content-MD5',
  'x',
  'Expect',
  '',
  'Max-Forwards',
  '1',
  'Proxy-Authenticate',
  'x',
  'Server',
  'x',
  'TE',
  'trailers',
  'Upgrade',
  'x',
  'Transfer-Encoding',
  'x',
  'Trailer',
  'x',
  'WWW-Authenticate',
  'x',
  'X-Own',
  '1',
  'Referer',
  'r',
  'Via',
  'v',
  'Content-Encoding',
  'identity',
  'Content-Type',
  'text/plain',
];

/** Names of the client's headers that the backend of an integration gets. */
async function passed(integration: JsonObject, method = 'POST'): Promise<readonly string[]> {
  const api = aMethod({ integration });
  api.ports.http.answer = api.ports.services.answer = () => answered('{}');
  await api.send({ method, target: '/dev/1', headers: CLIENT, body: 'hi' });
  const [request] = [...api.ports.http.requests, ...api.ports.services.requests];
  const sent = headerLines(request?.headers ?? []);
  return Object.keys(sent)
    .filter((name) => sent[name] !== undefined && !/^(x-amzn|x-forwarded|x-amz-cf-id|cloudfront-)/.test(name))
    .sort();
}

const mapped = (names: readonly string[]): JsonObject =>
  Object.fromEntries(names.map((name) => [`integration.request.header.${name}`, "'mapped'"]));

checkAll('a backend', [
  {
    source: 'docs/aws §2.6 [obs]',
    rule: 'of HTTP_PROXY gets no header that AWS drops on receipt, and no Host, Via and Content-Encoding of the client',
    observe: () => passed({ ...HTTP, Type: 'HTTP_PROXY' }),
    expected: ['content-type', 'referer', 'x-own'],
  },
  {
    source: 'docs/aws §2.6 [obs]',
    rule: 'of HTTP_PROXY gets Host and Content-Encoding where they are mapped, and Via not even then',
    observe: () =>
      passed({
        ...HTTP,
        Type: 'HTTP_PROXY',
        RequestParameters: mapped(['Host', 'Content-Encoding', 'Via']),
      }),
    expected: ['content-encoding', 'content-type', 'host', 'referer', 'x-own'],
  },
  {
    source: 'docs/aws §2.6 [doc]',
    rule: 'of HTTP_PROXY gets the Authorization of a client, but no signature that was for the gateway',
    async observe() {
      const seen = [];
      for (const value of [
        'Bearer t',
        'AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=f',
      ]) {
        const api = aMethod({ integration: { ...HTTP, Type: 'HTTP_PROXY' } });
        api.ports.http.answer = () => answered('{}');
        await api.send({ target: '/dev/1', headers: ['Authorization', value] });
        seen.push(headerLines(api.ports.http.requests[0]?.headers ?? [])['authorization']);
      }
      return seen;
    },
    expected: ['Bearer t', undefined],
  },
  {
    source: 'docs/aws §2.6 [obs]',
    rule: 'of AWS gets no Referer, not even a mapped one',
    observe: () =>
      passed({
        ...HTTP,
        Type: 'AWS',
        Uri: 'arn:aws:apigateway:us-east-1:sqs:path/123456789012/queue',
        RequestParameters: mapped(['Referer', 'Via']),
      }),
    expected: ['accept', 'content-type', 'user-agent', 'via'],
  },
  {
    source: 'docs/aws §2.6 [obs]',
    rule: 'of a non-proxy integration gets no Content-Type by GET, HEAD and OPTIONS',
    async observe() {
      const seen = [];
      for (const IntegrationHttpMethod of ['GET', 'HEAD', 'OPTIONS'])
        seen.push(await passed({ ...HTTP, IntegrationHttpMethod }));
      return seen;
    },
    expected: [
      ['accept', 'user-agent'],
      ['accept', 'user-agent'],
      ['accept', 'user-agent'],
    ],
  },
  {
    source: 'docs/aws §2.6 [obs]',
    rule: 'that is a function gets the client and the gateway in X-Forwarded-*, and a trace id',
    async observe() {
      const api = anEchoApi(restRoutes({ 'GET /1': {} }));
      const { headers } = await eventOf(api, { target: '/dev/1', headers: ['host', 'h.example'] });
      const { 'X-Amzn-Trace-Id': trace = '', 'X-Amz-Cf-Id': edgeId = '', Via: via = '', ...others } = headers;
      return [others, /^Root=1-[0-9a-f]{8}-[0-9a-f]{24}/.test(trace), edgeId.length, via.split(' ').at(-1)];
    },
    // An API without EndpointConfiguration is edge-optimized.
    expected: [
      {
        Host: 'h.example',
        'CloudFront-Forwarded-Proto': 'https',
        'CloudFront-Is-Desktop-Viewer': 'true',
        'CloudFront-Is-Mobile-Viewer': 'false',
        'CloudFront-Is-SmartTV-Viewer': 'false',
        'CloudFront-Is-Tablet-Viewer': 'false',
        'X-Forwarded-For': '127.0.0.1, 127.0.0.1',
        'X-Forwarded-Port': '443',
        'X-Forwarded-Proto': 'https',
      },
      true,
      56,
      '(CloudFront)',
    ],
  },
]);

const PNG = Buffer.from([0x89, 0x50, 0xff, 0xfe]);

checkAll('binary media types', [
  {
    source: 'docs/aws §2.4 [ls obs]',
    rule: 'make a template over bytes 500, unless they are converted to text first',
    async observe() {
      const seen = [];
      for (const ContentHandling of ['CONVERT_TO_BINARY', 'CONVERT_TO_TEXT']) {
        const integration = { ...HTTP, ContentHandling, RequestTemplates: { 'image/png': '$input.body' } };
        const api = aMethod({ integration, api: { BinaryMediaTypes: ['image/png'] } });
        api.ports.http.answer = () => answered('');
        const headers = ['Content-Type', 'image/png'];
        const { status } = await api.send({ method: 'POST', target: '/dev/1', headers, body: PNG });
        seen.push([status, api.ports.http.requests[0]?.body?.toString()]);
      }
      return seen;
    },
    expected: [
      [500, undefined],
      [200, PNG.toString('base64')],
    ],
  },
  {
    source: 'docs/aws §2.4',
    rule: 'of */* make every body base64 for a function, JSON included',
    async observe() {
      const api = anEchoApi(restRoutes({ 'POST /1': {} }, { api: { BinaryMediaTypes: ['*/*'] } }));
      const headers = ['Content-Type', 'application/json', 'Accept', 'text/plain'];
      const event = await eventOf(api, { method: 'POST', target: '/dev/1', headers, body: '{}' });
      return [event['body'], event['isBase64Encoded']];
    },
    expected: [Buffer.from('{}').toString('base64'), true],
  },
  {
    source: 'docs/aws §2.4 (inferred)',
    rule: 'of */* take a missing Accept for a match',
    async observe() {
      const api = anEchoApi(restRoutes({ 'GET /1': {} }, { api: { BinaryMediaTypes: ['*/*'] } }), {
        echo: () => ({ statusCode: 200, isBase64Encoded: true, body: PNG.toString('base64') }),
      });
      return (await api.send({ target: '/dev/1' })).body;
    },
    expected: PNG,
  },
  {
    source: 'docs/aws §2.4',
    rule: 'may be written with ~1 for the slash, as in Swagger',
    async observe() {
      const api = anEchoApi(restRoutes({ 'POST /1': {} }, { api: { BinaryMediaTypes: ['image~1png'] } }));
      const headers = ['Content-Type', 'image/png'];
      return (await eventOf(api, { method: 'POST', target: '/dev/1', headers, body: 'x' }))[
        'isBase64Encoded'
      ];
    },
    expected: true,
  },
]);

/** Headers that a reply has of those that a proxy backend sent, by the name they came back under. */
async function returned(names: readonly string[]): Promise<readonly string[]> {
  const api = aMethod({ integration: { ...HTTP, Type: 'HTTP_PROXY' } });
  api.ports.http.answer = () =>
    answered(
      '{}',
      names.flatMap((name) => [name, 'own']),
    );
  const { headers } = await api.send({ target: '/dev/1' });
  return headers.filter((_, index) => index % 2 === 0 && headers[index + 1] === 'own');
}

checkAll('headers of an answer', [
  {
    source: 'docs/aws §2.7 [obs]',
    rule: 'of an HTTP_PROXY backend are remapped, dropped or passed as AWS does',
    observe: () =>
      returned([
        'Connection',
        'Date',
        'Server',
        'x-amzn-RequestId',
        'Transfer-Encoding',
        'Content-Encoding',
        'Via',
        'Age',
        'Pragma',
      ]),
    expected: [
      'x-amzn-Remapped-Connection',
      'x-amzn-Remapped-Date',
      'x-amzn-Remapped-Server',
      'x-amzn-Remapped-x-amzn-RequestId',
      'Age',
      'Pragma',
    ],
  },
  {
    source: 'docs/aws §2.7',
    rule: 'of a function pass untouched where AWS has no use for them',
    async observe() {
      const headers = { Age: '1', Pragma: 'x', Via: 'x', TE: 'x', Warn: 'x', 'Content-Encoding': 'gzip' };
      const api = anEchoApi(restRoutes({ 'GET /1': {} }), { echo: () => ({ statusCode: 200, headers }) });
      const reply = await api.send({ target: '/dev/1' });
      return Object.keys(headers).map((name) => headerOf(reply, name));
    },
    expected: ['1', 'x', 'x', 'x', 'x', 'gzip'],
  },
  {
    source: 'docs/aws §7.6',
    rule: 'of a backend behind templates are dropped unless they are mapped',
    async observe() {
      const ResponseParameters = { 'method.response.header.X-Kept': 'integration.response.header.X-Own' };
      const api = aMethod({
        integration: {
          ...HTTP,
          IntegrationResponses: [
            { StatusCode: '200', ResponseParameters, ResponseTemplates: JSON_ONLY('{}') },
          ],
        },
        method: {
          MethodResponses: [
            { StatusCode: '200', ResponseParameters: { 'method.response.header.X-Kept': false } },
          ],
        },
      });
      api.ports.http.answer = () => answered('{}', ['X-Own', 'own', 'X-Other', 'own']);
      const reply = await api.send({ target: '/dev/1' });
      return [headerOf(reply, 'x-kept'), headerOf(reply, 'x-own'), headerOf(reply, 'x-other')];
    },
    expected: ['own', undefined, undefined],
  },
]);
