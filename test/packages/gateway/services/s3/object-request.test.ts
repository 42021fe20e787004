/**
 * What S3 answers to conditions and ranges. The sources are tests of LocalStack in tests/aws/services/s3, whose
 * snapshots were recorded in February 2026.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as s3 from '../../../../../packages/gateway/services/s3/service.ts';
import { anEventEngine } from '../../../../support/an-event-engine.ts';

const RESOURCES = '\n  Bucket: { Type: AWS::S3::Bucket, Properties: { BucketName: photos } }';
const ETAG = '"e8dc4081b13434b45189a720b77b6818"';
const FAILED = 'At least one of the pre-conditions you specified did not hold';

function aBucket() {
  const bench = anEventEngine({ s3 }, { resources: RESOURCES, functions: {} });
  const send = async (method: string, headers: readonly string[] = [], body?: string, path = 'a') => {
    const reply = await bench.send({
      service: 's3',
      method,
      path: `/photos/${path}`,
      headers: [...headers],
      ...(body !== undefined && { body }),
    });
    assert.equal(reply.kind, 'answered');
    const header = (name: string) =>
      reply.headers[reply.headers.findIndex((one) => one.toLowerCase() === name) + 1];
    return { status: reply.status, text: reply.body.toString(), header, names: reply.headers };
  };
  return { bench, send };
}

async function anObject(headers: readonly string[] = []) {
  const bucket = aBucket();
  await bucket.send('PUT', headers, 'abcdefgh');
  return bucket;
}

describe('an object', () => {
  it('is shown with the headers of test_head_object_fields and with its metadata', async () => {
    const { send } = await anObject([
      'X-Amz-Meta-Owner',
      'ann',
      'Cache-Control',
      'no-store',
      'content-type',
      'text/x',
    ]);
    for (const method of ['GET', 'HEAD']) {
      const { status, header, text } = await send(method);
      assert.deepEqual([status, text], [200, method === 'GET' ? 'abcdefgh' : '']);
      assert.deepEqual(
        ['etag', 'accept-ranges', 'x-amz-server-side-encryption', 'x-amz-meta-owner', 'cache-control'].map(
          header,
        ),
        [ETAG, 'bytes', 'AES256', 'ann', 'no-store'],
      );
      assert.match(header('last-modified') ?? '', / GMT$/);
    }
  });

  for (const [range, status, text, contentRange] of [
    ['bytes=0-3', 206, 'abcd', 'bytes 0-3/8'],
    ['bytes=4-8', 206, 'efgh', 'bytes 4-7/8'],
    ['bytes=6-', 206, 'gh', 'bytes 6-7/8'],
    ['bytes=-3', 206, 'fgh', 'bytes 5-7/8'],
    ['bytes=3-1', 200, 'abcdefgh', undefined],
    ['bytes=0-1,4-5', 200, 'abcdefgh', undefined],
    ['pages=1', 200, 'abcdefgh', undefined],
  ] as const)
    it(`is returned for ${range}, as in test_range_header_body_length`, async () => {
      const { send } = await anObject();
      const reply = await send('GET', ['Range', range]);
      assert.deepEqual([reply.status, reply.text], [status, text]);
      assert.equal(contentRange === undefined ? undefined : reply.header('content-range'), contentRange);
    });

  it('has the headers that the query asks for, as in test_s3_get_object_header_overrides', async () => {
    const { bench } = await anObject(['Content-Type', 'text/x', 'Cache-Control', 'no-store']);
    const query =
      'response-cache-control=max-age%3D74&response-content-disposition=attachment%3B%20filename%3D%22foo.jpg%22' +
      '&response-content-encoding=identity&response-content-language=de-DE&response-content-type=image%2Fjpeg' +
      '&response-expires=Wed%2C%2021%20Oct%202015%2007%3A28%3A00%20GMT';
    const reply = await bench.send({ service: 's3', method: 'GET', path: '/photos/a', query });
    assert.equal(reply.kind, 'answered');
    const ofName = (name: string) =>
      reply.headers.filter(
        (_text, index) => reply.headers[index - 1]?.toLowerCase() === name && index % 2 === 1,
      );

    assert.deepEqual(
      [
        'cache-control',
        'content-disposition',
        'content-encoding',
        'content-language',
        'content-type',
        'expires',
      ].map(ofName),
      [
        ['max-age=74'],
        ['attachment; filename="foo.jpg"'],
        ['identity'],
        ['de-DE'],
        ['image/jpeg'],
        ['Wed, 21 Oct 2015 07:28:00 GMT'],
      ],
    );
  });

  for (const [digest, refused] of [
    [
      '__invalid__',
      '<Code>InvalidDigest</Code><Message>The Content-MD5 you specified was invalid.</Message><Content-MD5>__invalid__</Content-MD5>',
    ],
    [
      'AAAAAAAAAAAAAAAAAAAAAA==',
      '<Code>BadDigest</Code><Message>The Content-MD5 you specified did not match what we received.</Message><ExpectedDigest>AAAAAAAAAAAAAAAAAAAAAA==</ExpectedDigest><CalculatedDigest>6NxAgbE0NLRRiacgt3toGA==</CalculatedDigest>',
    ],
    ['6NxAgbE0NLRRiacgt3toGA==', undefined],
  ] as const)
    it(`${refused === undefined ? 'is' : 'is not'} written with the digest ${digest}, as in test_s3_invalid_content_md5`, async () => {
      const { send } = aBucket();
      const { status, text } = await send('PUT', ['Content-MD5', digest], 'abcdefgh');
      assert.equal(status, refused === undefined ? 200 : 400);
      assert.ok(text.includes(refused ?? ''), text);
      assert.equal((await send('HEAD')).status, refused === undefined ? 200 : 404);
    });

  it('has no bytes after its end, as in test_invalid_range_error', async () => {
    const { send } = await anObject();
    const { status, text } = await send('GET', ['Range', 'bytes=1024-4096']);
    assert.equal(status, 416);
    assert.match(
      text,
      /<Code>InvalidRange<\/Code><Message>The requested range is not satisfiable<\/Message><RangeRequested>bytes=1024-4096<\/RangeRequested><ActualObjectSize>8<\/ActualObjectSize>/,
    );
  });

  it('is read under conditions in the order of test_s3_get_object_preconditions', async () => {
    const { bench, send } = await anObject();
    await bench.advance(3_000);
    const modified = new Date(Date.parse((await send('HEAD')).header('last-modified') ?? ''));
    const later = (ms: number) => new Date(modified.getTime() + ms).toUTCString();
    const [now, yesterday, tomorrow] = [later(3_000), later(-86_400_000), later(86_400_000)];
    const all = [
      ['If-Modified-Since', now],
      ['If-None-Match', ETAG],
      ['If-Unmodified-Since', yesterday],
      ['If-Match', 'etag123'],
    ];
    const answer = async (...headers: (readonly string[])[]) => {
      const { status, text } = await send('GET', headers.flat());
      const [, condition] = /<Condition>(.*)<\/Condition>/.exec(text) ?? [];
      if (condition !== undefined) assert.match(text, new RegExp(`<Message>${FAILED}</Message>`));
      return condition === undefined ? String(status) : `${status} ${condition}`;
    };
    assert.deepEqual(
      [
        await answer(...all),
        await answer(...all.slice(0, 3)),
        await answer(...all.slice(0, 2)),
        await answer(...all.slice(0, 1)),
        await answer(['If-Modified-Since', tomorrow]),
        await answer(['If-None-Match', ETAG.replaceAll('"', '')]),
        await answer(['If-Unmodified-Since', later(0)]),
        await answer(['If-Modified-Since', later(0)]),
        await answer(['If-Match', ETAG], ['If-None-Match', 'etag123'], ['If-Unmodified-Since', now]),
      ],
      ['412 If-Match', '412 If-Unmodified-Since', '304', '304', '200', '304', '200', '304', '200'],
    );
  });

  for (const [test, headers, status, says, path] of [
    [
      'test_put_object_if_none_match',
      ['If-None-Match', '*'],
      412,
      '<Condition>If-None-Match</Condition>',
      'a',
    ],
    ['test_put_object_if_none_match', ['If-None-Match', '*'], 200, '', 'b'],
    [
      'test_put_object_if_none_match_validation',
      ['If-None-Match', 'x'],
      501,
      '<Header>If-None-Match</Header><additionalMessage>We don&#39;t accept the provided value of If-None-Match header for this API</additionalMessage>',
      'a',
    ],
    ['test_put_object_if_match', ['If-Match', 'x'], 412, '<Condition>If-Match</Condition>', 'a'],
    ['test_put_object_if_match', ['If-Match', ETAG], 200, '', 'a'],
    ['test_put_object_if_match', ['If-Match', ETAG], 404, '<Code>NoSuchKey</Code>', 'b'],
    ['test_put_object_if_match_validation', ['If-Match', '*'], 501, '<Header>If-Match</Header>', 'a'],
    [
      'test_put_object_if_match_and_if_none_match_validation',
      ['If-Match', ETAG, 'If-None-Match', '*'],
      501,
      '<Header>If-Match,If-None-Match</Header><additionalMessage>Multiple conditional request headers present in the request</additionalMessage>',
      'a',
    ],
  ] as const)
    it(`is written with ${headers.join(': ')} as in ${test}: ${status}`, async () => {
      const { send } = await anObject();
      const reply = await send('PUT', headers, 'new', path);
      assert.equal(reply.status, status);
      assert.ok(reply.text.includes(says), reply.text);
    });
});

describe('an object that DeleteObject has deleted', () => {
  it('is not found, and may be deleted again (S3 API reference, DeleteObject)', async () => {
    const { send } = await anObject();
    const statuses = [];
    for (const method of ['DELETE', 'GET', 'DELETE']) statuses.push((await send(method)).status);

    assert.deepEqual(statuses, [204, 404, 204]);
  });
});

// LocalStack, tests/aws/services/s3/test_s3.py::test_get_object_no_such_bucket and test_object_tagging_exc
describe('a bucket that does not exist', () => {
  for (const method of ['GET', 'HEAD', 'PUT', 'DELETE'])
    it(`is refused for ${method}`, async () => {
      const { bench } = aBucket();
      const reply = await bench.send({ service: 's3', method, path: '/others/a' });
      assert.ok(reply.kind === 'answered');
      assert.equal(reply.status, 404);
      assert.match(
        reply.body.toString(),
        /<Code>NoSuchBucket<\/Code><Message>The specified bucket does not exist<\/Message><BucketName>others<\/BucketName>/,
      );
    });
});

// LocalStack, tests/aws/services/s3/test_s3.py::test_put_object_checksum and test_s3_checksum_no_algorithm. The check
// values of the CRCs: reveng, "Catalogue of parametrised CRC algorithms", of the text 123456789
describe('the checksum of an object that is put', () => {
  const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64');
  const RIGHT = [
    ['crc32', base64('cbf43926')],
    ['crc32c', base64('e3069283')],
    ['crc64nvme', base64('ae8b14860a799888')],
    ['sha1', base64('f7c3bc1d808e04732adf679965ccc34ca7ae3441')],
    ['sha256', base64('15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225')],
  ] as const;
  for (const [name, value] of RIGHT) {
    it(`may be a ${name}, and is shown again to those who ask for it`, async () => {
      const { send } = aBucket();
      const put = await send('PUT', [`x-amz-checksum-${name}`, value], '123456789');
      assert.deepEqual([put.status, put.header(`x-amz-checksum-${name}`)], [200, value]);
      assert.equal(put.header('x-amz-checksum-type'), 'FULL_OBJECT');
      const read = await send('GET', ['x-amz-checksum-mode', 'ENABLED']);
      assert.equal(read.header(`x-amz-checksum-${name}`), value);
      const part = await send('GET', ['x-amz-checksum-mode', 'ENABLED', 'range', 'bytes=0-3']);
      assert.ok(!part.names.includes(`x-amz-checksum-${name}`));
    });

    it(`is refused if it is not the ${name} of the body, or has another form`, async () => {
      const { send } = aBucket();
      const other = await send('PUT', [`x-amz-checksum-${name}`, value], '12345678');
      assert.match(
        other.text,
        new RegExp(
          `<Code>BadDigest</Code><Message>The ${name.toUpperCase()} you specified did not match the calculated checksum.</Message>`,
        ),
      );
      const wrong = await send('PUT', [`x-amz-checksum-${name}`, 'test'], '123456789');
      assert.match(
        wrong.text,
        new RegExp(
          `<Code>InvalidRequest</Code><Message>Value for x-amz-checksum-${name} header is invalid.</Message>`,
        ),
      );
    });
  }

  it('is only one', async () => {
    const { send } = aBucket();
    const headers = RIGHT.slice(0, 2).flatMap(([name, value]) => [`x-amz-checksum-${name}`, value]);
    assert.match((await send('PUT', headers, '123456789')).text, /Expecting a single x-amz-checksum- header/);
  });
});

// LocalStack, tests/aws/services/s3/test_s3.py::test_put_object_storage_class_outposts
describe('the storage class of an object that is put', () => {
  it('is one of the classes of S3 itself', async () => {
    const { send } = aBucket();
    assert.equal((await send('PUT', ['x-amz-storage-class', 'STANDARD_IA'], 'a')).status, 200);
    const { status, text } = await send('PUT', ['x-amz-storage-class', 'OUTPOSTS'], 'a');
    assert.equal(status, 400);
    assert.match(
      text,
      /<Code>InvalidStorageClass<\/Code><Message>The storage class you specified is not valid<\/Message><StorageClassRequested>OUTPOSTS</,
    );
  });
});

// getmoto/moto, tests/test_s3/test_s3_conditionals.py, test_delete_object_if_match, which runs against AWS; LocalStack,
// test_s3_api.py, TestS3DeletePrecondition (21 February 2026).
describe('a delete with a condition', () => {
  const ROWS: readonly (readonly [headers: readonly string[], path: string, status: number, text: RegExp])[] =
    [
      [['If-Match', 'test'], 'a', 412, /PreconditionFailed.*<Condition>If-Match</s],
      [['If-Match', 'test'], 'unknown', 404, /NoSuchKey/],
      [['If-Match', '*'], 'unknown', 404, /NoSuchKey/],
      [['x-amz-if-match-size', '1'], 'a', 501, /NotImplemented.*<Header>x-amz-if-match-size</s],
      [['If-Match', ETAG], 'a', 204, /^$/],
      [['If-Match', '*'], 'a', 204, /^$/],
    ];
  for (const [headers, path, expected, text] of ROWS)
    it(`${headers.join(': ')} of ${path} is ${expected}`, async () => {
      const { send } = await anObject();
      const reply = await send('DELETE', headers, undefined, path);
      assert.equal(reply.status, expected);
      assert.match(reply.text, text);
      assert.equal((await send('GET')).status, expected === 204 ? 404 : 200);
    });
});
