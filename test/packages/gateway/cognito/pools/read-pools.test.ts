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
  it('has a pool for each issuer that the local issuer stands in for, in addition to those of the stacks', () => {
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

  it('asks for all kinds of characters if a pool has no policy, and for what it says otherwise', () => {
    const written = { Policies: { PasswordPolicy: { MinimumLength: 12, RequireNumbers: true } } };

    assert.deepEqual(read({}).policy.needs, ['lowercase', 'uppercase', 'numeric', 'symbol']);
    assert.deepEqual(read(written).policy, { minimumLength: 12, needs: ['numeric'], temporaryDays: 7 });
  });

  it('gives its pages the domain, whole if it is a custom one', () => {
    const custom = { Domain: 'login.shop.example', CustomDomainConfig: { CertificateArn: 'arn' } };

    assert.deepEqual(read({}).domains, ['shop.auth.us-east-1.amazoncognito.com']);
    assert.deepEqual(read({}, {}, custom).domains, ['login.shop.example']);
  });

  it('gives a pool its name, or its logical id if it has no name', () => {
    assert.deepEqual(
      [{ UserPoolName: 'shop' }, { PoolName: 'shop' }, {}].map((pool) => read(pool).name),
      ['shop', 'shop', 'Pool'],
    );
  });

  it('has the token function in the given version, or version 1 by default', () => {
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

// CloudFormation, AWS::Cognito::UserPool PasswordPolicy and AdminCreateUserConfig; the API's defaults.
describe('the password policy of a pool', () => {
  for (const [property, kind] of [
    ['RequireLowercase', 'lowercase'],
    ['RequireUppercase', 'uppercase'],
    ['RequireNumbers', 'numeric'],
    ['RequireSymbols', 'symbol'],
  ] as const)
    for (const [value, isNeeded] of [
      [true, true],
      ['true', true],
      [false, false],
    ] as const)
      it(`${isNeeded ? 'needs' : 'does not need'} ${kind} with ${property}: ${JSON.stringify(value)}`, () => {
        const { needs } = read({ Policies: { PasswordPolicy: { [property]: value } } }).policy;

        assert.deepEqual(needs, isNeeded ? [kind] : []);
      });

  for (const [what, policy, admin, expected] of [
    ['nothing', {}, {}, [8, 7]],
    ['only kinds of characters', { RequireNumbers: true }, {}, [6, 7]],
    ['a length', { MinimumLength: '10' }, {}, [10, 7]],
    ['days of a temporary password', { TemporaryPasswordValidityDays: 3 }, {}, [6, 3]],
    ['days of an unused account', {}, { UnusedAccountValidityDays: 5 }, [8, 5]],
    ['both', { TemporaryPasswordValidityDays: 3 }, { UnusedAccountValidityDays: 5 }, [6, 3]],
    ['a length that is not a number', { MinimumLength: 'x' }, {}, [6, 7]],
  ] as const)
    it(`has its numbers if the template says ${what}`, () => {
      const pool = read({ Policies: { PasswordPolicy: policy }, AdminCreateUserConfig: admin });

      assert.deepEqual([pool.policy.minimumLength, pool.policy.temporaryDays], expected);
    });
});

describe('the settings of a pool', () => {
  for (const [what, given, member, expected] of [
    ['names', { UsernameAttributes: ['email', 7] }, 'nameAttributes', ['email']],
    ['aliases', { AliasAttributes: ['email'] }, 'aliases', ['email']],
    ['verified attributes', { AutoVerifiedAttributes: ['email'] }, 'autoVerified', ['email']],
    ['no verified attributes', { AutoVerifiedAttributes: 'email' }, 'autoVerified', []],
    ['the case of names', { UsernameConfiguration: { CaseSensitive: true } }, 'isCaseSensitive', true],
    ['no case of names', {}, 'isCaseSensitive', false],
    ['sign-up', {}, 'allowsSignUp', true],
    ['no sign-up', { AdminCreateUserConfig: { AllowAdminCreateUserOnly: true } }, 'allowsSignUp', false],
    [
      'required attributes',
      {
        Schema: [
          { Name: 'email', Required: true },
          { Name: 'phone_number', Required: false },
          { Name: 'name' },
          { Required: true },
          'text',
        ],
      },
      'required',
      ['email'],
    ],
    ['no required attributes', { Schema: { Name: 'email', Required: true } }, 'required', []],
  ] as const)
    it(`include ${what}`, () => assert.deepEqual(read(given)[member], expected));

  // Cognito developer guide, "Customizing user pool workflows with Lambda triggers".
  for (const name of [
    'CustomMessage',
    'PostAuthentication',
    'PostConfirmation',
    'PreAuthentication',
    'PreSignUp',
    'PreTokenGeneration',
  ] as const)
    it(`include the function of ${name}, in its first version`, () => {
      assert.deepEqual(
        [...read({ LambdaConfig: { [name]: 'arn' } }).triggers],
        [[name, { arn: 'arn', version: '1' }]],
      );
    });

  it('include the function with a version, of two functions of tokens', () => {
    const PreTokenGenerationConfig = { LambdaArn: 'new', LambdaVersion: 'V2_0' };
    const both = read({ LambdaConfig: { PreTokenGeneration: 'old', PreTokenGenerationConfig } });

    assert.deepEqual([...both.triggers], [['PreTokenGeneration', { arn: 'new', version: '2' }]]);
  });

  it('have an ARN of the partition of their region', () => {
    const issuer = (region: string) => `https://cognito-idp.${region}.amazonaws.com/${region}_Abc`;
    const arns = readPools([], [issuer('eu-west-1'), issuer('cn-north-1')]).map(({ arn }) => arn);

    assert.equal(arns[0], 'arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Abc');
    assert.doesNotMatch(arns[1] ?? '', /^arn:aws:/);
  });
});

// CloudFormation, AWS::Cognito::UserPoolClient; Cognito API reference, UserPoolClientType.
describe('the settings of a client', () => {
  for (const [what, given, member, expected] of [
    ['its name', { ClientName: 'web' }, 'name', 'web'],
    ['the name in the template if it has none', {}, 'name', 'App'],
    ['no secret', {}, 'secret', undefined],
    ['addresses', { CallbackURLs: ['https://a.example'] }, 'callbackUrls', ['https://a.example']],
    [
      'addresses after a sign-out',
      { LogoutURLs: ['https://b.example'] },
      'logoutUrls',
      ['https://b.example'],
    ],
    ['scopes', { AllowedOAuthScopes: ['openid'] }, 'scopes', ['openid']],
    ['no rotation', {}, 'rotationGraceSeconds', undefined],
    [
      'no rotation that is off',
      { RefreshTokenRotation: { Feature: 'DISABLED' } },
      'rotationGraceSeconds',
      undefined,
    ],
    ['rotation', { RefreshTokenRotation: { Feature: 'ENABLED' } }, 'rotationGraceSeconds', 0],
    [
      'rotation with some grace',
      { RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: 10 } },
      'rotationGraceSeconds',
      10,
    ],
    ['errors of unknown users', {}, 'reportsUnknownUsers', true],
    ['no errors of unknown users', { PreventUserExistenceErrors: 'ENABLED' }, 'reportsUnknownUsers', false],
    ['errors as they were', { PreventUserExistenceErrors: 'LEGACY' }, 'reportsUnknownUsers', true],
    ['revocation', {}, 'revokesTokens', true],
    ['no revocation', { EnableTokenRevocation: false }, 'revokesTokens', false],
    ['all attributes', {}, 'readable', undefined],
    ['some attributes', { ReadAttributes: ['email'] }, 'readable', ['email']],
  ] as const)
    it(`include ${what}`, () => assert.deepEqual(clientOf(given)[member], expected));

  it('include a secret of 51 characters, the same at each start', () => {
    const [first, second] = [clientOf({ GenerateSecret: true }), clientOf({ GenerateSecret: 'true' })];

    assert.match(first.secret ?? '', /^[a-z0-9]{51}$/);
    assert.equal(first.secret, second.secret);
  });

  it('apply to a client that names its pool by the ARN', () => {
    const arn = `arn:aws:cognito-idp:us-east-1:123456789012:userpool/${POOL_ID}`;

    assert.equal(clientOf({ UserPoolId: arn }).clientId, 'app');
  });

  for (const [written, expected] of [
    ['ALLOW_USER_SRP_AUTH', ['USER_SRP_AUTH']],
    ['ALLOW_CUSTOM_AUTH', ['CUSTOM_AUTH']],
    ['ALLOW_REFRESH_TOKEN_AUTH', ['REFRESH_TOKEN_AUTH']],
    ['ALLOW_ADMIN_USER_PASSWORD_AUTH', ['ADMIN_USER_PASSWORD_AUTH']],
    ['ALLOW_USER_AUTH', ['USER_AUTH']],
    ['CUSTOM_AUTH_FLOW_ONLY', ['CUSTOM_AUTH', 'REFRESH_TOKEN_AUTH']],
    ['USER_PASSWORD_AUTH', ['REFRESH_TOKEN_AUTH', 'USER_PASSWORD_AUTH', 'USER_SRP_AUTH']],
    ['UNKNOWN', []],
  ] as const)
    it(`allow the flows of ${written}`, () =>
      assert.deepEqual([...clientOf({ ExplicitAuthFlows: [written] }).flows].toSorted(), expected));

  for (const [unit, seconds] of [
    ['seconds', 1],
    ['minutes', 60],
    ['hours', 3600],
    ['days', 86_400],
  ] as const)
    it(`have tokens that live for ${unit}`, () => {
      const units = { AccessToken: unit, IdToken: unit, RefreshToken: unit };
      const written = { AccessTokenValidity: 2, IdTokenValidity: 3, RefreshTokenValidity: 4 };

      assert.deepEqual(clientOf({ ...written, TokenValidityUnits: units }).seconds, {
        access: 2 * seconds,
        id: 3 * seconds,
        refresh: 4 * seconds,
      });
    });

  it('have tokens of the default life if a validity is 0', () =>
    assert.deepEqual(
      clientOf({ AccessTokenValidity: 0, IdTokenValidity: 0, RefreshTokenValidity: 0 }).seconds,
      { id: 3600, access: 3600, refresh: 2_592_000 },
    ));
});
