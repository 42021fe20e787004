import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { adminIdentity } from '../../../../../packages/gateway/core/policy/identities.ts';
import { GeneratedSecrets } from '../../../../../packages/gateway/core/stack/generated-secret.ts';
import { LocalValues } from '../../../../../packages/gateway/services/values/local-values.ts';
import { createSsm } from '../../../../../packages/gateway/services/values/ssm.ts';
import { parseValues } from '../../../../../packages/gateway/services/values/value-definitions.ts';
import { CountingRandom, VirtualClock } from '../../../../support/virtual-ports.ts';

const ADMIN = adminIdentity(
  { accessKeyId: 'AKIALOCAL0000ADMIN', secretAccessKey: 'admin-secret-of-a-test' },
  '123456789012',
);

type Answer = Readonly<Record<string, unknown>>;

describe('parameters that calls write', () => {
  let values: LocalValues;
  beforeEach(() => {
    values = new LocalValues({
      clock: new VirtualClock(),
      generated: new GeneratedSecrets(() => 0),
      file: 'v.yml',
      report: () => undefined,
    });
    define('ssm: { /app/host: first }');
  });

  const define = (text: string): void => {
    values.replace(
      parseValues(text, 'v.yml', () => Buffer.alloc(0)),
      [],
    );
  };
  const call = async (operation: string, input: object, caller = ADMIN): Promise<Answer> => {
    const ssm = createSsm(values, { accountId: '123456789012', random: new CountingRandom() });
    const { body } = await ssm({
      request: {
        method: 'POST',
        path: '/',
        query: '',
        rawHeaders: ['X-Amz-Target', `AmazonSSM.${operation}`],
        body: Buffer.from(JSON.stringify(input)),
        host: '',
      },
      caller,
      service: 'ssm',
      region: 'us-east-1',
    });
    return JSON.parse(body.toString()) as Answer;
  };
  const read = async (Name: string): Promise<unknown> => {
    const { Parameter, __type } = await call('GetParameter', { Name, WithDecryption: true });
    if (Parameter === undefined) return __type;
    const { Value, Version, Type } = Parameter as Answer;
    return [Value, Version, Type];
  };

  // LocalStack, test_parameters_with_path, recorded at AWS; Systems Manager API reference, PutParameter
  it('are read back with a version that each write increases', async () => {
    const put = { Name: '/app/token', Value: 'a', Type: 'SecureString' };

    assert.deepEqual(await call('PutParameter', put), { Tier: 'Standard', Version: 1 });
    const { Type: _, ...again } = { ...put, Value: 'b', Overwrite: true };
    assert.deepEqual(await call('PutParameter', again), { Tier: 'Standard', Version: 2 });
    assert.deepEqual(await read('/app/token'), ['b', 2, 'SecureString']);
    assert.deepEqual(await call('PutParameter', { Name: '/app/host', Value: 'c', Overwrite: true }), {
      Tier: 'Standard',
      Version: 2,
    });
    assert.deepEqual(await read('/app/host'), ['c', 2, 'String']);
  });

  // https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-versions.html
  // https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html, Intelligent-Tiering
  it('chooses the tier by the length of the value if it is asked to', async () => {
    const put = (Value: string) =>
      call('PutParameter', {
        Name: `/tiers/${Value.length}`,
        Value,
        Type: 'String',
        Tier: 'Intelligent-Tiering',
      });

    assert.deepEqual(
      [(await put('a'.repeat(4_096)))['Tier'], (await put('a'.repeat(4_097)))['Tier']],
      ['Standard', 'Advanced'],
    );
  });

  it('are kept as versions, which a selector chooses', async () => {
    await call('PutParameter', { Name: '/app/host', Value: 'second', Overwrite: true });
    await call('PutParameter', { Name: '/app/host', Value: 'third', Overwrite: true });

    assert.deepEqual(await read('/app/host:1'), ['first', 1, 'String']);
    assert.deepEqual(await read('/app/host:2'), ['second', 2, 'String']);
    assert.deepEqual(await read('/app/host:3'), ['third', 3, 'String']);
    assert.equal(await read('/app/host:4'), 'ParameterVersionNotFound');
    await call('DeleteParameter', { Name: '/app/host' });
    await call('PutParameter', { Name: '/app/host', Value: 'again', Type: 'String' });
    assert.equal(await read('/app/host:2'), 'ParameterVersionNotFound');
  });

  for (const [Name, __type, message] of [
    // https://github.com/aws-solutions/quota-monitor-for-aws/issues/30
    ['awslimitschecker', 'AccessDeniedException', 'No access to reserved parameter name: awslimitschecker.'],
    // https://github.com/hashicorp/terraform-provider-aws/issues/7251
    ['shop/dev/version', 'ValidationException', 'Parameter name must be a fully qualified name.'],
  ] as const)
    it(`cannot have the name ${Name}`, async () => {
      assert.deepEqual(await call('PutParameter', { Name, Value: 'a', Type: 'String' }), { __type, message });
    });

  it('stay when the definitions are loaded again, until their own definition changes', async () => {
    await call('PutParameter', { Name: '/app/host', Value: 'by call', Overwrite: true });
    await call('PutParameter', { Name: '/app/new', Value: 'made', Type: 'String' });
    define('ssm: { /app/host: first, /app/other: x }');
    assert.deepEqual(await read('/app/host'), ['by call', 2, 'String']);

    define('ssm: { /app/host: second }');

    assert.deepEqual(await read('/app/host'), ['second', 3, 'String']);
    assert.deepEqual(await read('/app/new'), ['made', 1, 'String']);
    values.forgetCalls();
    define('ssm: { /app/host: second }');
    assert.equal(await read('/app/new'), 'ParameterNotFound');
  });

  it('can be deleted, as can those of the values file', async () => {
    assert.deepEqual(await call('DeleteParameter', { Name: '/app/host' }), {});
    define('ssm: { /app/host: first }');
    assert.equal(await read('/app/host'), 'ParameterNotFound');
    assert.deepEqual(await call('DeleteParameter', { Name: '/app/host' }), { __type: 'ParameterNotFound' });
    await call('PutParameter', { Name: '/app/host', Value: 'again', Type: 'String' });

    assert.deepEqual(await call('DeleteParameters', { Names: ['/app/host', 'none'] }), {
      DeletedParameters: ['/app/host'],
      InvalidParameters: ['none'],
    });
  });

  const rows: readonly [what: string, input: object, type: string, message: string][] = [
    [
      'one that exists (hashicorp/terraform-provider-aws#13578)',
      { Name: '/app/host', Value: 'x', Type: 'String' },
      'ParameterAlreadyExists',
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    ],
    [
      'tags with an overwrite (getmoto/moto#4283)',
      { Name: '/app/host', Value: 'x', Overwrite: true, Tags: [{ Key: 'a', Value: 'b' }] },
      'ValidationException',
      "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.",
    ],
    [
      'a long value (hashicorp/terraform-provider-aws#18521)',
      { Name: 'long', Value: 'x'.repeat(4_097), Type: 'String' },
      'ValidationException',
      'Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html',
    ],
    [
      'a new one without a type (getmoto/moto)',
      { Name: 'new', Value: 'x' },
      'ValidationException',
      'A parameter type is required when you create a parameter.',
    ],
    [
      'what Systems Manager refuses, before what is not enforced here',
      { Name: 'new', Value: 'x', AllowedPattern: 'y' },
      'ValidationException',
      'A parameter type is required when you create a parameter.',
    ],
    [
      'what is not enforced here',
      { Name: 'new', Value: 'x', Type: 'String', AllowedPattern: 'y' },
      'NotImplementedException',
      'The gateway does not support AllowedPattern of PutParameter; define values in the stack or in the values file, or start with --aws ssm to send all calls of the service to AWS.',
    ],
  ];
  for (const [what, input, __type, message] of rows)
    it(`refuse ${what}`, async () => {
      assert.deepEqual(await call('PutParameter', input), { __type, message });
    });

  it('need the permission to write', async () => {
    const { __type } = await call(
      'PutParameter',
      { Name: 'a', Value: 'x', Type: 'String' },
      { ...ADMIN, policies: [] },
    );

    assert.equal(__type, 'AccessDeniedException');
  });
});
