import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import {
  endpointOf,
  findCredentials,
  readEndpoint,
} from '../../../../packages/toolkit/terminal/aws-session.ts';
import { UsageError } from '../../../../packages/base/terminal/output.ts';

describe('endpointOf', () => {
  const rows: readonly (readonly [string, string, object, Record<string, string>, string])[] = [
    ['dynamodb', 'eu-west-1', {}, {}, 'https://dynamodb.eu-west-1.amazonaws.com'],
    ['lambda', 'cn-north-1', {}, {}, 'https://lambda.cn-north-1.amazonaws.com.cn'],
    ['sqs', 'eu-west-1', {}, { AWS_ENDPOINT_URL: 'http://127.0.0.1:1/' }, 'http://127.0.0.1:1'],
    [
      'logs',
      'eu-west-1',
      {},
      { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: 'https://logs.example' },
      'https://logs.example',
    ],
    [
      'sqs',
      'eu-west-1',
      { endpointUrl: 'https://aws.example' },
      { AWS_ENDPOINT_URL_SQS: 'https://sqs.example' },
      'https://aws.example',
    ],
  ];
  for (const [service, region, flags, environment, expected] of rows)
    it(`is ${expected} for ${service}`, () =>
      assert.equal(endpointOf(service, region, flags, environment), expected));

  it('sends no token over an unencrypted network', () => {
    const environment = { AWS_ENDPOINT_URL: 'http://aws.example' };

    assert.throws(() => endpointOf('sqs', 'eu-west-1', {}, environment), UsageError);
    assert.throws(() => readEndpoint('http://127.0.0.1.example'), /must begin with https/);
    assert.equal(readEndpoint('http://localhost:4566/'), 'http://localhost:4566');
  });
});

describe('findCredentials', () => {
  it('uses the named profile rather than the variables', async (context) => {
    profiles(
      context,
      '[work]\naws_access_key_id = AKIAWORK\naws_secret_access_key = s\naws_session_token = t\n',
    );

    const found = await findCredentials({ profile: 'work' }, 'us-east-1');

    assert.deepEqual(found, { accessKeyId: 'AKIAWORK', secretAccessKey: 's', sessionToken: 't' });
  });

  it('uses the variables if no profile is named', async (context) => {
    profiles(context, '');

    const found = await findCredentials({}, 'us-east-1');

    assert.deepEqual(found, { accessKeyId: 'AKIAVARIABLE', secretAccessKey: 'v' });
  });

  it('runs the credential_process of a profile, and quotes no command line that failed', async (context) => {
    const answer = JSON.stringify({ Version: 1, AccessKeyId: 'AKIAPROCESS', SecretAccessKey: 'p' });
    profiles(
      context,
      `[good]\ncredential_process = echo '${answer}'\n[bad]\ncredential_process = false --password hunter2\n`,
    );

    const { accessKeyId } = await findCredentials({ profile: 'good' }, 'us-east-1');

    assert.equal(accessKeyId, 'AKIAPROCESS');
    await assert.rejects(findCredentials({ profile: 'bad' }, 'us-east-1'), (error) => {
      assert.ok(error instanceof UsageError);
      assert.doesNotMatch(error.message, /hunter2/);
      return true;
    });
  });

  it('says in one sentence that there are none', async (context) => {
    profiles(context, '');

    await assert.rejects(
      findCredentials({ profile: 'nobody' }, 'us-east-1'),
      (error) => error instanceof UsageError && /^[^\n]{10,200}$/.test(error.message),
    );
  });

  it('says where they can come from if there are none at all', async (context) => {
    profiles(context, '');
    delete process.env['AWS_ACCESS_KEY_ID'];

    await assert.rejects(
      findCredentials({}, 'us-east-1'),
      (error) => error instanceof UsageError && /AWS_PROFILE.*gatewright env/.test(error.message),
    );
  });

  it('does not wait forever', async (context) => {
    profiles(context, '[slow]\ncredential_process = sleep 2\n');

    await assert.rejects(
      findCredentials({ profile: 'slow' }, 'us-east-1', 20),
      /no AWS credentials were found within/,
    );
  });
});

/** Writes the profiles that the SDK reads, for one test. */
function profiles(context: TestContext, text: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-aws-'));
  writeFileSync(join(folder, 'credentials'), text);
  writeFileSync(join(folder, 'config'), '');
  const set: Record<string, string> = {
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials'),
    AWS_CONFIG_FILE: join(folder, 'config'),
    AWS_ACCESS_KEY_ID: 'AKIAVARIABLE',
    AWS_SECRET_ACCESS_KEY: 'v',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const before = Object.keys(set).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, set);
  context.after(() => {
    for (const [name, value] of before)
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    rmSync(folder, { recursive: true });
  });
}
