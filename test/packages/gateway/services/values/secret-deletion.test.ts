/** Deletion, restoration and tags of secrets; docs/aws §22.5 has the sources. */
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
const DAY_MS = 86_400_000;
const SecretId = 'app/token';
const MARKED = "You can't perform this operation on the secret because it was marked for deletion.";

type Answer = Readonly<Record<string, unknown>>;

describe('a deleted secret', () => {
  let clock: VirtualClock;
  let values: LocalValues;
  beforeEach(() => {
    clock = new VirtualClock();
    values = new LocalValues({
      clock,
      generated: new GeneratedSecrets(() => 0),
      file: 'v.yml',
      report: () => undefined,
    });
    define('first');
  });

  const define = (value: string): void =>
    values.replace(
      parseValues(`secretsmanager: { ${SecretId}: ${value} }`, 'v.yml', () => Buffer.alloc(0)),
      [],
    );
  const call = async (operation: string, input: object = {}): Promise<Answer> => {
    const { body } = await createSecretsManager(
      values,
      '123456789012',
    )({
      request: {
        method: 'POST',
        path: '/',
        query: '',
        rawHeaders: ['X-Amz-Target', `secretsmanager.${operation}`],
        body: Buffer.from(JSON.stringify({ SecretId, ...input })),
        host: '',
      },
      caller: ADMIN,
      service: 'secretsmanager',
      region: 'us-east-1',
    });
    return JSON.parse(body.toString()) as Answer;
  };
  const codeOf = async (operation: string, input?: object) => (await call(operation, input))['__type'];
  const listed = async (input?: object) =>
    ((await call('ListSecrets', input))['SecretList'] as readonly Answer[]).map(({ Name }) => Name);

  // Recorded for TagResource and UntagResource; of the others, the API reference lists InvalidRequestException.
  for (const [operation, input] of [
    ['GetSecretValue', {}],
    ['PutSecretValue', { SecretString: 'x', ClientRequestToken: 'a1b2c3d4-5678-90ab-cdef-000000000001' }],
    ['UpdateSecret', { Description: 'x', ClientRequestToken: 'a1b2c3d4-5678-90ab-cdef-000000000001' }],
    ['UpdateSecretVersionStage', { VersionStage: 'x' }],
    ['TagResource', { Tags: [{ Key: 'k', Value: 'v' }] }],
    ['UntagResource', { TagKeys: ['k'] }],
    ['DeleteSecret', {}],
  ] as const)
    it(`is refused by ${operation} until it is restored`, async () => {
      await call('DeleteSecret');
      const { __type, message, Message } = await call(operation, input);
      assert.deepEqual([__type, message ?? Message], ['InvalidRequestException', MARKED]);

      await call('RestoreSecret');
      assert.notEqual((await call(operation, input))['__type'], 'InvalidRequestException');
    });

  for (const days of [undefined, 7])
    it(`is there for ${days ?? 'the usual 30'} days`, async () => {
      const { Name, DeletionDate } = await call('DeleteSecret', { RecoveryWindowInDays: days });
      const dueMs = clock.nowEpochMs() + (days ?? 30) * DAY_MS;
      assert.deepEqual([Name, DeletionDate], [SecretId, dueMs / 1000]);
      assert.equal((await call('DescribeSecret'))['DeletedDate'], dueMs / 1000);
      assert.deepEqual(await listed(), []);
      assert.deepEqual(await listed({ IncludePlannedDeletion: true }), [SecretId]);

      clock.advance((days ?? 30) * DAY_MS);
      assert.equal(await codeOf('RestoreSecret'), 'ResourceNotFoundException');
      assert.deepEqual(await listed({ IncludePlannedDeletion: true }), []);
    });

  it('is in the errors of BatchGetSecretValue, and not among what its filters find', async () => {
    await call('DeleteSecret');
    const named = await call('BatchGetSecretValue', { SecretIdList: [SecretId] });
    const found = await call('BatchGetSecretValue', { Filters: [{ Key: 'name', Values: ['app'] }] });

    assert.deepEqual(named['Errors'], [{ SecretId, ErrorCode: 'InvalidRequestException', Message: MARKED }]);
    assert.deepEqual([found['SecretValues'], found['Errors']], [[], []]);
  });

  it('is gone at once if the deletion is forced, also of a marked secret or of none', async () => {
    const force = { ForceDeleteWithoutRecovery: true };
    await call('DeleteSecret');
    assert.equal((await call('DeleteSecret', force))['Name'], SecretId);
    assert.equal(await codeOf('DescribeSecret'), 'ResourceNotFoundException');
    assert.equal((await call('DeleteSecret', force))['Name'], SecretId);
    assert.equal(await codeOf('DeleteSecret'), 'ResourceNotFoundException');
  });

  for (const input of [
    { RecoveryWindowInDays: 6 },
    { RecoveryWindowInDays: 31 },
    { RecoveryWindowInDays: 7, ForceDeleteWithoutRecovery: true },
  ])
    it(`is not deleted with ${JSON.stringify(input)}`, async () => {
      assert.equal(await codeOf('DeleteSecret', input), 'InvalidParameterException');
      assert.equal((await call('GetSecretValue'))['SecretString'], 'first');
    });

  it('is back after its definition has changed, and after a reset', async () => {
    await call('DeleteSecret');
    define('first');
    assert.equal(await codeOf('GetSecretValue'), 'InvalidRequestException');
    define('second');
    assert.equal((await call('GetSecretValue'))['SecretString'], 'second');

    await call('DeleteSecret', { ForceDeleteWithoutRecovery: true });
    values.forgetCalls();
    define('second');
    assert.equal((await call('GetSecretValue'))['SecretString'], 'second');
  });

  it('keeps its tags, which TagResource and UntagResource change', async () => {
    const tags = async () => (await call('DescribeSecret'))['Tags'];
    await call('TagResource', {
      Tags: [
        { Key: 'a', Value: '1' },
        { Key: 'b', Value: '1' },
      ],
    });
    await call('TagResource', { Tags: [{ Key: 'b', Value: '2' }] });
    assert.deepEqual(await tags(), [
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: '2' },
    ]);
    await call('UntagResource', { TagKeys: ['a', 'c'] });
    await call('DeleteSecret');
    assert.deepEqual(await tags(), [{ Key: 'b', Value: '2' }]);
  });
});
