import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { buildRestEvent } from '../../../../../packages/gateway/core/events/rest-event.ts';
import type {
  ApiKeyFacts,
  CallerFacts,
  RoutedFacts,
} from '../../../../../packages/gateway/core/events/request-facts.ts';
import { aRequest } from './a-request.ts';

const ANONYMOUS: CallerFacts = { kind: 'anonymous' };

function build(
  facts: RoutedFacts,
  { caller = ANONYMOUS, apiKey = undefined as ApiKeyFacts, binary = [] as string[] } = {},
): ReturnType<typeof JSON.parse> {
  return JSON.parse(buildRestEvent(facts, caller, apiKey, binary));
}

const TRACE = 'Root=1-67fd7aa2-0123456789abcdef01234567;Parent=0123456789abcdef;Sampled=0';

describe('buildRestEvent', () => {
  it('builds the whole event of a request that has nothing', () => {
    const event = build(aRequest());

    assert.deepEqual(event, {
      resource: '/pets/{id}',
      path: '/pets/1',
      httpMethod: 'GET',
      headers: {
        'X-Amzn-Trace-Id': TRACE,
        'X-Forwarded-For': '192.0.2.1',
        'X-Forwarded-Port': '443',
        'X-Forwarded-Proto': 'https',
      },
      multiValueHeaders: {
        'X-Amzn-Trace-Id': [TRACE],
        'X-Forwarded-For': ['192.0.2.1'],
        'X-Forwarded-Port': ['443'],
        'X-Forwarded-Proto': ['https'],
      },
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      pathParameters: { id: '1' },
      stageVariables: null,
      requestContext: {
        resourceId: 'res123',
        resourcePath: '/pets/{id}',
        httpMethod: 'GET',
        extendedRequestId: 'JCIoWGiIvHcEsxg=',
        requestTime: '14/Apr/2025:22:13:38 +0000',
        path: '/dev/pets/1',
        accountId: '123456789012',
        protocol: 'HTTP/1.1',
        stage: 'dev',
        domainPrefix: 'abc123',
        requestTimeEpoch: 1744668818115,
        requestId: '0f1e2d3c-4b5a-4678-9abc-def012345678',
        identity: {
          cognitoIdentityPoolId: null,
          accountId: null,
          cognitoIdentityId: null,
          caller: null,
          sourceIp: '192.0.2.1',
          principalOrgId: null,
          accessKey: null,
          cognitoAuthenticationType: null,
          cognitoAuthenticationProvider: null,
          userArn: null,
          userAgent: null,
          user: null,
        },
        domainName: 'abc123.execute-api.us-east-1.amazonaws.com',
        deploymentId: 'dep123',
        apiId: 'abc123',
      },
      body: null,
      isBase64Encoded: false,
    });
  });

  it('decodes query values, + included, and keeps the last and all (parity proxy-event-query-decoding)', () => {
    const event = build(
      aRequest({ rawQuery: 'email=test%2Balias@gmail.com&plus=a+b&price=10&price=20&flag&bad=%F&x=1;y=2' }),
    );

    assert.deepEqual(event.queryStringParameters, {
      email: 'test+alias@gmail.com',
      plus: 'a b',
      price: '20',
      flag: '',
      bad: '%F',
      x: '1',
      y: '2',
    });
    assert.deepEqual(event.multiValueQueryStringParameters.price, ['10', '20']);
  });

  it('ignores a query that consists of separators', () => {
    assert.equal(build(aRequest({ rawQuery: '&&' })).queryStringParameters, null);
  });

  it('collapses slashes in front of the stage but not behind it (parity routing-double-slash-*)', () => {
    assert.equal(build(aRequest({ rawPath: '//dev/x' })).requestContext.path, '/dev/x');
    assert.equal(build(aRequest({ rawPath: '/dev//x' })).requestContext.path, '/dev//x');
  });

  it('keeps the spelling of headers except of Authorization, User-Agent and Host', () => {
    const { headers } = build(
      aRequest({
        rawHeaders: [
          'aUThorization',
          'Bearer t',
          'user-Agent',
          'test',
          'tEsT-HEADeR',
          'aValUE',
          'host',
          'h:1',
        ],
      }),
    );

    assert.equal(headers.Authorization, 'Bearer t', 'parity proxy-event-multi-value-query-and-body');
    assert.equal(headers['User-Agent'], 'test', 'parity proxy-event-ignores-request-parameters');
    assert.equal(headers['tEsT-HEADeR'], 'aValUE', 'docs/aws §2.6 [obs]');
    assert.equal(headers.Host, 'h:1', 'docs/aws §3.1');
  });

  it('drops what belongs to the connection (parity proxy-event-dropped-client-headers)', () => {
    const dropped = [
      'Connection',
      'Content-Length',
      'Content-MD5',
      'Expect',
      'Max-Forwards',
      'Proxy-Authenticate',
      'Server',
      'TE',
      'Transfer-Encoding',
      'Trailer',
      'Upgrade',
      'WWW-Authenticate',
    ];
    const kept = ['Age', 'Content-Encoding', 'Date', 'Pragma', 'Range', 'Referer', 'Via', 'Warn'];

    const { headers } = build(aRequest({ rawHeaders: [...dropped, ...kept].flatMap((name) => [name, 'v']) }));

    assert.deepEqual(
      Object.keys(headers).filter((name) => !name.startsWith('X-')),
      kept,
    );
  });

  it('appends its own value to, or replaces, what the client claims about forwarding', () => {
    const { headers } = build(
      aRequest({
        rawHeaders: [
          'x-forwarded-for',
          '10.0.0.1',
          'X-Forwarded-For',
          '10.0.0.2',
          'X-Forwarded-Proto',
          'http',
        ],
      }),
    );

    assert.equal(headers['X-Forwarded-For'], '10.0.0.1, 10.0.0.2, 192.0.2.1');
    assert.equal(headers['X-Forwarded-Proto'], 'https');
    assert.equal(headers['x-forwarded-for'], undefined);
  });

  it('gathers one header under its first spelling', () => {
    const event = build(aRequest({ rawHeaders: ['X-A', '1', 'x-a', '2'] }));

    assert.equal(event.headers['X-A'], '2');
    assert.deepEqual(event.multiValueHeaders['X-A'], ['1', '2']);
  });

  it('does not show a signature to the function', () => {
    const { headers } = build(
      aRequest({ rawHeaders: ['Authorization', 'AWS4-HMAC-SHA256 Credential=AKIA/…, Signature=…'] }),
    );

    assert.equal(headers.Authorization, undefined, 'docs/aws §2.6 [doc]');
  });

  it('does not lose names that mean something to JavaScript', () => {
    const event = build(
      aRequest({ rawHeaders: ['__proto__', 'h', 'constructor', 'c'], rawQuery: '__proto__=q&toString=t' }),
    );

    assert.deepEqual(Object.getOwnPropertyDescriptor(event.headers, '__proto__')?.value, 'h');
    assert.equal(event.headers.constructor, 'c');
    assert.deepEqual(Object.getOwnPropertyDescriptor(event.queryStringParameters, '__proto__')?.value, 'q');
    assert.equal(event.queryStringParameters.toString, 't');
  });

  const bodies: {
    name: string;
    type?: string;
    binary?: string[];
    expected: [string | null, boolean];
    text?: string;
  }[] = [
    { name: 'passes text on', type: 'text/plain', expected: ['hi', false] },
    { name: 'passes text on without a type', expected: ['hi', false] },
    {
      name: 'encodes a binary type',
      type: 'image/PNG; q=1',
      binary: ['image/png'],
      expected: ['aGk=', true],
    },
    { name: 'encodes a type by wildcard', type: 'image/gif', binary: ['image/*'], expected: ['aGk=', true] },
    {
      name: 'encodes everything under */*',
      type: 'application/json',
      binary: ['*/*'],
      expected: ['aGk=', true],
    },
    {
      name: 'does not accept a left wildcard',
      type: 'image/png',
      binary: ['*/png'],
      expected: ['hi', false],
    },
    { name: 'takes a missing type for JSON', binary: ['application/json'], expected: ['aGk=', true] },
    {
      name: 'has null for an empty body',
      type: 'image/png',
      binary: ['*/*'],
      text: '',
      expected: [null, false],
    },
  ];
  for (const { name, type, binary = [], text = 'hi', expected } of bodies)
    it(`${name} (docs/aws §2.4)`, () => {
      const rawHeaders = type === undefined ? [] : ['content-type', type];

      const event = build(aRequest({ text, rawHeaders }), { binary });

      assert.deepEqual([event.body, event.isBase64Encoded], expected);
    });

  it('replaces bytes that are not UTF-8', () => {
    const event = build(aRequest({ body: Buffer.from([0x61, 0xff]) }));

    assert.equal(event.body, 'a\u{FFFD}');
  });

  it('makes text of the authorizer context, which cannot replace the principal', () => {
    const caller: CallerFacts = {
      kind: 'lambda',
      principalId: 'alice',
      context: { n: 123, t: true, s: 'x', nothing: null, principalId: 'mallory', integrationLatency: 'no' },
      integrationLatencyMs: 12,
    };

    const { authorizer } = build(aRequest(), { caller }).requestContext;

    assert.deepEqual(authorizer, {
      n: '123',
      t: 'true',
      s: 'x',
      nothing: null,
      principalId: 'alice',
      integrationLatency: 12,
    });
  });

  it('has claims of a token', () => {
    const caller: CallerFacts = { kind: 'jwt', claims: { sub: 'alice' }, scopes: null };

    assert.deepEqual(build(aRequest(), { caller }).requestContext.authorizer, { claims: { sub: 'alice' } });
  });

  // Events of private APIs in public tests, such as those of CloneSquad's "interact" API, have both members.
  it('has the VPC endpoint of a private API and its VPC', () => {
    const { api } = aRequest();
    const privateApi = {
      ...api,
      endpointType: 'PRIVATE',
      vpcEndpoints: new Map([['vpce-0123456789abcdef0', 'vpc-0b2']]),
    };
    const rawHeaders = ['Host', 'abc123-vpce-0123456789abcdef0.execute-api.us-east-1.amazonaws.com'];

    const { identity } = build(aRequest({ api: privateApi, rawHeaders })).requestContext;
    const ofPublic = build(aRequest({ rawHeaders })).requestContext.identity;

    assert.deepEqual([identity.vpceId, identity.vpcId], ['vpce-0123456789abcdef0', 'vpc-0b2']);
    assert.equal('vpceId' in ofPublic, false);
  });

  it('has the signer only in identity', () => {
    const caller: CallerFacts = {
      kind: 'iam',
      accessKey: 'AKIA1',
      accountId: '123456789012',
      callerId: 'AIDA1',
      userArn: 'arn:aws:iam::123456789012:user/alice',
      userId: 'AIDA1',
    };

    const { requestContext } = build(aRequest(), { caller });

    assert.equal('authorizer' in requestContext, false);
    assert.equal(requestContext.identity.accessKey, 'AKIA1');
    assert.equal(requestContext.identity.user, 'AIDA1');
    assert.equal(requestContext.identity.userArn, 'arn:aws:iam::123456789012:user/alice');
  });

  it('has the API key that admitted the request', () => {
    const { identity } = build(aRequest(), { apiKey: { id: 'key1', value: 'secret' } }).requestContext;

    assert.equal(identity.apiKeyId, 'key1');
    assert.equal(identity.apiKey, 'secret');
  });

  it('throws at no query and no header', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string(), { maxLength: 7 }), (rawQuery, rawHeaders) => {
        build(aRequest({ rawQuery, rawHeaders }));
      }),
    );
  });
});
