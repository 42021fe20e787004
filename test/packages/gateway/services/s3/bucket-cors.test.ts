/**
 * CORS of buckets. The source is the class TestS3Cors in LocalStack's tests/aws/services/s3/test_s3_cors.snapshot.json,
 * which was recorded from AWS between July 2023 and March 2025.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as s3 from '../../../../../packages/gateway/services/s3/service.ts';
import { anEventEngine } from '../../../../support/an-event-engine.ts';

const RESOURCES = `
  Open:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: open-photos
      CorsConfiguration:
        CorsRules: [{ AllowedOrigins: ['*'], AllowedMethods: [GET], ExposedHeaders: [x-amz-id-2, ETag] }]
  Photos:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: photos
      CorsConfiguration:
        CorsRules:
          - AllowedOrigins: ['https://app.example.com', 'https://*.example.org']
            AllowedMethods: [GET, PUT]
            AllowedHeaders: [x-amz-expected-bucket-owner, 'x-AMZ-server-*']
            MaxAge: 3000
  Closed: { Type: AWS::S3::Bucket, Properties: { BucketName: closed } }`;
const NOT_ALLOWED =
  "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.";
const VARY = 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method';

type Asked = { readonly origin?: string; readonly method?: string; readonly headers?: string };

async function ask(
  method: string,
  path: string,
  { origin, method: wanted, headers }: Asked,
  host = '127.0.0.1:4000',
) {
  const { engine } = anEventEngine({ s3 }, { resources: RESOURCES });
  const service = await engine.find('s3');
  const rawHeaders = [
    ...(origin === undefined ? [] : ['Origin', origin]),
    ...(wanted === undefined ? [] : ['Access-Control-Request-Method', wanted]),
    ...(headers === undefined ? [] : ['Access-Control-Request-Headers', headers]),
  ];
  return service?.crossOrigin?.({ method, path, query: '', host, rawHeaders });
}

async function preflight(path: string, asked: Asked, host?: string) {
  const answer = await ask('OPTIONS', path, asked, host);
  assert.ok(answer?.kind === 'preflight');
  const { status, headers, body } = answer.reply;
  const pairs = headers.flatMap((name, index) => (index % 2 === 0 ? [[name, headers[index + 1]]] : []));
  const elements = [...String(body).matchAll(/<([A-Za-z]+)>([^<]*)<\//g)].map(([, name, text]) => [
    name,
    text,
  ]);
  return {
    status,
    headers: Object.fromEntries(pairs.filter(([name]) => name !== 'x-amz-request-id')) as object,
    error: Object.fromEntries(
      elements.filter(([name]) => name !== 'RequestId' && name !== 'HostId'),
    ) as object,
  };
}

const APP = 'https://app.example.com';

describe('a preflight of a bucket', () => {
  for (const [test, path, asked, status, error] of [
    [
      'test_cors_http_options_no_config',
      '/closed/a',
      { origin: APP, method: 'PUT' },
      403,
      {
        Code: 'AccessForbidden',
        Message: 'CORSResponse: CORS is not enabled for this bucket.',
        Method: 'PUT',
        ResourceType: 'BUCKET',
      },
    ],
    [
      'test_cors_http_options_no_config, without a method',
      '/closed/a',
      { origin: APP },
      403,
      {
        Code: 'AccessForbidden',
        Message: 'CORSResponse: CORS is not enabled for this bucket.',
        Method: 'OPTIONS',
        ResourceType: 'BUCKET',
      },
    ],
    [
      'test_cors_match_origins, without an origin',
      '/photos/a',
      { method: 'PUT' },
      400,
      { Code: 'BadRequest', Message: 'Insufficient information. Origin request header needed.' },
    ],
    [
      'test_cors_match_origins, from another origin',
      '/photos/a',
      { origin: 'https://example.com', method: 'PUT' },
      403,
      { Code: 'AccessForbidden', Message: NOT_ALLOWED, Method: 'PUT', ResourceType: 'OBJECT' },
    ],
    [
      'test_cors_match_methods',
      '/open-photos/a',
      { origin: APP, method: 'PUT' },
      403,
      { Code: 'AccessForbidden', Message: NOT_ALLOWED, Method: 'PUT', ResourceType: 'OBJECT' },
    ],
    [
      'test_put_cors_default_values',
      '/open-photos/a',
      { origin: APP, method: 'GET', headers: 'x-amz-request-payer' },
      403,
      { Code: 'AccessForbidden', Message: NOT_ALLOWED, Method: 'GET', ResourceType: 'OBJECT' },
    ],
    [
      'test_cors_options_fails_partial_origin',
      '/photos',
      { origin: 'http://test.example.org', method: 'GET' },
      403,
      { Code: 'AccessForbidden', Message: NOT_ALLOWED, Method: 'GET', ResourceType: 'BUCKET' },
    ],
  ] as const)
    it(`is refused as in ${test}`, async () => {
      const answer = await preflight(path, asked);
      assert.deepEqual([answer.status, answer.error], [status, error]);
    });

  const allowed = (origin: string) => ({
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Allow-Methods': 'GET, PUT',
    'Access-Control-Max-Age': '3000',
    'Access-Control-Allow-Credentials': 'true',
    Vary: VARY,
  });
  for (const [test, path, asked, headers] of [
    ['test_cors_match_origins', '/photos/a', { origin: APP, method: 'PUT' }, allowed(APP)],
    [
      'test_cors_options_match_partial_origin',
      '/photos/a',
      { origin: 'https://test.example.org', method: 'GET' },
      allowed('https://test.example.org'),
    ],
    [
      'test_cors_match_headers, in other letters',
      '/photos/a',
      { origin: APP, method: 'GET', headers: 'X-Amz-Expected-Bucket-Owner, x-amz-server-side-encryption' },
      {
        ...allowed(APP),
        'Access-Control-Allow-Headers': 'x-amz-expected-bucket-owner, x-amz-server-side-encryption',
      },
    ],
    [
      'test_cors_expose_headers',
      '/open-photos/a',
      { origin: APP, method: 'GET' },
      {
        'Access-Control-Allow-Origin': '*',
        'Access-Control-Allow-Methods': 'GET',
        'Access-Control-Expose-Headers': 'x-amz-id-2, ETag',
        Vary: VARY,
      },
    ],
  ] as const)
    it(`is allowed as in ${test}`, async () => {
      const answer = await preflight(path, asked);
      assert.deepEqual([answer.status, answer.headers], [200, headers]);
    });

  it('is answered if the bucket is in the host', async () => {
    const { status } = await preflight('/a', { origin: APP, method: 'PUT' }, 'photos.localhost:4000');
    assert.equal(status, 200);
  });

  it('is not answered here if nothing shows that it is for S3', async () => {
    for (const path of ['/', '/none/a', '/_gatewright/status'])
      assert.equal(await ask('OPTIONS', path, { origin: APP, method: 'PUT' }), undefined);
  });
});

it('a reply that is not to a preflight has the headers if a rule has the origin and the method (test_cors_match_origins)', async () => {
  for (const [path, origin, isReadable] of [
    ['/photos/a', APP, true],
    ['/photos/a', 'https://example.com', false],
    ['/closed/a', APP, false],
  ] as const) {
    const answer = await ask('PUT', path, { origin });
    assert.ok(answer?.kind === 'request');
    assert.equal(answer.headers[1], isReadable ? origin : undefined);
  }
});
