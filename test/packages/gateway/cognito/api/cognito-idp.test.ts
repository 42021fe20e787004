import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import {
  ADA,
  aUserPool,
  claimsOf,
  client,
  codeOf,
  PASSWORD,
  POOL_ID,
  refreshed,
  signIn,
  tokensOf,
} from '../../../../support/a-user-pool.ts';

// Source of the words: Cognito user pools API reference, and answers of the service that its clients are tested with.
describe("Cognito's API for users", () => {
  it('signs a user in with a password, and tokens are as Cognito makes them', async () => {
    const at = await aUserPool();

    const tokens = tokensOf(await at.call('InitiateAuth', signIn('ada', PASSWORD)));

    const id = claimsOf(tokens['IdToken']);
    const access = claimsOf(tokens['AccessToken']);
    const now = Math.floor(at.clock.nowEpochMs() / 1000);
    const iss = `https://cognito-idp.us-east-1.amazonaws.com/${POOL_ID}`;
    const common = {
      iss,
      iat: now,
      exp: now + 3600,
      auth_time: now,
      'cognito:groups': ['admins'],
      sub: id['sub'],
    };
    const { jti, origin_jti, event_id, ...restOfId } = id;
    assert.deepEqual(restOfId, {
      ...common,
      aud: 'app',
      token_use: 'id',
      'cognito:username': 'ada',
      'custom:tenant': 'acme',
      email: 'ada@example.com',
      email_verified: true,
    });
    assert.deepEqual(
      [access['client_id'], access['token_use'], access['scope'], access['username'], access['aud']],
      ['app', 'access', 'aws.cognito.signin.user.admin', 'ada', undefined],
    );
    assert.deepEqual([access['origin_jti'], access['event_id'] === event_id], [origin_jti, true]);
    assert.notEqual(access['jti'], jti);
    assert.deepEqual([tokens['ExpiresIn'], tokens['TokenType']], [3600, 'Bearer']);
  });

  const refused: [name: string, pool: object, client: object, input: object, answer: string][] = [
    ['a wrong password', {}, {}, signIn('ada', 'wrong'), '400 NotAuthorizedException'],
    ['an unknown user, revealed', {}, {}, signIn('eve', 'x'), '400 UserNotFoundException'],
    [
      'an unknown user, not revealed',
      {},
      { PreventUserExistenceErrors: 'ENABLED' },
      signIn('eve', 'x'),
      '400 NotAuthorizedException',
    ],
    [
      'a flow that the client has not',
      {},
      { ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH'] },
      signIn('ada', PASSWORD),
      '400 InvalidParameterException',
    ],
    ['no user name', {}, {}, { ...client, AuthFlow: 'USER_PASSWORD_AUTH' }, '400 InvalidParameterException'],
    [
      'an unknown client',
      {},
      {},
      { ...signIn('ada', PASSWORD), ClientId: 'x' },
      '400 ResourceNotFoundException',
    ],
    ['a flow that nobody has', {}, {}, { ...client, AuthFlow: 'MAGIC' }, '400 InvalidParameterException'],
    [
      'a flow by the name of what every object has',
      {},
      {},
      { ...client, AuthFlow: 'constructor' },
      '400 InvalidParameterException',
    ],
    [
      'a flow that is not here',
      {},
      {},
      { ...client, AuthFlow: 'CUSTOM_AUTH' },
      '501 NotImplementedException',
    ],
    [
      'a client without its secret',
      {},
      { GenerateSecret: true },
      signIn('ada', PASSWORD),
      '400 NotAuthorizedException',
    ],
  ];
  for (const [name, pool, properties, input, answer] of refused)
    it(`refuses ${name}: ${answer}`, async () => {
      const at = await aUserPool(pool, properties);

      assert.equal(codeOf(await at.call('InitiateAuth', input)), answer);
    });

  it('requires the hash of a client that has a secret, and accepts no other hash', async () => {
    const at = await aUserPool({}, { GenerateSecret: true });
    const described = (await at.admin('DescribeUserPoolClient', client)).body['UserPoolClient'];
    const secret = (described as { ClientSecret: string }).ClientSecret;
    const hash = (key: string) => createHmac('sha256', key).update('adaapp').digest('base64');

    const right = await at.call('InitiateAuth', signIn('ada', PASSWORD, { SECRET_HASH: hash(secret) }));
    const wrong = await at.call('InitiateAuth', signIn('ada', PASSWORD, { SECRET_HASH: hash('other') }));

    assert.deepEqual([right.status, codeOf(wrong)], [200, '400 NotAuthorizedException']);
  });

  it('refreshes tokens of a client that has a secret only if the secret is sent too', async () => {
    const at = await aUserPool({}, { GenerateSecret: true });
    const ClientSecret = at.pools.find(POOL_ID)?.pool.findClient('app')?.secret ?? '';
    const SECRET_HASH = createHmac('sha256', ClientSecret).update('adaapp').digest('base64');
    const { RefreshToken } = tokensOf(
      await at.call('InitiateAuth', signIn('ada', PASSWORD, { SECRET_HASH })),
    );
    const both = async (more: object): Promise<readonly string[]> => [
      codeOf(await at.call('GetTokensFromRefreshToken', { ...client, RefreshToken, ...more })),
      codeOf(await at.call('RevokeToken', { ...client, Token: RefreshToken, ...more })),
    ];

    const refused = '400 NotAuthorizedException';
    assert.deepEqual(await both({}), [refused, refused]);
    assert.deepEqual(await both({ ClientSecret: 'x'.repeat(24) }), [refused, refused]);
    assert.deepEqual(await both({ ClientSecret }), ['200', '200']);
  });

  it('accepts a refresh token for as long as the client defines, by the clock of the gateway', async () => {
    const at = await aUserPool(
      {},
      { RefreshTokenValidity: 1, AccessTokenValidity: 5, TokenValidityUnits: { AccessToken: 'minutes' } },
    );
    const first = tokensOf(await at.call('InitiateAuth', signIn('ada', PASSWORD)));

    at.clock.advance(23 * 3_600_000);
    const later = tokensOf(await at.call('InitiateAuth', refreshed(first['RefreshToken'])));
    at.clock.advance(2 * 3_600_000);
    const tooLate = await at.call('InitiateAuth', refreshed(first['RefreshToken']));

    assert.deepEqual([first['ExpiresIn'], later['RefreshToken']], [300, undefined]);
    assert.equal(claimsOf(later['AccessToken'])['auth_time'], claimsOf(first['AccessToken'])['auth_time']);
    assert.deepEqual(tooLate.body['message'], 'Refresh Token has expired');
  });

  it('rotates refresh tokens if the client defines it, and ends the sign-in when an old token is used again', async () => {
    const at = await aUserPool(
      {},
      { RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: 10 } },
    );
    const first = tokensOf(await at.call('InitiateAuth', signIn('ada', PASSWORD)))['RefreshToken'];
    const next = (RefreshToken: unknown) => at.call('GetTokensFromRefreshToken', { ...client, RefreshToken });

    const flow = await at.call('InitiateAuth', refreshed(first));
    const second = tokensOf(await next(first))['RefreshToken'];
    const inGrace = await next(first);
    at.clock.advance(11_000);
    const stolen = await next(first);
    const ended = await next(second);

    assert.equal(codeOf(flow), '400 InvalidParameterException');
    assert.notEqual(second, first);
    assert.equal(inGrace.status, 200);
    assert.deepEqual(
      [codeOf(stolen), codeOf(ended)],
      ['400 NotAuthorizedException', '400 NotAuthorizedException'],
    );
  });

  it('signs a user up: the code is in the log, and five wrong ones are enough', async () => {
    const at = await aUserPool({ AutoVerifiedAttributes: ['email'] });
    const input = { ...client, Username: 'carl', Password: PASSWORD };
    const UserAttributes = [{ Name: 'email', Value: 'carl@example.com' }];

    const made = await at.call('SignUp', { ...input, UserAttributes });
    // amazon-cognito-identity-js#288, aws-sdk-js#4608: also with a wrong password.
    const early = [
      await at.call('InitiateAuth', signIn('carl', PASSWORD)),
      await at.call('InitiateAuth', signIn('carl', 'wrong')),
    ];
    const wrong = await at.call('ConfirmSignUp', { ...client, Username: 'carl', ConfirmationCode: 'x' });
    await at.call('ResendConfirmationCode', { ...client, Username: 'carl' });
    const right = await at.call('ConfirmSignUp', {
      ...client,
      Username: 'carl',
      ConfirmationCode: at.code(),
    });
    const claims = claimsOf(tokensOf(await at.call('InitiateAuth', signIn('carl', PASSWORD)))['IdToken']);

    assert.deepEqual(made.body['CodeDeliveryDetails'], {
      AttributeName: 'email',
      DeliveryMedium: 'EMAIL',
      Destination: 'c***@e***',
    });
    assert.deepEqual([...early, wrong].map(codeOf), [
      '400 UserNotConfirmedException',
      '400 UserNotConfirmedException',
      '400 CodeMismatchException',
    ]);
    assert.deepEqual([right.status, claims['email_verified']], [200, true]);

    await at.call('SignUp', { ...input, Username: 'dora', UserAttributes });
    const tries = [];
    for (let count = 0; count < 6; count += 1)
      tries.push(
        codeOf(await at.call('ConfirmSignUp', { ...client, Username: 'dora', ConfirmationCode: 'x' })),
      );
    assert.deepEqual(tries.slice(4), ['400 CodeMismatchException', '400 LimitExceededException']);
  });

  // getmoto/moto, test_sign_up_with_verified_but_not_supplied_email, verified on AWS
  it('sends no code to a user who has no attribute that the pool verifies', async () => {
    const at = await aUserPool({ AutoVerifiedAttributes: ['email'] });
    const made = await at.call('SignUp', { ...client, Username: 'carl', Password: PASSWORD });

    assert.equal(made.status, 200);
    assert.equal(made.body['UserConfirmed'], false);
    assert.ok(!('CodeDeliveryDetails' in made.body));
  });

  const signUps: [name: string, pool: object, input: object, answer: string][] = [
    // The validator asks for 6 characters, the policy for 8 (docs/aws §22.1).
    ['a password that is too short', {}, { Password: 'aA1!xy' }, '400 InvalidPasswordException'],
    ['a password that no policy allows', {}, { Password: 'aA1!' }, '400 InvalidParameterException'],
    [
      'a password without what the policy wants',
      {},
      { Password: 'only-letters' },
      '400 InvalidPasswordException',
    ],
    ['a name that is taken', {}, { Username: 'ADA' }, '400 UsernameExistsException'],
    [
      'an address that claims to be verified',
      {},
      { UserAttributes: [{ Name: 'email_verified', Value: 'true' }] },
      '400 NotAuthorizedException',
    ],
    [
      'a required attribute that is missing',
      { Schema: [{ Name: 'email', Required: true }] },
      {},
      '400 InvalidParameterException',
    ],
    ['a name that is not an address', { UsernameAttributes: ['email'] }, {}, '400 InvalidParameterException'],
    [
      'a pool that administrators fill',
      { AdminCreateUserConfig: { AllowAdminCreateUserOnly: true } },
      {},
      '400 NotAuthorizedException',
    ],
  ];
  for (const [name, pool, input, answer] of signUps)
    it(`refuses a sign-up with ${name}: ${answer}`, async () => {
      const at = await aUserPool(pool);

      assert.equal(
        codeOf(await at.call('SignUp', { ...client, Username: 'carl', Password: PASSWORD, ...input })),
        answer,
      );
    });

  // aws-amplify/amplify-flutter#509
  it('refuses custom attributes that are not in the schema, and names them all', async () => {
    const Schema = ['shop', 'email'].map((Name) => ({ Name, AttributeDataType: 'String' }));
    const at = await aUserPool({ Schema });
    const names = ['custom:shop', 'email', 'custom:firstName', 'custom:dateOfBirth', 'custom:email'];
    const UserAttributes = names.map((Name) => ({
      Name,
      Value: 'a',
    }));
    const answer = await at.call('SignUp', {
      ...client,
      Username: 'carl',
      Password: PASSWORD,
      UserAttributes,
    });

    assert.partialDeepStrictEqual(answer.body, {
      __type: 'InvalidParameterException',
      message:
        'Attributes did not conform to the schema: custom:firstName: Attribute does not exist in the schema.\ncustom:dateOfBirth: Attribute does not exist in the schema.\ncustom:email: Attribute does not exist in the schema.\n',
    });
  });

  it('accepts sign-in by an address only once it is verified', async () => {
    const at = await aUserPool({ AliasAttributes: ['email'] });
    await at.admin('AdminCreateUser', {
      Username: 'eve',
      TemporaryPassword: PASSWORD,
      UserAttributes: [{ Name: 'email', Value: 'bob@example.com' }],
    });

    const own = await at.call('InitiateAuth', signIn('ada@example.com', PASSWORD));
    const other = await at.call('InitiateAuth', signIn('bob@example.com', PASSWORD));

    assert.deepEqual([codeOf(own), codeOf(other)], ['200', '400 UserNotFoundException']);
  });

  it('also looks for a name among the addresses of users, who may have none', async () => {
    const at = await aUserPool({ AliasAttributes: ['phone_number'] });

    assert.equal(codeOf(await at.call('InitiateAuth', signIn('eve', 'x'))), '400 UserNotFoundException');
  });

  it('sends the code of a user without an address to the phone', async () => {
    const at = await aUserPool({ AutoVerifiedAttributes: ['phone_number'] });
    const UserAttributes = [{ Name: 'phone_number', Value: '+15550104567' }];

    const input = { ...client, Username: 'carl', Password: PASSWORD, UserAttributes };
    const { body } = await at.call('SignUp', input);

    assert.deepEqual(body['CodeDeliveryDetails'], {
      AttributeName: 'phone_number',
      DeliveryMedium: 'SMS',
      Destination: '+*******4567',
    });
  });

  it('has a code for each user', async () => {
    const at = await aUserPool();
    await at.admin('AdminCreateUser', { Username: 'bob', TemporaryPassword: PASSWORD });
    await at.admin('AdminUpdateUserAttributes', {
      Username: 'bob',
      UserAttributes: [
        { Name: 'email', Value: 'bob@example.com' },
        { Name: 'email_verified', Value: 'true' },
      ],
    });
    const early = await at.call('ForgotPassword', { ...client, Username: 'bob' });
    await at.admin('AdminSetUserPassword', { Username: 'bob', Password: PASSWORD, Permanent: true });

    await at.call('ForgotPassword', { ...client, Username: 'ada' });
    const ConfirmationCode = at.code();
    const later = await at.call('ForgotPassword', { ...client, Username: 'bob' });
    const input = { ...client, Username: 'ada', Password: 'Another horse 2!', ConfirmationCode };

    assert.deepEqual(
      [early.body['message'], codeOf(later)],
      ['User password cannot be reset in the current state.', '200'],
    );
    assert.equal(codeOf(await at.call('ConfirmForgotPassword', input)), '200');
  });

  it('resets a forgotten password with a code', async () => {
    const at = await aUserPool();
    await at.call('ForgotPassword', { ...client, Username: 'ada' });
    const input = { ...client, Username: 'ada', Password: 'Another horse 2!', ConfirmationCode: at.code() };

    const done = await at.call('ConfirmForgotPassword', input);
    const again = await at.call('ConfirmForgotPassword', input);

    assert.deepEqual([codeOf(done), codeOf(again)], ['200', '400 ExpiredCodeException']);
    assert.equal(codeOf(await at.call('InitiateAuth', signIn('ada', 'Another horse 2!'))), '200');
    assert.equal(
      codeOf(await at.call('InitiateAuth', signIn('ada', PASSWORD))),
      '400 NotAuthorizedException',
    );
  });

  it('describes a user by the access token only', async () => {
    const at = await aUserPool({}, { ReadAttributes: ['email'] });
    const tokens = tokensOf(await at.call('InitiateAuth', signIn('ada', PASSWORD)));
    const get = (AccessToken: unknown) => at.call('GetUser', { AccessToken });

    const own = await get(tokens['AccessToken']);
    const byId = await get(tokens['IdToken']);
    const minted = await get(at.issuer.mint({ sub: ADA.username, aud: 'app', scope: 'x' }).token);
    await at.call('GlobalSignOut', { AccessToken: tokens['AccessToken'] });
    const after = await get(tokens['AccessToken']);

    const names = (own.body['UserAttributes'] as { Name: string }[]).map(({ Name }) => Name);
    assert.deepEqual(names, ['sub', 'email_verified', 'email']);
    for (const other of [byId, minted, after]) assert.equal(codeOf(other), '400 NotAuthorizedException');
    assert.equal(
      codeOf(await at.call('InitiateAuth', refreshed(tokens['RefreshToken']))),
      '400 NotAuthorizedException',
    );
  });

  it('revokes a refresh token for the client that has it', async () => {
    const at = await aUserPool();
    const { RefreshToken, AccessToken } = tokensOf(await at.call('InitiateAuth', signIn('ada', PASSWORD)));

    const revoked = await at.call('RevokeToken', { ...client, Token: RefreshToken });

    assert.equal(revoked.status, 200);
    assert.equal(
      codeOf(await at.call('InitiateAuth', refreshed(RefreshToken))),
      '400 NotAuthorizedException',
    );
    assert.equal(
      (await at.call('GetUser', { AccessToken })).body['message'],
      'Access Token has been revoked',
    );
  });

  it('answers operations that do not exist here at once with 501', async () => {
    const at = await aUserPool();

    assert.equal(codeOf(await at.call('AssociateSoftwareToken', {})), '501 NotImplementedException');
  });
});

// The words of Cucumber tests that were run on AWS, and amplify-hosting#1336 (docs/aws §22.1).
describe('a call that breaks the model of its operation', () => {
  const right = { ...client, Username: 'carl', Password: PASSWORD };
  for (const { input, says } of [
    {
      input: { ...right, ClientId: '' },
      says: "2 validation errors detected: Value at 'clientId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+]+; Value at 'clientId' failed to satisfy constraint: Member must have length greater than or equal to 1",
    },
    {
      input: { ...right, Username: '' },
      says: "2 validation errors detected: Value at 'username' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+; Value at 'username' failed to satisfy constraint: Member must have length greater than or equal to 1",
    },
    {
      input: { ...right, Password: 'p' },
      says: "2 validation errors detected: Value at 'password' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[\\S]+.*[\\S]+$; Value at 'password' failed to satisfy constraint: Member must have length greater than or equal to 6",
    },
    {
      input: { ...right, UserAttributes: [{ Name: 'email_verified', Value: true }] },
      says: 'TRUE_VALUE can not be converted to a String',
    },
  ])
    it(`is refused: ${says.slice(0, 90)}`, async () => {
      const at = await aUserPool();

      assert.equal((await at.call('SignUp', input)).body['message'], says);
    });
});
