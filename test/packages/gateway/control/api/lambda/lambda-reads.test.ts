import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { adminIdentity } from '../../../../../../packages/gateway/core/policy/identities.ts';
import { createLambdaReads } from '../../../../../../packages/gateway/control/api/lambda/lambda-reads.ts';
import { VirtualClock } from '../../../../../support/virtual-ports.ts';
import { FunctionCodes } from '../../../../../../packages/gateway/control/api/lambda/code-facts.ts';
import { aStack } from './a-stack-of-functions.ts';
import type { AwsCall, AwsService } from '../../../../../../packages/gateway/kernel/calls/aws-call.ts';

const ADMIN = adminIdentity({ accessKeyId: 'AKIALOCAL', secretAccessKey: 'secret' }, '123456789012');
const ARN = 'arn:aws:lambda:eu-west-1:123456789012:function';
function aCall(path: string, query = '', caller = ADMIN): AwsCall {
  return {
    request: {
      method: 'GET',
      path: `/2015-03-31/functions${path}`,
      query,
      host: 'h',
      body: Buffer.alloc(0),
      rawHeaders: [],
    },
    caller,
    service: 'lambda',
    region: 'eu-west-1',
  };
}

const others: AwsService = () => Promise.resolve({ status: 299, headers: [], body: '{}' });

