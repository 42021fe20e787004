import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compilePolicy } from '../../../../../../packages/gateway/core/policy/evaluate.ts';
import { adminIdentity } from '../../../../../../packages/gateway/core/policy/identities.ts';
import {
  createFunctionCode,
  isCodeCall,
  type ReplaceCode,
} from '../../../../../../packages/gateway/control/api/lambda/function-code.ts';
import type { AwsCall } from '../../../../../../packages/gateway/kernel/calls/aws-call.ts';
import { FunctionCodes } from '../../../../../../packages/gateway/control/api/lambda/code-facts.ts';
import { aStack } from './a-stack-of-functions.ts';

const ADMIN = adminIdentity({ accessKeyId: 'AKIALOCAL', secretAccessKey: 'secret' }, '123456789012');
const ZIP = Buffer.from('archive').toString('base64');
const OTHER_ZIP = Buffer.from('another archive').toString('base64');

function aCall(name: string, input: object, caller = ADMIN): AwsCall {
  const path = `/2015-03-31/functions/${encodeURIComponent(name)}/code`;
  const body = Buffer.from(JSON.stringify(input));
  const request = { method: 'PUT', path, query: '', host: 'h', body, rawHeaders: [] };
  return { request, caller, service: 'lambda', region: 'eu-west-1' };
}

