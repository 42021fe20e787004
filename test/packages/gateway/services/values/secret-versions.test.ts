/**
 * Versions and lists of secrets. LocalStack recorded the labels from AWS in tests/aws/services/secretsmanager,
 * test_secretsmanager.py (28 September 2022). The filters come from moto,
 * tests/test_secretsmanager/test_list_secrets.py, test_with_all_filter, which was verified against AWS.
 */
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { asList, membersOf } from '@gatewright/aws/json-object';
import { adminIdentity } from '../../../../../packages/gateway/core/policy/identities.ts';
import { GeneratedSecrets } from '../../../../../packages/gateway/core/stack/generated-secret.ts';
import { LocalValues } from '../../../../../packages/gateway/services/values/local-values.ts';
import { createSecretsManager } from '../../../../../packages/gateway/services/values/secrets-manager.ts';
import { parseValues } from '../../../../../packages/gateway/services/values/value-definitions.ts';
import { aStack } from '../../../../support/a-stack.ts';
import { VirtualClock } from '../../../../support/virtual-ports.ts';

const ADMIN = adminIdentity(
  { accessKeyId: 'AKIALOCAL0000ADMIN', secretAccessKey: 'admin-secret-of-a-test' },
  '123456789012',
);
const idOf = (number: number): string => `a1b2c3d4-5678-90ab-cdef-00000000000${number}`;
type Answer = Readonly<Record<string, unknown>>;