describe('createLambdaReads', async () => {
  const stacks = await aStack();
  const serve = createLambdaReads(
    () => stacks,
    { codes: new FunctionCodes(), clock: new VirtualClock() },
    others,
  );
  const ask = async (...asked: Parameters<typeof aCall>) => {
    const { status, body } = await serve(aCall(...asked));
    return { status, body: JSON.parse(String(body)) as Record<string, unknown> };
  };

  it('lists the functions of all stacks, page by page (ListFunctions)', async () => {
    const names = ({ body }: Awaited<ReturnType<typeof ask>>) =>
      (body['Functions'] as { FunctionName: string }[]).map(({ FunctionName }) => FunctionName);
    const all = await ask('/');
    const first = await ask('', 'MaxItems=1');
    const second = await ask('', `MaxItems=1&Marker=${String(first.body['NextMarker'])}`);

    assert.deepEqual([names(all), all.body['NextMarker']], [['first', 'second'], null]);
    assert.deepEqual([names(first), names(second), second.body['NextMarker']], [['first'], ['second'], null]);
    // "To get the additional fields …, use GetFunction" (API reference, ListFunctions)
    const [listed = {}] = all.body['Functions'] as object[];
    const { body: whole } = await ask('/first/configuration');
    assert.deepEqual(
      Object.keys(whole).filter((name) => !(name in listed)),
      ['RuntimeVersionConfig', 'State', 'LastUpdateStatus'],
    );
  });

  // LocalStack's snapshots of test_list_functions and test_version_lifecycle, recorded 2025-11-25; moto,
  // tests/test_awslambda/test_lambda.py::test_list_functions (runs against AWS); docs/aws §22.2
  it('lists the published versions after each function if the call asks for all versions (ListFunctions)', async () => {
    const shown = ({ body }: Awaited<ReturnType<typeof ask>>) =>
      (body['Functions'] as Record<string, string>[]).map((one) => [
        one['FunctionArn'],
        one['Version'],
        one['Description'],
      ]);
    const expected = [
      [`${ARN}:first:$LATEST`, '$LATEST', 'says hello'],
      [`${ARN}:first:1`, '1', 'as sold'],
      // API reference, PublishVersion: "A description for the version to override the description in the function"
      [`${ARN}:first:2`, '2', 'says hello'],
      [`${ARN}:second:$LATEST`, '$LATEST', ''],
    ];
    const all = await ask('', 'FunctionVersion=ALL');
    const revisions = (all.body['Functions'] as Record<string, string>[]).map((one) => one['RevisionId']);
    const first = await ask('', 'FunctionVersion=ALL&MaxItems=2');
    const rest = await ask('', `FunctionVersion=ALL&Marker=${String(first.body['NextMarker'])}`);

    assert.deepEqual(shown(all), expected);
    assert.equal(new Set(revisions).size, 4);
    assert.deepEqual([...shown(first), ...shown(rest)], expected);
    assert.equal((await ask('', 'FunctionVersion=SOME')).status, 400);
  });

  it('lists only replicas for a region of Lambda@Edge, and there are none (ListFunctions)', async () => {
    for (const [region, found] of [
      ['us-east-1', 0],
      ['ALL', 4],
    ] as const) {
      const { body } = await ask('', `FunctionVersion=ALL&MasterRegion=${region}`);
      assert.equal((body['Functions'] as object[]).length, found, region);
    }
  });

  it('shows the description of the version, also for its alias (GetFunction)', async () => {
    for (const [qualifier, expected] of [
      ['1', ['as sold', '1', `${ARN}:first:1`]],
      ['live', ['as sold', '1', `${ARN}:first:live`]],
      ['2', ['says hello', '2', `${ARN}:first:2`]],
      ['$LATEST', ['says hello', '$LATEST', `${ARN}:first:$LATEST`]],
    ] as const) {
      const { body } = await ask('/first', `Qualifier=${encodeURIComponent(qualifier)}`);
      const { Description, Version, FunctionArn } = body['Configuration'] as Record<string, unknown>;
      assert.deepEqual([Description, Version, FunctionArn], expected);
    }
  });

  it('shows the configuration that the template gives, by name and by ARN (GetFunctionConfiguration)', async () => {
    const { body: configuration } = await ask('/first/configuration');
    const { body: whole } = await ask(`/${encodeURIComponent(`${ARN}:first`)}`);

    assert.deepEqual(configuration, whole['Configuration']);
    assert.deepEqual(configuration, {
      FunctionName: 'first',
      FunctionArn: `${ARN}:first`,
      Runtime: 'nodejs24.x',
      Role: 'arn:aws:iam::123456789012:role/first',
      Handler: 'index.handler',
      Description: 'says hello',
      Timeout: 7,
      MemorySize: 128,
      Version: '$LATEST',
      Environment: { Variables: { GREETING: 'hello' } },
      TracingConfig: { Mode: 'PassThrough' },
      Architectures: ['x86_64'],
      EphemeralStorage: { Size: 512 },
      LoggingConfig: { LogFormat: 'Text', LogGroup: '/aws/lambda/first' },
      SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
      PackageType: 'Zip',
      State: 'Active',
      LastUpdateStatus: 'Successful',
      CodeSha256: configuration['CodeSha256'],
      CodeSize: configuration['CodeSize'],
      LastModified: configuration['LastModified'],
      RuntimeVersionConfig: configuration['RuntimeVersionConfig'],
      RevisionId: configuration['RevisionId'],
    });
    const { Location, ...code } = whole['Code'] as Record<string, unknown>;
    assert.deepEqual(code, { RepositoryType: 'S3' });
    assert.match(String(Location), /^http:\/\/h\/_code\/first\.zip\?X-Amz-Algorithm=/);
    assert.match(String(configuration['CodeSha256']), /^[\w+/]{43}=$/);
    assert.match(String(configuration['LastModified']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/);
    assert.match(
      JSON.stringify(configuration['RuntimeVersionConfig']),
      /^\{"RuntimeVersionArn":"arn:aws:lambda:eu-west-1::runtime:[\da-f]{64}"\}$/,
    );
    assert.match(String(configuration['RevisionId']), /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/);
  });

  it('shows the tags of a function that SAM creates, which are a map in its template (GetFunction)', async () => {
    const { body } = await ask('/second');

    assert.deepEqual(body['Tags'], { team: 'shop' });
  });

  it('refuses an unknown name and a caller without the permission, and does not answer other calls', async () => {
    const noPermissions = { ...ADMIN, policies: [] };
    const missing = await ask('/third');
    const statuses = [
      (await ask('/first', '', noPermissions)).status,
      (await ask('', '', noPermissions)).status,
      (await ask('/first/url')).status,
    ];

    assert.deepEqual([missing.status, missing.body['Message']], [404, `Function not found: ${ARN}:third`]);
    assert.deepEqual(statuses, [403, 403, 299]);
  });
});
