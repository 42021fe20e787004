/**
 * Secrets that are read as parameters, and the day of the last read. Sources: LocalStack's tests that ran on AWS,
 * tests/aws/services/ssm/test_ssm.py (`test_get_secret_parameter`, `test_get_inexistent_secret`,
 * `test_get_parameters_and_secrets`, `test_put_parameters`), and secretsmanager/test_secretsmanager.snapshot.json.
 */
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { adminIdentity } from '../../../../../packages/gateway/core/policy/identities.ts';
import { GeneratedSecrets } from '../../../../../packages/gateway/core/stack/generated-secret.ts';
import { LocalValues } from '../../../../../packages/gateway/services/values/local-values.ts';
import { createSecretsManager } from '../../../../../packages/gateway/services/values/secrets-manager.ts';
import { createSsm } from '../../../../../packages/gateway/services/values/ssm.ts';
import { parseValues } from '../../../../../packages/gateway/services/values/value-definitions.ts';
import { CountingRandom, VirtualClock } from '../../../../support/virtual-ports.ts';

const ADMIN = adminIdentity(
  { accessKeyId: 'AKIALOCAL0000ADMIN', secretAccessKey: 'admin-secret-of-a-test' },
  '123456789012',
);
const PATH = '/aws/reference/secretsmanager/';

type Answer = Readonly<Record<string, unknown>>;

let values: LocalValues;
beforeEach(() => {
  values = new LocalValues({
    clock: new VirtualClock(),
    generated: new GeneratedSecrets(() => 0),
    file: 'v.yml',
    report: () => undefined,
  });
  const written = 'secretsmanager: { db/key: word }\nssm: { host: local }';
  values.replace(
    parseValues(written, 'v.yml', () => Buffer.alloc(0)),
    [],
  );
});

async function call(target: string, input: object): Promise<Answer> {
  const service = target.startsWith('AmazonSSM') ? 'ssm' : 'secretsmanager';
  const accountId = '123456789012';
  const answer =
    service === 'ssm'
      ? createSsm(values, { accountId, random: new CountingRandom() })
      : createSecretsManager(values, accountId);
  const { body } = await answer({
    request: {
      method: 'POST',
      path: '/',
      query: '',
      rawHeaders: ['X-Amz-Target', target],
      body: Buffer.from(JSON.stringify(input)),
      host: '',
    },
    caller: ADMIN,
    service,
    region: 'us-east-1',
  });
  return JSON.parse(body.toString()) as Answer;
}

describe('a parameter that refers to a secret', () => {
  it('has its value, and the secret as its source', async () => {
    const input = { Name: `${PATH}db/key`, WithDecryption: true };

    const { Parameter } = await call('AmazonSSM.GetParameter', input);

    const { Name, Value, Type, Version, SourceResult } = Parameter as Answer;
    assert.deepEqual(
      { Name, Value, Type, Version },
      { Name: `${PATH}db/key`, Value: 'word', Type: 'SecureString', Version: 0 },
    );
    const { name, ARN } = JSON.parse(String(SourceResult)) as Answer;
    assert.equal(name, 'db/key');
    assert.match(String(ARN), /:secretsmanager:/);
  });

  it('is missing among several parameters if there is no such secret', async () => {
    const Names = ['host', `${PATH}db/key`, `${PATH}none`];

    const read = await call('AmazonSSM.GetParameters', { Names, WithDecryption: true });

    assert.deepEqual(
      (read['Parameters'] as readonly Answer[]).map(({ Name }) => Name),
      Names.slice(0, 2),
    );
    assert.deepEqual(read['InvalidParameters'], [`${PATH}none`]);
  });

  // API_PutSecretValue.html: a ClientRequestToken of 32 to 64 characters becomes the id of the version.
  it('is a version of the secret, by an id that the caller chose, or by a staging label', async () => {
    const id = 'release-2026-11-30'.padEnd(32, '-');
    const given = { SecretId: 'db/key', ClientRequestToken: id, SecretString: 'new' };
    await call('secretsmanager.PutSecretValue', given);

    for (const [selector, value] of [
      [id, 'new'],
      ['AWSCURRENT', 'new'],
      ['AWSPREVIOUS', 'word'],
    ] as const) {
      const input = { Name: `${PATH}db/key:${selector}`, WithDecryption: true };
      const { Parameter } = await call('AmazonSSM.GetParameter', input);
      assert.equal((Parameter as Answer | undefined)?.['Value'], value);
    }
  });

  for (const [input, message] of [
    [
      { Name: `${PATH}none`, WithDecryption: true },
      // aws/aws-dotnet-extensions-configuration#199
      'An error occurred (ParameterNotFound) when referencing Secrets Manager: Secret aws/reference/secretsmanager/none not found.',
    ],
    // Systems Manager user guide, "Referencing AWS Secrets Manager secrets from Parameter Store parameters"
    [{ Name: `${PATH}db/key` }, 'WithDecryption flag must be True for retrieving a Secret Manager secret.'],
  ] as const)
    it(`is refused: ${message}`, async () => {
      assert.equal((await call('AmazonSSM.GetParameter', input))['message'], message);
    });
});

it('a parameter is shown with the name by which it was read', async () => {
  const { Parameter } = await call('AmazonSSM.GetParameter', { Name: '/host' });

  assert.equal((Parameter as Answer)['Name'], '/host');
});

it('a secret and its version have the day of the last read', async () => {
  const SecretId = 'db/key';
  const before = await call('secretsmanager.DescribeSecret', { SecretId });
  await call('secretsmanager.GetSecretValue', { SecretId });
  const after = await call('secretsmanager.DescribeSecret', { SecretId });
  const { Versions } = await call('secretsmanager.ListSecretVersionIds', { SecretId });

  assert.equal(before['LastAccessedDate'], undefined);
  assert.equal(Number(after['LastAccessedDate']) % 86_400, 0);
  assert.equal((Versions as readonly Answer[])[0]?.['LastAccessedDate'], after['LastAccessedDate']);
});