describe('UpdateFunctionCode', async () => {
  const stacks = await aStack();
  const codes = new FunctionCodes();
  const replaced: string[] = [];
  const reports: string[] = [];
  let outcome: Awaited<ReturnType<ReplaceCode>> = { kind: 'replaced' };
  const serve = createFunctionCode(
    () => stacks,
    (name, archive) => {
      replaced.push(`${name}: ${archive.toString()}`);
      return Promise.resolve(outcome);
    },
    {
      codes,
      readObject: (_call, { bucket, key }) =>
        Promise.resolve(
          bucket === 'builds' && key === 'a/b.zip'
            ? { kind: 'read', bytes: Buffer.from('stored archive') }
            : { kind: 'refused', code: 'NoSuchKey', message: 'The specified key does not exist.' },
        ),
      clock: { nowEpochMs: () => Date.parse('2026-01-02T03:04:05.678Z'), monotonicMs: () => 0 },
      report: (message) => reports.push(message),
    },
  );
  const ask = async (...asked: Parameters<typeof aCall>) => {
    const { status, headers, body } = await serve(aCall(...asked));
    const type = headers[headers.findIndex((name) => name.toLowerCase() === 'x-amzn-errortype') + 1];
    return { status, type, body: JSON.parse(String(body)) as Record<string, unknown> };
  };

  it('runs the archive and answers the configuration with its size and SHA-256', async () => {
    replaced.length = 0;
    const arn = 'arn:aws:lambda:eu-west-1:123456789012:function:first';
    for (const name of ['first', arn, '123456789012:function:first']) {
      const { status, body } = await ask(name, { ZipFile: ZIP });
      assert.deepEqual(
        [status, body['FunctionArn'], body['CodeSize'], body['CodeSha256'], body['LastUpdateStatus']],
        [200, arn, 7, 'DrPja/sk3Nm7HRvs4VMSFrWVOaj94X7oAiSvBlPJKqM=', 'InProgress'],
      );
    }
    assert.deepEqual(replaced, Array(3).fill('first: archive'));
    const [definition] = stacks.flatMap(({ functions }) => functions);
    assert.ok(definition);
    assert.deepEqual(codes.of(definition), {
      CodeSize: 7,
      CodeSha256: 'DrPja/sk3Nm7HRvs4VMSFrWVOaj94X7oAiSvBlPJKqM=',
      LastModified: '2026-01-02T03:04:05.678+0000',
    });
  });

  // LocalStack's snapshot of test_function_revisions_basic, recorded 2024-04-10
  it('takes the code for the revision that a read shows, and changes the revision', async () => {
    const { body: updating } = await ask('first', { ZipFile: ZIP });
    const { body: before } = await ask('first', { ZipFile: ZIP, DryRun: true });
    const { status } = await ask('first', { ZipFile: OTHER_ZIP, RevisionId: before['RevisionId'] });

    assert.equal(status, 200);
    assert.notEqual(before['RevisionId'], updating['RevisionId']);
    assert.equal((await ask('first', { ZipFile: ZIP, RevisionId: before['RevisionId'] })).status, 412);
  });

  it('runs an archive that is stored in a bucket, if the caller may read it', async () => {
    replaced.length = 0;
    const stored = { S3Bucket: 'builds', S3Key: 'a/b.zip' };
    const compiled = compilePolicy(
      {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'lambda:UpdateFunctionCode', Resource: '*' }],
      },
      { ofIdentity: true },
    );
    assert.ok(compiled.kind === 'compiled');

    assert.equal((await ask('first', stored)).status, 200);
    const denied = await ask('first', stored, { ...ADMIN, policies: [compiled.policy] });
    assert.deepEqual([denied.status, denied.type], [403, 'AccessDeniedException']);
    assert.match(
      String(denied.body['message']),
      /^Your access has been denied by S3, .* GetObject for builds\/a\/b\.zip\. S3 Error Code: AccessDenied\./,
    );
    assert.deepEqual(replaced, ['first: stored archive']);
  });

  it('checks without replacing on DryRun', async () => {
    replaced.length = 0;

    assert.equal((await ask('first', { ZipFile: ZIP, DryRun: true })).status, 200);
    assert.deepEqual(replaced, []);
  });

  // Lambda API reference, "UpdateFunctionCode": errors and members; what is not enforced here is refused.
  const refusals: readonly (readonly [
    what: string,
    name: string,
    input: object,
    status: number,
    says: RegExp,
  ])[] = [
    ['an unknown function', 'third', { ZipFile: ZIP }, 404, /Function not found: .*:third/],
    ['no source', 'first', {}, 400, /provide a source/],
    // aws-samples/aws-account-vending-machine#23, serverless/serverless#13208
    [
      'an object that does not exist',
      'first',
      { S3Bucket: 'builds', S3Key: 'none' },
      400,
      /^Error occurred while GetObject\. S3 Error Code: NoSuchKey\. S3 Error Message: The specified key does not exist\.$/,
    ],
    ['a bucket without a key', 'first', { S3Bucket: 'builds' }, 400, /provide a source/],
    [
      'an archive in two places',
      'first',
      { ZipFile: ZIP, S3Bucket: 'builds', S3Key: 'a/b.zip' },
      400,
      /^Please do not provide other FunctionCode parameters when providing a ZipFile\.$/,
    ],
    [
      'a version of an object',
      'first',
      { S3Bucket: 'builds', S3Key: 'a/b.zip', S3ObjectVersion: '1' },
      501,
      /^S3ObjectVersion is not supported/,
    ],
    // LocalStack's snapshot of test_lambda_zip_file_to_image, recorded 2025-11-25
    [
      'an image',
      'first',
      { ImageUri: 'x' },
      400,
      /^Please don't provide ImageUri when updating a function with packageType Zip\.$/,
    ],
    // LocalStack's snapshot of test_function_revisions_basic, recorded 2024-04-10
    [
      'code for an earlier revision',
      'first',
      { ZipFile: ZIP, RevisionId: 'wrong' },
      412,
      /^The Revision Id provided does not match the latest Revision Id\. Call the GetFunction\/GetAlias API to retrieve the latest Revision Id$/,
    ],
    ['an earlier revision before anything else', 'first', { RevisionId: 'wrong' }, 412, /Revision Id/],
    ['a new version', 'first', { ZipFile: ZIP, Publish: true }, 501, /Publish is not supported/],
    [
      'a version of Managed Instances',
      'first',
      { ZipFile: ZIP, PublishTo: 'LATEST_PUBLISHED' },
      501,
      /^PublishTo is not supported/,
    ],
    [
      'a new version without code, because Lambda refuses that first',
      'first',
      { Publish: true },
      400,
      /^Please provide a source for function code\.$/,
    ],
    ['text that is not base64', 'first', { ZipFile: '%%%' }, 400, /must be encoded in Base64/],
  ];
  for (const [what, name, input, status, says] of refusals)
    it(`refuses ${what}`, async () => {
      replaced.length = 0;
      const reply = await ask(name, input);

      assert.equal(reply.status, status);
      assert.match(String(reply.body['message'] ?? reply.body['Message']), says);
      assert.deepEqual(replaced, []);
    });

  it('refuses a caller without the permission', async () => {
    assert.equal((await ask('first', { ZipFile: ZIP }, { ...ADMIN, policies: [] })).status, 403);
  });

  it("refuses an archive with AWS's message, and reports what the runtime says about it", async () => {
    outcome = { kind: 'unreadable', reason: 'the archive is damaged' };
    const damaged = await ask('first', { ZipFile: ZIP });
    outcome = { kind: 'not-run' };
    const { status } = await ask('first', { ZipFile: ZIP });

    assert.deepEqual([damaged.status, damaged.type], [400, 'InvalidParameterValueException']);
    // boto/boto3#488
    assert.equal(
      damaged.body['message'],
      'Could not unzip uploaded file. Please check your file, then try to upload again.',
    );
    assert.deepEqual(reports, ['UpdateFunctionCode of first was refused: the archive is damaged']);
    assert.equal(status, 501);
  });

  it('is PUT on the code of a function', () => {
    const calls = [
      ['PUT', '/2015-03-31/functions/first/code', true],
      ['GET', '/2015-03-31/functions/first/code', false],
      ['PUT', '/2015-03-31/functions/first/configuration', false],
    ] as const;
    for (const [method, path, expected] of calls)
      assert.equal(
        isCodeCall({ ...aCall('first', {}).request, method, path }),
        expected,
        `${method} ${path}`,
      );
  });
});