function aSecretsManager(stacks: Parameters<LocalValues['replace']>[1] = []) {
  const text = stacks.length === 0 ? 'secretsmanager: { app/token: first }' : '';
  const values = new LocalValues({
    clock: new VirtualClock(),
    generated: new GeneratedSecrets(() => 0),
    file: 'v.yml',
    report: () => undefined,
  });
  values.replace(
    parseValues(text, 'v.yml', () => Buffer.alloc(0)),
    stacks,
  );
  return async (operation: string, input: object): Promise<Answer> => {
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
}

describe('versions of a secret', () => {
  let call: ReturnType<typeof aSecretsManager>;
  const SecretId = 'app/token';
  beforeEach(() => {
    call = aSecretsManager();
  });

  const put = (number: number, VersionStages?: readonly string[]) =>
    call('PutSecretValue', {
      SecretId,
      SecretString: `value ${number}`,
      ClientRequestToken: idOf(number),
      VersionStages,
    });
  const list = async (more: object = {}) =>
    asList((await call('ListSecretVersionIds', { SecretId, ...more }))['Versions']).map((one) =>
      membersOf(one),
    );
  const labels = async (more: object = {}) =>
    (await list(more)).map(({ VersionStages: stages }) => stages ?? []);
  const first = async () => String((await list({ IncludeDeprecated: true }))[0]?.['VersionId']);
  const makeCurrent = (MoveToVersionId: string, RemoveFromVersionId?: string) =>
    call('UpdateSecretVersionStage', {
      SecretId,
      VersionStage: 'AWSCURRENT',
      MoveToVersionId,
      RemoveFromVersionId,
    });

  // test_update_secret_version_stages_current_pending_cycle_custom_stages_2
  it('get the labels that a rotation moves', async () => {
    assert.deepEqual((await put(2, ['PUT0', 'AWSCURRENT']))['VersionStages'], ['AWSCURRENT', 'PUT0']);
    assert.deepEqual((await put(3, ['AWSPENDING', 'PUT1']))['VersionStages'], ['AWSPENDING', 'PUT1']);
    assert.deepEqual(await labels(), [['AWSPREVIOUS'], ['AWSCURRENT', 'PUT0'], ['AWSPENDING', 'PUT1']]);
    const pending = await call('GetSecretValue', { SecretId, VersionStage: 'AWSPENDING' });
    assert.deepEqual([pending['SecretString'], pending['VersionId']], ['value 3', idOf(3)]);

    assert.equal((await makeCurrent(idOf(3), idOf(2)))['Name'], SecretId);

    assert.deepEqual(await labels(), [
      ['AWSPREVIOUS', 'PUT0'],
      ['AWSCURRENT', 'AWSPENDING', 'PUT1'],
    ]);
    assert.equal((await call('GetSecretValue', { SecretId }))['SecretString'], 'value 3');
    await put(4, ['AWSPENDING', 'PUT2']);
    await makeCurrent(idOf(4), idOf(3));
    assert.deepEqual(await labels(), [
      ['PUT0'],
      ['AWSPREVIOUS', 'PUT1'],
      ['AWSCURRENT', 'AWSPENDING', 'PUT2'],
    ]);
  });

  // test_update_secret_version_stages_current_pending
  it('lose AWSPENDING when they become the previous version', async () => {
    await put(2, ['AWSPENDING']);
    await makeCurrent(idOf(2), await first());
    await put(3);

    assert.deepEqual(await labels(), [['AWSPREVIOUS'], ['AWSCURRENT']]);
  });

  // test_non_versioning_version_stages_no_replacement
  it('have labels of their own names, which move to a new version', async () => {
    await put(2, ['one', 'two', 'three']);
    await put(3, ['one', 'two', 'four']);

    assert.deepEqual(await labels(), [['AWSCURRENT'], ['three'], ['four', 'one', 'two']]);
  });

  // test_deprecated_secret_version_stage
  it('are deprecated without a label, and listed only if the call asks for them', async () => {
    await put(2);
    await put(3);

    assert.deepEqual(await labels(), [['AWSPREVIOUS'], ['AWSCURRENT']]);
    assert.deepEqual(await labels({ IncludeDeprecated: true }), [[], ['AWSPREVIOUS'], ['AWSCURRENT']]);
    assert.deepEqual((await list())[0]?.['KmsKeyIds'], ['DefaultEncryptionKey']);
    const { NextToken, Versions } = await call('ListSecretVersionIds', { SecretId, MaxResults: 1 });
    assert.equal(asList(Versions).length, 1);
    assert.deepEqual(await labels({ NextToken }), [['AWSCURRENT']]);
  });

  // hashicorp/terraform-provider-aws#19943
  it('keep a label that a call does not take from them', async () => {
    await put(2, ['AWSPENDING']);
    const current = await first();

    assert.deepEqual(await makeCurrent(idOf(2)), {
      __type: 'InvalidParameterException',
      Message: `The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT is currently attached to version ${current}, so you must explicitly reference that version in RemoveFromVersionId.`,
    });
    assert.equal((await makeCurrent(idOf(2), idOf(2)))['__type'], 'InvalidParameterException');
    assert.equal((await makeCurrent(idOf(9), current))['__type'], 'ResourceNotFoundException');
    assert.deepEqual(await labels(), [['AWSCURRENT'], ['AWSPENDING']]);
  });

  // test_update_secret_description and test_no_client_request_token
  it('are made by UpdateSecret, which also changes the description', async () => {
    const update = (number: number, more: object) =>
      call('UpdateSecret', { SecretId, ClientRequestToken: idOf(number), ...more });

    const { VersionId: none, ...rest } = await update(2, { Description: 'MyDescription' });
    assert.deepEqual([none, rest['Name']], [undefined, SecretId]);
    assert.equal((await update(3, { SecretString: 'new' }))['VersionId'], idOf(3));

    const facts = await call('DescribeSecret', { SecretId });
    assert.equal(facts['Description'], 'MyDescription');
    assert.deepEqual(await labels(), [['AWSPREVIOUS'], ['AWSCURRENT']]);
    assert.equal((await call('GetSecretValue', { SecretId }))['SecretString'], 'new');
    assert.deepEqual(await call('UpdateSecret', { SecretId, SecretString: 'x' }), {
      __type: 'InvalidRequestException',
      Message: 'You must provide a ClientRequestToken value. We recommend a UUID-type value.',
    });
  });
});

describe('ListSecrets', () => {
  const secret = (id: string, more: object = {}) => ({
    type: 'AWS::SecretsManager::Secret',
    id,
    properties: { SecretString: 's', ...more },
  });
  const stack = aStack({
    One: secret('SecretOnea1b2c3'),
    Two: secret('SecretTwoa1b2c3', { Description: 'DescTwo' }),
    Third: secret('Thirdsecreta1b2c3'),
    Tag: secret('SecretFTaga1b2c3', { Tags: [{ Key: '1', Value: 'foo' }] }),
    Value: secret('SecretFValuea1b2c3', { Tags: [{ Key: 'foo', Value: 'v' }] }),
    None: secret('nonea1b2c3'),
  });
  const search = async (...filters: readonly (readonly [key: string, ...values: string[]])[]) => {
    const answer = await aSecretsManager([stack])('ListSecrets', {
      Filters: filters.map(([Key, ...Values]) => ({ Key, Values })),
    });
    return asList(answer['SecretList'])
      .map((one) => String(membersOf(one)['Name']).replace(/a1b2c3$/, ''))
      .toSorted();
  };

  const FOUR = ['SecretFTag', 'SecretFValue', 'SecretOne', 'SecretTwo'];
  for (const [value, expected] of [
    ['SecretOne', ['SecretOne']],
    ['foo', ['SecretFTag', 'SecretFValue']],
    ['Secret', FOUR],
    ['secret', FOUR],
    ['ret', []],
    ['sec', FOUR],
    ['SomeSecret', []],
    ['d', ['SecretTwo']],
    ['d t', ['SecretTwo']],
    ['t', ['SecretFTag', 'SecretTwo', 'Thirdsecret']],
  ] as const)
    it(`finds ${expected.join(', ') || 'nothing'} by the words of ${value}`, async () => {
      assert.deepEqual(await search(['all', value]), expected);
    });

  // getmoto/moto, run on AWS: test_with_all_filter_special_characters, test_with_duplicate_filter_keys and
  // test_with_filter_with_value_with_multiple_words
  const WORDS = aStack({
    Slash: secret('prod/AppBeta/a1b2c3'),
    Plus: secret('prod+AppBeta+a1b2c3'),
    Upper: secret('uat/COMPANY/a1b2c3'),
    Partly: secret('uat/COMPANYthings/a1b2c3'),
    Foo: secret('foo', { Description: 'one two' }),
    Bar: secret('bar', { Description: 'one and two' }),
    Baz: secret('baz', { Description: 'one' }),
    Qux: secret('qux', { Description: 'two' }),
  });
  const BETA = ['prod+AppBeta+a1b2c3', 'prod/AppBeta/a1b2c3'];
  for (const [filters, expected] of [
    [[['all', 'AppBeta']], BETA],
    [[['all', 'Beta']], BETA],
    [[['all', 'AppBeta', 'prod']], BETA],
    [[['all', '+']], []],
    [[['all', 'company']], ['uat/COMPANY/a1b2c3']],
    [[['all', 'things']], []],
    [[['all', 'Ythings']], ['uat/COMPANYthings/a1b2c3']],
    [[['all', 'N']], []],
    [[['all', 'pany']], []],
    [
      [
        ['description', 'one'],
        ['description', 'two'],
      ],
      ['bar', 'foo'],
    ],
    [[['description', 'one two']], ['bar', 'foo']],
    [[['description', 'o t']], ['bar', 'foo']],
    [[['description', 't']], ['bar', 'foo', 'qux']],
  ] as const)
    it(`finds ${expected.join(', ') || 'nothing'} by ${JSON.stringify(filters)}`, async () => {
      const answer = await aSecretsManager([WORDS])('ListSecrets', {
        Filters: filters.map(([Key, ...Values]) => ({ Key, Values })),
      });

      assert.deepEqual(
        asList(answer['SecretList'])
          .map((one) => membersOf(one)['Name'])
          .toSorted(),
        expected,
      );
    });

  // Secrets Manager API reference, "Filter"
  it('finds beginnings of names and tags, and of words of descriptions, and what does not begin so', async () => {
    assert.deepEqual(await search(['name', 'secret', 'Third']), ['Thirdsecret']);
    assert.deepEqual(await search(['description', 'desc']), ['SecretTwo']);
    assert.deepEqual(await search(['tag-key', 'fo']), ['SecretFValue']);
    assert.deepEqual(await search(['tag-value', 'fo'], ['name', 'Secret']), ['SecretFTag']);
    assert.deepEqual(await search(['name', 'Secret', '!SecretF']), ['SecretOne', 'SecretTwo']);
  });

  it('shows the labels of the versions', async () => {
    const { SecretList } = await aSecretsManager()('ListSecrets', {});
    const { SecretVersionsToStages, VersionIdsToStages, Name } = membersOf(asList(SecretList)[0]);

    assert.deepEqual(
      [Name, Object.values(membersOf(SecretVersionsToStages)), VersionIdsToStages],
      ['app/token', [['AWSCURRENT']], undefined],
    );
  });

  // Secrets Manager API reference, ListSecrets: SortBy, SortOrder
  for (const [input, first] of [
    [{}, 'none'],
    [{ SortOrder: 'asc' }, 'SecretOne'],
    [{ SortBy: 'name' }, 'none'],
    [{ SortBy: 'name', SortOrder: 'asc' }, 'SecretFTag'],
    [{ SortBy: 'created-date', SortOrder: 'asc' }, 'SecretOne'],
  ] as const)
    it(`begins with ${first} if it is asked for ${JSON.stringify(input)}`, async () => {
      const { SecretList } = await aSecretsManager([stack])('ListSecrets', input);
      const names = asList(SecretList).map((one) => String(membersOf(one)['Name']).replace(/a1b2c3$/, ''));

      assert.equal(
        names.find((name) => name !== 'app/token'),
        first,
      );
    });

  it('refuses a token that it never returned', async () => {
    for (const NextToken of ['!', 'IA==', 'MHgy']) {
      const { __type } = await aSecretsManager([stack])('ListSecrets', { NextToken });
      assert.equal(__type, 'InvalidNextTokenException', NextToken);
    }
  });

  it('gives the values of what filters find by the page, as BatchGetSecretValue', async () => {
    const call = aSecretsManager([stack]);
    const Filters = [{ Key: 'name', Values: ['Secret'] }];
    const first = await call('BatchGetSecretValue', { Filters, MaxResults: 1 });
    const second = await call('BatchGetSecretValue', {
      Filters,
      MaxResults: 20,
      NextToken: first['NextToken'],
    });

    assert.equal(asList(first['SecretValues']).length, 1);
    assert.deepEqual([asList(second['SecretValues']).length, second['NextToken']], [3, undefined]);
  });
});
