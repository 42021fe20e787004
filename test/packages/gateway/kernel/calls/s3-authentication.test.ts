/**
 * Presigned URLs of S3. boto3 1.43.11 made the URLs in the tables at 2026-12-01T00:00:00Z. LocalStack recorded the
 * refusals from AWS in February 2026 (tests/aws/services/s3/test_s3.snapshot.json, class TestS3PresignedUrl).
 */
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { adminIdentity, createIdentities } from '../../../../../packages/gateway/core/policy/identities.ts';
import { authenticateCall } from '../../../../../packages/gateway/kernel/calls/aws-call.ts';
import { CountingRandom } from '../../../../support/virtual-ports.ts';

const ADMIN = { accessKeyId: 'AKIALOCAL0000ADMIN', secretAccessKey: 'admin-secret-of-a-test' };
const SIGNED_AT = Date.parse('2026-12-01T00:00:00Z');
const V4 =
  'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIALOCAL0000ADMIN%2F20261201%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20261201T000000Z&X-Amz-Expires=600&X-Amz-SignedHeaders=';
const V2 = 'AWSAccessKeyId=AKIALOCAL0000ADMIN&Signature=';
const PATH_STYLE = 'http://127.0.0.1:4000/photos';
const HOST_STYLE = 'http://photos.localhost:4000';

type Sent = {
  readonly method?: string;
  readonly headers?: readonly string[];
  readonly body?: string;
  readonly nowEpochMs?: number;
};

function send(
  url: string,
  { method = 'PUT', headers = [], body = 'abc', nowEpochMs = SIGNED_AT }: Sent = {},
) {
  const { host, pathname: path, search } = new URL(url);
  return authenticateCall(
    {
      method,
      path,
      query: search.slice(1),
      host,
      rawHeaders: ['Host', host, ...headers],
      body: Buffer.from(body),
    },
    {
      identities: createIdentities([adminIdentity(ADMIN, '123456789012')]),
      clock: { nowEpochMs: () => nowEpochMs },
      random: new CountingRandom(),
      region: () => 'us-east-1',
    },
  );
}

function accept(url: string, sent?: Sent) {
  const result = send(url, sent);
  assert.ok(result.kind === 'call', JSON.stringify(result));
  const { request, service, region } = result.call;
  return { service, region, query: request.query, headers: request.rawHeaders.slice(2) };
}

