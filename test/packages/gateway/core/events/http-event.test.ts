import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { buildHttp1Event, buildHttp2Event } from '../../../../../packages/gateway/core/events/http-event.ts';
import type { CallerFacts, RoutedFacts } from '../../../../../packages/gateway/core/events/request-facts.ts';
import { anHttpRequest } from './a-request.ts';

const ANONYMOUS: CallerFacts = { kind: 'anonymous' };
const http1 = (facts: RoutedFacts, caller: CallerFacts = ANONYMOUS): ReturnType<typeof JSON.parse> =>
  JSON.parse(buildHttp1Event(facts, caller));
const http2 = (facts: RoutedFacts, caller: CallerFacts = ANONYMOUS): ReturnType<typeof JSON.parse> =>
  JSON.parse(buildHttp2Event(facts, caller));

const LAMBDA: CallerFacts = {
  kind: 'lambda',
  principalId: 'alice',
  context: { n: 1, list: ['a', { b: true }], nothing: null },
  integrationLatencyMs: 3,
};
const JWT: CallerFacts = { kind: 'jwt', claims: { sub: 'alice', aud: '[a b]' }, scopes: ['read'] };

describe('buildHttp2Event', () => {
  it('builds the whole event and omits what the request does not have', () => {
    const event = http2(anHttpRequest({ pathParameters: null }));

    assert.deepEqual(event, {
      version: '2.0',
      routeKey: 'GET /pets/{id}',
      rawPath: '/pets/1',
      rawQueryString: '',
      headers: {
        'content-length': '0',
        'x-amzn-trace-id': 'Root=1-67fd7aa2-0123456789abcdef01234567;Parent=0123456789abcdef;Sampled=0',
        'x-forwarded-for': '192.0.2.1',
        'x-forwarded-port': '443',
        'x-forwarded-proto': 'https',
      },
      requestContext: {
        accountId: '123456789012',
        apiId: 'abc123',
        domainName: 'abc123.execute-api.us-east-1.amazonaws.com',
        domainPrefix: 'abc123',
        http: { method: 'GET', path: '/pets/1', protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: '' },
        requestId: 'JCIoWGiIvHcEsxg=',
        routeKey: 'GET /pets/{id}',
        stage: '$default',
        time: '14/Apr/2025:22:13:38 +0000',
        timeEpoch: 1744668818115,
      },
      isBase64Encoded: false,
    });
  });

  it('decodes the path but not the query string, and keeps a malformed escape', () => {
    const event = http2(anHttpRequest({ rawPath: '/dev/pa2%Fth/a%20b', rawQuery: 'q=a%20b&m=foo&m=%2Fbar' }));

    assert.equal(event.rawPath, '/dev/pa2%Fth/a b');
    assert.equal(event.requestContext.http.path, '/dev/pa2%Fth/a b');
    assert.equal(event.rawQueryString, 'q=a%20b&m=foo&m=%2Fbar');
    assert.deepEqual(event.queryStringParameters, { q: 'a b', m: 'foo,/bar' });
  });

  it('lower-cases headers, joins duplicates and keeps cookies apart', () => {
    const event = http2(
      anHttpRequest({
        rawHeaders: [
          'ExTrA-HeadErs',
          'With WeiRd CapS',
          'X-A',
          '1',
          'x-a',
          '2',
          'Cookie',
          'a=1; b=2',
          'cookie',
          'c=3',
        ],
        text: '{"foo": "bar"}',
      }),
    );

    assert.equal(event.headers['extra-headers'], 'With WeiRd CapS');
    assert.equal(event.headers['x-a'], '1,2');
    assert.equal(event.headers['content-length'], '14');
    assert.equal('cookie' in event.headers, false);
    assert.deepEqual(event.cookies, ['a=1', 'b=2', 'c=3']);
  });

  it('drops what belongs to the connection', () => {
    const rawHeaders = [
      'Connection',
      'close',
      'Transfer-Encoding',
      'chunked',
      'Upgrade',
      'x',
      'Keep-Alive',
      'y',
    ];

    const names = Object.keys(http2(anHttpRequest({ rawHeaders })).headers);

    assert.deepEqual(
      names.filter((name) => !name.startsWith('x-')),
      ['content-length'],
    );
  });

  const types: [type: string | undefined, isBase64: boolean][] = [
    ['text/csv; charset=utf-8', false],
    ['application/json', false],
    ['text/plain; charset="UTF-8"', false],
    ['text/plain; charset=iso-8859-1', true],
    ['application/xml', false],
    ['application/javascript; charset=utf-8', false],
    ['application/x-www-form-urlencoded', true],
    ['multipart/form-data; boundary=B', true],
    ['application/vnd.api+json', true],
    [undefined, true],
  ];
  for (const [type, isBase64] of types)
    it(`passes on a body of ${type ?? 'no type'} as ${isBase64 ? 'base64' : 'text'} (docs/aws §2.4)`, () => {
      const rawHeaders = type === undefined ? [] : ['Content-Type', type];

      const event = http2(anHttpRequest({ rawHeaders, text: 'hi' }));

      assert.deepEqual([event.body, event.isBase64Encoded], isBase64 ? ['aGk=', true] : ['hi', false]);
    });

  it('keeps the JSON types of the authorizer context', () => {
    assert.deepEqual(http2(anHttpRequest(), LAMBDA).requestContext.authorizer, {
      lambda: { n: 1, list: ['a', { b: true }], nothing: null },
    });
  });

  it('has claims and scopes of a token', () => {
    assert.deepEqual(http2(anHttpRequest(), JWT).requestContext.authorizer, {
      jwt: { claims: { sub: 'alice', aud: '[a b]' }, scopes: ['read'] },
    });
  });

  it('has the signer', () => {
    const caller: CallerFacts = {
      kind: 'iam',
      accessKey: 'AKIA1',
      accountId: '123456789012',
      callerId: 'AIDA1',
      userArn: 'arn:aws:iam::123456789012:user/alice',
      userId: 'AIDA1',
    };

    const { iam } = http2(anHttpRequest(), caller).requestContext.authorizer;

    assert.equal(iam.callerId, 'AIDA1');
    assert.equal(iam.cognitoIdentity, null);
  });

  it('has stage variables and parameters if there are any', () => {
    const event = http2(
      anHttpRequest({ stage: { name: 'dev', deploymentId: 'dep', variables: { color: 'red' } } }),
    );

    assert.deepEqual(event.stageVariables, { color: 'red' });
    assert.deepEqual(event.pathParameters, { id: '1' });
  });
});

