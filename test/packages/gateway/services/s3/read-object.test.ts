/**
 * Reads of one part (LocalStack, tests/aws/services/s3/test_s3.py::TestS3MultipartUpload, `test_get_object_part`,
 * recorded).
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { aGateway, GATEWAY_ADMIN } from '../../../../support/a-gateway.ts';
import type { StartedGateway } from '../../../../support/a-gateway.ts';

const Bucket = 'parts';
const FIRST_BYTES = 5 * 1024 * 1024;

describe('an object', () => {
  let started: StartedGateway;
  let s3: S3Client;
  before(async () => {
    started = await aGateway({
      Reads: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'reads' } },
    });
    s3 = new S3Client({
      endpoint: started.listening.control,
      region: 'eu-west-1',
      credentials: GATEWAY_ADMIN,
      forcePathStyle: true,
      maxAttempts: 1,
    });
  });
  after(() => started.close());

  // TestS3DeepArchive, `test_s3_get_deep_archive_object_restore`, recorded 21-02-2026; GLACIER: API reference,
  // GetObject
  for (const StorageClass of ['DEEP_ARCHIVE', 'GLACIER'] as const)
    it(`in the storage class ${StorageClass} is described, but not read`, async () => {
      const place = { Bucket: 'reads', Key: StorageClass };
      await s3.send(new PutObjectCommand({ ...place, Body: 'old', StorageClass }));

      await assert.rejects(s3.send(new GetObjectCommand(place)), {
        name: 'InvalidObjectState',
        message: "The operation is not valid for the object's storage class",
        StorageClass,
      });
      const { ContentLength } = await s3.send(new HeadObjectCommand(place));
      assert.equal(ContentLength, 3);
    });

  // TestS3PresignedUrl, `test_get_response_overrides_unicode_metadata_with_sig_s3`, recorded 21-02-2026
  it('is not sent with a header that has characters outside of ISO-8859-1', async () => {
    const place = { Bucket: 'reads', Key: 'plain' };
    await s3.send(new PutObjectCommand({ ...place, Body: 'text' }));
    const read = (ResponseCacheControl: string) =>
      s3.send(new GetObjectCommand({ ...place, ResponseCacheControl }));

    await assert.rejects(read('non-ascii-%E2%80%94_\u2014_\u00e9_'), {
      name: 'InvalidArgument',
      message: 'Header value cannot be represented using ISO-8859-1.',
      ArgumentName: 'response-cache-control',
      ArgumentValue: 'non-ascii-%E2%80%94_\u2014_\u00e9_',
    });
    assert.equal((await read('\u00e9')).CacheControl, '\u00e9');
  });
});

describe('a part of an object', () => {
  let started: StartedGateway;
  let s3: S3Client;
  before(async () => {
    started = await aGateway({
      Parts: { Type: 'AWS::S3::Bucket', Properties: { BucketName: Bucket } },
    });
    s3 = new S3Client({
      endpoint: started.listening.control,
      region: 'eu-west-1',
      credentials: GATEWAY_ADMIN,
      forcePathStyle: true,
      maxAttempts: 1,
    });
    await s3.send(new PutObjectCommand({ Bucket, Key: 'whole', Body: 'test-123' }));
    const Key = 'joined';
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const Parts = [];
    for (const [index, Body] of [Buffer.alloc(FIRST_BYTES), Buffer.from('test content 123')].entries()) {
      const place = { Bucket, Key, UploadId, PartNumber: index + 1 };
      const { ETag } = await s3.send(new UploadPartCommand({ ...place, Body }));
      Parts.push({ ETag, PartNumber: index + 1 });
    }
    const MultipartUpload = { Parts };
    await s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload }));
  });
  after(() => started.close());

  it('is sent with the number of parts', async () => {
    const read = await s3.send(new GetObjectCommand({ Bucket, Key: 'joined', PartNumber: 2 }));
    const expected = {
      ContentLength: 16,
      ContentRange: `bytes ${FIRST_BYTES}-${FIRST_BYTES + 15}/${FIRST_BYTES + 16}`,
      PartsCount: 2,
    };

    assert.equal(await read.Body?.transformToString(), 'test content 123');
    assert.equal(read.$metadata.httpStatusCode, 206);
    assert.partialDeepStrictEqual(read, expected);
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'joined', PartNumber: 2 }));
    assert.partialDeepStrictEqual(head, expected);
  });

  it('is the whole object if it was not uploaded in parts', async () => {
    const read = await s3.send(new GetObjectCommand({ Bucket, Key: 'whole', PartNumber: 1 }));

    assert.equal(await read.Body?.transformToString(), 'test-123');
    assert.partialDeepStrictEqual(read, { ContentLength: 8, ContentRange: 'bytes 0-7/8' });
    assert.equal(read.PartsCount, undefined);
  });

  for (const [what, input, expected] of [
    [
      'there is no such part',
      { Key: 'joined', PartNumber: 10 },
      { name: 'InvalidPartNumber', ActualPartCount: '2', PartNumberRequested: '10', status: 416 },
    ],
    [
      'the object has one part',
      { Key: 'whole', PartNumber: 2 },
      { name: 'InvalidPartNumber', ActualPartCount: '1', PartNumberRequested: '2', status: 416 },
    ],
    [
      'the request also has a Range',
      { Key: 'joined', PartNumber: 1, Range: 'bytes=0-8' },
      {
        name: 'InvalidRequest',
        message: 'Cannot specify both Range header and partNumber query parameter',
        status: 400,
      },
    ],
  ] as const)
    it(`is refused if ${what}`, async () => {
      const { status, ...error } = expected;

      await assert.rejects(s3.send(new GetObjectCommand({ Bucket, ...input })), (refused: Error) => {
        const { name: code, message: said } = refused;
        assert.partialDeepStrictEqual(Object.assign({}, refused, { name: code, message: said }), {
          ...error,
          $metadata: { httpStatusCode: status },
        });
        return true;
      });
    });
});
