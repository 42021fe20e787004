/**
 * Uploads in parts through a running gateway. LocalStack recorded the answers from AWS in tests/aws/services/s3,
 * test_s3.py (21 February 2026).
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import type {
  CompletedPart,
  CompleteMultipartUploadCommandInput,
  CreateMultipartUploadCommandInput,
} from '@aws-sdk/client-s3';
import { aGateway, GATEWAY_ADMIN } from '../../../../support/a-gateway.ts';
import type { StartedGateway } from '../../../../support/a-gateway.ts';

const Bucket = 'photos';
const Key = 'folder/large file';
const LARGE = Buffer.alloc(5 * 1024 * 1024, 'a');
const GONE =
  'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.';
const NO_PART =
  "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.";

describe('an upload in parts', () => {
  let started: StartedGateway;
  let s3: S3Client;
  before(async () => {
    started = await aGateway({ Photos: { Type: 'AWS::S3::Bucket', Properties: { BucketName: Bucket } } });
    s3 = new S3Client({
      endpoint: started.listening.control,
      region: 'eu-west-1',
      credentials: GATEWAY_ADMIN,
      forcePathStyle: true,
      maxAttempts: 1,
    });
  });
  after(() => started.close());

  const create = async (more: Partial<CreateMultipartUploadCommandInput> = {}) =>
    String((await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }))).UploadId);
  const put = async (UploadId: string, PartNumber: number, Body: Buffer | string): Promise<CompletedPart> => {
    const { ETag, ChecksumCRC32 } = await s3.send(
      new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }),
    );
    return { PartNumber, ETag, ChecksumCRC32 };
  };
  const complete = (
    UploadId: string,
    Parts: CompletedPart[],
    more: Partial<CompleteMultipartUploadCommandInput> = {},
  ) =>
    s3.send(
      new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts }, ...more }),
    );

  // S3 API reference, ListParts: both parameters are integers. S3 refuses them in the same words as for ListObjectsV2.
  it('refuses max-parts and part-number-marker that are not whole numbers', async () => {
    const id = await create();
    await assert.rejects(s3.send(new ListPartsCommand({ Bucket, Key, UploadId: id, MaxParts: -1 })), {
      name: 'InvalidArgument',
    });
    await assert.rejects(
      s3.send(new ListPartsCommand({ Bucket, Key, UploadId: id, PartNumberMarker: 'x' })),
      { name: 'InvalidArgument' },
    );
  });

  it('is one object with the headers, the metadata and the tags with which it was created', async () => {
    const id = await create({
      ContentType: 'text/csv',
      Metadata: { owner: 'ann' },
      Tagging: 'tag=a',
      ChecksumAlgorithm: 'CRC32',
    });
    const parts = [await put(id, 1, LARGE), await put(id, 3, 'end')];

    const { Parts, ChecksumType, Owner } = await s3.send(new ListPartsCommand({ Bucket, Key, UploadId: id }));
    assert.deepEqual(
      [Parts?.map(({ PartNumber, Size, ETag }) => [PartNumber, Size, ETag]), ChecksumType],
      [
        [
          [1, LARGE.length, parts[0]?.ETag],
          [3, 3, parts[1]?.ETag],
        ],
        'COMPOSITE',
      ],
    );
    assert.match(Owner?.ID ?? '', /^\w{64}$/);

    const done = await complete(id, parts);
    assert.deepEqual(
      [done.Bucket, done.Key, done.Location, done.ChecksumType],
      [Bucket, Key, 'https://photos.s3.eu-west-1.amazonaws.com/folder/large%20file', 'COMPOSITE'],
    );
    assert.match(done.ETag ?? '', /^"\w{32}-2"$/);
    assert.match(done.ChecksumCRC32 ?? '', /^.{8}-2$/);

    const found = await s3.send(new GetObjectCommand({ Bucket, Key }));
    const bytes = Buffer.from((await found.Body?.transformToByteArray()) ?? []);
    assert.ok(bytes.equals(Buffer.concat([LARGE, Buffer.from('end')])));
    assert.deepEqual(
      [found.ContentType, found.Metadata, found.TagCount, found.ETag],
      ['text/csv', { owner: 'ann' }, 1, done.ETag],
    );
    await assert.rejects(complete(id, parts), { name: 'NoSuchUpload', message: GONE, UploadId: id });
  });

  // test_multipart_and_list_parts: the parts have 65 bytes, and the upload names no algorithm.
  it('has a CRC64NVME of the whole object if it names no algorithm', async () => {
    const id = await create();
    const { ETag } = await put(id, 1, 'upload-part-1'.repeat(5));

    const done = await complete(id, [{ PartNumber: 1, ETag }]);

    assert.deepEqual(
      [done.ETag, done.ChecksumCRC64NVME, done.ChecksumType],
      ['"e747540af6911dbc890f8d3e0b48549b-1"', 'CTXktO4pIQs=', 'FULL_OBJECT'],
    );
  });

  // test_complete_multipart_parts_checksum_composite: the copy has the checksum of the whole object.
  it('is copied as one object', async () => {
    const id = await create({ ChecksumAlgorithm: 'SHA256' });
    const { ETag, ChecksumSHA256 } = await s3.send(
      new UploadPartCommand({
        Bucket,
        Key,
        UploadId: id,
        PartNumber: 1,
        Body: 'text',
        ChecksumAlgorithm: 'SHA256',
      }),
    );
    await complete(id, [{ PartNumber: 1, ETag, ChecksumSHA256 }]);

    const { CopyObjectResult: copy } = await s3.send(
      new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/${encodeURIComponent(Key)}` }),
    );

    assert.deepEqual(
      [copy?.ETag, copy?.ChecksumSHA256, copy?.ChecksumType],
      [ETag, ChecksumSHA256, 'FULL_OBJECT'],
    );
  });

  it('that is aborted leaves no object', async () => {
    const upload = { Bucket, Key: 'aborted' };
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand(upload));

    const { $metadata } = await s3.send(new AbortMultipartUploadCommand({ ...upload, UploadId }));

    assert.equal($metadata.httpStatusCode, 204);
    await assert.rejects(s3.send(new AbortMultipartUploadCommand({ ...upload, UploadId })), {
      name: 'NoSuchUpload',
    });
    await assert.rejects(s3.send(new HeadObjectCommand(upload)), { name: 'NotFound' });
  });

  // TestS3ObjectWritePrecondition, test_multipart_if_none_match_with_put
  it('does not replace an object if it must not exist', async () => {
    const id = await create();
    const part = await put(id, 1, 'text');
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'other' }));

    await assert.rejects(complete(id, [part], { IfNoneMatch: '*' }), { name: 'PreconditionFailed' });
  });

  // TestS3ObjectWritePrecondition, recorded 21-02-2026. An upload remains after such a conflict.
  const CONFLICT = {
    name: 'ConditionalRequestConflict',
    message: 'The conditional request cannot succeed due to a conflicting operation against this resource.',
    Key,
  };
  const store = async (Body: string): Promise<string | undefined> =>
    (await s3.send(new PutObjectCommand({ Bucket, Key, Body }))).ETag;
  const remove = () => s3.send(new DeleteObjectCommand({ Bucket, Key }));

  for (const [test, overtake, condition, refusal] of [
    [
      'test_multipart_if_none_match_with_delete',
      remove,
      { IfNoneMatch: '*' },
      { ...CONFLICT, Condition: 'If-None-Match' },
    ],
    [
      'test_multipart_if_match_with_put',
      () => store('test2'),
      { IfMatch: '"ad0234829205b9033196ba818f7a872b"' },
      { ...CONFLICT, Condition: 'If-Match' },
    ],
    [
      'test_multipart_if_match_with_put_identical',
      () => store('test'),
      { IfMatch: '"098f6bcd4621d373cade4e832627b4f6"' },
      { ...CONFLICT, Condition: 'If-Match' },
    ],
    [
      'test_multipart_if_match_with_delete',
      async () => {
        await remove();
        await store('test');
      },
      { IfMatch: '"098f6bcd4621d373cade4e832627b4f6"' },
      { ...CONFLICT, Condition: 'If-Match' },
    ],
    [
      'test_multipart_if_match_with_delete (complete-multipart-after-del)',
      remove,
      { IfMatch: '"098f6bcd4621d373cade4e832627b4f6"' },
      { name: 'NoSuchKey', Key },
    ],
    [
      'test_multipart_if_match_with_put (complete-multipart-if-match-put-before)',
      () => store('test2'),
      { IfMatch: '"098f6bcd4621d373cade4e832627b4f6"' },
      { name: 'PreconditionFailed', Condition: 'If-Match' },
    ],
  ] as const)
    it(`fails with a condition after another write of the object (${test})`, async () => {
      await store('test');
      const id = await create();
      const part = await put(id, 1, 'test');
      await overtake();

      await assert.rejects(complete(id, [part], condition), refusal);
      await complete(id, [part]);
    });

  // test_multipart_if_match_with_put, complete-multipart-if-match-put-before-restart
  it('replaces an object that has not changed since the upload was created', async () => {
    const IfMatch = await store('test');
    const id = await create();

    await complete(id, [await put(id, 1, 'test')], { IfMatch });
  });

  const REFUSED: readonly (readonly [source: string, call: () => Promise<unknown>, expected: object])[] = [
    [
      'test_complete_multipart_parts_order',
      async () => put(await create(), 0, 'a'),
      {
        name: 'InvalidArgument',
        message: 'Part number must be an integer between 1 and 10000, inclusive',
        ArgumentName: 'partNumber',
        ArgumentValue: '0',
      },
    ],
    [
      'test_complete_multipart_parts_order',
      async () => {
        const id = await create();
        return complete(id, [await put(id, 2, 'a'), await put(id, 1, 'a')]);
      },
      {
        name: 'InvalidPartOrder',
        message: 'The list of parts was not in ascending order. Parts must be ordered by part number.',
      },
    ],
    [
      'test_multipart_complete_multipart_too_small',
      async () => {
        const id = await create();
        return complete(id, [await put(id, 1, 'a'), await put(id, 2, 'a')]);
      },
      {
        name: 'EntityTooSmall',
        message: 'Your proposed upload is smaller than the minimum allowed size',
        ProposedSize: '1',
        MinSizeAllowed: '5242880',
        PartNumber: '1',
      },
    ],
    [
      'test_multipart_complete_multipart_too_small',
      async () => complete(await create(), []),
      { name: 'InvalidRequest', message: 'You must specify at least one part' },
    ],
    [
      'test_multipart_complete_multipart_wrong_part',
      async () => {
        const id = await create();
        return complete(id, [{ ...(await put(id, 1, 'a')), PartNumber: 2 }]);
      },
      { name: 'InvalidPart', message: NO_PART, PartNumber: '2' },
    ],
    [
      'test_multipart_complete_multipart_wrong_part',
      async () => {
        const id = await create();
        return complete(id, [{ ...(await put(id, 1, 'a')), ETag: '"b"' }]);
      },
      { name: 'InvalidPart', message: NO_PART, PartNumber: '1', ETag: 'b' },
    ],
    ['test_multipart_no_such_upload', () => put('fakeid', 1, 'a'), { name: 'NoSuchUpload', message: GONE }],
    [
      'test_multipart_key_validation',
      async () => complete(await create({ Key: 'other' }), [{ PartNumber: 1, ETag: '"a"' }]),
      { name: 'NoSuchUpload', message: GONE },
    ],
    [
      'test_complete_multipart_parts_checksum_composite',
      async () => {
        const id = await create({ ChecksumAlgorithm: 'CRC32' });
        const { PartNumber, ETag } = await put(id, 1, 'a');
        return complete(id, [{ PartNumber, ETag }]);
      },
      {
        name: 'InvalidRequest',
        message:
          'The upload was created using a crc32 checksum. The complete request must include the checksum for each part. It was missing for part 1 in the request.',
      },
    ],
    [
      'test_multipart_parts_checksum_exceptions_composite',
      async () => put(await create({ ChecksumAlgorithm: 'SHA256' }), 1, 'a'),
      {
        name: 'InvalidRequest',
        message:
          'Checksum Type mismatch occurred, expected checksum Type: sha256, actual checksum Type: crc32',
      },
    ],
    [
      'test_multipart_checksum_type_compatibility',
      () => create({ ChecksumAlgorithm: 'CRC64NVME', ChecksumType: 'COMPOSITE' }),
      {
        name: 'InvalidRequest',
        message: 'The COMPOSITE checksum type cannot be used with the crc64nvme checksum algorithm.',
      },
    ],
    [
      'test_multipart_size_validation',
      async () => {
        const id = await create();
        return complete(id, [await put(id, 1, 'abcd')], { MpuObjectSize: 5 });
      },
      {
        name: 'InvalidRequest',
        message: "The provided 'x-amz-mp-object-size' header value 5 does not match what was computed: 4",
      },
    ],
  ];
  for (const [source, call, expected] of REFUSED)
    it(`is refused as ${source} was: ${JSON.stringify(expected).slice(0, 120)}`, async () => {
      await assert.rejects(call(), expected);
    });

  // test_upload_part_copy_range and test_upload_part_copy_no_copy_source_range
  it('may have copies of objects as parts, and copies of a range', async () => {
    await s3.send(new PutObjectCommand({ Bucket, Key: 'source', Body: '0123456789' }));
    const id = await create();
    const copy = async (PartNumber: number, CopySourceRange?: string) =>
      await s3.send(
        new UploadPartCopyCommand({
          Bucket,
          Key,
          UploadId: id,
          PartNumber,
          CopySource: `${Bucket}/source`,
          CopySourceRange,
        }),
      );

    const { CopyPartResult: whole } = await copy(1);
    const { CopyPartResult: range } = await copy(2, 'bytes=0-8');

    assert.deepEqual(
      [whole?.ETag, range?.ETag],
      ['"781e5e245d69b566979b86e28d23f2c7"', '"22975d8a5ed1b91445f6c55ac121505b"'],
    );
    for (const [given, name, message] of [
      ['0-8', 'InvalidArgument', /^The x-amz-copy-source-range value must be of the form bytes=first-last /],
      ['bytes=-2', 'InvalidArgument', /^The x-amz-copy-source-range value must be of the form /],
      ['bytes=0-100', 'InvalidArgument', /^Range specified is not valid for source object of size: 10$/],
      ['bytes=100-200', 'InvalidRequest', /^The specified copy range is invalid for the source object size$/],
    ] as const)
      await assert.rejects(copy(3, given), { name, message });
    await complete(id, [{ PartNumber: 2, ETag: range?.ETag }]);
    const found = await s3.send(new GetObjectCommand({ Bucket, Key }));
    assert.equal(await found.Body?.transformToString(), '012345678');
  });
});