describe('buildHttp1Event', () => {
  it('is like REST with null for what is absent, and has a version', () => {
    const event = http1(anHttpRequest({ pathParameters: null }));

    assert.equal(event.version, '1.0');
    for (const key of [
      'queryStringParameters',
      'multiValueQueryStringParameters',
      'pathParameters',
      'stageVariables',
      'body',
    ])
      assert.equal(event[key], null, key);
  });

  it('spells headers canonically and counts the body', () => {
    const { headers, multiValueHeaders } = http1(
      anHttpRequest({
        rawHeaders: ['x-custom-header', 'a', 'X-CUSTOM-HEADER', 'b', 'cookie', 'c=1'],
        text: 'hi',
      }),
    );

    assert.equal(headers['X-Custom-Header'], 'b');
    assert.deepEqual(multiValueHeaders['X-Custom-Header'], ['a', 'b']);
    assert.equal(headers['Content-Length'], '2');
    assert.equal(headers['Cookie'], 'c=1');
    assert.ok('X-Amzn-Trace-Id' in headers);
  });

  it('keeps path encoded with its stage and decodes requestContext.path (docs/aws §2.3)', () => {
    const event = http1(anHttpRequest({ rawPath: '/dev/a%20b' }));

    assert.equal(event.path, '/dev/a%20b');
    assert.equal(event.requestContext.path, '/dev/a b');
  });

  it('has the route key as resource id and one request id', () => {
    const { requestContext } = http1(anHttpRequest());

    assert.equal(requestContext.resourceId, 'GET /pets/{id}');
    assert.equal(requestContext.requestId, requestContext.extendedRequestId);
    assert.equal('authorizer' in requestContext, false);
  });

  it('makes text of the authorizer context, structures included', () => {
    assert.deepEqual(http1(anHttpRequest(), LAMBDA).requestContext.authorizer, {
      n: '1',
      list: '["a",{"b":true}]',
      nothing: null,
      principalId: 'alice',
      integrationLatency: 3,
    });
  });

  it('has claims with their scopes', () => {
    assert.deepEqual(http1(anHttpRequest(), JWT).requestContext.authorizer, {
      claims: { sub: 'alice', aud: '[a b]' },
      scopes: ['read'],
    });
  });
});
