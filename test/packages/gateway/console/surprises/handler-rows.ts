/** Results of handlers that become another reply than their author meant, each next to a similar one that does not. */
import { http, ID, proxy, url } from './surprise-rows.ts';
import type { Served, SurpriseRow } from './surprise-rows.ts';

const PICTURE = {
  statusCode: 200,
  headers: { 'Content-Type': 'image/png' },
  isBase64Encoded: true,
  body: 'iVBORw0KGgo=',
};

/** A handler that is not async and whose promise never settles, as Lambda's runtime up to Node.js 22 reports it. */
const unsettled = (nullBy: 'pending' | 'ignored') => (): Served => {
  const served = http(null)();
  served.ports.invoker.invoke = () => Promise.resolve({ kind: 'returned', payload: 'null', nullBy });
  return served;
};

export const HANDLERS: readonly SurpriseRow[] = [
  {
    code: 'EVENT_READ_ELSEWHERE',
    source: 'docs/aws §3.3',
    api: http({ statusCode: 200, body: 'ok' }),
    request: { target: '/1' },
    handler: 'exports.main = async (event) => ({ statusCode: 200, body: event.httpMethod });',
    values: { place: 'src/index.js:1', instead: 'event.requestContext.http.method' },
    because:
      /src\/index\.js:1 reads event\.httpMethod, but the event of payload format 2\.0 has no httpMethod/,
    change: /^Read event\.requestContext\.http\.method instead of event\.httpMethod at src\/index\.js:1\.$/m,
    not: { handler: 'exports.main = async (event) => event.requestContext.http.method;' },
  },
  {
    // https://docs.aws.amazon.com/lambda/latest/dg/config-rs-invoke-furls.html
    code: 'STREAM_COLLECTED',
    source: 'docs/aws §8.3',
    api: url({}, [{ tick: 1 }]),
    request: { target: '/' },
    handler: 'exports.handler = awslambda.streamifyResponse(async (event, stream) => stream.end());',
    values: { integration: 'lambda-proxy' },
    because:
      /The handler streams its response, but the function URL’s InvokeMode is BUFFERED.*all of it at once/,
    change:
      /^Set InvokeMode: RESPONSE_STREAM\. Before the first write, also set the status and the type, .*: stream = awslambda\.HttpResponseStream\.from\(stream, \{ statusCode: 200, headers: \{ 'Content-Type': 'application\/json' \} \}\)\.$/m,
    not: { handler: 'exports.handler = async () => [{ tick: 1 }];' },
  },
  {
    // https://docs.aws.amazon.com/lambda/latest/dg/configuration-ephemeral-storage.html
    code: 'WRITES_OUTSIDE_TMP',
    source: 'docs/aws §8.2',
    api: http({ statusCode: 200, body: 'ok' }),
    request: { target: '/1' },
    handler:
      "const fs = require('fs');\nexports.main = async () => {\n  fs.writeFileSync('out.txt', 'a');\n  return { statusCode: 200 };\n};",
    values: { path: 'out.txt', place: 'src/index.js:3' },
    because:
      /src\/index\.js:3 writes out\.txt\. On AWS, the file system of a function is read-only except for \/tmp/,
    change: /^Write below \/tmp at src\/index\.js:3/m,
    not: {
      handler:
        "const fs = require('fs');\nexports.main = async () => {\n  fs.writeFileSync('/tmp/out.txt', 'a');\n  fs.writeFileSync('/dev/null', 'a');\n  return { statusCode: 200 };\n};",
    },
  },
  {
    // https://developer.mozilla.org/docs/Web/JavaScript/Reference/Global_Objects/JSON/stringify
    code: 'PROMISE_NOT_AWAITED',
    source: 'docs/aws §3.1',
    api: http({ statusCode: 200, body: '{}' }),
    request: { target: '/1' },
    handler:
      'async function findItems() { return []; }\nexports.main = async () => {\n  const items = findItems();\n  return { statusCode: 200, body: JSON.stringify(items) };\n};',
    values: { name: 'findItems', place: 'src/index.js:3' },
    because: /what JSON\.stringify makes of a promise: src\/index\.js:3 calls findItems\(…\)/,
    change: /^Write await before findItems\(…\) at src\/index\.js:3/m,
    not: {
      handler:
        'async function findItems() { return []; }\nexports.main = async () => {\n  const items = await findItems();\n  return { statusCode: 200, body: JSON.stringify(items) };\n};',
    },
  },
  {
    code: 'PROMISE_NOT_AWAITED',
    name: 'in a result that is not valid',
    source: 'docs/aws §3.1',
    api: proxy({ statusCode: 200, body: {} }),
    request: ID,
    handler:
      'const findItems = async () => [];\nexports.main = async () => ({ statusCode: 200, body: findItems() });',
    values: { name: 'findItems', place: 'src/index.js:2' },
    because: /calls findItems\(…\)/,
    change: /^Write await before findItems/m,
    not: { api: proxy({ statusCode: 200, body: '[]' }) },
  },
  ...(
    [
      [
        'a promise that is awaited later',
        { user: {} },
        'const user = findItems();\n  return { statusCode: 200, body: JSON.stringify({ user: await user }) };',
      ],
      [
        'promises that are awaited together',
        {},
        'await Promise.all([\n    findItems(),\n    findItems(),\n  ]);\n  return { statusCode: 200, body: JSON.stringify({}) };',
      ],
      [
        'a promise of which the result has no part',
        { meta: {} },
        'const items = findItems();\n  return { statusCode: 200, body: JSON.stringify({ meta: {} }) };',
      ],
    ] as const
  ).map<SurpriseRow>(([name, body, code]) => ({
    code: 'PROMISE_NOT_AWAITED',
    name: `in a member of the body, but not ${name}`,
    source: 'docs/aws §3.1',
    api: http({ statusCode: 200, headers: {}, body: JSON.stringify({ user: {} }) }),
    request: { target: '/1' },
    handler:
      'async function findItems() { return []; }\nexports.main = async () => {\n  const found = findItems();\n  return { statusCode: 200, body: JSON.stringify({ user: found }) };\n};',
    values: { name: 'findItems', place: 'src/index.js:3' },
    because: /src\/index\.js:3 calls findItems\(…\)/,
    change: /^Write await before findItems\(…\) at src\/index\.js:3/m,
    not: {
      api: http({ statusCode: 200, headers: {}, body: JSON.stringify(body) }),
      handler: `async function findItems() { return []; }\nexports.main = async () => {\n  ${code}\n};`,
    },
  })),
  {
    code: 'REQUEST_VALUE_ABSENT',
    source: 'docs/aws §3.1',
    api: http({ statusCode: 401, body: 'no' }),
    request: { target: '/1?page=1' },
    handler:
      "exports.main = async (event) => {\n  const ticket = (event.queryStringParameters || {}).ticket;\n  const key = event.headers['x-key'];",
    values: { names: ['ticket', 'x-key'] },
    because:
      /itself responded with 401\. It reads the query parameter ticket \(src\/index\.js:2\) and the header x-key \(src\/index\.js:3\), which the request does not have/,
    change: /^Send the query parameter ticket and the header x-key, if the function refuses/m,
    not: { request: { target: '/1?ticket=t', headers: ['X-Key', 'k'] } },
  },
  {
    // https://github.com/LionC/express-basic-auth/issues/42
    code: 'REQUEST_VALUE_ABSENT',
    name: 'in two spellings, as the same header',
    source: 'docs/aws §3.1',
    api: http({ statusCode: 401, body: 'no' }),
    request: { target: '/1' },
    handler:
      'exports.main = async (event) => {\n  const given = event.headers.Authorization || event.headers.authorization;',
    values: { names: ['Authorization', 'authorization'] },
    because: /It reads the header Authorization \(src\/index\.js:2\), which the request does not have/,
    change: /^Send the header Authorization, if the function refuses requests without it\./m,
    not: { request: { target: '/1', headers: ['Authorization', 'k'] } },
  },
  // Headers that API Gateway itself adds are in every event (docs/aws §2.6).
  ...(
    [
      [
        'of an HTTP API',
        http,
        '/1',
        ['x-forwarded-for', 'x-forwarded-port', 'x-amzn-trace-id', 'content-length'],
      ],
      ['of a REST API', proxy, '/dev/1', ['X-Forwarded-For', 'X-Forwarded-Proto', 'X-Amzn-Trace-Id']],
      ['of the edge', proxy, '/dev/1', ['CloudFront-Is-Mobile-Viewer', 'Via', 'X-Amz-Cf-Id']],
    ] as const
  ).flatMap(([name, api, target, headers]) =>
    headers.map<SurpriseRow>((header) => ({
      code: 'REQUEST_VALUE_ABSENT',
      name: `but not the header ${header}, which is in every event ${name}`,
      source: 'docs/aws §2.6',
      api: api({ statusCode: 403, body: 'no' }),
      request: { target },
      handler: "exports.main = async (event) => event.headers['x-key'];",
      values: { names: ['x-key'] },
      because: /reads the header x-key/,
      not: { handler: `exports.main = async (event) => event.headers['${header}'];` },
    })),
  ),
  {
    code: 'REQUEST_VALUE_ABSENT',
    name: 'in Python',
    source: 'docs/aws §3.1',
    api: http({ statusCode: 400, body: 'no' }),
    request: { target: '/1' },
    handler: "def main(event, context):\n    page = (event.get('queryStringParameters') or {}).get('page')",
    values: { names: ['page'] },
    because: /reads the query parameter page/,
    not: { request: { target: '/1?page=2' } },
  },
  {
    // A method of the headers is no name: `.items()` was told as the header item.
    code: 'REQUEST_VALUE_ABSENT',
    name: 'beside a loop over all headers',
    source: 'docs/aws §3.1',
    api: http({ statusCode: 401, body: 'no' }),
    request: { target: '/1' },
    handler:
      "def main(event, context):\n    page = (event.get('queryStringParameters') or {}).get('page')\n    all = {k: v for k, v in (event['headers'] or {}).items()}",
    values: { names: ['page'] },
    because: /reads the query parameter page/,
    not: { request: { target: '/1?page=2' } },
  },
  {
    // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/controlling-origin-requests.html
    code: 'REQUEST_VALUE_ABSENT',
    name: 'behind CloudFront, whose behavior has only a cache policy',
    source: 'docs/aws §21.1',
    api: proxy({ statusCode: 401, body: 'no' }),
    request: { ...ID, target: '/dev/1', headers: ['X-Amz-Cf-Id', 'one'] },
    handler: "exports.main = async (event) => event.headers['x-key'];",
    resources: {
      Cdn: {
        type: 'AWS::CloudFront::Distribution',
        properties: {
          DistributionConfig: {
            Origins: [{ Id: 'api', DomainName: 'abcdefghij.execute-api.us-east-1.amazonaws.com' }],
            DefaultCacheBehavior: { TargetOriginId: 'api', CachePolicyId: 'none' },
          },
        },
      },
    },
    values: { names: ['x-key'] },
    because:
      /does not have as it left CloudFront\. If the viewer sent it, the cache behavior .*did not forward it/,
    change: /^If the viewer sent the header x-key, have CloudFront forward it: set OriginRequestPolicyId/m,
    not: { request: { ...ID, target: '/dev/1', headers: ['X-Amz-Cf-Id', 'one', 'x-key', 'k'] } },
  },
  {
    code: 'BASE64_AS_TEXT',
    name: 'a picture for a client that asks for HTML first',
    source: 'docs/aws §2.4',
    api: proxy(PICTURE, { BinaryMediaTypes: ['image/png'] }),
    request: { ...ID, headers: ['Accept', 'text/html,image/png'] },
    values: { contentType: 'image/png' },
    because: /no binary media type that matches text\/html, the first type/,
    change:
      /^Have the client send image\/png as the first type of Accept\.\nIf the client cannot change its Accept, as a browser cannot when it opens an address or loads an <img> or a <video>: add text\/html to/m,
    not: { request: { ...ID, headers: ['Accept', 'image/png,text/html'] } },
  },
  {
    code: 'BASE64_AS_TEXT',
    name: 'a picture for a browser, whose first type is its own choice',
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings.html
    source: 'docs/aws §2.4',
    api: proxy(PICTURE, { BinaryMediaTypes: ['image/png'] }),
    request: { ...ID, headers: ['Accept', 'image/avif,image/webp,image/png,*/*;q=0.8'] },
    values: { contentType: 'image/png' },
    because: /no binary media type that matches image\/avif, the first type/,
    change:
      /as a browser cannot when it opens an address or loads an <img> or a <video>: add \*\/\* to the binary media types/m,
    not: { request: { ...ID, headers: ['Accept', 'image/png,*/*;q=0.8'] } },
  },
  {
    code: 'RESPONSE_INFERRED',
    name: 'a misspelt statusCode',
    source: 'docs/aws §3.6',
    api: http({ status: 404, body: 'none' }),
    request: { target: '/1' },
    values: { members: ['body'] },
    because: /a value without statusCode \(its status is not read\).* The member body is therefore part/,
    change: /^Rename status to statusCode in the result of the function\.$/m,
    not: { api: http({ statusCode: 404, body: 'none' }) },
  },
  {
    // Knowledge center, api-gateway-status-codes-http-api: the whole value becomes the body.
    code: 'RESPONSE_INFERRED',
    name: 'data with a member status that is not an HTTP status',
    source: 'docs/aws §3.6',
    api: http({ status: 'up', queue: 3 }),
    request: { target: '/1' },
    values: { members: [] },
    because: /returned a value without statusCode, so the gateway inferred/,
    change: /^To set the status or headers, return \{ statusCode, headers, body \}\.$/m,
    not: { api: http({ statusCode: 200, body: 'up' }) },
  },
  {
    code: 'RESPONSE_INFERRED',
    name: 'a whole result as text',
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    source: 'docs/aws §3.6',
    api: http('{"statusCode":404,"body":"no such item"}'),
    request: { target: '/1' },
    values: { members: [] },
    because: /returned a string instead of an object \(the statusCode 404 within the string is not read\)/,
    change: /^Return the object itself, with statusCode, headers and body/m,
    not: { api: http({ statusCode: 404, body: 'no such item' }) },
  },
  {
    code: 'RESPONSE_INFERRED',
    name: 'nothing returned',
    source: 'docs/aws §3.6',
    api: http(null),
    request: { target: '/1' },
    values: {},
    because: /The function returned nothing \(null\), so the gateway inferred/,
    change: /Return the response from the handler/,
    not: { api: unsettled('pending') },
  },
  {
    code: 'RESPONSE_INFERRED',
    name: 'a Response of fetch',
    source: 'docs/aws §3.6',
    api: http({}),
    request: { target: '/1' },
    values: {},
    because: /an object that is \{\} in JSON/,
    change: /In JSON, a fetch Response, a Map and a promise all become/,
    not: { api: http({ statusCode: 200 }) },
  },
  {
    // https://github.com/localstack/localstack/blob/main/tests/aws/services/lambda_/test_lambda.snapshot.json
    code: 'RESPONSE_INFERRED',
    name: 'a list',
    source: 'docs/aws §3.6',
    api: http([{ error: 'no such item' }, 404]),
    request: { target: '/1' },
    values: { members: [] },
    because: /returned a list, which has no statusCode, so the gateway inferred/,
    change: /In Python, `return data, 404` returns a tuple/,
    not: { api: http({ statusCode: 404 }) },
  },
  {
    code: 'BODY_ENCODED_TWICE',
    source: 'docs/aws §3.5',
    api: proxy({ statusCode: 200, body: JSON.stringify(JSON.stringify({ id: 1 })) }),
    request: ID,
    values: {},
    because: /The body is JSON text within JSON text/,
    change: /^Encode the value once/m,
    not: { api: proxy({ statusCode: 200, body: JSON.stringify('{id}') }) },
  },
  {
    code: 'VALUE_WITHOUT_TEXT',
    source: 'docs/aws §3.2',
    api: http({ statusCode: 200, body: 'you called undefined' }),
    request: { target: '/1' },
    values: { printed: 'undefined' },
    because:
      /“undefined”.* payload format 2\.0 has rawPath, requestContext\.http\.method .* no path, httpMethod/,
    change: /the record of this request shows the event/,
    not: { api: http({ statusCode: 200, body: 'you called /1' }) },
  },
  {
    // https://github.com/oss-serverless/serverless/blob/main/docs/events/apigateway.md
    code: 'VALUE_WITHOUT_TEXT',
    name: 'a member that the body lacks',
    source: 'docs/aws §3.2',
    api: proxy({ statusCode: 200, body: 'created undefined' }),
    request: { method: 'POST', target: '/dev/1', body: '{"name": "ann"}' },
    handler: `exports.main = async (event) => {
  const user = JSON.parse(event.body);
  return { statusCode: 200, body: \`created \${user.username}\` };
};`,
    values: { printed: 'undefined' },
    because: /The code prints username, and the body of the request lacks username/,
    change:
      /^Send username in the body, or wherever else the code reads it, and let the function respond with 400/m,
    not: { api: proxy({ statusCode: 200, body: 'created ann' }) },
  },
  {
    code: 'VALUE_WITHOUT_TEXT',
    name: 'a member that the event has elsewhere',
    source: 'docs/aws §3.2',
    api: proxy({ statusCode: 200, body: 'created undefined' }),
    request: { method: 'POST', target: '/dev/1?username=ann', body: '{}' },
    handler: 'exports.main = async (event) => ({ statusCode: 200, body: `created ${event.username}` });',
    values: { printed: 'undefined' },
    because: /“undefined”, which JavaScript prints/,
    change: /^Read the value from where the event has it: event\.queryStringParameters\.username/m,
    not: { api: proxy({ statusCode: 200, body: 'created ann' }) },
  },
  {
    code: 'VALUE_WITHOUT_TEXT',
    name: 'an object',
    source: 'docs/aws §3.2',
    api: proxy({ statusCode: 200, body: 'order [object Object]' }),
    request: ID,
    values: { printed: '[object Object]' },
    because: /“\[object Object\]”, which JavaScript prints instead of an object/,
    change: /JSON\.stringify/,
    not: { api: proxy({ statusCode: 200, body: '<p>undefined</p>' }) },
  },
  {
    code: 'PROMISE_PENDING',
    source: 'docs/aws §8.2',
    api: unsettled('pending'),
    request: { target: '/1' },
    values: {},
    because:
      /The promise that the handler of the function returned never settled\. .* Because the handler is not an async function, the result is null/,
    change: /^Settle the promise on every path of the function/m,
    not: { api: unsettled('ignored') },
  },
  {
    code: 'VALUE_IGNORED',
    // https://github.com/aws/aws-cdk/issues/31978
    source: 'docs/aws §8.2',
    api: unsettled('ignored'),
    request: { target: '/1' },
    values: {},
    because: /is not async, returned no promise, and called no callback/,
    change: /^Make the handler of the function async/m,
    not: { api: http(null) },
  },
];
