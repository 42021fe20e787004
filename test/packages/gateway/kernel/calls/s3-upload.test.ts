/** Uploads by a form with a signed policy. The sources name the recordings of S3 and the reports that quote it. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import type { ControlRequest } from '../../../../../packages/gateway/core/api-call.ts';
import { isUpload, openUpload } from '../../../../../packages/gateway/kernel/calls/s3-upload.ts';

const NOW = Date.parse('2026-11-20T08:00:00Z');
const CREDENTIAL = 'AKIALOCAL/20261120/eu-west-1/s3/aws4_request';
const SIGNED = {
  'x-amz-algorithm': 'AWS4-HMAC-SHA256',
  'x-amz-credential': CREDENTIAL,
  'x-amz-date': '20261120T080000Z',
};
const OF_SIGNER = Object.entries(SIGNED).map(([name, value]) => ({ [name]: value }));

/** Signs as the page of the S3 API about policies describes it, without the gateway's code. */
function sign(policy: string, secret = 'a-secret'): string {
  const key = ['20261120', 'eu-west-1', 's3', 'aws4_request'].reduce<Buffer>(
    (made, part) => createHmac('sha256', made).update(part).digest(),
    Buffer.from(`AWS4${secret}`),
  );
  return createHmac('sha256', key).update(policy).digest('hex');
}

type Form = {
  readonly fields?: Readonly<Record<string, string>>;
  readonly conditions?: readonly unknown[];
  readonly expiration?: string;
  readonly file?: string | Blob;
  readonly fileName?: string | undefined;
  /** Fields that follow the file. */
  readonly after?: Readonly<Record<string, string>>;
};

const KEY = { key: 'a/b c.txt' };

function policyOf({
  conditions = [{ key: 'a/b c.txt' }],
  expiration = '2026-11-20T09:00:00Z',
}: Form): string {
  const all = [{ bucket: 'photos' }, ...OF_SIGNER, ...conditions];
  return Buffer.from(JSON.stringify({ expiration, conditions: all })).toString('base64');
}

function signedFields(form: Form): Record<string, string> {
  const policy = policyOf(form);
  return { ...KEY, ...SIGNED, policy, 'x-amz-signature': sign(policy), ...form.fields };
}

async function request(fields: Readonly<Record<string, string>>, form: Form = {}): Promise<ControlRequest> {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  const { file = new Blob(['hello']), fileName = 'own.txt', after = {} } = form;
  if (typeof file === 'string') data.append('file', file);
  else data.append('file', file, fileName);
  for (const [name, value] of Object.entries(after)) data.append(name, value);
  const sent = new Request('http://127.0.0.1:4000/photos', { method: 'POST', body: data });
  const rawHeaders = ['Host', '127.0.0.1:4000', 'Content-Type', sent.headers.get('content-type') ?? ''];
  const body = Buffer.from(await sent.arrayBuffer());
  return { method: 'POST', path: '/photos', query: '', host: '127.0.0.1:4000', rawHeaders, body };
}

const CONTEXT = {
  service: undefined,
  secretOf: (id: string) => (id === 'AKIALOCAL' || id === 'ASIALOCAL' ? 'a-secret' : undefined),
  sessionOf: (id: string) => (id === 'ASIALOCAL' ? { token: 'a-token', isExpired: false } : undefined),
};
const open = (sent: ControlRequest) => openUpload(sent, CONTEXT, { nowEpochMs: () => NOW }, 'ID');

async function upload(form: Form = {}) {
  return open(await request(signedFields(form), form));
}

async function refusalOf(opened: ReturnType<typeof open>): Promise<string> {
  const answer = await opened;
  if (answer.kind !== 'refused') return 'accepted';
  const read = (name: string): string =>
    new RegExp(`<${name}>([^<]*)</${name}>`).exec(String(answer.reply.body))?.[1] ?? '';
  return `${answer.reply.status} ${read('Code')}: ${read('Message')}`;
}

const DENIED = '403 AccessDenied: Invalid according to Policy:';

