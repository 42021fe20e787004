/** Refusals of presigned URLs and of preflights by S3 are explained, with the setting of the bucket if one decides. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  noteS3Refusal,
  notePresigned,
  noteWithoutCors,
} from '../../../../../packages/gateway/kernel/calls/s3-refusals.ts';
import { printS3Error } from '../../../../../packages/gateway/kernel/calls/s3-error.ts';
import * as s3 from '../../../../../packages/gateway/services/s3/service.ts';
import { aStoryBench } from '../../../../support/a-story-bench.ts';
import { CountingRandom } from '../../../../support/virtual-ports.ts';

const URL_QUERY = 'X-Amz-Credential=AKIA%2F20260101%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Signature=a';
const CORS = `
  Photos:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: photos
      CorsConfiguration:
        CorsRules: [{ AllowedMethods: [GET], AllowedOrigins: ['https://app.example.com'] }]`;
const PLAIN = '\n  Photos: { Type: AWS::S3::Bucket, Properties: { BucketName: photos } }';

/** The pages of the S3 user guide and API reference that `denied-calls.ts` names. */
const ROWS = [
  {
    name: 'a bucket without CORS',
    resources: PLAIN,
    error: { code: 'AccessForbidden', message: 'CORSResponse: CORS is not enabled for this bucket.' },
    told: /refused OPTIONS of a page with AccessForbidden: .*\(CorsConfiguration, events\.yml:\d+\)/,
    change: /^Give the bucket \(events\.yml:\d+\) a CorsConfiguration/,
  },
  {
    name: 'a rule of CORS that does not fit',
    resources: CORS,
    error: { code: 'AccessForbidden', message: 'CORSResponse: This CORS request is not allowed. This is' },
    told: /\(CorsConfiguration\.CorsRules, events\.yml:8\)/,
    change: /^Add the origin, the method and each header .* to one rule of CorsRules \(events\.yml:8\)/,
  },
  {
    name: 'a URL whose lifetime has ended',
    resources: PLAIN,
    error: { code: 'AccessDenied', message: 'Request has expired' },
    told: /The bucket photos refused GET of a presigned URL with AccessDenied: Request has expired/,
    change: /^Make a new URL shortly before it is used/,
  },
  {
    name: 'a URL that was signed for something else',
    resources: PLAIN,
    error: { code: 'SignatureDoesNotMatch', message: 'The request signature we calculated does not match' },
    told: /covers the method, the host, the path, the query and the headers that were signed/,
    change: /^Send the request with the method for which the URL was made/,
  },
  {
    name: 'a header that was not signed',
    resources: PLAIN,
    error: {
      code: 'AccessDenied',
      message: 'There were headers present in the request which were not signed',
      details: { HeadersNotSigned: 'x-amz-acl' },
    },
    told: /A header that begins with x-amz- changes what the URL does/,
    change: /^Give the signer the header when the URL is made, or leave it out of the request: x-amz-acl\.$/,
  },
  {
    name: 'a URL that a shell cut at &',
    resources: PLAIN,
    error: {
      code: 'AuthorizationQueryParametersError',
      message: 'Query-string authentication version 4 requires the X-Amz-Algorithm',
    },
    told: /A part of the presigned URL is missing or malformed/,
    change: /^Use the URL as the signer returned it, with its whole query\./,
  },
  {
    // AmazonS3/latest/userguide/using-presigned-url.html: "limited by the permissions of the user who creates it"
    name: 'a URL whose signer lacks the right',
    resources: PLAIN,
    error: {
      code: 'AccessDenied',
      message:
        'User: arn:aws:sts::123456789012:assumed-role/links-role/links is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::photos/a.png" because no identity-based policy allows the s3:GetObject action',
    },
    told: /has the rights of the identity that signed it/,
    change:
      /^Allow the call in a policy of the role links-role, which signed the URL: \{ Effect: Allow, Action: s3:GetObject, Resource: arn:aws:s3:::photos\/\* \}\.$/,
  },
  {
    name: 'a key that is unknown',
    resources: PLAIN,
    error: { code: 'InvalidAccessKeyId', message: 'The AWS Access Key Id you provided does not exist' },
    told: /made with an access key that this gateway does not know/,
    change: /^Make the URL with the credentials that functions find/,
  },
];