function refuse(url: string, sent?: Sent) {
  const result = send(url, sent);
  assert.ok(result.kind === 'refused', 'the call is accepted');
  const { status, headers, body } = result.reply;
  assert.equal(headers[1], 'application/xml');
  const elements = [...String(body).matchAll(/<([A-Za-z0-9-]+)>([^<]*)<\//g)].map(
    ([, name = '', text = '']) => [name, text],
  );
  return { status, error: Object.fromEntries(elements) as Record<string, string> };
}

const IMAGE = ['Content-Type', 'image/jpeg', 'x-amz-meta-foo', 'bar'];
const EXPIRES = '&Expires=1796083800';

describe('a URL that boto3 has presigned', () => {
  for (const [what, method, url, headers, query] of [
    [
      'version 4, path style',
      'PUT',
      `${PATH_STYLE}/a%20b.txt?${V4}host&X-Amz-Signature=a03bdd5a95f6410a88361ff4fbdc31e8e69a8d927c4d6c3dc48b9e0824654ec7`,
      [],
      '',
    ],
    [
      'version 4, with signed headers',
      'PUT',
      `${PATH_STYLE}/a?${V4}content-type%3Bhost%3Bx-amz-meta-foo&X-Amz-Signature=83d219598be9666298675b4957a31e5912a6cf6ef625e2d5f1799f04a6a4f4d0`,
      IMAGE,
      '',
    ],
    [
      'version 4, with a header that is not signed',
      'PUT',
      `${PATH_STYLE}/a%20b.txt?${V4}host&X-Amz-Signature=a03bdd5a95f6410a88361ff4fbdc31e8e69a8d927c4d6c3dc48b9e0824654ec7`,
      ['Content-Type', 'text/plain'],
      '',
    ],
    [
      'version 4, a read',
      'GET',
      `${PATH_STYLE}/a?response-content-type=text%2Fx&${V4}host&X-Amz-Signature=ccac98210f39e9f39bd5bf60a5ee240bfd1758b7158e09716a7d3f13e9ad93b8`,
      [],
      'response-content-type=text%2Fx',
    ],
    [
      'version 4, HEAD',
      'HEAD',
      `${PATH_STYLE}/a?${V4}host&X-Amz-Signature=dfffda22b0b5df30fcc840ebc8f514fda435ece771c895e8f22bec7b27a6bf5f`,
      [],
      '',
    ],
    [
      'version 4, with the bucket in the host',
      'PUT',
      `${HOST_STYLE}/a%20b.txt?${V4}host&X-Amz-Signature=e0802a81f53db7276da96527665ea0f11cddb5fdd8eaba844b739773534ac971`,
      [],
      '',
    ],
    [
      'version 2, path style',
      'PUT',
      `${PATH_STYLE}/a%20b.txt?${V2}kPxgVa%2BNC1rcLDEiYEmPOgB8WKY%3D${EXPIRES}`,
      [],
      '',
    ],
    [
      'version 2, with signed headers',
      'PUT',
      `${PATH_STYLE}/a?${V2}c91YCDDImtQ5nn%2F%2B3EQI5%2BP2Se4%3D&content-type=image%2Fjpeg&x-amz-meta-foo=bar${EXPIRES}`,
      IMAGE,
      '',
    ],
    [
      'version 2, a read',
      'GET',
      `${PATH_STYLE}/a?response-content-type=text%2Fx&${V2}GhYAwYP4i71fCtwQgMIaKKRlYsg%3D${EXPIRES}`,
      [],
      'response-content-type=text%2Fx',
    ],
    ['version 2, HEAD', 'HEAD', `${PATH_STYLE}/a?${V2}AWaMaGR1ejzFyY%2FjXDkxSqTEK5w%3D${EXPIRES}`, [], ''],
    [
      'version 2, with the bucket in the host',
      'PUT',
      `${HOST_STYLE}/a%20b.txt?${V2}kPxgVa%2BNC1rcLDEiYEmPOgB8WKY%3D${EXPIRES}`,
      [],
      '',
    ],
  ] as const)
    it(`is accepted, whatever its body: ${what}`, () => {
      for (const body of ['', 'abc'])
        assert.deepEqual(accept(url, { method, headers, body }), {
          service: 's3',
          region: 'us-east-1',
          query,
          headers: [...headers],
        });
    });
});

describe('a URL that getSignedUrl of the SDK for JavaScript has presigned', () => {
  for (const endpoint of ['http://127.0.0.1:4000', 'http://localhost:4000'])
    it(`is accepted at ${endpoint}, and its metadata become headers again (test_presigned_url_v4_x_amz_in_qs)`, async () => {
      const client = new S3Client({ region: 'us-east-1', endpoint, credentials: ADMIN });
      const options = { expiresIn: 60, signingDate: new Date(SIGNED_AT) };
      const at = { Bucket: 'photos', Key: 'a b.txt' };
      const put = await getSignedUrl(
        client,
        new PutObjectCommand({ ...at, Metadata: { foo: 'bar' } }),
        options,
      );
      // The SDK puts the checksum of an empty body into the query, which S3 ignores (aws/aws-sdk-go-v2#2610).
      assert.deepEqual(accept(put), {
        service: 's3',
        region: 'us-east-1',
        query: 'x-id=PutObject',
        headers: ['x-amz-meta-foo', 'bar'],
      });
      accept(await getSignedUrl(client, new GetObjectCommand(at), options), { method: 'GET' });
      accept(await getSignedUrl(client, new HeadObjectCommand(at), options), { method: 'HEAD' });
      client.destroy();
    });
});

const PUT_4 = `${PATH_STYLE}/a%20b.txt?${V4}host&X-Amz-Signature=a03bdd5a95f6410a88361ff4fbdc31e8e69a8d927c4d6c3dc48b9e0824654ec7`;
const PUT_2 = `${PATH_STYLE}/a%20b.txt?${V2}kPxgVa%2BNC1rcLDEiYEmPOgB8WKY%3D${EXPIRES}`;
const TYPED_4 = `${PATH_STYLE}/a?${V4}content-type%3Bhost%3Bx-amz-meta-foo&X-Amz-Signature=83d219598be9666298675b4957a31e5912a6cf6ef625e2d5f1799f04a6a4f4d0`;
const OTHER_TYPE = ['Content-Type', 'application/x-www-form-urlencoded', 'x-amz-meta-foo', 'bar'];

describe('a presigned URL is refused in S3’s XML', () => {
  for (const [url, headers, elements] of [
    [TYPED_4, OTHER_TYPE, ['CanonicalRequest', 'CanonicalRequestBytes']],
    [PUT_2, ['Content-Type', 'application/x-www-form-urlencoded'], []],
  ] as const)
    it(`if the client sends another Content-Type (test_s3_put_presigned_url_with_different_headers): ${url.slice(0, 60)}`, () => {
      const { status, error } = refuse(url, { headers });

      assert.equal(status, 403);
      assert.equal(error['Code'], 'SignatureDoesNotMatch');
      assert.equal(
        error['Message'],
        'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
      );
      assert.deepEqual(Object.keys(error), [
        'Code',
        'Message',
        'AWSAccessKeyId',
        'StringToSign',
        'SignatureProvided',
        'StringToSignBytes',
        ...elements,
        'RequestId',
        'HostId',
      ]);
      assert.equal(
        Buffer.from(error['StringToSignBytes']?.replaceAll(' ', '') ?? '', 'hex').toString(),
        error['StringToSign'],
      );
    });

  for (const [what, url, sent, status, expected] of [
    [
      'test_s3_presigned_url_expired[s3v4]',
      PUT_4,
      { nowEpochMs: SIGNED_AT + 601_000 },
      403,
      {
        Code: 'AccessDenied',
        Message: 'Request has expired',
        'X-Amz-Expires': '600',
        Expires: '2026-12-01T00:10:00Z',
        ServerTime: '2026-12-01T00:10:01Z',
      },
    ],
    [
      'test_s3_presigned_url_expired[s3]',
      PUT_2,
      { nowEpochMs: SIGNED_AT + 601_000 },
      403,
      {
        Code: 'AccessDenied',
        Message: 'Request has expired',
        Expires: '2026-12-01T00:10:00Z',
        ServerTime: '2026-12-01T00:10:01Z',
      },
    ],
    [
      'https://github.com/minio/minio/issues/2638',
      PUT_4,
      { nowEpochMs: SIGNED_AT - 86_400_000 },
      403,
      {
        Code: 'AccessDenied',
        Message: 'Request is not yet valid',
        'X-Amz-Date': String(SIGNED_AT),
        Expires: '2026-12-01T00:10:00Z',
        ServerTime: '2026-11-30T00:00:00Z',
      },
    ],
    [
      'test_put_url_metadata_with_sig_s3v4',
      PUT_4,
      { headers: ['x-amz-meta-wrong', 'bar'] },
      403,
      {
        Code: 'AccessDenied',
        Message: 'There were headers present in the request which were not signed',
        HeadersNotSigned: 'x-amz-meta-wrong',
      },
    ],
    [
      'test_s3_put_presigned_url_missing_sig_param[s3]',
      PUT_2.replace('AWSAccessKeyId=AKIALOCAL0000ADMIN&', ''),
      {},
      403,
      {
        Code: 'AccessDenied',
        Message: 'Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters',
      },
    ],
    [
      'test_s3_put_presigned_url_missing_sig_param[s3v4]',
      PUT_4.replace(/&X-Amz-Signature=.*/, ''),
      {},
      400,
      {
        Code: 'AuthorizationQueryParametersError',
        Message:
          'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
      },
    ],
    [
      'https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html, an unknown key',
      PUT_4.replace('0000ADMIN', '0000OTHER'),
      {},
      403,
      {
        Code: 'InvalidAccessKeyId',
        Message: 'The AWS Access Key Id you provided does not exist in our records.',
        AWSAccessKeyId: 'AKIALOCAL0000OTHER',
      },
    ],
    [
      'https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html, a token of other credentials',
      `${PATH_STYLE}/a%20b.txt?${V2}a2KsQT3R6oeRffeNVsJp597yfkQ%3D&x-amz-security-token=TOKEN${EXPIRES}`,
      {},
      400,
      { Code: 'InvalidToken', Message: 'The provided token is malformed or otherwise invalid.' },
    ],
  ] as const)
    it(`as in ${what}`, () => {
      const { error, ...refused } = refuse(url, sent);
      const { RequestId: id, HostId: host, ...others } = error;
      // LocalStack, test_s3_presigned_url_expired: 56 bytes in Base64
      assert.match(host ?? '', /^[A-Za-z0-9+/]{75}=$/);

      assert.deepEqual([refused.status, others], [status, expected]);
      assert.match(id ?? '', /^\d+$/);
    });

  it('if the method, the key or the bucket is another one', () => {
    for (const [url, method] of [
      [PUT_4, 'GET'],
      [PUT_2, 'GET'],
      [PUT_4.replace('a%20b', 'c'), 'PUT'],
      [PUT_2.replace('a%20b', 'c'), 'PUT'],
      [PUT_2.replace('/photos', '/other'), 'PUT'],
      [`${PUT_4}&x-amz-acl=public-read`, 'PUT'],
      [`${PUT_2}&acl`, 'PUT'],
    ] as const)
      assert.equal(refuse(url, { method }).error['Code'], 'SignatureDoesNotMatch', `${method} ${url}`);
  });

  it('if it states the hash of another body', () => {
    const signed = PUT_4.replace('X-Amz-Date', 'X-Amz-Content-Sha256=e3b0&X-Amz-Date');
    assert.equal(refuse(signed).error['Code'], 'SignatureDoesNotMatch');
  });
});