describe('an upload by a form', () => {
  it('is a PutObject by the signer, with the headers that the fields name', async () => {
    const conditions = [
      ['starts-with', '$key', ''],
      { 'Content-Type': 'text/plain' },
      { 'x-amz-meta-a': 'b' },
    ];
    const fields = { 'Content-Type': 'text/plain', 'X-Amz-Meta-A': 'b' };
    const opened = await upload({ conditions, fields });
    assert.equal(opened.kind, 'signed');
    const { request: put, accessKeyId, region } = opened;

    assert.deepEqual([accessKeyId, region], ['AKIALOCAL', 'eu-west-1']);
    assert.deepEqual([put.method, put.path, put.body.toString()], ['PUT', '/photos/a/b%20c.txt', 'hello']);
    assert.deepEqual(put.rawHeaders.slice(2), [
      'content-type',
      'text/plain',
      'x-amz-meta-a',
      'b',
      'content-length',
      '5',
    ]);
  });

  // S3 API reference, "POST Object": the field has the XML of PutObjectTagging.
  it('states the tags in the field tagging as PutObject does', async () => {
    const tagging =
      '<Tagging><TagSet><Tag><Key>a b</Key><Value>1&amp;2</Value></Tag><Tag><Key>c</Key><Value></Value></Tag></TagSet></Tagging>';
    const opened = await upload({
      conditions: [['starts-with', '$key', ''], { tagging }],
      fields: { tagging },
    });
    assert.equal(opened.kind, 'signed');
    const { rawHeaders } = opened.request;

    assert.equal(rawHeaders[rawHeaders.indexOf('x-amz-tagging') + 1], 'a%20b=1%262&c=');
  });

  for (const [name, form, expected] of [
    // LocalStack, tests/aws/services/s3/test_s3.py, TestS3PresignedPost (recorded on AWS, February 2026)
    ['an expired policy', { expiration: '2026-11-20T07:59:59Z' }, `${DENIED} Policy expired.`],
    [
      'a value that differs',
      { conditions: [KEY, { success_action_status: '201' }], fields: { success_action_status: '200' } },
      `${DENIED} Policy Condition failed: ["eq", "$success_action_status", "201"]`,
    ],
    [
      'a name without its $',
      { conditions: [['eq', 'key', 'a/b c.txt']] },
      `${DENIED} Policy Condition failed: ["eq", "key", "a/b c.txt"]`,
    ],
    ['names in another case', { conditions: [['eq', '$KEY', 'a/b c.txt']] }, 'accepted'],
    [
      'a beginning in another case',
      { conditions: [['starts-with', '$key', 'A/']] },
      `${DENIED} Policy Condition failed: ["starts-with", "$key", "A/"]`,
    ],
    [
      'two properties in one condition',
      { conditions: [{ ...KEY, acl: 'private' }] },
      '400 InvalidPolicyDocument: Invalid Policy: Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.',
    ],
    [
      'a file that is too large',
      { conditions: [KEY, ['content-length-range', 1, 4]] },
      '400 EntityTooLarge: Your proposed upload exceeds the maximum allowed size',
    ],
    [
      'a file that is too small',
      { conditions: [KEY, ['content-length-range', 6, 10]] },
      '400 EntityTooSmall: Your proposed upload is smaller than the minimum allowed size',
    ],
    ['a size at both limits', { conditions: [KEY, ['content-length-range', '5', '5']] }, 'accepted'],
    [
      'a size limit that is not a number',
      { conditions: [KEY, ['content-length-range', 'test', '10']] },
      `${DENIED} Policy Condition failed: ["content-length-range", "test", "10"]`,
    ],
    [
      'a signature of another policy',
      { fields: { 'x-amz-signature': sign('other') } },
      '403 SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    ],
    // s3-beam-42: "Invalid according to Policy: Extra input fields: content-disposition"
    ['a field that no condition names', { fields: { acl: 'private' } }, `${DENIED} Extra input fields: acl`],
    ['a field that is to be ignored', { fields: { 'x-ignore-a': 'b' } }, 'accepted'],
    // requests-36: "S3 ignores all other fields after files"
    ['a field after the file', { after: { acl: 'private' } }, 'accepted'],
    // s3du-29: a condition on a field that is absent fails, even if any value would do
    [
      'a field that is absent',
      { conditions: [KEY, ['starts-with', '$Content-Type', '']] },
      `${DENIED} Policy Condition failed: ["starts-with", "$Content-Type", ""]`,
    ],
    // modbox-10
    [
      'a value that is not a string',
      { conditions: [{ 'Content-Length': 5 }] },
      '400 InvalidPolicyDocument: Invalid Policy: Invalid Simple-Condition: value must be a string.',
    ],
    // The service authorization of a session: findSecret
    [
      'temporary credentials without their token',
      { fields: { 'x-amz-credential': CREDENTIAL.replace('AKIA', 'ASIA') } },
      '400 InvalidToken: The provided token is malformed or otherwise invalid.',
    ],
    [
      'an access key that is not known',
      { fields: { 'x-amz-credential': CREDENTIAL.replace('AKIALOCAL', 'AKIAOTHER') } },
      '403 InvalidAccessKeyId: The AWS Access Key Id you provided does not exist in our records.',
    ],
  ] as const)
    it(`with ${name}: ${expected.slice(0, 60)}`, async () => {
      assert.equal(await refusalOf(upload(form)), expected);
    });

  for (const [absent, expected] of [
    [
      ['x-amz-signature'],
      "400 InvalidArgument: Bucket POST must contain a field named 'X-Amz-Signature'.  If it is",
    ],
    [
      ['x-amz-algorithm', 'x-amz-credential'],
      "400 InvalidArgument: Bucket POST must contain a field named 'X-Amz-Al",
    ],
    [[...Object.keys(SIGNED), 'x-amz-signature'], '403 AccessDenied: Access Denied'],
    [['policy'], '403 AccessDenied: Access Denied'],
    // nukulb-1, k6-1382
    [['key'], "400 InvalidArgument: Bucket POST must contain a field named 'key'.  If it is"],
  ] as const)
    it(`without ${absent.join(', ')} is ${expected.slice(0, 30)}`, async () => {
      const fields = Object.entries(signedFields({})).filter(([name]) => !absent.some((one) => one === name));
      const refusal = await refusalOf(open(await request(Object.fromEntries(fields))));
      assert.ok(refusal.startsWith(expected), refusal);
    });

  it('with a signature of version 2, which boto3 makes, is accepted', async () => {
    const conditions = [{ bucket: 'photos' }, KEY];
    const text = JSON.stringify({ expiration: '2026-11-20T09:00:00Z', conditions });
    const policy = Buffer.from(text).toString('base64');
    const signature = createHmac('sha1', 'a-secret').update(policy).digest('base64');
    const fields = { ...KEY, AWSAccessKeyId: 'AKIALOCAL', policy, signature };

    assert.equal(await refusalOf(open(await request(fields))), 'accepted');
    assert.match(
      await refusalOf(open(await request({ ...fields, signature: 'x' }))),
      /^403 SignatureDoesNotMatch/,
    );
  });

  it('has the name of the file in its key, and keeps the variable if the file has no name', async () => {
    const conditions = [['starts-with', '$key', 'up/']];
    const fields = { key: 'up/${filename}' };
    const named = await upload({ conditions, fields });
    const unnamed = await upload({ conditions, fields, file: 'text' });

    assert.equal(named.kind === 'signed' && named.request.path, '/photos/up/own.txt');
    assert.equal(unnamed.kind === 'signed' && unnamed.request.path, '/photos/up/%24%7Bfilename%7D');
  });

  const done = { status: 200, headers: ['ETag', '"e"'], body: '' };
  for (const [fields, status, location, body] of [
    [{}, 204, 'http://127.0.0.1:4000/photos/a%2Fb%20c.txt', ''],
    [{ success_action_status: '200' }, 200, 'http://127.0.0.1:4000/photos/a%2Fb%20c.txt', ''],
    [
      { success_action_status: '201' },
      201,
      'http://127.0.0.1:4000/photos/a%2Fb%20c.txt',
      // s3rver-504, ceph-20330: the order of the elements, and the encoded slash
      '<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse><Location>http://127.0.0.1:4000/photos/a%2Fb%20c.txt</Location><Bucket>photos</Bucket><Key>a/b c.txt</Key><ETag>"e"</ETag></PostResponse>',
    ],
    [
      { success_action_redirect: 'https://app.example.com/done?a=1' },
      303,
      'https://app.example.com/done?a=1&bucket=photos&key=a%2Fb+c.txt&etag=%22e%22',
      '',
    ],
    // LocalStack, test_post_object_with_wrong_redirect: a relative address is no redirect
    [{ success_action_redirect: '/done' }, 204, 'http://127.0.0.1:4000/photos/a%2Fb%20c.txt', ''],
  ] as const)
    it(`with ${JSON.stringify(fields)} is answered with ${status}`, async () => {
      const conditions = [KEY, ...Object.entries(fields).map(([name, value]) => ({ [name]: value }))];
      const opened = await upload({ conditions, fields });
      assert.equal(opened.kind, 'signed');
      const reply = opened.toReply(done);

      assert.deepEqual([reply.status, reply.body], [status, body]);
      assert.equal(reply.headers[reply.headers.indexOf('Location') + 1], location);
    });

  it('that S3 refuses has the answer to the PutObject', async () => {
    const opened = await upload();
    assert.equal(opened.kind, 'signed');
    const refused = { status: 403, headers: [], body: 'no' };
    assert.equal(opened.toReply(refused), refused);
  });
});

describe('what is an upload by a form', () => {
  const FORM = ['Content-Type', 'multipart/form-data; boundary=x'];
  const head = { method: 'POST', path: '/photos', query: '', host: '127.0.0.1:4000', rawHeaders: FORM };
  for (const [name, sent, expected] of [
    ['a form at a bucket', head, true],
    ['a form at a bucket that the host names', { ...head, path: '/', host: 'photos.localhost:4000' }, true],
    ['a form at no bucket', { ...head, path: '/' }, false],
    ['a form at an endpoint below a path', { ...head, path: '/_gatewright/clock' }, false],
    ['a form of another method', { ...head, method: 'PUT' }, false],
    ['a form of another type', { ...head, rawHeaders: ['Content-Type', 'text/plain'] }, false],
    ['a signed call', { ...head, rawHeaders: [...FORM, 'Authorization', 'AWS4-HMAC-SHA256 x'] }, false],
  ] as const)
    it(`${name}: ${expected}`, () => assert.equal(isUpload(sent), expected));
});
