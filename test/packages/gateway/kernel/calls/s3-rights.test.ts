import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rightsOfS3 } from '../../../../../packages/gateway/kernel/calls/s3-rights.ts';

const BUCKET = { method: 'GET', path: '/b', query: '', headers: [] };

const print = (call: Parameters<typeof rightsOfS3>[0]): string =>
  rightsOfS3(call)
    .map(({ action, resource }) => `${action} ${resource}`)
    .join(', ');

describe('rightsOfS3', () => {
  // Service authorization reference, "Actions, resources, and condition keys for Amazon S3".
  for (const [method, path, needs, headers = []] of [
    [
      'PUT',
      '/b/k',
      's3:PutObject arn:aws:s3:::b/k, s3:GetObject arn:aws:s3:::closed/a key',
      ['X-Amz-Copy-Source', '/closed/a%20key'],
    ],
    ['POST', '/b?delete', 's3:DeleteObject arn:aws:s3:::b/*'],
    ['GET', '/b?policy', 's3:GetBucketPolicy arn:aws:s3:::b'],
    ['DELETE', '/b?policy', 's3:DeleteBucketPolicy arn:aws:s3:::b'],
    ['PUT', '/b?replication', 's3:* arn:aws:s3:::b'],
    ['GET', '/b?list-type=2&prefix=a&x-id=ListObjectsV2', 's3:ListBucket arn:aws:s3:::b'],
    ['GET', '/b?versions', 's3:ListBucketVersions arn:aws:s3:::b'],
    ['PUT', '/b/k?acl', 's3:PutObjectAcl arn:aws:s3:::b/k'],
    ['DELETE', '/b/k?versionId=1', 's3:DeleteObjectVersion arn:aws:s3:::b/k'],
    ['PUT', '/b/k?partNumber=1&uploadId=u&x-id=UploadPart', 's3:PutObject arn:aws:s3:::b/k'],
    ['DELETE', '/b/k?uploadId=u', 's3:AbortMultipartUpload arn:aws:s3:::b/k'],
    ['GET', '/b/k?tagging&versionId=1', 's3:* arn:aws:s3:::b/k'],
    ['DELETE', '/b/k', 's3:DeleteObject arn:aws:s3:::b/k'],
    ['GET', '/b/k?tagging', 's3:GetObjectTagging arn:aws:s3:::b/k'],
    [
      'PUT',
      '/b/k',
      's3:PutObject arn:aws:s3:::b/k, s3:PutObjectTagging arn:aws:s3:::b/k',
      ['x-amz-tagging', 'a=b'],
    ],
    [
      'DELETE',
      '/b/k',
      's3:DeleteObject arn:aws:s3:::b/k, s3:GetObject arn:aws:s3:::b/k',
      ['If-Match', '"a"'],
    ],
    ['DELETE', '/b/k', 's3:DeleteObject arn:aws:s3:::b/k', ['If-Match', '*']],
  ] as const)
    it(`asks for ${needs} by ${method} ${path}`, () => {
      const [where = '', query = ''] = path.split('?');

      assert.equal(print({ method, path: where, query, headers }), needs);
    });

  it('asks for each object that DeleteObjects names, and for all if its body names none', () => {
    const deletion = (body: string) => print({ ...BUCKET, method: 'POST', query: 'delete', body });
    assert.equal(
      deletion('<Delete><Object><Key>tmp/a&amp;b</Key></Object><Object><Key>c</Key></Object></Delete>'),
      's3:DeleteObject arn:aws:s3:::b/tmp/a&b, s3:DeleteObject arn:aws:s3:::b/c',
    );
    assert.equal(deletion('<Delete>'), 's3:DeleteObject arn:aws:s3:::b/*');
  });

  it('gives conditions what they ask of a list of objects', () => {
    const query = 'list-type=2&prefix=home%2F&delimiter=%2F';
    const [list] = rightsOfS3({ ...BUCKET, query });
    assert.deepEqual(
      ['s3:prefix', 's3:delimiter', 's3:max-keys'].map((key) => list?.conditions?.get(key)),
      [['home/'], ['/'], undefined],
    );
    const [head] = rightsOfS3({ ...BUCKET, method: 'HEAD' });
    assert.deepEqual([head?.action, head?.conditions?.get('s3:prefix')], ['s3:ListBucket', undefined]);
  });
});
