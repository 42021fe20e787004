import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { adminIdentity } from '../../../../../packages/gateway/core/policy/identities.ts';
import { GeneratedSecrets } from '../../../../../packages/gateway/core/stack/generated-secret.ts';
import { LocalValues } from '../../../../../packages/gateway/services/values/local-values.ts';
import { createSecretsManager } from '../../../../../packages/gateway/services/values/secrets-manager.ts';
import { parseValues } from '../../../../../packages/gateway/services/values/value-definitions.ts';
import { VirtualClock } from '../../../../support/virtual-ports.ts';

const ADMIN = adminIdentity(
  { accessKeyId: 'AKIALOCAL0000ADMIN', secretAccessKey: 'admin-secret-of-a-test' },
  '123456789012',
);
const [FIRST, SECOND] = ['a1b2c3d4-5678-90ab-cdef-000000000001', 'a1b2c3d4-5678-90ab-cdef-000000000002'];

type Answer = Readonly<Record<string, unknown>>;

describe('PutSecretValue', () => {
  let values: LocalValues;
  beforeEach(() => {
    values = new LocalValues({
      clock: new VirtualClock(),
      generated: new GeneratedSecrets(() => 0),
      file: 'v.yml',
      report: () => undefined,
    });
    define('secretsmanager: { app/token: first }');
  });

  const define = (text: string): void => {
    values.replace(
      parseValues(text, 'v.yml', () => Buffer.alloc(0)),
      [],
    );
  };
  const call = async (operation: string, input: object): Promise<Answer> => {
    const { body } = await createSecretsManager(
      values,
      '123456789012',
    )({
      request: {
        method: 'POST',
        path: '/',
        query: '',
        rawHeaders: ['X-Amz-Target', `secretsmanager.${operation}`],
        body: Buffer.from(JSON.stringify(input)),
        host: '',
      },
      caller: ADMIN,
      service: 'secretsmanager',
      region: 'us-east-1',
    });
    return JSON.parse(body.toString()) as Answer;
  };
  const put = (SecretString: string, ClientRequestToken: string) =>
    call('PutSecretValue', { SecretId: 'app/token', SecretString, ClientRequestToken });
  const read = async (more: object = {}): Promise<unknown> => {
    const { SecretString, VersionId, VersionStages, __type } = await call('GetSecretValue', {
      SecretId: 'app/token',
      ...more,
    });
    return __type ?? [SecretString, VersionId, VersionStages];
  };

  // AWS CLI reference, examples of put-secret-value and list-secret-version-ids
  it('makes a current version, and the former one the previous version', async () => {
    const { ARN, ...written } = await put('second', FIRST);

    assert.match(String(ARN), /^arn:aws:secretsmanager:us-east-1:123456789012:secret:app\/token-\w{6}$/);
    assert.deepEqual(written, { Name: 'app/token', VersionId: FIRST, VersionStages: ['AWSCURRENT'] });
    assert.deepEqual(await read(), ['second', FIRST, ['AWSCURRENT']]);
    await put('third', SECOND);
    assert.deepEqual(await read({ VersionStage: 'AWSPREVIOUS' }), ['second', FIRST, ['AWSPREVIOUS']]);
    assert.deepEqual(await read({ VersionId: FIRST }), ['second', FIRST, ['AWSPREVIOUS']]);
    const { VersionIdsToStages } = await call('DescribeSecret', { SecretId: 'app/token' });
    assert.deepEqual(VersionIdsToStages, { [FIRST]: ['AWSPREVIOUS'], [SECOND]: ['AWSCURRENT'] });
  });

  // API reference, PutSecretValue, ClientRequestToken
  it('is done once for each token', async () => {
    await put('second', FIRST);
    await put('third', SECOND);

    assert.deepEqual((await put('third', SECOND))['VersionStages'], ['AWSCURRENT']);
    assert.deepEqual((await put('second', FIRST))['VersionStages'], ['AWSPREVIOUS']);
    assert.deepEqual(await read(), ['third', SECOND, ['AWSCURRENT']]);
    assert.equal((await put('other', SECOND))['__type'], 'ResourceExistsException');
  });

  it('is in effect until the definition of the secret changes, or until a reset', async () => {
    await put('by call', FIRST);
    define('secretsmanager: { app/token: first, other: x }');
    assert.deepEqual(await read(), ['by call', FIRST, ['AWSCURRENT']]);

    define('secretsmanager: { app/token: changed }');

    assert.equal((await call('GetSecretValue', { SecretId: 'app/token' }))['SecretString'], 'changed');
    await put('again', SECOND);
    values.forgetCalls();
    define('secretsmanager: { app/token: changed }');
    assert.equal((await call('GetSecretValue', { SecretId: 'app/token' }))['SecretString'], 'changed');
    assert.equal(await read({ VersionStage: 'AWSPREVIOUS' }), 'ResourceNotFoundException');
  });

  it('stores bytes, too', async () => {
    const SecretBinary = Buffer.of(0, 255).toString('base64');
    await call('PutSecretValue', { SecretId: 'app/token', SecretBinary, ClientRequestToken: FIRST });

    const read = await call('GetSecretValue', { SecretId: 'app/token' });

    assert.deepEqual([read['SecretBinary'], read['SecretString']], [SecretBinary, undefined]);
  });

  for (const { source, input, __type, message } of [
    {
      source: 'aws/aws-sdk-js-v3#4640',
      input: { SecretString: 'x' },
      __type: 'InvalidRequestException',
      message: 'You must provide a ClientRequestToken value. We recommend a UUID-type value.',
    },
    {
      source: 'aws/aws-sdk-java#1556, of CreateSecret',
      input: { SecretString: 'x', SecretBinary: 'eA==', ClientRequestToken: FIRST },
      __type: 'InvalidParameterException',
      message:
        'The request had invalid params: You can’t specify both a binary secret value and a string secret value in the same secret.',
    },
    {
      source: 'the words of moto',
      input: { ClientRequestToken: FIRST },
      __type: 'InvalidRequestException',
      message: 'You must provide either SecretString or SecretBinary.',
    },
    {
      source: 'GetSecretValue',
      input: { SecretId: 'none', SecretString: 'x', ClientRequestToken: FIRST },
      __type: 'ResourceNotFoundException',
      message: "Secrets Manager can't find the specified secret.",
    },
    {
      source: 'what Secrets Manager refuses, before what is not supported here',
      input: { ClientRequestToken: FIRST, RotationToken: FIRST },
      __type: 'InvalidRequestException',
      message: 'You must provide either SecretString or SecretBinary.',
    },
    {
      source: 'not supported here',
      input: { SecretString: 'x', ClientRequestToken: FIRST, RotationToken: FIRST },
      __type: 'NotImplementedException',
      message:
        'The gateway does not support RotationToken of PutSecretValue; define values in the stack or in the values file, or start with --aws secretsmanager to send all calls of the service to AWS.',
    },
  ])
    it(`refuses ${JSON.stringify(input)} (${source})`, async () => {
      assert.deepEqual(await call('PutSecretValue', { SecretId: 'app/token', ...input }), {
        __type,
        // Only errors that are not in the model of the service have `message`.
        [__type === 'NotImplementedException' ? 'message' : 'Message']: message,
      });
    });
});