const FORM_ROWS = [
  [
    'AccessDenied',
    'Invalid according to Policy: Policy expired.',
    /^Make a new form shortly before it is used/,
  ],
  [
    'AccessDenied',
    'Invalid according to Policy: Extra input fields: acl',
    /^Leave the field acl out of the form, .* or name it when the form is made: \{ "acl": VALUE \}/,
  ],
  [
    'AccessDenied',
    'Invalid according to Policy: Policy Condition failed: ["eq", "$key", "a"]',
    /^Send the field with the value that the condition asks for, .*: \["eq", "\$key", "a"\]\.$/,
  ],
  [
    'EntityTooLarge',
    'Your proposed upload exceeds the maximum allowed size',
    /^Send a file within the limits, or change content-length-range/,
  ],
  [
    'InvalidArgument',
    "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.",
    /^Send all fields that the signer returned, before the file/,
  ],
] as const;

describe('a response of a bucket without a rule of CORS for the page', () => {
  it('is explained, although S3 refused nothing', () => {
    const bench = aStoryBench({ s3 }, { resources: PLAIN, functions: {} });
    const sent = {
      host: '127.0.0.1:4000',
      path: '/photos/a.png',
      method: 'GET',
      origin: 'https://a.example',
    };
    noteWithoutCors(sent, { journal: bench.engine.journal, random: new CountingRandom() });

    const told = bench.story()?.sentences.join('\n') ?? '';

    assert.match(
      bench.story()?.headline ?? '',
      /^The response of the bucket photos to GET of a page cannot be read by the page\.$/,
    );
    assert.match(
      told,
      /answered GET of a page from https:\/\/a\.example without Access-Control-Allow-Origin/,
    );
    assert.match(
      bench.story()?.changes.join('\n') ?? '',
      /AllowedOrigins: \['https:\/\/a\.example'\], AllowedMethods: \[GET\]/,
    );
  });
});

describe('a refusal of a form', () => {
  for (const [code, message, change] of FORM_ROWS)
    it(`is explained: ${message.slice(0, 70)}`, () => {
      const bench = aStoryBench({ s3 }, { resources: PLAIN, functions: {} });
      const reply = { status: 403, headers: [], body: printS3Error({ code, message, details: {} }, 'ID') };
      const rawHeaders = ['Content-Type', 'multipart/form-data; boundary=x'];
      const sent = { host: '127.0.0.1:4000', path: '/photos', method: 'POST', query: '', rawHeaders };
      const { journal } = bench.engine;
      notePresigned({ ...sent, body: Buffer.alloc(0) }, reply, journal, new CountingRandom());

      const story = bench.story();

      assert.match(story?.sentences.join('\n') ?? '', /The bucket photos refused POST of a presigned form/);
      assert.match(story?.changes[0] ?? '', change);
    });
});

describe('a refusal of S3', () => {
  for (const { name, resources, error, told, change } of ROWS)
    it(`is explained: ${name}`, () => {
      const bench = aStoryBench({ s3 }, { resources, functions: {} });
      const reply = { status: 403, headers: [], body: printS3Error({ details: {}, ...error }, 'ID') };
      const request = { host: '127.0.0.1:4000', path: '/photos/a.png', method: 'GET' };
      const at = { journal: bench.engine.journal, random: new CountingRandom() };
      if (error.code === 'AccessForbidden')
        noteS3Refusal(request, reply, { ...at, operation: 'OPTIONS of a page' });
      else
        notePresigned(
          { ...request, query: URL_QUERY, rawHeaders: [], body: Buffer.alloc(0) },
          reply,
          at.journal,
          at.random,
        );

      const story = bench.story();

      assert.match(story?.sentences.join('\n') ?? '', told);
      assert.match(story?.changes[0] ?? '', change);
    });

  it('is not recorded for a call that is signed by its header', () => {
    const bench = aStoryBench({ s3 }, { resources: PLAIN, functions: {} });
    const reply = {
      status: 403,
      headers: [],
      body: printS3Error({ code: 'AccessDenied', message: '', details: {} }, 'ID'),
    };
    const request = {
      host: '127.0.0.1:4000',
      path: '/photos/a.png',
      method: 'GET',
      query: '',
      rawHeaders: [],
      body: Buffer.alloc(0),
    };
    notePresigned(request, reply, bench.engine.journal, new CountingRandom());
    assert.equal(bench.story(), undefined);
  });
});
