/**
 * ListMultipartUploads through a running gateway. LocalStack recorded the answers from AWS
 * (tests/aws/services/s3/test_s3_list_operations.py, TestS3ListMultipartUploads, 2025).
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { ListMultipartUploadsCommandInput } from '@aws-sdk/client-s3';
import { aGateway, GATEWAY_ADMIN } from '../../../../support/a-gateway.ts';
import type { StartedGateway } from '../../../../support/a-gateway.ts';

const bucket = (BucketName: string) => ({ Type: 'AWS::S3::Bucket', Properties: { BucketName } });

describe('ListMultipartUploads', () => {
  let started: StartedGateway;
  let s3: S3Client;
  const ids: Record<string, string> = {};
  const create = async (Bucket: string, name: string, Key: string): Promise<void> => {
    ids[name] = String((await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }))).UploadId);
  };
  const list = (Bucket: string, more: Partial<ListMultipartUploadsCommandInput> = {}) =>
    s3.send(new ListMultipartUploadsCommand({ Bucket, ...more }));
  const nameOf = (id: string | undefined): string =>
    Object.entries(ids).find(([, one]) => one === id)?.[0] ?? '';
  const brief = async (answer: ReturnType<typeof list>) => {
    const { Uploads = [], CommonPrefixes = [], IsTruncated, ...found } = await answer;
    return {
      uploads: Uploads.map(({ UploadId }) => nameOf(UploadId)),
      prefixes: CommonPrefixes.map(({ Prefix }) => Prefix),
      more: IsTruncated,
      next: [found.NextKeyMarker, nameOf(found.NextUploadIdMarker)],
    };
  };
  before(async () => {
    started = await aGateway({ Photos: bucket('photos'), Empty: bucket('empty'), Tree: bucket('tree') });
    s3 = new S3Client({
      endpoint: started.listening.control,
      region: 'eu-west-1',
      credentials: GATEWAY_ADMIN,
      forcePathStyle: true,
      maxAttempts: 1,
    });
    for (const [name, key] of ['c', 'b', 'a', 'a', 'a'].entries())
      await create('photos', `${name + 1}`, `key-${key}`);
    for (const key of ['folder/aSub/one', 'folder/aSub/two', 'folder/file1', 'folder/file2'])
      await create('tree', key, key);
  });
  after(() => started.close());

  it('returns an empty list and empty markers for a bucket without uploads', async () => {
    const { $metadata: _metadata, ...answer } = await list('empty');

    assert.deepEqual(answer, {
      Bucket: 'empty',
      IsTruncated: false,
      KeyMarker: '',
      MaxUploads: 1000,
      NextKeyMarker: '',
      NextUploadIdMarker: '',
      UploadIdMarker: '',
    });
  });

  it('refuses the id of an upload of another key as a marker', async () => {
    // test_list_multiparts_next_marker
    const marker = { KeyMarker: 'key-b', UploadIdMarker: ids['1'] };

    await assert.rejects(list('photos', marker), {
      name: 'InvalidArgument',
      message: 'Invalid uploadId marker',
    });
  });

  it('lists them by key, then by age, with the last one as the next marker', async () => {
    assert.deepEqual(await brief(list('photos')), {
      uploads: ['3', '4', '5', '2', '1'],
      prefixes: [],
      more: false,
      next: ['key-c', '1'],
    });
    const { Uploads } = await list('photos');
    assert.partialDeepStrictEqual(Uploads?.at(0), { Key: 'key-a', StorageClass: 'STANDARD' });
    assert.ok(Uploads?.at(0)?.Initiated instanceof Date);
  });

  it('continues after the upload that the markers name, and skips a key that is named alone', async () => {
    const first = await list('photos', { MaxUploads: 1 });
    assert.deepEqual([first.NextKeyMarker, nameOf(first.NextUploadIdMarker)], ['key-a', '3']);
    const second = list('photos', {
      MaxUploads: 1,
      KeyMarker: first.NextKeyMarker,
      UploadIdMarker: first.NextUploadIdMarker,
    });
    assert.deepEqual((await brief(second)).uploads, ['4']);
    assert.deepEqual(await brief(list('photos', { MaxUploads: 1, KeyMarker: 'key-a' })), {
      uploads: ['2'],
      prefixes: [],
      more: true,
      next: ['key-b', '2'],
    });
  });

  // test_list_multipart_uploads_marker_common_prefixes
  it('counts a common prefix as one, and lists it once', async () => {
    const page = { Delimiter: '/', Prefix: 'folder/', MaxUploads: 1 };

    assert.deepEqual(await brief(list('tree', page)), {
      uploads: [],
      prefixes: ['folder/aSub/'],
      more: true,
      next: ['', ''],
    });
    for (const KeyMarker of ['folder/aSub/', 'folder/aSub/one'])
      assert.deepEqual(await brief(list('tree', { ...page, KeyMarker })), {
        uploads: ['folder/file1'],
        prefixes: [],
        more: true,
        next: ['folder/file1', 'folder/file1'],
      });
  });

  it('refuses an encoding that S3 does not have', async () => {
    await assert.rejects(list('photos', { EncodingType: 'value' as 'url' }), {
      name: 'InvalidArgument',
      message: 'Invalid Encoding Method specified in Request',
    });
  });

  it('lists no upload that has ended', async () => {
    const of = { Bucket: 'tree', Key: 'folder/file2' };
    await s3.send(new AbortMultipartUploadCommand({ ...of, UploadId: ids['folder/file2'] }));

    assert.deepEqual((await brief(list('tree', { Prefix: 'folder/file' }))).uploads, ['folder/file1']);
  });
});
