import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readPools } from '../../../../../packages/gateway/cognito/pools/read-pools.ts';
import { aStack } from '../../../../support/a-stack.ts';
import type { AppClient } from '../../../../../packages/gateway/cognito/pools/pool-model.ts';
import type { JsonObject } from '@gatewright/aws/json-object';

const POOL_ID = 'us-east-1_Shop';

function read(pool: JsonObject, client: JsonObject = {}, domain: JsonObject = {}) {
  const [first] = readPools(
    [
      aStack({
        Pool: { type: 'AWS::Cognito::UserPool', id: POOL_ID, properties: pool },
        App: {
          type: 'AWS::Cognito::UserPoolClient',
          id: 'app',
          properties: { UserPoolId: POOL_ID, ...client },
        },
        Other: {
          type: 'AWS::Cognito::UserPoolClient',
          id: 'other',
          properties: { UserPoolId: 'us-east-1_No' },
        },
        Domain: {
          type: 'AWS::Cognito::UserPoolDomain',
          id: 'shop',
          properties: { UserPoolId: POOL_ID, Domain: 'shop', ...domain },
        },
      }),
    ],
    [],
  );
  assert.ok(first !== undefined);
  return first;
}

function clientOf(client: JsonObject): AppClient {
  const [only, ...others] = read({}, client).clients;
  assert.ok(only !== undefined && others.length === 0);
  return only;
}

// Source: CloudFormation, AWS::Cognito::UserPool and AWS::Cognito::UserPoolClient.
describe('readPools', () => {
  it('has a pool for each issuer that is stood in for beside those of the stacks', () => {
    const issuers = [
      'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc',
      'https://example.eu.auth0.com/',
      `https://cognito-idp.us-east-1.amazonaws.com/${POOL_ID}`,
    ];
    const stack = aStack({ Pool: { type: 'AWS::Cognito::UserPool', id: POOL_ID, properties: {} } });

    const pools = readPools([stack], issuers);

    assert.deepEqual(
      pools.map(({ poolId, kind, isOpen, allowsSignUp, region }) => [
        poolId,
        kind,
        isOpen,
        allowsSignUp,
        region,
      ]),
      [
        [POOL_ID, 'cognito', false, true, 'us-east-1'],
        ['eu-west-1_Abc', 'cognito', true, true, 'eu-west-1'],
        ['example.eu.auth0.com', 'oidc', true, true, ''],
      ],
    );
  });

  it('asks for all kinds of characters where a pool has no policy, and for what it says otherwise', () => {
    const written = { Policies: { PasswordPolicy: { MinimumLength: 12, RequireNumbers: true } } };

    assert.deepEqual(read({}).policy.needs, ['lowercase', 'uppercase', 'numeric', 'symbol']);
    assert.deepEqual(read(written).policy, { minimumLength: 12, needs: ['numeric'], temporaryDays: 7 });
  });

  it('gives its pages the domain, whole where it is a custom one', () => {
    const custom = { Domain: 'login.shop.example', CustomDomainConfig: { CertificateArn: 'arn' } };

    assert.deepEqual(read({}).domains, ['shop.auth.us-east-1.amazoncognito.com']);
    assert.deepEqual(read({}, {}, custom).domains, ['login.shop.example']);
  });

  it('calls a pool by its name, or else as the template does', () => {
    assert.deepEqual(
      [{ UserPoolName: 'shop' }, { PoolName: 'shop' }, {}].map((pool) => read(pool).name),
      ['shop', 'shop', 'Pool'],
    );
  });

  it('has the function of tokens in the version that is written, 1 where none is', () => {
    const versions = ['V1_0', 'V2_0', 'V3_0', undefined].map((LambdaVersion) => {
      const PreTokenGenerationConfig = { LambdaArn: 'arn', ...(LambdaVersion && { LambdaVersion }) };
      return read({ LambdaConfig: { PreTokenGenerationConfig } }).triggers.get('PreTokenGeneration');
    });

    assert.deepEqual(
      versions,
      ['1', '2', '3', '1'].map((version) => ({ arn: 'arn', version })),
    );
  });

  const flows: [written: string[], flows: string[]][] = [
    [[], ['CUSTOM_AUTH', 'REFRESH_TOKEN_AUTH', 'USER_SRP_AUTH']],
    [['ALLOW_USER_PASSWORD_AUTH'], ['USER_PASSWORD_AUTH']],
    [['ADMIN_NO_SRP_AUTH'], ['ADMIN_USER_PASSWORD_AUTH', 'REFRESH_TOKEN_AUTH', 'USER_SRP_AUTH']],
  ];
  for (const [ExplicitAuthFlows, expected] of flows)
    it(`allows a client of [${ExplicitAuthFlows.join()}] to use ${expected.join()}`, () => {
      assert.deepEqual([...clientOf({ ExplicitAuthFlows }).flows].toSorted(), expected);
    });

  const seconds: [written: JsonObject, expected: AppClient['seconds']][] = [
    [{}, { id: 3600, access: 3600, refresh: 2_592_000 }],
    [
      { AccessTokenValidity: 2, RefreshTokenValidity: 1 },
      { id: 3600, access: 7200, refresh: 86_400 },
    ],
    [
      {
        AccessTokenValidity: 5,
        IdTokenValidity: 10,
        TokenValidityUnits: { AccessToken: 'minutes', IdToken: 'minutes' },
      },
      { id: 600, access: 300, refresh: 2_592_000 },
    ],
  ];
  for (const [written, expected] of seconds)
    it(`gives tokens of ${JSON.stringify(written)} a life of ${Object.values(expected).join()} s`, () => {
      assert.deepEqual(clientOf(written).seconds, expected);
    });

  it('allows a client to use the code flow only with both of its switches on', () => {
    const oauth = { AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: ['code'] };

    assert.equal(clientOf(oauth).allowsCode, true);
    for (const less of [
      { ...oauth, AllowedOAuthFlowsUserPoolClient: false },
      { ...oauth, AllowedOAuthFlows: ['implicit'] },
      {},
    ])
      assert.equal(clientOf(less).allowsCode, false);
  });
});
